#!/bin/sh
# A system that the library would give wrong results on is refused when it is configured, in words.
#
#   refused.sh MESON ROOT
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/cross" <<'END'
[binaries]
c = 'cc'
ar = 'ar'
pkgconfig = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = 's390x'
cpu = 's390x'
endian = 'big'
END

if "$1" setup --cross-file "$work/cross" "$work/build" "$2" >"$work/log" 2>&1 ||
    ! grep -q 'stoa needs a little-endian system' "$work/log"; then
    cat "$work/log"
    exit 1
fi
echo 'refused: a big-endian system'
