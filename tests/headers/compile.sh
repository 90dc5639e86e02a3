#!/bin/sh
# Compiles each public header alone, and a program that uses records, as C11 and as C++17, with
# gcc and with clang, every warning on and an error; all of them in one as C23 and as C++20 too. A
# compiler that is not there is passed over.
# Then records with a name that no field can have: each must be refused, in words.
#
#   compile.sh ROOT
set -eu

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

common='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wcast-align
    -Wundef -Wredundant-decls -Wwrite-strings -Wpointer-arith -Wdouble-promotion -Wfloat-equal
    -Wformat=2 -Wnull-dereference -Wswitch-enum -Wswitch-default -Wvla -Wunused-macros'
gcc_common="$common -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wcast-align=strict"
c_only='-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wbad-function-cast
    -Wnested-externs -Wc++-compat'
cxx_only='-Wold-style-cast -Wzero-as-null-pointer-constant -Wextra-semi
    -Wnon-virtual-dtor'
# Not faults: padding, C++98, what the language standard already allows, and our own prefix
# stoa__, which C++ reserves.
clang_all='-Weverything -Wno-padded -Wno-c++98-compat -Wno-c++98-compat-pedantic
    -Wno-declaration-after-statement -Wno-reserved-identifier -Wno-disabled-macro-expansion
    -Wno-unknown-warning-option -Wno-unsafe-buffer-usage -Wno-pre-c11-compat
    -Wno-used-but-marked-unused -Wno-c++20-compat -Wno-c++-keyword -Wno-implicit-void-ptr-cast
    -Wno-documentation-unknown-command'

# Nor what was new in these standards once.
clang_new='-Wno-pre-c2x-compat -Wno-pre-c23-compat -Wno-c++17-compat -Wno-pre-c++17-compat
    -Wno-pre-c++20-compat'

failed=0
compiled=0

# compile COMPILER STANDARD LANGUAGE FILE WARNING...
compile() {
    compiler=$1 standard=$2 language=$3 file=$4
    shift 4
    compiled=$((compiled + 1))
    "$compiler" "-std=$standard" -x "$language" -Werror "$@" "-I$root/include" -O2 -c \
        -o "$work/out.o" "$file" || {
        failed=$((failed + 1))
        printf 'not ok: %s -std=%s %s\n' "$compiler" "$standard" "${file##*/}"
    }
}

for header in "$root"/include/stoa/*.h; do
    name=${header##*/}
    printf '#include <stoa/%s>\n#include <stoa/%s>\n' "$name" "$name" >"$work/${name%.h}.c"
done
cp "$root/tests/headers/record.c" "$work/with_records.c"
cp "$root/tests/headers/globals.c" "$work/with_globals.c"
cp "$root/tests/headers/renamed.c" "$work/with_old_names.c"

for file in "$work"/*.c; do
    # shellcheck disable=SC2086 # lists of options
    {
        if command -v gcc >/dev/null; then
            compile gcc c11 c "$file" $gcc_common $c_only
        fi
        if command -v g++ >/dev/null; then
            compile g++ c++17 c++ "$file" $gcc_common $cxx_only
        fi
        if command -v clang >/dev/null; then
            compile clang c11 c "$file" $clang_all
            compile clang c++17 c++ "$file" $clang_all
        fi
    }
done

for name in stoa with_records with_globals with_old_names; do
    # shellcheck disable=SC2086 # lists of options
    {
        if command -v gcc >/dev/null; then
            compile gcc c2x c "$work/$name.c" $gcc_common $c_only
        fi
        if command -v g++ >/dev/null; then
            compile g++ c++20 c++ "$work/$name.c" $gcc_common $cxx_only
        fi
        if command -v clang >/dev/null; then
            compile clang c2x c "$work/$name.c" $clang_all $clang_new
            compile clang c++20 c++ "$work/$name.c" $clang_all $clang_new
        fi
    }
done

# refuses COMPILER STANDARD LANGUAGE NAME: a record with a field of that name
refuses() {
    compiled=$((compiled + 1))
    printf '#include <stoa/stoa.h>\n#define R(FIELD) FIELD(int32, x) FIELD(bool, %s, true)\n%s\n' \
        "$4" 'STOA_RECORD(thing, R)' >"$work/refused.c"
    if "$1" "-std=$2" -x "$3" "-I$root/include" -c -o "$work/out.o" "$work/refused.c" \
        2>"$work/refused.log" || ! grep -q "can.*t have this name" "$work/refused.log"; then
        failed=$((failed + 1))
        printf 'not refused in words: %s, field %s\n' "$1" "$4"
    fi
}

for name in table values defaults at fields field_count pointer_count table_init table_from \
    table_append table_push table_dispose; do
    ! command -v gcc >/dev/null || refuses gcc c11 c "$name"
    ! command -v g++ >/dev/null || refuses g++ c++17 c++ "$name"
    ! command -v clang >/dev/null || refuses clang c11 c "$name"
done

# Every old name is tried.
old_names=$(sed -n 's/^#define \(stoa_[a-z_]*\) .*/\1/p' "$root/include/stoa/renamed.h")
for name in $old_names; do
    compiled=$((compiled + 1))
    grep -qw "$name" "$root/tests/headers/renamed.c" || {
        failed=$((failed + 1))
        printf 'tests/headers/renamed.c does not use %s\n' "$name"
    }
done

printf 'headers: %s passed, %s failed\n' $((compiled - failed)) "$failed"
[ "$failed" -eq 0 ] && [ "$compiled" -gt 0 ]
