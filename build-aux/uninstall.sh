#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: build-aux/uninstall.sh [BUILD]
#
# Takes away what `meson install -C BUILD` has installed (build/ where none is named), also from the caches of
# schemas, icons and desktop files, which `ninja uninstall` leaves as they are: Meson knows no step for that.
set -euo pipefail

case ${1:-} in
  -h|--help) sed -n 's/^# \{0,1\}//; 4,7p' "$0"; exit 0 ;;
esac
build=${1:-$(dirname "$0")/../build}

ninja -C "$build" uninstall
data=${DESTDIR:-}$(meson introspect "$build" --buildoptions | python3 -c '
import json, os, sys
options = {each["name"]: each["value"] for each in json.load(sys.stdin)}
print(os.path.join(options["prefix"], options["datadir"]))')

# refresh CACHE COMMAND...: makes a cache anew that is there; one of nothing goes, and folders that were there for it alone.
refresh() {
  local cache=$data/$1 folder=${1%/*}
  shift
  [ -e "$cache" ] || return 0
  if [ -n "$(find "$(dirname "$cache")" ! -type d ! -path "$cache" -print -quit)" ]; then
    "$@"
  else
    rm "$cache"
    (cd "$data" && rmdir -p --ignore-fail-on-non-empty "$folder")
  fi
}

icons=$(command -v gtk4-update-icon-cache || command -v gtk-update-icon-cache || echo true)
refresh "glib-2.0/schemas/gschemas.compiled" glib-compile-schemas "$data/glib-2.0/schemas"
refresh "icons/hicolor/icon-theme.cache" "$icons" -q -t -f "$data/icons/hicolor"
refresh "applications/mimeinfo.cache" update-desktop-database -q "$data/applications"
