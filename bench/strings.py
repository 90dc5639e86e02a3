"""Fields of strings beside dicts, lists of str and objects with __slots__.

    python bench/strings.py [ROWS]

Memory is the growth of the unique set size. Each question is asked in a process of its own, since
what one frees the next would reuse. Strings have 16 bytes.
"""

import multiprocessing
import sys

from timing import bar, compare, medians, unique_set_size

import stoa
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._store.strings import c_strings

FEW = 1000


class Named(stoa.Record):
    name: str


class Slotted:
    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


def few_names(rows):
    names = [f"carrier {i:08}" for i in range(FEW)]
    return [names[i * 7919 % FEW] for i in range(rows)]


def many_names(rows):
    return [f"name {i:011}" for i in range(rows)]


def fill(names):
    table = stoa.Table(Named)
    table.extend(name=names)
    return table


def bytes_of_few(rows):
    names = few_names(rows)
    before = unique_set_size()
    table = fill(names)
    size = (unique_set_size() - before) / rows
    pool = lib.stoa_string_pool_bytes(table._store.c.strings)
    print(f"\n{rows:,} rows, {FEW:,} different: {size:.3f} bytes a row, pool of {pool:,} bytes")
    bar("bytes a row, the pool left out", 4.1, size - pool / rows)


def bytes_of_many(rows):
    names = many_names(rows)
    before = unique_set_size()
    table = fill(names)
    size = (unique_set_size() - before) / rows
    print(f"\n{len(table):,} different strings of 16 bytes: {size:.3f} bytes each, all in")
    bar("bytes each", 48, size)


def interning(rows):
    cells, _kept = c_strings(few_names(rows))
    handles = ffi.new("stoa_handle[]", rows)
    strings = ffi.cast("stoa_string *", ffi.from_buffer(cells))

    def intern():
        made, error = ffi.new("stoa_string_pool **"), new_error()
        check(lib.stoa_string_pool_new(made, ffi.NULL, error), error)
        check(lib.stoa_string_pool_intern(made[0], strings, rows, handles, error), error)
        lib.stoa_string_pool_free(made[0])

    found = compare("C interns, few different", {"stoa_string_pool_intern": intern}, rows, 5)
    bar("ns each (20 million a second)", 50, found["stoa_string_pool_intern"])


def extending(rows):
    names = few_names(rows)
    sides = {"extend(name=list of str)": lambda: fill(names)}
    found = compare("extend, few different", sides, rows, 5)
    bar("ns a row", 60, found["extend(name=list of str)"])


def building(rows):
    """A dict from different strings to numbers, beside a table of them. The strs know their hash
    already, which helps the dict alone."""

    def as_dict(names):
        made = {}
        for name in names:
            made[name] = len(made)
        return made

    times = {"stoa": [], "dict": []}
    for _ in range(3):
        for side, work in (("stoa", fill), ("dict", as_dict)):
            names = many_names(rows)
            times[side].append(medians({side: lambda w=work, n=names: w(n)}, 1, keep=True)[side])
    best = {side: sorted(seconds)[1] for side, seconds in times.items()}
    print(f"\n{rows:,} different strings: stoa {best['stoa']:.3f} s, dict {best['dict']:.3f} s")
    bar("stoa's part of a dict's time", 1 / 1.5, best["stoa"] / best["dict"])


def reading(rows):
    for what, names, most in (("few", few_names(rows), 1.5), ("many", many_names(rows), 2.5)):
        table, objects = fill(names), [Slotted(name) for name in names]

        def read(records):
            for record in records:
                record.name  # noqa: B018

        sides = {"stoa": lambda t=table: read(t), "slots": lambda o=objects: read(o)}
        found = compare(f"p.name in a loop, {what} different", sides, rows, 5)
        bar("times __slots__", most, found["stoa"] / found["slots"])


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    for question in (bytes_of_few, bytes_of_many, interning, extending, building, reading):
        # Spawned, not forked: pages of the parent that are written count as the child's own.
        process = multiprocessing.get_context("spawn").Process(target=question, args=(count,))
        process.start()
        process.join()
