"""Ten million points in stoa, and what every other way of keeping them costs beside it.

    python examples/points.py [RECORDS] [--python PATH ...] [--output FOLDER] [--only KIND ...]

The first half is the program: declare a record, fill a table, read it as rows, add up a column,
append. The rest measures it beside dicts, slots, attrs, numpy and the others, each in a process
of its own (points_kinds.py), prints a table and writes memory.csv, memory.png and memory.svg.
tools/demo calls this with everything it needs installed.
"""

import argparse
import sys
from pathlib import Path

import stoa
from stoa import int32


class Point(stoa.Record):
    x: int32
    y: int32
    z: int32


def make(xs, ys, zs):
    """A table from three buffers, at the speed of a copy."""
    points = stoa.Table(Point)
    points.extend(x=xs, y=ys, z=zs)
    return points


def read(points):
    """Rows look like objects and hold nothing: p.x reads the column in place."""
    total = 0
    for p in points:
        total += p.x + p.y + p.z
    return total


def read_by_cursor(points):
    """One row that moves on, made once: don't keep it."""
    total = 0
    for p in points.cursor():
        total += p.x + p.y + p.z
    return total


def read_by_values(points):
    """Plain tuples: the fastest loop over several fields."""
    total = 0
    for x, y, z in points.values():
        total += x + y + z
    return total


def sum_x(points):
    """In bulk: no object is made for a row, and all cores work."""
    return points.x.sum()


def append(points, rows):
    """No column moves, however far the table grows."""
    for x, y, z in rows:
        points.append(x, y, z)


def parsed_arguments():
    parser = argparse.ArgumentParser(description="Points in stoa, and in every other way.")
    parser.add_argument("records", nargs="?", type=positive, default=10_000_000, metavar="RECORDS")
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="measure the article's classes with this interpreter too (PyPy: every kind)",
    )
    parser.add_argument("--only", action="append", metavar="KIND", help="measure this kind only")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER")
    parser.add_argument(
        "--modules", type=Path, metavar="FOLDER", help="has points_cython, compiled"
    )
    parser.add_argument("--c-program", type=Path, metavar="PATH", help="points.c, compiled")
    return parser.parse_args()


def positive(text):
    number = int(text.replace("_", "").replace(",", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("one record at least")
    return number


if __name__ == "__main__":
    import points_compare  # here, since points_kinds.py imports the program above on its own

    sys.exit(points_compare.main(parsed_arguments()))
