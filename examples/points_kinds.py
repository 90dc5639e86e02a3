"""One way of keeping points with x, y and z, in a process of its own: what it costs.

    python points_kinds.py KIND RECORDS [FOLDER ...]

makes RECORDS points, reads them all, adds up their x, appends some, checks every answer and
prints one line of JSON. Memory is the growth of the unique set size (what would be free if the
process ended) from just before the points are made to just after; the values that they are made
from exist on both sides. The list that holds the objects counts: 8 bytes a record.

Fair to the objects: the integers are small ones that CPython keeps once and shares, so only
"uncached integers" pays for them; and the cyclic garbage collector of CPython is off meanwhile.

Runs on Python 2.7 to 3.x and PyPy without any package; a kind whose package is missing says so.
FOLDERs are searched for modules (the compiled points_cython).
"""
# Python 2.7 reads this file too.
# ruff: noqa: UP004, UP031

import array
import collections
import gc
import importlib
import itertools
import json
import os
import platform
import sys
import timeit

PATTERN = [(i, i * 3 % 101, i * 7 % 251) for i in range(128)]
FIRST_UNCACHED = 1000
NAMES = ("x", "y", "z")

try:
    zip_lazily = itertools.izip
except AttributeError:
    zip_lazily = zip


class NotHere(Exception):
    """Why a kind can't be had in this Python."""


class SharedIntegers(object):
    """Values below 256, which CPython keeps once: a pattern of 128 rows, over and over."""

    def rows(self, records):
        return itertools.islice(itertools.cycle(PATTERN), records)

    def column(self, index, records):
        block = array.array("i", [row[index] for row in PATTERN])
        return (block * (records // len(block) + 1))[:records]

    def sums(self, records):
        cycles, rest = divmod(records, len(PATTERN))
        return [
            cycles * sum(row[index] for row in PATTERN) + sum(row[index] for row in PATTERN[:rest])
            for index in range(3)
        ]


class UncachedIntegers(object):
    """Values from 1,000 on: three integer objects for each record."""

    def rows(self, records):
        counters = [itertools.count(FIRST_UNCACHED + index) for index in range(3)]
        return itertools.islice(zip_lazily(*counters), records)

    def sums(self, records):
        counted = records * (records - 1) // 2
        return [records * (FIRST_UNCACHED + index) + counted for index in range(3)]


class Objects(object):
    """Records that are objects with attributes, in a list."""

    values = SharedIntegers()

    def __init__(self, new):
        self.new = new

    def source(self, records):
        return self.values.rows(records)

    def make(self, source):
        new = self.new
        return [new(x, y, z) for x, y, z in source]

    def read(self, points):
        total = 0
        for p in points:
            total += p.x + p.y + p.z
        return total

    def sum_x(self, points):
        return sum(p.x for p in points)

    def appended(self, records):
        return max(1, records // 10)

    def append(self, points, rows):
        new = self.new
        for x, y, z in rows:
            points.append(new(x, y, z))


class UncachedObjects(Objects):
    values = UncachedIntegers()


class Dicts(Objects):
    def make(self, source):
        return [{"x": x, "y": y, "z": z} for x, y, z in source]

    def read(self, points):
        total = 0
        for p in points:
            total += p["x"] + p["y"] + p["z"]
        return total

    def sum_x(self, points):
        return sum(p["x"] for p in points)

    def append(self, points, rows):
        for x, y, z in rows:
            points.append({"x": x, "y": y, "z": z})


class Tuples(Objects):
    def make(self, source):
        return [(x, y, z) for x, y, z in source]

    def read(self, points):
        total = 0
        for p in points:
            total += p[0] + p[1] + p[2]
        return total

    def sum_x(self, points):
        return sum(p[0] for p in points)

    def append(self, points, rows):
        for x, y, z in rows:
            points.append((x, y, z))


class Columns(Objects):
    """Records without objects: made from three arrays of C integers that are already there."""

    def source(self, records):
        return [self.values.column(index, records) for index in range(3)]


class StructuredArray(Columns):
    """A numpy array of (int32, int32, int32). `append` has to copy it, so few are appended."""

    def __init__(self, numpy):
        self.numpy = numpy

    def make(self, source):
        points = self.numpy.empty(len(source[0]), dtype=[(name, "i4") for name in NAMES])
        for name, column in zip(NAMES, source):
            points[name] = column
        return points

    def read(self, points):
        total = self.numpy.int64(0)  # a Python integer would make numpy add in 32 bits
        for p in points:
            total += p["x"] + p["y"] + p["z"]
        return int(total)

    def sum_x(self, points):
        return int(points["x"].sum(dtype="i8"))

    def appended(self, records):
        return min(10, records)

    def append(self, points, rows):
        for row in rows:
            points = self.numpy.append(points, self.numpy.array([row], dtype=points.dtype))
        return points


class StoaTable(Columns):
    """The program of points.py."""

    def __init__(self, program, read):
        self.program = program
        self.read = read

    def make(self, source):
        return self.program.make(*source)

    def sum_x(self, points):
        return self.program.sum_x(points)

    def append(self, points, rows):
        self.program.append(points, rows)


class Point3D(object):
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


class Point3DSlot(object):
    __slots__ = NAMES

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


def dataclass(**options):
    module = importlib.import_module("dataclasses")
    if options and sys.version_info < (3, 10):
        raise NotHere("needs Python 3.10")
    return module.make_dataclass("Point", [(name, int) for name in NAMES], **options)


def from_package(package, function, *arguments, **options):
    return getattr(importlib.import_module(package), function)("Point", *arguments, **options)


def namedlist():
    """namedlist 1.8 looks for abstract classes where Python kept them before 3.10; lend them."""
    for name in ("Mapping", "Sequence"):
        if not hasattr(collections, name):
            setattr(collections, name, getattr(importlib.import_module("collections.abc"), name))
    return from_package("namedlist", "namedlist", NAMES)


def stoa(read):
    importlib.import_module("stoa")  # tells an old Python without it before points.py is parsed
    program = importlib.import_module("points")
    return StoaTable(program, getattr(program, read))


# name, what a table calls it, how it is set up
KINDS = [
    ("dict", "dict", lambda: Dicts(None)),
    ("class", "class (Point3D)", lambda: Objects(Point3D)),
    ("slots", "__slots__ (Point3DSlot)", lambda: Objects(Point3DSlot)),
    (
        "slots-uncached",
        "Point3DSlot, uncached integers",
        lambda: UncachedObjects(Point3DSlot),
    ),
    ("tuple", "tuple", lambda: Tuples(None)),
    ("namedtuple", "namedtuple", lambda: Objects(collections.namedtuple("Point", NAMES))),
    ("namedlist", "namedlist", lambda: Objects(namedlist())),
    ("attrs", "attrs", lambda: Objects(from_package("attr", "make_class", NAMES))),
    (
        "attrs-slots",
        "attrs, slots",
        lambda: Objects(from_package("attr", "make_class", NAMES, slots=True)),
    ),
    ("dataclass", "dataclass", lambda: Objects(dataclass())),
    ("dataclass-slots", "dataclass, slots", lambda: Objects(dataclass(slots=True))),
    (
        "recordclass",
        "recordclass.recordclass",
        lambda: Objects(from_package("recordclass", "recordclass", NAMES)),
    ),
    (
        "dataobject",
        "recordclass.make_dataclass",
        lambda: Objects(from_package("recordclass", "make_dataclass", NAMES)),
    ),
    (
        "cython",
        "Cython cdef class",
        lambda: Objects(importlib.import_module("points_cython").Point),
    ),
    ("numpy", "numpy structured array", lambda: StructuredArray(importlib.import_module("numpy"))),
    ("stoa", "stoa", lambda: stoa("read")),
    ("stoa-cursor", "stoa, read by cursor", lambda: stoa("read_by_cursor")),
    ("stoa-values", "stoa, read by values", lambda: stoa("read_by_values")),
]


def unique_set_size():
    """Bytes that no other process shares."""
    path = "/proc/self/smaps_rollup"
    with open(path if os.path.exists(path) else "/proc/self/smaps", "rb") as lines:
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(b"Private_"))


def settled_unique_set_size():
    """PyPy's collector moves objects in steps: two full collections leave no garbage behind."""
    gc.collect()
    gc.collect()
    return unique_set_size()


def timed(seconds, step, function, *arguments):
    start = timeit.default_timer()
    result = function(*arguments)
    seconds[step] = timeit.default_timer() - start
    return result


def check(what, answer, expected):
    if answer != expected:
        raise AssertionError("%s gave %r, not %r" % (what, answer, expected))


def measure(kind, records):
    """Bytes per record and nanoseconds per record of each step; every answer is checked."""
    kind.append(kind.make(kind.source(100)), kind.values.rows(1))  # imports, caches, free lists
    seconds = {}
    source = kind.source(records)
    before = settled_unique_set_size()
    points = timed(seconds, "make", kind.make, source)
    growth = settled_unique_set_size() - before

    sums = kind.values.sums(records)
    check("reading", timed(seconds, "read", kind.read, points), sum(sums))
    check("summing", timed(seconds, "sum", kind.sum_x, points), sums[0])
    appended = kind.appended(records)
    rows = kind.values.rows(appended)
    grown = timed(seconds, "append", kind.append, points, rows)
    check("appending", len(points if grown is None else grown), records + appended)

    seconds = {step: 1e9 * time / records for step, time in seconds.items()}
    seconds["append"] *= float(records) / appended
    return {"records": records, "bytes_per_record": float(growth) / records, "ns": seconds}


def main(arguments):
    name, records, folders = arguments[0], int(arguments[1]), arguments[2:]
    sys.path[1:1] = folders
    setup = {kind: function for kind, _, function in KINDS}[name]
    try:
        kind = setup()
    except NotHere as error:
        result = {"note": str(error)}
    except ImportError as error:
        result = {"note": "not installed here (%s)" % error}
    else:
        if platform.python_implementation() == "CPython":
            gc.disable()
        result = measure(kind, records)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
