#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bench.sh [--json] [NAME…]: builds Beckon as it is released and measures it, each figure beside its
# peer's from the same run. Without a name: all of tests/bench. Keep the machine quiet meanwhile.
set -eu
cd "$(dirname "$0")/.."

json=
names=()
for word in "$@"; do
  case $word in
    --json) json=--json ;;
    -*) echo "usage: bench.sh [--json] [NAME…]" >&2; exit 2 ;;
    *) names+=("$word") ;;
  esac
done

build-aux/deps.sh build run rig bench
build=build-bench
if [ ! -f $build/build.ninja ]; then
  meson setup $build --buildtype=release -Dtests=false -Dbench=true >/dev/null
elif ! grep -q bench-link $build/build.ninja; then # from before there was any
  meson configure $build -Dapp=true -Dbench=true
fi
ninja -C $build >/dev/null

if [ ${#names[@]} = 0 ]; then
  for file in tests/bench/*; do
    if [ -x "$file" ] && [ -f "$file" ]; then
      names+=("$(basename "$file")")
    fi
  done
fi
for name in "${names[@]}"; do
  if [ ! -x "tests/bench/$name" ]; then
    echo "bench.sh: there is no benchmark “$name”" >&2
    exit 2
  fi
  BECKON_BUILD=$build "tests/bench/$name" $json
done
