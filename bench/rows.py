"""Rows in Python beside other rows: reading a field, loops, the cursor, a standalone record.

    python bench/rows.py [RECORDS] [--pypy INTERPRETER]

CPython's part needs numpy and pandas. PyPy's part (a loop that sums two fields, each side in a
process of its own) runs on the interpreter given, which must have stoa installed.
"""

import argparse
import collections
import random
import subprocess
import sys
import time

from timing import bar, compare

import stoa
from stoa import int32


class Point(stoa.Record):
    x: int32
    y: int32
    z: int32


class Slots:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


Named = collections.namedtuple("Named", "x y z")


def values(records):
    """Fields above 1,000, so that no cached integer helps anybody."""
    pick = random.Random(7)
    return [[pick.randrange(1001, 2**30) for _ in range(records)] for _ in range(3)]


def table_of(columns):
    return stoa.Table.from_columns(Point, x=columns[0], y=columns[1], z=columns[2])


def add_two_fields(rows):
    total = 0
    for row in rows:
        total += row.x + row.y
    return total


# ---- CPython ----


def read(points, structured, objects):
    repeat = 1_000_000
    row, void, slots, loops = points[7], structured[7], objects[7], range(repeat)

    def of(name, statement):
        source = f"def {name}(it, loops):\n    for _ in loops:\n        {statement}\n"
        scope = {}
        exec(source, scope)
        return scope[name]

    attribute, key, nothing = of("a", "it.x"), of("k", "it['x']"), of("n", "it")
    medians = compare(
        "read one field, the loop included",
        {
            "stoa row.x": lambda: attribute(row, loops),
            "numpy void['x']": lambda: key(void, loops),
            "__slots__ object.x": lambda: attribute(slots, loops),
            "the loop alone": lambda: nothing(row, loops),
        },
        repeat,
    )
    bar("row.x of void['x']", 0.4, medians["stoa row.x"] / medians["numpy void['x']"])


def loops(points, structured, objects, frame):
    def structured_loop():
        total = 0
        for row in structured:
            total += int(row["x"]) + int(row["y"])
        return total

    medians = compare(
        "loop over all rows, adding two fields",
        {
            "stoa table": lambda: add_two_fields(points),
            "stoa cursor": lambda: add_two_fields(points.cursor()),
            "numpy structured array": structured_loop,
            "pandas itertuples": lambda: add_two_fields(frame.itertuples(index=False)),
            "list of __slots__ objects": lambda: add_two_fields(objects),
        },
        len(points),
        rounds=5,
    )
    rival = medians["numpy structured array"]
    bar("table of structured array", 0.6, medians["stoa table"] / rival)
    bar("cursor of itertuples", 1.0, medians["stoa cursor"] / medians["pandas itertuples"])


def total_size(value):
    """Bytes of an object, with the garbage collector's header where there is one."""
    import gc

    header = 16 if gc.is_tracked(value) or sys.version_info >= (3, 12) else 0
    return max(value.__sizeof__() + header, sys.getsizeof(value))


def standalone():
    record, rival = Point(1001, 1002, 1003), Named(1001, 1002, 1003)
    ours, theirs = total_size(record), total_size(rival)
    print(f"\na standalone Point: {ours} bytes; a namedtuple: {theirs}")
    bar("bytes over a namedtuple", 16, ours - theirs)


def cpython(records):
    import numpy
    import pandas

    columns = values(records)
    points = table_of(columns)
    structured = numpy.empty(records, [("x", "i4"), ("y", "i4"), ("z", "i4")])
    for name, column in zip("xyz", columns):
        structured[name] = column
    objects = [Slots(*each) for each in zip(*columns)]
    frame = pandas.DataFrame(structured)
    assert add_two_fields(points) == add_two_fields(points.cursor()) == add_two_fields(objects)
    read(points, structured, objects)
    loops(points, structured, objects, frame)
    standalone()


# ---- PyPy ----


def pypy_side(side, records):
    """Prints the median time of a loop, in nanoseconds a row."""
    columns = values(records)
    rows = table_of(columns) if side == "table" else [Slots(*each) for each in zip(*columns)]
    times = []
    for _ in range(15):
        start = time.perf_counter()
        add_two_fields(rows)
        times.append(time.perf_counter() - start)
    print(sorted(times[5:])[5] * 1e9 / records)


def pypy(interpreter, records):
    figures = {side: [] for side in ("objects", "table")}
    for _ in range(3):
        for side, found in figures.items():
            command = [interpreter, __file__, str(records), "--side", side]
            found.append(float(subprocess.run(command, check=True, capture_output=True).stdout))
    medians = {side: sorted(found)[1] for side, found in figures.items()}
    print(f"\nPyPy: loop over all rows, adding two fields ({records:,}, own processes)")
    print(f"  stoa table            {medians['table']:9.1f} ns each")
    print(f"  list of plain objects {medians['objects']:9.1f} ns each")
    bar("table of objects", 3.0, medians["table"] / medians["objects"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("records", nargs="?", type=int, default=1_000_000)
    arguments.add_argument("--pypy", metavar="INTERPRETER")
    arguments.add_argument("--side", choices=("objects", "table"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.side:
        pypy_side(given.side, given.records)
        return
    print(f"{sys.implementation.name} {sys.version.split()[0]}, stoa {stoa.__version__}")
    cpython(given.records)
    if given.pypy:
        pypy(given.pypy, given.records)


if __name__ == "__main__":
    main()
