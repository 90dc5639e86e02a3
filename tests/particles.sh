#!/bin/sh
# Compares what examples/particles.c tells, but for the time, with what all its kinds come to.
#
#   particles.sh PROGRAM EXPECTED
set -eu

told=$("$1" 2000 6 | sed 's/: [0-9.]* ms$//')
if [ "$told" != "$(cat "$2")" ]; then
    printf 'The particles came to something else than %s tells:\n%s\n' "$2" "$told"
    exit 1
fi
if "$1" 0 2>/dev/null || "$1" 5x 2>/dev/null || "$1" 10 -3 2>/dev/null; then
    echo 'The particles took a number that is none'
    exit 1
fi
echo 'particles: 2 passed, 0 failed'
