#!/bin/sh
# Installs the library and uses it as a stranger would: by pkg-config, from C and from C++, shared
# and static.
#
#   installed.sh BUILD FOLDER
set -eu

build=$1
folder=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

rm -rf "$folder"
meson install --quiet --no-rebuild -C "$build" --destdir "$folder"
pc=$(find "$folder" -name stoa.pc)
prefix=${pc%/*/pkgconfig/stoa.pc}
case $prefix in */lib) prefix=${prefix%/lib} ;; esac
libraries=${pc%/pkgconfig/stoa.pc}
export PKG_CONFIG_PATH="${pc%/stoa.pc}"

flags() {
    pkg-config --define-variable=prefix="$prefix" "$@" stoa
}

# shellcheck disable=SC2046 # words on purpose
{
    cc -std=c11 "$here/headers/installed.c" $(flags --cflags --libs) -o "$folder/shared"
    c++ -std=c++17 -x c++ "$here/headers/installed.c" $(flags --cflags --libs) -o "$folder/cxx"
    cc -std=c11 "$here/headers/installed.c" $(flags --cflags) "$libraries/libstoa.a" \
        $(flags --static --libs-only-other) -lm -o "$folder/static"
}
wanted=$(pkg-config --modversion stoa)
for program in shared cxx static; do
    told=$(LD_LIBRARY_PATH=$libraries "$folder/$program")
    if [ "$told" != "$wanted" ]; then
        printf '%s told %s instead of %s\n' "$program" "$told" "$wanted"
        exit 1
    fi
done
printf 'installed: 3 passed, 0 failed\n'
