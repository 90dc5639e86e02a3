"""What does a pickle cost besides moving its buffers? Three int32 a row, with pickle 5 and the
columns out of band; beside a copy of the table, and numpy's arrays pickled likewise.

    python bench/pickles.py [ROWS]

Loading copies: its time stands beside that of the same copy. What remains is also measured where
there is nothing to move, on a table of ten rows.
"""

import pickle
import sys

import numpy
from timing import medians

import stoa

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000


class Point(stoa.Record):
    x: stoa.int32
    y: stoa.int32
    z: stoa.int32


def dump(thing):
    buffers = []
    return pickle.dumps(thing, 5, buffer_callback=buffers.append), buffers


def moved(buffers):
    """Copies of the buffers in fresh memory."""
    return [numpy.array(numpy.frombuffer(each, numpy.uint8)) for each in buffers]


def main():
    values = numpy.arange(ROWS, dtype="int32")
    table = stoa.Table(Point)
    table.extend(x=values, y=values + 1, z=values + 2)
    arrays = {name: numpy.array(table[name]) for name in "xyz"}
    small = table[:10].copy()
    data, buffers = dump(table)
    small_data, small_buffers = dump(small)
    numpy_data, numpy_buffers = dump(arrays)
    sides = {
        "dumps, stoa": lambda: dump(table),
        "dumps, dict of numpy arrays": lambda: dump(arrays),
        "loads, stoa": lambda: pickle.loads(data, buffers=buffers),
        "loads, dict of numpy arrays, and copies": lambda: {
            name: each.copy()
            for name, each in pickle.loads(numpy_data, buffers=numpy_buffers).items()
        },
        "copy of the buffers by numpy": lambda: moved(buffers),
        "copy of the table": table.copy,
        "dumps of ten rows, stoa": lambda: dump(small),
        "loads of ten rows, stoa": lambda: pickle.loads(small_data, buffers=small_buffers),
    }
    found = medians(sides, keep=True)
    print(f"{ROWS:,} rows of three int32, {12 * ROWS / 1e6:.0f} MB; the pickle: {len(data)} bytes")
    for name, seconds in found.items():
        print(f"  {name:42} {seconds * 1e3:9.3f} ms")
    besides = found["dumps, stoa"] + found["loads of ten rows, stoa"]
    print(f"bar: besides moving the buffers, ms: at most 1; measured {besides * 1e3:.3f}")
    ratio = found["loads, stoa"] / found["copy of the table"]
    print(f"loads of a copy of the table: {ratio:.2f}")


main()
