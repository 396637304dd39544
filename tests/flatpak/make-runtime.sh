#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-runtime.sh DIRECTORY
#
# Makes org.gnome.Platform//50 and org.gnome.Sdk//50 of Debian packages, and installs both for
# FLATPAK_USER_DIR=DIRECTORY/user: a stand-in for Flathub where only a Debian mirror can be reached. The names
# are GNOME's, so that the application's own manifest is built as it is; the libraries are those of Debian 13,
# which has the GStreamer of GNOME 50. DIRECTORY/sources gets the sources of modules that GNOME 50 lacks.
#
# It takes no privileges: packages are unpacked, not installed, and what their scripts would have done is
# done here. What is there from an earlier run of the same recipe is kept.
set -euo pipefail

RELEASE=trixie
BRANCH=50
platform=(
  base-files bash dash coreutils grep libc-bin ca-certificates shared-mime-info
  libgtk-4-1 libadwaita-1-0 adwaita-icon-theme fonts-cantarell librsvg2-common libglib2.0-bin
  dconf-gsettings-backend glib-networking libsoup-3.0-0 libjson-glib-1.0-0 libsecret-1-0
  libssl3t64 libsqlite3-0 libcrypt1
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice
  gstreamer1.0-pipewire gstreamer1.0-tools
)
sdk=(
  gcc ccache libc6-dev binutils elfutils meson ninja-build pkgconf make patch file
  sed gawk findutils diffutils tar gzip
  gettext desktop-file-utils appstream appstream-util gtk-update-icon-cache
  libgtk-4-dev libadwaita-1-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  libpulse-dev libnice-dev libsoup-3.0-dev libjson-glib-dev libsecret-1-dev libssl-dev libsqlite3-dev
  libcrypt-dev
)
# Of this only the headers: what it depends on is another desktop.
alone=(libgstreamer-plugins-bad1.0-dev)
# What Debian's plug-ins want, and nobody here plays: half of the bytes.
unwanted='lib(llvm|z3-|flite|dnnl|onnx|xnnpack|icu-dev|asan|tsan|hwasan|lsan|ubsan|x265|svtav1|gprofng)'
unwanted+='|mesa-libgallium|timgm6mb|iso-codes|systemd|pipewire|libsystemd-shared|perl|dpkg|dbus'
sources=(libportal)

dir=$(realpath -m "${1:?directory}")
export FLATPAK_USER_DIR=$dir/user
recipe=$(sha256sum <"$0")
[ "$(cat "$dir/recipe" 2>/dev/null)" != "$recipe" ] || exit 0
mkdir -p "$dir"/apt/{lists/partial,archives/partial} "$dir"/{packages,sources}
cd "$dir"
rm -rf recipe platform sdk runtime-* repo user

say() { echo "[${SECONDS} s] $*"; }

# ---- packages, of another release than this machine's ----

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep '/debian$' | head -1)
for kind in deb deb-src; do
  echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $RELEASE main"
done >apt/sources.list
: >apt/status
mkdir -p apt/none
cat >apt/apt.conf <<END
Dir::State "$dir/apt";
Dir::State::status "$dir/apt/status";
Dir::Cache "$dir/apt";
Dir::Etc::sourcelist "$dir/apt/sources.list";
Dir::Etc::sourceparts "$dir/apt/none";
Dir::Etc::preferencesparts "$dir/apt/none";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Debug::NoLocking "true";
END
export APT_CONFIG=$dir/apt/apt.conf
apt-get update -qq

# needs PACKAGE...: prints the names of the files with these packages and all that they need
needs() {
  apt-get install -qq -y --print-uris "$@" | awk '{ print $2 }' | grep -vE "^($unwanted)" | sort
}

needs "${platform[@]}" >platform.list
{
  needs "${platform[@]}" "${sdk[@]}"
  apt-get download -qq --print-uris "${alone[@]}" | awk '{ print $2 }'
} | sort | comm -13 platform.list - >sdk.list
(
  cd packages
  sort ../platform.list ../sdk.list | comm -13 <(ls | sort) - | sed 's/_.*//' | xargs -r apt-get download -qq
  cd ../sources
  apt-get source -qq --tar-only "${sources[@]}"
)
say "$(cat platform.list sdk.list | wc -l) packages, $(du -sh packages | cut -f1)"

# ---- the roots ----

# unpack ROOT LIST
unpack() {
  mkdir -p "$1"
  sed 's|^|packages/|' "$2" |
    nice xargs -P "$(nproc)" -I{} sh -c 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --no-same-owner \
      --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
      --exclude=./usr/share/gtk-doc --exclude=./usr/share/gir-1.0 --exclude=./usr/share/info \
      --exclude=./usr/share/lintian' sh {} "$1"
}

# inside ROOT COMMAND...
inside() {
  local root=$1
  shift
  bwrap --bind "$root/usr" /usr --bind "$root/etc" /etc --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
    --symlink usr/bin /bin --symlink usr/sbin /sbin --proc /proc --dev /dev --tmpfs /tmp --tmpfs /var \
    --unshare-user-try --setenv PATH /usr/bin:/usr/sbin "$@"
}

# settle ROOT: what the packages' scripts would have made
settle() {
  local root=$1 libdir
  libdir=$(inside "$root" sh -c 'dirname /usr/lib/*/libc.so.6')
  ln -sf ../sbin/ldconfig "$root/usr/bin/ldconfig" # flatpak runs it with PATH=/usr/bin
  printf '%s\n' 'include /run/flatpak/ld.so.conf.d/app-*.conf' /app/lib 'include /etc/ld.so.conf.d/*.conf' \
    'include /run/flatpak/ld.so.conf.d/runtime-*.conf' >"$root/etc/ld.so.conf"
  mv "$root"/usr/lib64/* "$root/usr/lib/" # as at GNOME's, where Meson takes a folder as a wish to use it
  rmdir "$root/usr/lib64"
  ln -s lib "$root/usr/lib64"
  inside "$root" sh -ec "
    cat /usr/share/ca-certificates/mozilla/*.crt >/etc/ssl/certs/ca-certificates.crt
    glib-compile-schemas /usr/share/glib-2.0/schemas
    $libdir/glib-2.0/gio-querymodules $libdir/gio/modules
    $libdir/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders --update-cache
    update-mime-database /usr/share/mime"
}

# export_runtime ROOT NAME
export_runtime() {
  local runtime=runtime-$2
  mkdir -p "$runtime/files" # asked for beside usr
  mv "$1/usr" "$runtime/usr"
  cp -a "$1/etc" "$runtime/usr/etc"
  find "$runtime/usr" -type f -perm /6000 -exec chmod a-s {} +
  chmod -R u+rwX,go+rX "$runtime/usr"
  cat >"$runtime/metadata" <<END
[Runtime]
name=$2
runtime=org.gnome.Platform/$arch/$BRANCH
sdk=org.gnome.Sdk/$arch/$BRANCH

[Environment]
GST_PLUGIN_SYSTEM_PATH=/app/lib/gstreamer-1.0:$libdir/gstreamer-1.0
END
  flatpak build-export --runtime --disable-sandbox repo "$runtime" "$BRANCH" >/dev/null
  rm -rf "$runtime" "$1"
  say "$2"
}

arch=$(flatpak --default-arch)
unpack platform platform.list
libdir=$(cd platform && dirname /usr/lib/*/libc.so.6)
cp -al platform sdk
unpack sdk sdk.list
ln -s gcc sdk/usr/bin/cc
ln -sf gawk sdk/usr/bin/awk
settle platform
settle sdk
say "unpacked: $(du -sh platform sdk | tr '\n' ' ')"
# Plain files that the installation links to: neither compressed nor copied.
ostree --repo=repo init --mode=bare-user-only
ostree --repo=repo config set core.fsync false
export_runtime platform org.gnome.Platform
export_runtime sdk org.gnome.Sdk
flatpak build-update-repo repo >/dev/null
flatpak --user remote-add --if-not-exists --no-gpg-verify runtime "file://$dir/repo"
flatpak --user install -y --noninteractive runtime "org.gnome.Platform//$BRANCH" "org.gnome.Sdk//$BRANCH" >/dev/null
echo "$recipe" >recipe
say "installed: $(du -sh user | cut -f1)"
