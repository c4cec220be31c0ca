#!/bin/sh
# Makes a small Debian image and prints its name: container-image.sh NAME [PACKAGE…]
# The file system is made once by mmdebstrap and kept under the user's cache; the image is made once per docker engine.
# Safe to run by several processes at once. NAME says what it is for: `base`, `ansible`, `puppet`.
set -eu
name=$1; shift
suite=bookworm
packages=$(printf '%s\n' "$@" | sort -u | paste -sd, -)
key=$(printf '%s %s 1' "$suite" "$packages" | sha256sum | cut -c1-12)
image=kiln-test/$name:$key
folder=${XDG_CACHE_HOME:-$HOME/.cache}/kiln-test/container-images
tarball=$folder/$name-$key.tar
mkdir -p "$folder"
exec 9>"$folder/$name-$key.lock"
flock 9
if ! docker image inspect "$image" >/dev/null 2>&1; then
  if [ ! -s "$tarball" ]; then
    unfinished=$tarball.$$
    trap 'rm -f "$unfinished"' EXIT
    mmdebstrap --quiet --variant=minbase ${packages:+--include="$packages"} \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
      --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*' \
      --format=tar "$suite" "$unfinished" >&2
    mv "$unfinished" "$tarball"
  fi
  docker import --change 'CMD ["/bin/bash"]' "$tarball" "$image" >/dev/null
fi
printf '%s\n' "$image"
