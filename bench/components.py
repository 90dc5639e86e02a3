"""Vectors of float32 in place: position = position + velocity * dt, of three components.

    python bench/components.py [ROWS]

The rivals are numpy on an array of shape (rows, 3), and the loop over three arrays that one would
write by hand in C, compiled here at -O3 for this processor. One thread each.
"""

import argparse
import ctypes
import os
import subprocess
import tempfile
from pathlib import Path

import numpy
from timing import bar, compare

import stoa

OURS, NUMPY, BY_HAND = "stoa", "numpy, (rows, 3)", "loop by hand, over three arrays"
LOOP = """
#include <stddef.h>
void move(float *const *p, float *const *v, size_t rows, float dt)
{
    for (int k = 0; k < 3; k++) {
        float *restrict a = p[k];
        const float *restrict b = v[k];
        for (size_t i = 0; i < rows; i++)
            a[i] += b[i] * dt;
    }
}
"""


def by_hand(folder):
    source, made = Path(folder, "loop.c"), Path(folder, "loop.so")
    source.write_text(LOOP)
    compiler = os.environ.get("CC", "cc").split()
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run([*compiler, *flags, str(source), "-o", str(made)], check=True)
    return ctypes.CDLL(str(made)).move


def pointers(arrays):
    return (ctypes.c_void_p * 3)(*(each.ctypes.data for each in arrays))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    stoa.set_threads(1)
    table = stoa.Table({"position": "float32[3]", "velocity": "float32[3]"}, rows)
    dice = numpy.random.default_rng(3)
    wide = [dice.standard_normal((rows, 3), "f4") for _ in range(2)]
    apart = [[each[:, k].copy() for k in range(3)] for each in wide]
    numpy.asarray(table.position)[:], numpy.asarray(table.velocity)[:] = wide
    p, v = map(pointers, apart)
    dt = numpy.float32(0.01)
    with tempfile.TemporaryDirectory() as folder:
        move = by_hand(folder)
        move.argtypes = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_float

        def of_stoa():
            table.assign("position", "position + velocity * $dt", dt=0.01)

        def of_numpy():
            wide[0] += wide[1] * dt

        def of_c():
            move(p, v, rows, 0.01)

        sides = {OURS: of_stoa, NUMPY: of_numpy, BY_HAND: of_c}
        found = compare("position += velocity * dt, float32[3], in place", sides, rows)
        bar(f"of the {BY_HAND}", 1.2, found[OURS] / found[BY_HAND])
        bar(f"of {NUMPY}", 1.0, found[OURS] / found[NUMPY])


if __name__ == "__main__":
    main()
