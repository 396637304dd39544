#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: run-fuzz.sh TARGET CORPUS DICTIONARY [OPTION]...
#
# Runs a target 200 000 times, or for four minutes on a slow machine, over its kept corpus. What it finds
# on the way stays out of the source tree; an input that breaks the target is left beside it. By itself libFuzzer would
# end with 77 then, which is Meson's word for a test that was skipped.
set -eu

target=$1 corpus=$2 dictionary=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$target" -seed=1 -runs=200000 -max_total_time=240 -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
  -error_exitcode=1 -verbosity=0 -dict="$dictionary" -artifact_prefix="$(dirname "$target")/" "$@" "$scratch" "$corpus"
