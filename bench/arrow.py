"""What do the ways out of a table and into it cost? Three int32 a row: lent, copied, taken in (at
once, in chunks, with nulls), queried by DuckDB, and pickled out of band; beside memcpy, and DuckDB
on a table of pyarrow. Strings, which are looked up one by one, are shown without a bar.

    python bench/arrow.py [ROWS]

Memory that a copy goes into is as fresh on both sides: it was just asked for. pyarrow, Polars,
DuckDB and numpy must be installed.
"""

import pickle
import sys

import duckdb
import numpy
import polars
import pyarrow
from timing import medians

import stoa

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000


class Point(stoa.Record):
    x: stoa.int32
    y: stoa.int32
    z: stoa.int32


def at_most(what, most, figure, unit=""):
    reached = "reached" if figure <= most else "MISSED"
    print(f"  bar: {what}: at most {most:g}{unit}; measured {figure:.3g}{unit}: {reached}")


def at_least(what, least, figure):
    reached = "reached" if figure >= least else "MISSED"
    print(f"  bar: {what}: at least {least:g}; measured {figure:.2f}: {reached}")


def told(title, found):
    print(title)
    for name, seconds in found.items():
        print(f"  {name:48} {seconds * 1e3:9.3f} ms")


# ---- lent ----


def lent_to(library):
    def lend(points):
        with points.lend() as lent:
            return library(lent)

    return lend


def bench_lend(points):
    sides = {
        "pyarrow": lent_to(pyarrow.table),
        "Polars": lent_to(polars.DataFrame),
        "DuckDB": lent_to(duckdb.from_arrow),
    }
    calls = {name: lambda lend=lend: lend(points) for name, lend in sides.items()}
    found = medians(calls, rounds=21, warm=True, keep=True)
    told(f"\nlend() of {ROWS:,} rows, and what a library makes of it", found)
    for name, seconds in found.items():
        at_most(f"lent to {name}", 1, seconds * 1e3, " ms")
    cells = [numpy.asarray(points[name]).ctypes.data for name in "xyz"]
    seen = {
        "pyarrow": [each.chunk(0).buffers()[1].address for each in sides["pyarrow"](points)],
        "Polars": [each.to_numpy(allow_copy=False).ctypes.data for each in sides["Polars"](points)],
    }
    for name, found in seen.items():
        print(f"  addresses in {name}: {'the same' if found == cells else 'OTHERS: MISSED'}")


# ---- copied ----


def bench_copies(points, arrow, arrays):
    frame = polars.DataFrame(arrow)

    def memcpy():
        return [numpy.array(each) for each in arrays]

    out = {
        "memcpy of the columns, by numpy": memcpy,
        "pyarrow.table(points)": lambda: pyarrow.table(points),
        "pyarrow.record_batch(points)": lambda: pyarrow.record_batch(points),
        "points.to_polars()": points.to_polars,
        "points.to_pandas()": points.to_pandas,
    }
    into = {
        "stoa.from_arrow(pyarrow's)": lambda: stoa.from_arrow(arrow),
        "stoa.from_arrow(pyarrow's, Point)": lambda: stoa.from_arrow(arrow, Point),
        "stoa.from_arrow(Polars', Point)": lambda: stoa.from_arrow(frame, Point),
    }
    found = medians({**out, **into}, keep=True)
    told(f"\ncopies of {ROWS:,} rows, {12 * ROWS / 1e6:.0f} MB", found)
    memcpy_takes = found["memcpy of the columns, by numpy"]
    for name in [*list(out)[1:4], *into]:
        at_least(f"memcpy / {name}", 0.7, memcpy_takes / found[name])


# ---- in many chunks, with nulls ----


def chunked(arrow):
    """The same table in pieces of a stream's usual size."""
    chunks = [arrow.slice(first, 65_536) for first in range(0, arrow.num_rows, 65_536)]
    return pyarrow.concat_tables(chunks)


def with_nulls(arrays):
    """Every seventh value is null."""
    gaps = numpy.arange(ROWS) % 7 == 0
    return pyarrow.table(
        {name: pyarrow.array(each, mask=gaps) for name, each in zip("xyz", arrays)}
    )


def bench_chunks(arrow, arrays):
    gaps = with_nulls(arrays)
    nullable = stoa.from_arrow(gaps)
    chunks, gap_chunks = chunked(arrow), chunked(gaps)
    sides = {
        "memcpy of the columns, by numpy": lambda: [numpy.array(each) for each in arrays],
        "stoa.from_arrow(chunks, Point)": lambda: stoa.from_arrow(chunks, Point),
        "stoa.from_arrow(chunks)": lambda: stoa.from_arrow(chunks),
        "stoa.from_arrow(with nulls)": lambda: stoa.from_arrow(gaps),
        "stoa.from_arrow(chunks with nulls)": lambda: stoa.from_arrow(gap_chunks),
        "pyarrow.table(with nulls)": lambda: pyarrow.table(nullable),
    }
    found = medians(sides, keep=True)
    told("\nin chunks of 65,536 rows, and with nulls (every seventh)", found)
    memcpy_takes = found.pop("memcpy of the columns, by numpy")
    for name, seconds in found.items():
        at_least(f"memcpy / {name}", 0.7, memcpy_takes / seconds)


# ---- strings ----


def bench_strings():
    few = pyarrow.table({"name": pyarrow.array([f"name {i % 1000}" for i in range(ROWS // 10)])})
    coded = pyarrow.table({"name": few["name"].dictionary_encode()})
    names, chunks = stoa.from_arrow(few, {"name": "string"}), chunked(few)
    sides = {
        "memcpy of texts and offsets, by numpy": lambda: [
            numpy.array(numpy.frombuffer(each, numpy.uint8))
            for each in few["name"].chunk(0).buffers()[1:]
        ],
        "stoa.from_arrow(1,000 different strings)": lambda: stoa.from_arrow(few),
        "the same in chunks": lambda: stoa.from_arrow(chunks),
        "the same by dictionary": lambda: stoa.from_arrow(coded),
        "pyarrow.table(names)": lambda: pyarrow.table(names),
        "names.to_arrow(dictionary=True)": lambda: names.to_arrow(dictionary=True),
    }
    told(f"\n{ROWS // 10:,} strings", medians(sides, keep=True))


# ---- queried ----


def bench_duckdb(points, arrow):
    lent = points.lend()
    sides = {
        name: lambda name=name: ask(f"select sum(x) from {name}", arrow, lent, points)
        for name in ("arrow", "lent", "points")
    }
    found = medians(sides, rounds=21)
    told("\nDuckDB: select sum(x) from …", found)
    at_most("lent, beside pyarrow's table", 1.2, found["lent"] / found["arrow"])
    at_most("the table, beside pyarrow's", 2, found["points"] / found["arrow"])


def ask(text, arrow, lent, points):
    return duckdb.sql(text).fetchall()


# ---- pickled ----


def bench_pickle(points):
    def dump(table):
        buffers = []
        return pickle.dumps(table, 5, buffer_callback=buffers.append), buffers

    small = points[:10].copy()
    data, buffers = dump(small)
    found = medians(
        {
            "dumps": lambda: dump(points),
            "loads of ten rows": lambda: pickle.loads(data, buffers=buffers),
        },
        rounds=21,
        warm=True,
    )
    told("\npickle 5 out of band", found)
    at_most("besides moving the buffers", 1, sum(found.values()) * 1e3, " ms")


def main():
    values = numpy.arange(ROWS, dtype="int32")
    arrays = [values, values + 1, values + 2]
    points = stoa.Table.from_columns(Point, **dict(zip("xyz", arrays)))
    arrow = pyarrow.table(dict(zip("xyz", arrays)))
    bench_lend(points)
    bench_copies(points, arrow, arrays)
    bench_chunks(arrow, arrays)
    bench_strings()
    bench_duckdb(points, arrow)
    bench_pickle(points)


main()
