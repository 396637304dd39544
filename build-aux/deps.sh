#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: build-aux/deps.sh build|run|rig|test|browser|flatpak|bench...
#
# Installs the Debian packages that are missing to build Beckon, to run it, or to test it. With nothing
# missing it only asks dpkg, which takes some 20 ms.
set -euo pipefail

build=(
  gcc libc6-dev pkg-config meson ninja-build gettext
  desktop-file-utils appstream gtk-update-icon-cache
  libglib2.0-dev libjson-glib-dev libsoup-3.0-dev libssl-dev libsqlite3-dev libcrypt-dev
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev libnice-dev
  libpulse-dev libpipewire-0.3-dev
  libgtk-4-dev libadwaita-1-dev libsecret-1-dev libportal-dev libportal-gtk4-dev
  locales # the build makes those of the tests, once
)
run=(
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice
  gstreamer1.0-pipewire gstreamer1.0-pulseaudio
  adwaita-icon-theme librsvg2-common glib-networking dbus python3
)
# A desktop of its own for a machine without one, and what drives the windows on it.
rig=(
  xvfb openbox xdotool imagemagick fonts-cantarell at-spi2-core gir1.2-gdkpixbuf-2.0
  python3-gi libglib2.0-bin util-linux gstreamer1.0-tools espeak-ng pipewire pipewire-pulse wireplumber
)
test=(
  "${rig[@]}" fonts-dejavu-core fonts-noto-ui-core fonts-droid-fallback
  clang llvm libclang-rt-dev
  python3-websockets python3-jsonschema openssl coturn iproute2 systemd
  mutter xdg-desktop-portal xdg-desktop-portal-gnome xdg-desktop-portal-gtk
)
# What we are called by, and measured beside.
browser=(chromium)
# What builds the Flatpak and runs it, with the portals that it talks to.
flatpak=(
  flatpak flatpak-builder ostree bubblewrap xdg-dbus-proxy elfutils appstream debian-archive-keyring
  xdg-desktop-portal xdg-desktop-portal-gnome xdg-desktop-portal-gtk gnome-keyring
)
bench=(
  "${browser[@]}" python3-websockets
  kamailio sip-tester ejabberd openssl gnome-calls
)

wanted=()
for set in "$@"; do
  case $set in
    build) wanted+=("${build[@]}") ;;
    run) wanted+=("${run[@]}") ;;
    rig) wanted+=("${rig[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    browser) wanted+=("${browser[@]}") ;;
    flatpak) wanted+=("${flatpak[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *) echo "deps.sh: there is no set \"$set\"; there are build, run, rig, test, browser, flatpak and bench" >&2; exit 2 ;;
  esac
done

if ! command -v apt-get >/dev/null; then
  echo "deps.sh: this is not Debian; going on with what is installed. Needed are, in Debian's names:" >&2
  echo "  ${wanted[*]}" >&2
  exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/^installed //p') || true
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$installed"))
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "deps.sh: these packages are missing, and there is no sudo to install them with. As root:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

# Servers that tests and benchmarks start run then, and at no other time: nobody asked for an open relay.
mapfile -t daemons < <(printf '%s\n' "${missing[@]}" | grep -xE 'coturn|kamailio|ejabberd')
policy=/usr/sbin/policy-rc.d
made=()
log=$(mktemp)
trap 'rm -f "$log"; [ ${#made[@]} = 0 ] || "${as_root[@]}" rm -f "${made[@]}"' EXIT
if [ ${#daemons[@]} -gt 0 ] && [ ! -e "$policy" ]; then
  made=("$policy")
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
fi

# A machine that is thrown away need not wait for its disk after each file.
options=(-y --no-install-recommends)
[ "${CI:-}" != true ] || options+=(-o Dpkg::Options::=--force-unsafe-io)

echo "Installing ${#missing[@]} missing packages: ${missing[*]}"
if ! "${as_root[@]}" apt-get update >"$log" 2>&1 ||
   ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
     apt-get install "${options[@]}" "${missing[@]}" >>"$log" 2>&1; then
  cat "$log" >&2
  echo "deps.sh: could not install: ${missing[*]}" >&2
  exit 1
fi
for name in "${daemons[@]}"; do
  "${as_root[@]}" update-rc.d "$name" disable >>"$log" 2>&1 || true
done
