"""Expressions on whole columns: stoa beside numpy, numexpr, Polars and DuckDB.

    python bench/vectors.py [ROWS] [--simd avx2] [--threads N] [--only METHOD ...]
                            [--without NAME ...]

Needs numpy; numexpr, polars and duckdb (with pyarrow) take part where they are installed. One
thread is measured against one and two against two, each in a process of its own; numpy's
functions know one thread. --simd avx2 caps the code of stoa and numpy.

x and y are int32 within 1,000 of zero, so that no product wraps in anybody's 32 bits (sums do in
Polars and numexpr); w is float64 in 0 ... 100. Each rival works on memory of its own kind (Polars
on a DataFrame, DuckDB on its own table) and in the form that was found to be its fastest; a result
as long as the table is handed over as arrays (DuckDB: Arrow). Each timed run follows one of the
same: stoa and Polars get the pages of the last result back that way, and would take up to four
times as long without.

Beside each time of stoa stands the limit: what reading as many bytes takes as the work must read
and write once, on as many threads. Nobody can do with less, but for what is still in the caches,
and a result is often read before it is written. A bar is reached, too, within 1.05 of the limit.
"""

import argparse
import functools
import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
from timing import bar, medians, others_since, processors

import stoa
from stoa import float64, int32

# Selected: 1, 50 and 99 % of the rows.
SHARES = {"1 %": 980, "50 %": 0, "99 %": -980}
THREE = {"1 %": (569, 569, 21.54), "50 %": (-588, -588, 79.37), "99 %": (-994, -994, 99.67)}


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64


# ---- the sides: a method for each work that they know ----


class Stoa:
    name = "stoa"

    def __init__(self, x, y, w, threads):
        stoa.set_threads(threads)
        self.points = stoa.Table(Point)
        self.points.extend(x=x, y=y, w=w)

    def sum(self):
        return self.points.x.sum()

    def squares(self):
        return self.points.compute("sum(x * x + y * y)")

    squares_in_int64 = squares

    def norm_of(self):
        points = self.points
        return stoa.sqrt(points.x * points.x + points.y * points.y) * points.w

    def norm(self):
        return numpy.asarray(self.norm_of())

    def in_place(self):
        self.points.w = self.norm_of()
        return self.points.w

    def sum_where(self, above):
        return self.points.where(self.points.x > above).w.sum()

    def sum_where_three(self, x, y, w):
        points = self.points
        return points.where((points.x > x) & (points.y > y) & (points.w < w)).w.sum()

    def filter(self, above):
        return self.points.where(self.points.x > above).copy()

    def exp(self):
        return numpy.asarray(stoa.exp(self.points.w))

    def log(self):
        return numpy.asarray(stoa.log(self.points.w))

    def sin(self):
        return numpy.asarray(stoa.sin(self.points.w))

    def std(self):
        return self.points.w.std()

    @staticmethod
    def arrays(result):
        if isinstance(result, stoa.Table):
            return [numpy.asarray(column) for column in (result.x, result.y, result.w)]
        return [numpy.asarray(result)]


class Numpy:
    name = "numpy"

    def __init__(self, x, y, w, threads):
        self.x, self.y, self.w = x.copy(), y.copy(), w.copy()

    def sum(self):
        return self.x.sum()

    def squares(self):
        return (self.x * self.x + self.y * self.y).sum()

    def norm(self):
        return numpy.sqrt(self.x * self.x + self.y * self.y) * self.w

    def in_place(self):
        self.w *= numpy.sqrt(self.x * self.x + self.y * self.y)
        return self.w

    def sum_of(self, taken, few):
        return self.w[taken].sum() if few else numpy.dot(self.w, taken)

    def sum_where(self, above):
        return self.sum_of(self.x > above, above > 900)

    def sum_where_three(self, x, y, w):
        return self.sum_of((self.x > x) & (self.y > y) & (self.w < w), x > 500)

    def filter(self, above):
        rows = numpy.flatnonzero(self.x > above)
        return self.x.take(rows), self.y.take(rows), self.w.take(rows)

    def exp(self):
        return numpy.exp(self.w)

    def log(self):
        return numpy.log(self.w)

    def sin(self):
        return numpy.sin(self.w)

    def std(self):
        return self.w.std()

    @staticmethod
    def arrays(result):
        return list(result) if isinstance(result, tuple) else [numpy.asarray(result)]


class Numexpr:
    name = "numexpr"
    needs = ("numexpr",)

    def __init__(self, x, y, w, threads):
        import numexpr

        numexpr.set_num_threads(threads)
        self.columns = {"x": x.copy(), "y": y.copy(), "w": w.copy()}
        self.evaluate = numexpr.evaluate

    def of(self, text, **more):
        return self.evaluate(text, self.columns | more)

    def squares(self):
        return self.of("sum(x * x + y * y)")

    def norm(self):
        return self.of("sqrt(x * x + y * y) * w")

    def in_place(self):
        w = self.columns["w"]
        return self.evaluate("sqrt(x * x + y * y) * w", self.columns, out=w)

    def sum_where(self, above):
        return self.of("sum(where(x > above, w, 0.0))", above=above)

    def sum_where_three(self, x, y, w):
        text = "sum(where((x > a) & (y > b) & (w < c), w, 0.0))"
        return self.of(text, a=x, b=y, c=w)

    def exp(self):
        return self.of("exp(w)")

    def log(self):
        return self.of("log(w)")

    def sin(self):
        return self.of("sin(w)")

    def std(self):
        count = len(self.columns["w"])
        mean = self.of("sum(w)") / count
        return (self.of("sum((w - mean) * (w - mean))", mean=mean) / count) ** 0.5

    arrays = staticmethod(Numpy.arrays)


class Polars:
    """The lazy form is the faster one but for single reductions and for the filter."""

    name = "Polars"
    needs = ("polars",)

    def __init__(self, x, y, w, threads):
        import polars

        assert polars.thread_pool_size() == threads
        self.frame = polars.DataFrame({"x": x, "y": y, "w": w})
        self.x, self.y, self.w = polars.col("x"), polars.col("y"), polars.col("w")
        self.int64, self.float64 = polars.Int64, polars.Float64

    def of(self, expression):
        return self.frame.lazy().select(expression).collect()

    def sum(self):
        return self.frame["x"].sum()

    def squares(self):
        return self.of((self.x * self.x + self.y * self.y).sum()).item()

    def squares_in_int64(self):
        x, y = self.x.cast(self.int64), self.y.cast(self.int64)
        return self.of((x * x + y * y).sum()).item()

    def norm_of(self):
        return (self.x * self.x + self.y * self.y).cast(self.float64).sqrt() * self.w

    def norm(self):
        return self.of(self.norm_of())

    def in_place(self):
        self.frame = self.frame.lazy().with_columns(w=self.norm_of()).collect()
        return self.frame["w"]

    def sum_where(self, above):
        return self.of(self.w.filter(self.x > above).sum()).item()

    def sum_where_three(self, x, y, w):
        return self.of(self.w.filter((self.x > x) & (self.y > y) & (self.w < w)).sum()).item()

    def filter(self, above):
        return self.frame.filter(self.x > above)

    def exp(self):
        return self.of(self.w.exp())

    def log(self):
        return self.of(self.w.log())

    def sin(self):
        return self.of(self.w.sin())

    def std(self):
        return self.frame["w"].std(ddof=0)

    @staticmethod
    def arrays(result):
        if hasattr(result, "get_columns"):
            return [column.to_numpy() for column in result.get_columns()]
        return [numpy.asarray(result)]


class DuckDB:
    name = "DuckDB"
    needs = ("duckdb", "pyarrow")

    def __init__(self, x, y, w, threads):
        import duckdb
        import pyarrow

        self.base = duckdb.connect()
        self.base.execute(f"SET threads = {threads}")
        given = pyarrow.table({"x": x, "y": y, "w": w})
        self.base.register("given", given)
        self.base.execute("CREATE TABLE points AS SELECT * FROM given")
        self.base.unregister("given")

    def one(self, what):
        return self.base.execute(f"SELECT {what}").fetchall()[0][0]

    def rows(self, what):
        return self.base.sql(f"SELECT {what}").to_arrow_table()

    def sum(self):
        return self.one("sum(x) FROM points")

    def squares(self):
        return self.one("sum(x * x + y * y) FROM points")

    def norm(self):
        return self.rows("sqrt(x * x + y * y) * w FROM points")

    def in_place(self):
        self.base.execute("UPDATE points SET w = sqrt(x * x + y * y) * w")

    def sum_where(self, above):
        return self.one(f"sum(w) FROM points WHERE x > {above}")

    def sum_where_three(self, x, y, w):
        return self.one(f"sum(w) FROM points WHERE x > {x} AND y > {y} AND w < {w}")

    def filter(self, above):
        return self.rows(f"* FROM points WHERE x > {above}")

    def exp(self):
        return self.rows("exp(w) FROM points")

    def log(self):
        return self.rows("ln(w) FROM points")

    def sin(self):
        return self.rows("sin(w) FROM points")

    def std(self):
        return self.one("stddev_pop(w) FROM points")

    def arrays(self, result):
        if result is None:  # an update
            result = self.rows("w FROM points")
        if hasattr(result, "itercolumns"):
            return [column.to_numpy() for column in result.itercolumns()]
        return [numpy.asarray(result)]


SIDES = (Stoa, Numpy, Numexpr, Polars, DuckDB)


# ---- the works: title, method, arguments, the bar, bytes a row ----

# Ahead of the best rival; where memory lets nobody be, close to it; four times as fast as Polars.
AHEAD, LIMITED, QUARTER = 1.0, 1.1, 0.25


def works():
    """x and y take 4 bytes each, w and float64 results 8; packed rows 16."""
    yield "sum(x)", "sum", (), LIMITED, 4
    yield "sum(x * x + y * y)", "squares", (), AHEAD, 8
    yield "  in int64 where it wraps", "squares_in_int64", (), QUARTER, 8
    yield "sqrt(x * x + y * y) * w", "norm", (), AHEAD, 16 + 8
    for share, above in SHARES.items():
        yield f"sum(w) where x > c, {share}", "sum_where", (above,), AHEAD, 12
    for share, bounds in THREE.items():
        yield f"sum(w) where three, {share}", "sum_where_three", bounds, AHEAD, 16
    for share, above in SHARES.items():
        part = int(share.split()[0]) / 100  # and, of y and w, the lines with such a row:
        lines = 4 * (1 - (1 - part) ** 16) + 8 * (1 - (1 - part) ** 8)
        width = 4 + lines + 16 * part
        yield f"filter of three columns, {share}", "filter", (above,), LIMITED, width
    for name in ("exp", "log", "sin"):
        yield f"{name}(w)", name, (), AHEAD, 8 + 8
    yield "std(w)", "std", (), AHEAD, 8
    yield "w = sqrt(x * x + y * y) * w", "in_place", (), AHEAD, 16 + 8


def expected_of(reference, method, arguments):
    """The arrays that numpy gives in int64."""
    x, y = reference.x.astype("i8"), reference.y.astype("i8")
    if method.startswith("squares"):
        return [(x * x + y * y).sum()]
    if method in ("norm", "in_place"):
        return [numpy.sqrt(x * x + y * y) * reference.w]
    return reference.arrays(getattr(reference, method)(*arguments))


def close(found, expected):
    return len(found) == len(expected) and all(
        a.shape == numpy.shape(b) and numpy.allclose(a, b, rtol=1e-9)
        for a, b in zip(found, expected)
    )


def check(sides, reference, method, arguments):
    """All results are the expected one, or a note tells that a sum wraps in 32 bits."""
    expected = expected_of(reference, method, arguments)
    for side in sides:
        found = side.arrays(getattr(side, method)(*arguments))
        if close(found, expected):
            continue
        if side.name not in ("Polars", "numexpr") or method != "squares":
            sys.exit(f"{side.name}: {method}{arguments} gives {found}, not {expected}")
        print(f"  ({side.name} wraps: {found[0]} instead of {expected[0]})")


# ---- the limit ----


@functools.cache
def read_seconds(size, threads, rounds):
    """What it takes to read so many bytes, each thread its part: numpy's fastest reader."""
    words = numpy.ones(int(size) // 8, "u8")
    parts = numpy.array_split(words, threads)
    with ThreadPoolExecutor(threads) as pool:
        read = medians({"": lambda: list(pool.map(numpy.bitwise_or.reduce, parts))}, rounds)
    return read[""]


def processor():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        lines = file.read().split("\n\n")[0].splitlines()
    pairs = (line.partition(":") for line in lines)
    told = {name.strip(): value.strip() for name, _, value in pairs}
    names = ("model name", "cpu family", "model")
    return "{}, family {}, model {}".format(*(told.get(name, "unknown") for name in names))


# ---- what is measured and printed ----


def print_line(title, seconds, limit, best, bound):
    cells = [f"{seconds[s.name] * 1e3:8.2f}" if s.name in seconds else " " * 8 for s in SIDES]
    own = seconds["stoa"]
    verdict = f"{limit * 1e3:8.2f} {own / limit:6.2f}"
    if best is not None:
        reached = own <= bound * best or own <= 1.05 * limit
        verdict += f" {own / best:6.2f} {bound:4g} {'reached' if reached else 'MISSED'}"
    print(f"{title:31}{' '.join(cells)} {verdict}", flush=True)


def measure(sides, work, rivals, given):
    title, method, arguments, bound, width = work
    calls = {s.name: lambda s=s: getattr(s, method)(*arguments) for s in sides}
    seconds = medians(calls, given.rounds, warm=True)
    best = min((seconds[name] for name in rivals if name in seconds), default=None)
    limit = read_seconds(given.rows * width, given.threads, given.rounds)
    print_line(title, seconds, limit, best, bound)


def ten_rows():
    """Calls on ten rows: what parsing, binding and the way through Python cost."""
    few = stoa.Table(Point)
    few.extend(x=range(10), y=range(10), w=[0.5] * 10)
    assert few.compute("sum(x * x + y * y)") == 570
    calls = {
        'compute("sum(x * x + y * y)")': lambda: few.compute("sum(x * x + y * y)"),
        "(points.x * points.x).sum()": lambda: (few.x * few.x).sum(),
        "points.where(points.x > 3).w.sum()": lambda: few.where(few.x > 3).w.sum(),
        "points.w = stoa.sqrt(points.x)": lambda: setattr(few, "w", stoa.sqrt(few.x)),
    }
    repeat = range(2000)

    def repeated(call):
        for _ in repeat:
            call()

    found = medians({name: lambda c=c: repeated(c) for name, c in calls.items()}, 7)
    print("\nten rows, one call")
    for name, seconds in found.items():
        bar(f"us, {name}", 20, seconds * 1e6 / len(repeat))


def sides_for(given, columns):
    sides = []
    for side in SIDES:
        missing = [n for n in getattr(side, "needs", ()) if importlib.util.find_spec(n) is None]
        if missing:
            print(f"  ({side.name} is left out: {', '.join(missing)} not installed)")
        elif side.name not in given.without:
            sides.append(side(*columns, given.threads))
    return sides


def measure_all(given):
    random = numpy.random.default_rng(7)
    columns = (
        random.integers(-1000, 1001, given.rows, dtype="i4"),
        random.integers(-1000, 1001, given.rows, dtype="i4"),
        random.uniform(0, 100, given.rows),
    )
    print(
        f"\n{given.threads} thread(s), {given.rows:,} rows; ms, medians of {given.rounds}; ", end=""
    )
    print(f"code for {stoa.simd()}; reads ", end="")
    speed = given.rows * 16e-9 / read_seconds(given.rows * 16, given.threads, given.rounds)
    print(f"{speed:.1f} GB/s")
    sides = sides_for(given, columns)
    rivals = [s.name for s in sides[1:] if not (given.simd and s.name == "Polars")]
    names = " ".join(f"{side.name:>8}" for side in SIDES)
    print(f"{'':31}{names}    limit  times  ratio  bar")
    reference, before = Numpy(*columns, 1), processors()
    for work in works():
        if given.only and work[1] not in given.only:
            continue
        taking_part = [side for side in sides if hasattr(side, work[1])]
        check(taking_part, reference, work[1], work[2])
        measure(taking_part, work, rivals, given)
    print(f"others had {others_since(before):.0%} of the processors meanwhile")
    if given.threads == 1 and not given.only:
        ten_rows()


def environment(threads, simd):
    """numpy's names of what AVX-512 needs are those of its build."""
    found = dict(os.environ)
    for name in ("POLARS_MAX", "NUMEXPR_NUM", "NUMEXPR_MAX"):
        found[f"{name}_THREADS"] = str(threads)
    for name in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM"):  # numpy.dot waits longer than it gains
        found[f"{name}_THREADS"] = "1"
    if simd:
        from numpy._core._multiarray_umath import __cpu_dispatch__ as dispatched

        capped = [name for name in dispatched if name.startswith("AVX512") or name == "X86_V4"]
        found |= {"STOA_SIMD": simd, "NPY_DISABLE_CPU_FEATURES": " ".join(capped)}
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("rows", nargs="?", type=int, default=10_000_000)
    arguments.add_argument("--simd", choices=("avx2",), default="")
    arguments.add_argument("--threads", type=int, help="1, then 2 unless said")
    arguments.add_argument("--only", nargs="*", default=[], metavar="METHOD")
    arguments.add_argument("--without", nargs="*", default=[], metavar="NAME")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        measure_all(given)
        return
    print(f"{sys.implementation.name} {sys.version.split()[0]}, stoa {stoa.__version__}")
    print(processor())
    for threads in (given.threads,) if given.threads else (1, 2):
        command = [sys.executable, *sys.argv, "--child", "--threads", str(threads)]
        subprocess.run(command, env=environment(threads, given.simd), check=True)


if __name__ == "__main__":
    main()
