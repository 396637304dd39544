#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: rig.sh [-p] [-n NAME] [-s WIDTHxHEIGHT] [-S FILE.service]... -- COMMAND [ARGUMENT]...
#
# Runs COMMAND on a private desktop: its own home and XDG directories, X server, window manager, session
# bus and accessibility bus. All of it, and whatever COMMAND leaves behind, ends with COMMAND, because it
# lives in a PID namespace. The network is the machine's.
#
#   -p   also PipeWire, WirePlumber and pipewire-pulse (needs no real device)
#   -n   what the computer is called there
#   -s   size of the screen (1280x800)
#   -S   one more D-Bus service that the private bus may start
#
# COMMAND sees RIG_DIR; the logs of the desktop's processes are in $RIG_DIR/log. Where namespaces are not
# allowed, this prints a TAP plan that skips everything, and succeeds.
set -u

if [ -z "${RIG_INNER:-}" ]; then
  # In a chroot the propagation of the root cannot be changed, and nothing is mounted here but /proc.
  namespaces=(--uts --pid --fork --kill-child --mount --mount-proc --propagation unchanged)
  [ "$(id -u)" = 0 ] || namespaces+=(--user --map-root-user)
  if ! reason=$(unshare "${namespaces[@]}" true 2>&1); then
    echo "1..0 # SKIP no private desktop without namespaces: ${reason//$'\n'/ }"
    exit 0
  fi
  RIG_INNER=1 exec unshare "${namespaces[@]}" "$0" "$@"
fi
unset RIG_INNER

pipewire=false name= size=1280x800 services=(/usr/share/dbus-1/services/org.a11y.Bus.service)
while getopts pn:s:S: option; do
  case $option in
    p) pipewire=true ;;
    n) name=$OPTARG ;;
    s) size=$OPTARG ;;
    S) services+=("$OPTARG") ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ -z "$name" ] || hostname "$name"

RIG_DIR=$(mktemp -d "${TMPDIR:-/tmp}/rig.XXXXXX")
mkdir -p "$RIG_DIR"/{log,services} "$RIG_DIR"/home/{.config,.cache,.local/share,.local/state}
export RIG_DIR HOME=$RIG_DIR/home XDG_RUNTIME_DIR=$RIG_DIR/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
export XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache
export XDG_DATA_HOME=$HOME/.local/share XDG_STATE_HOME=$HOME/.local/state
# The same pixels on each machine: no GPU, no settings of whoever runs this.
export LANG=C.UTF-8 GDK_BACKEND=x11 GSK_RENDERER=cairo LIBGL_ALWAYS_SOFTWARE=1
export GTK_A11Y=atspi GSETTINGS_BACKEND=${GSETTINGS_BACKEND:-memory} GIO_USE_VFS=local
# What GNOME would say through its settings daemon.
mkdir "$XDG_CONFIG_HOME/gtk-4.0"
printf '[Settings]\ngtk-font-name=Cantarell 11\n' >"$XDG_CONFIG_HOME/gtk-4.0/settings.ini"
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS DESKTOP_SESSION XAUTHORITY

processes=()
start() { # start LOG COMMAND...
  local log=$1
  shift
  "$@" >"$RIG_DIR/log/$log" 2>&1 &
  processes+=($!)
}
die() { echo "rig.sh: $1" >&2; cat "$RIG_DIR/log/$2" >&2; exit 99; }
finish() {
  local i
  for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
    kill "${processes[i]}" 2>/dev/null && wait "${processes[i]}" 2>/dev/null
  done
  rm -rf "$RIG_DIR"
}
trap finish EXIT
trap 'exit 143' TERM INT

# await FILE LOG: until it is there, at most 10 s
await() {
  local i
  for ((i = 0; i < 500; i++)); do
    [ -e "$1" ] && return
    read -r -t 0.02 <> <(:)
  done
  die "$1 did not appear" "$2"
}

mkfifo "$RIG_DIR/display"
exec {display}<>"$RIG_DIR/display"
start xvfb Xvfb -displayfd $display -screen 0 "${size}x24" -fbdir "$RIG_DIR" -nolisten tcp -noreset +extension GLX
read -r -t 20 -u $display number || die "no X server" xvfb
export DISPLAY=:$number

# Only the listed services can be started: no stray daemon of the machine gets in.
cp "${services[@]}" "$RIG_DIR/services/"
cat >"$RIG_DIR/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$XDG_RUNTIME_DIR/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$RIG_DIR/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
start dbus dbus-daemon --nofork --config-file="$RIG_DIR/bus.conf"
await "$XDG_RUNTIME_DIR/bus" dbus

if $pipewire; then
  start pipewire pipewire
  await "$XDG_RUNTIME_DIR/pipewire-0" pipewire
  start wireplumber wireplumber
  start pulse pipewire-pulse
  await "$XDG_RUNTIME_DIR/pulse/native" pulse
fi
start openbox openbox

"$@"
