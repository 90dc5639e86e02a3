"""What rows allocate, and what records take: the part of bench/rows.py that has no clock.

Bytes a record are the growth of the unique set size of a process of its own, since what one way of
keeping records frees the next would reuse. Blocks are those that Python's allocator counts as in
use; the same counts show an object of each rival, so that a count which sees nothing is noticed.
"""

import array
import gc
import multiprocessing
import sys

import rows_rivals as rivals
from rows_rivals import FIELDS, SLOTS, STOA, Point
from timing import unique_set_size

TUPLES, CTABLE = "list of tuples", "blosc2 CTable"


def grow(records, report):
    """Bytes of a record after a million appends, without and with the integers that it keeps."""
    names = [STOA, *rivals.classes(), TUPLES]
    names += [CTABLE] if rivals.ctable() is not None else []
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, maxtasksperchild=1) as pool:
        sizes = pool.starmap(grown, [(name, records.count) for name in names], chunksize=1)
    found = dict(zip(names, sizes))
    print(f"\nbytes a record after {records.count:,} appends (growth of the unique set size)")
    print(f"{'':48} integers shared  of its own")
    for name, (shared, own) in found.items():
        note = "  (filled by extend)" if name == CTABLE else ""
        print(f"  {name:44} {shared:16.1f}  {own:10.1f}{note}")
    report.figures["bytes"] = {name: size[0] for name, size in found.items()}
    report.ratio("bytes", 0.25, SLOTS)


def grown(name, count):
    """How a fresh process grew by records of integers that lived before, and of others."""
    if name == STOA:
        fill = rivals.table_filler()
    elif name == TUPLES:
        fill = rivals.appending(list, "append", "append((x, y, z))")
    elif name == CTABLE:
        fill = filled_ctable
    else:
        fill = rivals.object_fillers()[name]
    columns = rivals.columns_of(count)
    fill(zip(*(column[:10] for column in columns)))
    sizes, kept = [], []
    for rows in (zip(*columns), zip(*(range(1001, 1001 + count) for _ in FIELDS))):
        gc.collect()
        before = unique_set_size()
        kept.append(fill(rows))
        sizes.append((unique_set_size() - before) / count)
    return sizes


def filled_ctable(rows):
    table = rivals.ctable()
    table.extend(list(rows))
    return table


def allocate(records, report):
    """Blocks that are in use more while a row lives than before: none for one of a free list."""
    points, row = records.points, iter(records.points)
    made = {STOA: lambda: points[7], "stoa, a row of a loop": lambda: next(row)}
    made.update(
        (name, lambda make=make: make(1001, 1002, 1003)) for name, make in rivals.classes().items()
    )
    nothing = blocks_of(lambda: None)
    print("\nblocks allocated by a row (an object) while it lives, after the first one")
    for name, make in made.items():
        found = blocks_of(make) - nothing
        print(f"  {name:44} {found:6}")
        if name.startswith(STOA):
            report.bar(f"blocks of {name}", 0, found)
    report.bar("blocks more amid a loop that reads and writes", 0, blocks_left(points))
    standalone(report)


def blocks_of(make, count=sys.getallocatedblocks):
    for _ in range(3):
        make()
    before = count()
    kept = make()
    after = count()
    del kept
    return after - before


def blocks_left(points):
    """The most blocks in use within a loop that reads and writes, less those in row 1,000.

    From there on the loop's own index is an object as well. To count takes as long as there are
    objects: hence 3,000 rows.
    """
    counts = array.array("q", bytes(8 * 3000))
    use = rivals.own(
        "def use(rows, counts, count):\n"
        "    for i, row in enumerate(rows):\n"
        "        row.y = row.y\n"
        "        counts[i] = count()\n"
    )
    use(points[:3000], counts, sys.getallocatedblocks)
    return max(counts[1000:]) - counts[1000]


def standalone(report):
    ours, theirs = (total_size(make(1001, 1002, 1003)) for make in (Point, rivals.Named))
    report.bar("bytes of a standalone Point, less a namedtuple's", 16, ours - theirs)


def total_size(value):
    """Bytes of an object, with the garbage collector's header where there is one."""
    header = 16 if gc.is_tracked(value) or sys.version_info >= (3, 12) else 0
    return max(value.__sizeof__() + header, sys.getsizeof(value))
