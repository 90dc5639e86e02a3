#!/bin/sh
# Compares what a shared library exports with a list.
#
#   exports.sh LIBRARY LIST
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names alone, without versions.
nm --dynamic --defined-only --format=posix "$1" | sed 's/[ @].*//' | LC_ALL=C sort -u >"$work/found"
LC_ALL=C sort -u "$2" >"$work/wanted"
if ! diff -u "$work/wanted" "$work/found" >"$work/diff"; then
    printf 'The library exports (+) something else than %s tells (-):\n' "$2"
    sed 1,2d "$work/diff"
    exit 1
fi
printf 'exports: %s passed, 0 failed\n' "$(wc -l <"$work/wanted")"
