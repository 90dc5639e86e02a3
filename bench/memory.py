"""What ten million records cost a Python program: bytes, filling, appending, collecting.

    python bench/memory.py [RECORDS]

Needs numpy. Memory is the growth of the unique set size. Each question is asked in a process of
its own, since what one frees the next would reuse.
"""

import gc
import mmap
import multiprocessing
import sys
import threading
import time

from timing import bar, compare, unique_set_size

import stoa
from stoa import int32

HUGE_PAGE = 2 << 20


class Point(stoa.Record):
    x: int32
    y: int32
    z: int32


def bytes_per_record(records):
    before = unique_set_size()
    points = stoa.Table(Point, records)
    points.x = points.y = points.z = 1001
    size = (unique_set_size() - before) / records
    print(f"\n{records:,} records, each field written: {size:.3f} bytes a record")
    bar("bytes a record", 12.1, size)


def append_peak(records):
    peak, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.02):
            peak[0] = max(peak[0], unique_set_size())

    before = unique_set_size()
    watcher = threading.Thread(target=watch)
    watcher.start()
    points = stoa.Table(Point)
    append = points.append
    start = time.perf_counter()
    for i in range(records):
        append(i, i, i)
    seconds = time.perf_counter() - start
    final = unique_set_size() - before
    stop.set()
    watcher.join()
    most = max(peak[0] - before, final)
    print(
        f"\nappending one by one: {seconds * 1e9 / records:.0f} ns a record, "
        f"{final / records:.3f} bytes a record at the end, {most / records:.3f} at the peak"
    )
    bar("bytes a record", 12.1, final / records)
    bar("peak of the end", 1.05, most / final)


def touch(buffer):
    return sum(memoryview(buffer).cast("B")[::4096])


def fresh_copies(values, count):
    """memcpy into three fresh buffers with the same advice, each page touched."""
    import numpy

    length = -(-4 * count // HUGE_PAGE) * HUGE_PAGE
    space = mmap.mmap(-1, 4 * length, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = -numpy.frombuffer(space, "u1").ctypes.data % HUGE_PAGE
    for column in range(3):
        at = start + column * length
        space.madvise(mmap.MADV_HUGEPAGE, at // 4096 * 4096, 4 * count // HUGE_PAGE * HUGE_PAGE)
        numpy.frombuffer(space, "i4", count, at)[:] = values
    return space


def filling(records):
    import numpy

    values = numpy.full(records, 1001, "i4")

    def make():
        points = stoa.Table(Point, records)
        for column in (points.x, points.y, points.z):
            numpy.asarray(column)[::1024] = 1  # each page is there

    def extend():
        points = stoa.Table(Point)
        points.extend(x=values, y=values, z=values)

    def zeros():
        alive = [numpy.zeros(records, "i4") for _ in range(3)]
        for column in alive:
            column[::1024] = 1

    def zeros_filled():
        alive = [numpy.zeros(records, "i4") for _ in range(3)]
        for column in alive:
            column[:] = values

    medians = compare(
        "making and extending",
        {
            "stoa.Table(Point, n), every page written": make,
            "table.extend(three buffers)": extend,
            "memcpy into fresh memory, same madvise": lambda: fresh_copies(values, records),
            "numpy.zeros, every page written": zeros,
            "numpy.zeros with a fill": zeros_filled,
        },
        records,
    )
    copy = medians["memcpy into fresh memory, same madvise"]
    making, extending = (medians[name] for name in list(medians)[:2])
    bar("making, of memcpy (0.7 of its speed)", 1 / 0.7, making / copy)
    filled = medians["numpy.zeros with a fill"]
    bar("making, of numpy.zeros with a fill", 1.0, making / filled)
    bar("extending, of memcpy (0.7 of its speed)", 1 / 0.7, extending / copy)
    bar("extending, of numpy.zeros with a fill", 1.0, extending / filled)


def collecting(records):
    def collect():
        times = []
        for _ in range(21):
            start = time.perf_counter()
            gc.collect()
            times.append(time.perf_counter() - start)
        return sorted(times)[10] * 1e3

    without = collect()
    points = stoa.Table(Point, records)
    points.x = 1001
    with_them = collect()
    print(f"\ngc.collect(): {without:.3f} ms; with {len(points):,} records {with_them:.3f} ms")
    bar("ms more", 1.0, with_them - without)


def tables(records):
    before, start = unique_set_size(), time.perf_counter()
    count = 20_000
    alive = []
    for _ in range(count):
        table = stoa.Table(Point)
        table.resize(1000)
        table.x = 1001
        alive.append(table)
    threading.Thread(target=bytearray, args=(1 << 26,)).start()
    microseconds = (time.perf_counter() - start) * 1e6 / count
    size = (unique_set_size() - before) / count
    print(f"\n{count:,} tables of 1,000 rows alive: {microseconds:.0f} us, {size:.0f} bytes each")


def main():
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"{sys.implementation.name} {sys.version.split()[0]}, stoa {stoa.__version__}")
    context = multiprocessing.get_context("spawn")
    for question in (bytes_per_record, append_peak, filling, collecting, tables):
        sys.stdout.flush()
        process = context.Process(target=question, args=(records,))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(process.exitcode)


if __name__ == "__main__":
    main()
