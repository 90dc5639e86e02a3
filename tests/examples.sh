#!/bin/sh
# examples.sh PROGRAM SOURCE...: runs the examples of the documentation, and compares what they print
# with what their sources say that they print, in order.
set -eu

program=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

sed -n 's|.*/\* prints \(.*\) \*/.*|\1|p' "$@" >"$folder/expected"
"$program" >"$folder/printed"
diff "$folder/expected" "$folder/printed"
