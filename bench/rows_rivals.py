"""Points of x, y and z kept in every way that bench/rows.py measures, on the same values.

Fields lie above 1,000, so that no cached integer helps anybody. Every timed loop is compiled for
its side alone (`own`): CPython specializes code to the types that it sees, and a loop shared by
two classes would be slower for both. What is not installed is left out, and said so once.
"""

import collections
import dataclasses
import functools
import importlib
import multiprocessing
import random
import sys

import stoa
from stoa import int32

FIELDS = ("x", "y", "z")


class Point(stoa.Record):
    x: int32
    y: int32
    z: int32


class Slots:
    __slots__ = FIELDS

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


Named = collections.namedtuple("Named", FIELDS)


@dataclasses.dataclass
class Data:
    x: int
    y: int
    z: int


STOA = "stoa"
SLOTS, NAMED, DATA = "__slots__ object", "namedtuple", "dataclass"
DATA_SLOTS, ATTRS, DATAOBJECT = "dataclass, slots", "attrs, slots", "recordclass dataobject"


def say_skipped(why):
    if multiprocessing.parent_process() is None:
        print(f"skipped: {why}")


@functools.cache
def module(name):
    """An imported rival, or None and a line that says so."""
    try:
        return importlib.import_module(name)
    except ImportError:
        say_skipped(f"{name} is not installed")
        return None


def attrs_class():
    return module("attrs").make_class("Attrs", FIELDS, slots=True)


def dataobject_class():
    return module("recordclass").make_dataclass("DataObject", FIELDS, iterable=True)


@functools.cache
def classes():
    """The classes of which one object is one record, by the name they are shown under."""
    found = {SLOTS: Slots, NAMED: Named, DATA: Data}
    if sys.version_info >= (3, 10):
        found[DATA_SLOTS] = dataclasses.make_dataclass("DataSlots", FIELDS, slots=True)
    else:
        say_skipped("dataclass(slots=True) comes with Python 3.10")
    if module("attrs"):
        found[ATTRS] = attrs_class()
    if module("recordclass"):
        found[DATAOBJECT] = dataobject_class()
    return found


# ---- loops of a side's own ----


def own(source, **names):
    """The function that the source defines, compiled anew."""
    exec(source, names)
    return names[source.split("(")[0].split()[-1]]


def repeated(statement, count, **names):
    """(work, count): work() runs the statement `count` times on local names."""
    source = f"def run(loops, {', '.join(names)}):\n    for _ in loops:\n        {statement}\n"
    run, loops, values = own(source), range(count), tuple(names.values())
    return lambda: run(loops, *values), count


def adding(rows_of, added="row.x + row.y", target="row"):
    """A function without arguments that adds two fields of all rows that rows_of() gives."""
    source = (
        "def add(rows):\n"
        "    total = 0\n"
        f"    for {target} in rows:\n"
        f"        total += {added}\n"
        "    return total\n"
    )
    add = own(source)
    return lambda: add(rows_of())


def passing(rows_of):
    """A function without arguments that only goes over pairs."""
    go = own("def go(pairs):\n    for x, y in pairs:\n        pass\n")
    return lambda: go(rows_of())


def appending(new_list, method, call, **names):
    """A function of (x, y, z) tuples that appends a record for each, one by one."""
    source = (
        "def fill(rows):\n"
        "    kept = new_list()\n"
        f"    append = kept.{method}\n"
        "    for x, y, z in rows:\n"
        f"        {call}\n"
        "    return kept\n"
    )
    return own(source, new_list=new_list, **names)


def object_fillers():
    """For each class, the function that appends its objects to a list."""
    return {
        name: appending(list, "append", "append(make(x, y, z))", make=make)
        for name, make in classes().items()
    }


def table_filler(call="append(x, y, z)"):
    return appending(lambda: stoa.Table(Point), "append", call)


# ---- the same records in every form ----


def columns_of(records):
    pick = random.Random(7)
    return [pick.choices(range(1001, 2**30), k=records) for _ in FIELDS]


def table_of(columns):
    return stoa.Table.from_columns(Point, **dict(zip(FIELDS, columns)))


class Records:
    """The columns as lists of integers, and what was made of them; a form is made when needed."""

    def __init__(self, records):
        self.count = records
        self.columns = columns_of(records)
        self.points = table_of(self.columns)

    @functools.cached_property
    def tuples(self):
        return list(zip(*self.columns))

    @functools.cached_property
    def objects(self):
        """For each class, a list of its objects."""
        return {
            name: [make(*values) for values in zip(*self.columns)]
            for name, make in classes().items()
        }

    @functools.cached_property
    def structured(self):
        """A structured array of numpy."""
        numpy = module("numpy")
        return numpy and numpy.array(self.tuples, [(name, "i4") for name in FIELDS])

    @functools.cached_property
    def recarray(self):
        numpy = module("numpy")
        return numpy and self.structured.view(numpy.recarray)

    @functools.cached_property
    def pandas(self):
        return module("pandas") and module("pandas").DataFrame(self.structured)

    @functools.cached_property
    def polars(self):
        polars = module("polars")
        return polars and polars.DataFrame(
            dict(zip(FIELDS, self.columns)), schema=dict.fromkeys(FIELDS, polars.Int32)
        )


def ctable():
    """An empty CTable of blosc2, or None."""
    blosc2 = module("blosc2")
    if not hasattr(blosc2, "CTable"):
        if blosc2:
            say_skipped("this blosc2 has no CTable")
        return None
    fields = [(name, int, blosc2.field(blosc2.int32())) for name in FIELDS]
    return blosc2.CTable(dataclasses.make_dataclass("CPoint", fields))
