"""All cells of a row at once through rows of Python, beside objects and arrays placed by hand.

    python bench/layout.py [CELLS] [ROWS]

First, for 3, 8, 24 and 100 fields of int32, CELLS in all (6,000,000 unless told otherwise): a loop
over rows that sets each field, and one that adds them up. The rival is Python's array of structs, a
list of objects with __slots__. A cliff at some number of fields would show as a cell's time that
rises with it; what C does with the same cells is in bench/layout.c.

Then three fields of ROWS rows (10,000,000) at random places: points[i] and its fields beside three
arrays, of which one kind lies in memory as malloc gives it and the other a page and a line apart.
"""

import argparse
import mmap
import random
from array import array
from functools import partial

from rows_rivals import own
from timing import bar, compare

import stoa
from stoa import int32

COUNTS = 3, 8, 24, 100
APART = 4096 + 64  # bytes
PLACES = 500_000
STOA, SLOTS = "rows of stoa", "list of __slots__ objects"
BY_NAME, BY_HAND = "three array.array", "three memoryviews, a page and a line apart"


def make_record(names):
    return type("Wide", (stoa.Record,), {"__annotations__": dict.fromkeys(names, int32)})


def make_slots(names):
    return type("Slots", (), {"__slots__": names})


def filler(names):
    stores = "".join(f"        row.{name} = i + {k}\n" for k, name in enumerate(names))
    return own(f"def fill(rows):\n    i = 1000\n    for row in rows:\n        i += 1\n{stores}")


def adder(names):
    added = " + ".join(f"row.{name}" for name in names)
    return own(
        f"def add(rows):\n    total = 0\n    for row in rows:\n        total += {added}\n"
        "    return total\n"
    )


def measure_shape(fields, cells):
    names = [f"f{k}" for k in range(fields)]
    rows = cells // fields
    table = stoa.Table(make_record(names))
    table.resize(rows)
    make = make_slots(names)
    objects = [make() for _ in range(rows)]
    sides = {STOA: table, SLOTS: objects}
    for title, loop_of in ("set", filler), ("add", adder):
        loops = {name: partial(loop_of(names), side) for name, side in sides.items()}
        found = compare(f"{title} {fields} fields, row by row", loops, rows * fields, rounds=5)
        print(f"  stoa / objects {found[STOA] / found[SLOTS]:33.2f}")
    if sum(map(sum, table[:1].values())) != sum(getattr(objects[0], name) for name in names):
        raise SystemExit("the two sides hold different values")


def staggered(columns):
    """Memoryviews of the columns' values, whole pages and APART from each other in memory."""
    rows = len(columns[0])
    apart = -(-rows * 4 // mmap.PAGESIZE) * mmap.PAGESIZE + APART
    memory = memoryview(mmap.mmap(-1, apart * len(columns)))
    views = [memory[k * apart : k * apart + 4 * rows].cast("i") for k in range(len(columns))]
    for view, column in zip(views, columns):
        view[:] = column
    return views


def measure_random(rows):
    class Point(stoa.Record):
        x: int32
        y: int32
        z: int32

    columns = [array("i", range(1001 + k, 1001 + k + rows)) for k in range(3)]
    points = stoa.Table.from_columns(Point, x=columns[0], y=columns[1], z=columns[2])
    pick = random.Random(7)
    places = [pick.randrange(rows) for _ in range(PLACES)]
    of_row = own(
        "def add(points, places):\n    total = 0\n    for i in places:\n        p = points[i]\n"
        "        total += p.x + p.y + p.z\n    return total\n"
    )
    of_arrays = (
        "def add(x, y, z, places):\n    total = 0\n    for i in places:\n"
        "        total += x[i] + y[i] + z[i]\n    return total\n"
    )
    of_array, of_view = own(of_arrays), own(of_arrays)
    views = staggered(columns)
    sides = {
        STOA: lambda: of_row(points, places),
        BY_NAME: lambda: of_array(*columns, places),
        BY_HAND: lambda: of_view(*views, places),
    }
    if len({work() for work in sides.values()}) != 1:
        raise SystemExit("the sides add up to different sums")
    found = compare(f"points[i].x + .y + .z at random among {rows:,} rows", sides, PLACES)
    for rival in BY_NAME, BY_HAND:
        bar(f"of {rival}", 1.3, found[STOA] / found[rival])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cells", nargs="?", type=int, default=6_000_000)
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    options = parser.parse_args()
    for fields in COUNTS:
        measure_shape(fields, options.cells)
    measure_random(options.rows)


if __name__ == "__main__":
    main()
