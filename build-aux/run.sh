#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: build-aux/run.sh [--demo] [OPTION of beckon]...
#
# Installs what is missing, builds in build/, starts beckon-server on loopback and the application signed
# in to it. Everything is kept in build/run/, apart from what an installed Beckon keeps.
#
# With --demo there are two windows, Alice and Bob, ready to call each other, with this machine's camera,
# microphone and speaker where there are any, moving pictures and voices where not. On a machine without a
# display they get one each, Alice calls Bob, and build/demo/ has pictures of every screen and a summary.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD

demo=false
case ${1:-} in
  --demo) demo=true; shift ;;
  -h|--help) sed -n 's/^# \{0,1\}//; 4,12p' "$0"; exit 0 ;;
esac
display=${WAYLAND_DISPLAY:-${DISPLAY:-}}
if [ -z "$display" ] && ! $demo; then
  echo "run.sh: there is no display to open a window on; build-aux/run.sh --demo makes its own" >&2
  exit 1
fi

sets=(build run)
$demo && sets+=(rig)
build-aux/deps.sh "${sets[@]}"
[ -f build/build.ninja ] || meson setup build -Dtests=false >/dev/null
log=$(ninja -C build src/ui/beckon src/server/beckon-server src/cli/beckon-call data/gschemas.compiled) ||
  { echo "$log" >&2; exit 1; }

server=$top/build/src/server/beckon-server
app=$top/build/src/ui/beckon
run=$top/build/run
export GSETTINGS_SCHEMA_DIR=$top/build/data
mkdir -p "$run"

if $demo; then
  build-aux/demo-media.py build/demo/media
  [ -n "$display" ] || exec /usr/bin/python3 tests/rig/demo.py build build/demo "$@"
fi

answers() { (exec 3<>"/dev/tcp/127.0.0.1/${1##*:}") 2>/dev/null; }

url=$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' "$run/server.json" 2>/dev/null) || true
if [ -z "$url" ] || ! answers "$url"; then
  mkfifo -m 600 "$run/ready.$$"
  "$server" --listen 127.0.0.1:0 --data "$run/data" >"$run/ready.$$" 2>"$run/server.log" &
  trap 'kill $(jobs -p) 2>/dev/null; rm -f "$run/server.json"' EXIT
  read -r ready <"$run/ready.$$" || { cat "$run/server.log" >&2; exit 1; }
  rm "$run/ready.$$"
  echo "$ready" >"$run/server.json"
  url=$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' "$run/server.json")
fi
[ -f "$run/password" ] || (umask 077; od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$run/password")

# window PROFILE USER NAME OPTION...: the application, signed in as this person
window() {
  local profile=$1 user=$2 name=$3
  shift 3
  "$app" --profile "$profile" --server "$url" --user "$user" --name "$name" \
    --password-file "$run/password" --register "$@"
}

if $demo; then
  people=()
  for who in "alice:Alice Moreau" "bob:Bob Larsson"; do
    user=${who%%:*}
    window "$user" "$user" "${who#*:}" --test-media --video-in "build/demo/media/$user.webm" \
      --audio-in "build/demo/media/$user.ogg" "$@" &
    people+=($!)
  done
  echo "Alice and Bob are signed in to $url. Let one call the other; the demo ends with both windows."
  wait "${people[@]}"
else
  user=$(id -un | tr 'A-Z' 'a-z' | tr -cd 'a-z0-9._-' | cut -c1-32)
  name=$(getent passwd "$(id -u)" | cut -d: -f5 | cut -d, -f1)
  window run "${user:-me}" "${name:-$user}" "$@"
fi
