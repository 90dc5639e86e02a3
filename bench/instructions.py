"""Instructions per value, by valgrind's callgrind: of stoa, of the loop, and what is reckoned.

    python bench/instructions.py BUILD [--only WORD]

BUILD is a folder that meson built with -Dbenchmarks=enabled. valgrind knows no AVX-512, so the code
is that of the baseline (SSE2) and of AVX2. Each question runs once over N and once over 2 N rows:
the difference is free of parsing, binding and starting.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROWS = 65_536
LEVELS = ("baseline", "avx2")

# Reckoned: the instructions, without those of the loop itself, that one vector takes in the best
# way known to us, and the values in it. A vector holds 16 bytes at the baseline, 32 at AVX2; loads
# that fold into an operation are still counted. SSE2 copies what its two-operand forms would
# overwrite, has no signed widening or product (so sums of squares are made of absolute values, and
# dot corrects for the signs), no minimum of int32 and no choice by mask in one step.
RECKONED = {
    # load, sign, two unpacked halves, two added | load with widening, add
    "sum(x)": ((8, 4), (2, 4)),
    # load, and for each of both: compare, choose in three, copy | load, min, max
    "min(x), max(x)": ((11, 4), (3, 8)),
    # load, min, max (passing over NaN, signs of zero not told apart)
    "min(w), max(w)": ((3, 2), (3, 4)),
    # load, compare, subtract
    "sum(x > 0)": ((3, 4), (3, 8)),
    # for each of both: load, (absolute value,) odd lanes apart, two products, two added
    "sum(x * x + y * y)": ((22, 4), (12, 8)),
    # two loads, odd lanes apart, two products, (signs,) two added
    "dot(x, y)": ((18, 4), (8, 8)),
    # load, subtract, add, multiply, add: one pass
    "std(w)": ((5, 2), (5, 4)),
    # load x, compare, widen the mask, load w, and, add | widening load, compare, load w, and, add
    "sum(w) where x > 0 (50 %)": ((10, 4), (5, 4)),
    # x and y: load, compare; and, widen; w: load, compare, and, and, add
    "sum(w) where three conditions, 50 %": ((20, 4), (11, 4)),
    # two widening loads, two products, add; to float64 in five; root, product with a load, store
    "sqrt(x * x + y * y) * w, fresh": ((45, 4), (14, 4)),
    "  in place": ((45, 4), (14, 4)),
    # few: load, compare and mask for all, and ten for each row taken: its number in two, three
    # loads and stores, two steps on
    "filter, 1 %, memory kept": ((85, 100), (48, 100)),
    # many, row by row: three loads and stores, compare, set, add | x: load, compare, mask, count,
    # table's entry; x and y: permute, store (and y's load); w, twice: load, entry, permute, store
    "filter, 50 %, memory kept": ((9, 1), (20, 8)),
    "filter, 99 %, memory kept": ((9, 1), (20, 8)),
    # load; argument to a range in four; a polynomial of degree 11 or so; scaled in three; add.
    # At the baseline each fused multiply-add is a call of fma.
    "sum(exp(w))": (None, (20, 4)),
    # exponent and mantissa apart in six, a division, a polynomial, put together in four
    "sum(log(w))": (None, (25, 4)),
    # the range by three fused steps, two polynomials of degree 6 or so, choice and sign in six
    "sum(sin(w))": (None, (27, 4)),
}


def run(program, level, *arguments):
    """Instructions within `measured`."""
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured"]
    command += ["--callgrind-out-file=/dev/null", program, *map(str, arguments)]
    environment = os.environ | {"STOA_SIMD": level}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not collected:
        sys.exit(f"{' '.join(command)}:\n{done.stderr}")
    if done.stdout.split()[-1:] != [level]:
        sys.exit(f"this processor or valgrind has no {level}: the code was for {done.stdout}")
    return int(collected[1])


def per_value(program, level, side, number):
    short, long = (run(program, level, side, number, rows) for rows in (ROWS, 2 * ROWS))
    return (long - short) / ROWS


def cell(figure):
    return f"{figure:10.2f}" if figure is not None else " " * 10


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("build", type=pathlib.Path)
    arguments.add_argument("--only", default="", metavar="WORD", help="titles that hold it")
    given = arguments.parse_args()
    program = str(given.build / "bench" / "bench_once")
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    questions = [line.split(" ", 1) for line in lines.splitlines()]
    unknown = set(RECKONED) - {title for _, title in questions}
    if unknown:
        sys.exit(f"reckoned, but not asked: {sorted(unknown)}")
    heads = "".join(f"{level + ':':>12}{'loop':>10}{'reckoned':>10}" for level in LEVELS)
    print(f"instructions per value\n{'':37}{heads}", flush=True)
    for number, (sides, title) in enumerate(questions):
        if title not in RECKONED or given.only not in title:
            continue
        text = f"{title:37}"
        for level, reckoned in zip(LEVELS, RECKONED[title]):
            text += "  " + cell(per_value(program, level, "stoa", number))
            text += cell(per_value(program, level, "loop", number) if sides == "both" else None)
            text += cell(reckoned and reckoned[0] / reckoned[1])
        print(text.rstrip(), flush=True)


if __name__ == "__main__":
    main()
