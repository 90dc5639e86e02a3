"""What does an attribute cost that comes later? Open tables beside objects with a __dict__, and
add_field beside a new array of numpy.

    python bench/open_tables.py [ROWS]

Each side sets a new attribute on every object, or on one in a hundred. Memory is what the process
has more, in a process of its own.
"""

import subprocess
import sys
import time

from timing import medians

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000


class Point:
    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z


def objects(rows):
    return [Point(i, i + 1, i + 2) for i in range(rows)]


def table(rows):
    import stoa

    made = stoa.Table({"x": "int64", "y": "int64", "z": "int64"}, open=True)
    made.extend(x=range(rows), y=range(1, rows + 1), z=range(2, rows + 2))
    return made


KINDS = {"open table": table, "objects": objects}


def set_all(rows):
    for row in rows:
        row.mass = 1.5


def set_some(rows):
    for row in rows[::100]:
        row.mark = 1.5


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def memory(kind, work):
    """Megabytes for the rows, and with the attribute."""
    before = resident()
    made = KINDS[kind](ROWS)
    between = resident()
    {"all": set_all, "some": set_some}[work](made)
    print(*(f"{(each - before) / 2**20:.1f}" for each in (between, resident())))


def told_memory():
    for work in ("all", "some"):
        for kind in KINDS:
            told = [sys.executable, __file__, str(ROWS), kind, work]
            found = subprocess.run(told, capture_output=True, text=True, check=True).stdout.split()
            print(f"  {kind:12} {found[0]:>8} MiB; with an attribute on {work}: {found[1]} MiB")


def set_anew(make, work):
    """The seconds of `work` alone."""
    made = make(ROWS)
    start = time.perf_counter()
    work(made)
    return time.perf_counter() - start


def told_times():
    for what, work in {"every row": set_all, "one row in 100": set_some}.items():
        count = ROWS if work is set_all else ROWS // 100
        found = {
            kind: sorted(set_anew(make, work) for _ in range(3))[1] for kind, make in KINDS.items()
        }
        for kind, seconds in found.items():
            print(f"  new attribute on {what}: {kind:12} {seconds / count * 1e9:7.1f} ns each")
        ratio = found["open table"] / found["objects"]
        print(f"  {ratio:.2f} times that of objects")


def told_add_field():
    import numpy

    import stoa

    for rows in (1_000, 10_000_000):
        made = stoa.Table({"x": "int32"}, rows)

        def add(made=made):
            made.add_field("w", "float64")
            made.drop_field("w")

        found = medians({"add": add, "zeros": lambda rows=rows: numpy.zeros(rows)})
        print(
            f"  add_field, zero, {rows:>10,} rows: {found['add'] * 1e6:.0f} us; numpy.zeros: "
            f"{found['zeros'] * 1e6:.0f} us"
        )


if len(sys.argv) == 4:
    memory(sys.argv[2], sys.argv[3])
else:
    print(f"{ROWS:,} rows of three int64")
    told_memory()
    told_times()
    told_add_field()
