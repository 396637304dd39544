#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: build-aux/test.sh [--suite NAME]...
#
# Installs what is missing, builds, tests, and closes with "N passed, N failed, N skipped".
#
# Suites are unit, server, media, interop, desktop, package and flatpak, each `meson test` in build-test/;
# "sanitize" is unit, server and media with AddressSanitizer and UndefinedBehaviorSanitizer in
# build-sanitize/ (without what needs the pace of a plain build), "threads" what has threads of its own in the server with
# ThreadSanitizer in build-threads/, and "fuzz" the fuzz targets with clang in build-fuzz/.
# No --suite: all of them, but what the sanitizers look at is not run without them as well, unless it is shorter with
# them. With CI=true compiler warnings are errors.
set -uo pipefail
cd "$(dirname "$0")/.."

suites=()
while [ $# -gt 0 ]; do
  case $1 in
    --suite) suites+=("${2:?--suite needs a name}"); shift 2 ;;
    --suite=*) suites+=("${1#*=}"); shift ;;
    -h|--help) sed -n 's/^# \{0,1\}//; 3,13p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument $1" >&2; exit 2 ;;
  esac
done
whole=false
if [ ${#suites[@]} = 0 ]; then
  whole=true
  suites=(unit server desktop package media interop sanitize threads fuzz flatpak)
fi

werror=false
[ "${CI:-}" = true ] && werror=true
logs=()
# What sanitizers look at: a third less to compile, and their stacks have their lines all the same.
lightly=(-Doptimization=1 -Dc_args=-g1)
# Most tests wait more than they work.
export MESON_TESTTHREADS=${MESON_TESTTHREADS:-$(($(nproc) + 1))}
# A hundred programs are linked, three times: where it is there, by what does it in a fifth of the time.
! command -v ld.gold >/dev/null || export CC_LD=${CC_LD:-gold}

# A run that is over leaves nothing behind that goes on: what it started is ended, and waited for. Only packages that are
# being installed are installed, because half of them would be worse.
finish() {
  local status=$? pid
  trap - EXIT INT TERM
  for pid in $(jobs -pr); do
    kill -TERM -- "-$pid" || [ "$pid" != "${installing:-}" ] || kill "$pid"
  done 2>/dev/null
  wait
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# beside COMMAND...: starts it, in a process group of its own, by which finish() ends it
beside() {
  set -m
  "$@" </dev/null &
  set +m
}

# attend COMMAND...: runs it, and does not wait for its end when a signal comes
attend() {
  if [ "$BASHPID" != $$ ]; then
    "$@" # in a group that is ended already
  else
    beside "$@"
    wait $!
  fi
}

fail() { echo "test.sh: $*" >&2; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# configure DIR OPTION...: makes the build directory, or brings its options up to date
configure() {
  local dir=$1 again=()
  shift
  [ -f "$dir/build.ninja" ] && again=(--reconfigure)
  local log
  log=$(meson setup "${again[@]}" "$dir" "$@" 2>&1) || { echo "$log" >&2; fail "could not configure $dir"; }
}

# install_rest: what is not needed by the first suites; what needs it is skipped without. A signal ends it after
# the packages that it is at.
install_rest() {
  trap exit TERM
  tail --pid="$installing_tests" -f /dev/null
  [[ " ${suites[*]} " != *" interop "* ]] || build-aux/deps.sh browser
  [[ " ${suites[*]} " != *" flatpak "* ]] || build-aux/deps.sh flatpak
}

# prepare: configures and compiles with what the processors have left; a failure shows when its tests are run
prepare() {
  chrt --idle --pid 0 "$BASHPID"
  if $sanitize; then
    configure build-sanitize "-Dwerror=$werror" "${lightly[@]}" -Db_sanitize=address,undefined -Db_lundef=false
    compile build-sanitize
  fi
  if $threads; then
    configure build-threads "-Dwerror=$werror" "${lightly[@]}" -Dapp=false -Dcli=false -Db_sanitize=thread -Db_lundef=false
    compile build-threads
  fi
  if $fuzz; then
    CC=clang configure build-fuzz -Dfuzz=true -Dapp=false
    compile build-fuzz fuzz-targets
  fi
}

# compile DIR [TARGET]
compile() {
  meson compile -C "$@" >"$1/prepare.log" 2>&1
}

# prepare_flatpak: makes it in the same way, once what that takes is there. Half of it is waiting for packages.
prepare_flatpak() {
  tail --pid="$installing" -f /dev/null
  chrt --idle 0 /usr/bin/python3 tests/flatpak/sandbox_build.py "$PWD" "$PWD/build-test" \
    >build-test/prepare-flatpak.log 2>&1
}

# left_out SUITE: the programs of it that are not run under the sanitizers, or not as long
left_out() {
  meson introspect --tests build-test | /usr/bin/python3 -c '
import json, sys
for test in json.load(sys.stdin):
    suites = {name.removeprefix("beckon:") for name in test["suite"]}
    if sys.argv[1] in suites and suites & {"real-time", "long"}:
        print(test["name"])' "$1"
}

# run DIR NAME SUITE... [-- OPTION...]: builds what these suites need and runs them; NAME names the log.
# What failed of the machine's pace, not by a crash, is run once more when it has the machine for itself.
run() {
  local dir=$1 name=$2 args=()
  shift 2
  logs+=("$dir/meson-logs/$name.json")
  while [ $# -gt 0 ] && [ "$1" != -- ]; do args+=(--suite "$1"); shift; done
  [ $# -eq 0 ] || args+=("${@:2}")
  echo "== $name"
  rm -f "$dir/meson-logs/$name.json" "$dir/meson-logs/$name-again.json"
  attend meson test -C "$dir" --logbase "$name" --print-errorlogs "${args[@]}"
  local again
  mapfile -t again < <(/usr/bin/python3 build-aux/test-summary.py --again "$dir/meson-logs/$name.json")
  if [ ${#again[@]} -gt 0 ]; then
    wait "${preparing[@]}" 2>/dev/null
    attend meson test -C "$dir" --logbase "$name-again" --print-errorlogs --num-processes 1 "${again[@]}"
  fi
}

plain=()
sanitize=false
threads=false
fuzz=false
flatpak=false
for suite in "${suites[@]}"; do
  case $suite in
    sanitize) sanitize=true ;;
    threads) threads=true ;;
    fuzz) fuzz=true ;;
    flatpak) flatpak=true ;;
    unit|server|media|interop|desktop|package) plain+=("$suite") ;;
    *) fail "there is no suite \"$suite\"" ;;
  esac
done

build-aux/deps.sh build run || fail "packages are missing"
build-aux/deps.sh test &
installing_tests=$!
install_rest &
installing=$!

if [ ${#plain[@]} -gt 0 ] || $flatpak; then
  configure build-test "-Dwerror=$werror"
  attend meson compile -C build-test || fail "does not compile"
fi
wait "$installing_tests" || fail "packages are missing"
beside prepare
preparing=($!)
if $flatpak; then
  beside prepare_flatpak
  preparing+=($!)
fi
for suite in "${plain[@]}"; do
  # Media has the machine for itself, and the browser has to be there.
  case $suite in media|interop) wait "${preparing[@]}" "$installing" ;; esac
  alone=()
  case $whole:$suite in
    true:unit|true:server|true:media)
      mapfile -t alone < <(left_out "$suite")
      [ ${#alone[@]} -gt 0 ] || fail "no program of $suite is left out under the sanitizers" ;;
  esac
  run build-test "$suite" "$suite" ${alone[@]:+-- "${alone[@]}"}
done
wait "${preparing[@]}"

if $sanitize; then
  # Nothing in it has to keep a pace.
  run build-sanitize sanitize unit server media -- --no-suite real-time --num-processes $((MESON_TESTTHREADS + 1))
fi
# What runs beside it has nothing that is timed.
if $flatpak; then
  logs+=(build-test/meson-logs/flatpak.json)
  beside run build-test flatpak flatpak >build-test/flatpak.log 2>&1
  building=$!
fi
if $threads; then
  run build-threads threads -- store accounts server-calls server-resume server-crash server-accounts
fi
if $fuzz; then
  run build-fuzz fuzz fuzz
fi
if $flatpak; then
  wait "$building"
  cat build-test/flatpak.log
fi

/usr/bin/python3 build-aux/test-summary.py "${logs[@]}"
