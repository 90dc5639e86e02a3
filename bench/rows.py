"""Rows of stoa beside the rows, objects and tuples of others, on the same data in one run.

    python bench/rows.py [RECORDS] [--only QUESTION ...] [--chart FILE] [--pypy INTERPRETER]

What bench/requirements-rows.txt lists takes part where it is installed. The sides of a question
run in turn, each in a loop that is compiled for it alone; times are medians and include the loop;
fields lie above 1,000, so that no cached integer helps anybody. The garbage collector runs as it
does by itself, but does not see what was made for the other sides. The bars stand at the end
again. PyPy's part (a loop that adds two fields, each side in a process of its own) runs on the
interpreter given, which must have stoa installed.
"""

import argparse
import collections
import dataclasses
import gc
import platform
import subprocess
import sys
import time

import rows_memory
import rows_rivals as rivals
from rows_rivals import (
    ATTRS,
    DATA,
    DATA_SLOTS,
    DATAOBJECT,
    FIELDS,
    NAMED,
    SLOTS,
    STOA,
    Point,
    adding,
    module,
    passing,
    repeated,
)
from timing import medians

import stoa
from stoa._schema import extension

FAST, SLOW, SLOWEST = 200_000, 10_000, 30  # repetitions in one timed run
NUMPY_VOID, NUMPY_RECORD = "numpy void", "numpy record (recarray)"
POLARS, PANDAS = "Polars iter_rows", "pandas itertuples"
STANDALONE, TUPLE = "stoa, standalone", "tuple"


class Report:
    """What was measured, by question and side, and the bars that it was held to."""

    def __init__(self):
        self.figures = {}
        self.bars = []

    def table(self, question, title, sides, rounds=15, keep=False):
        """Times the sides, name -> (work, how many it does); the first one is stoa's."""
        gc.collect()
        gc.freeze()
        seconds = medians({name: work for name, (work, _) in sides.items()}, rounds, keep=keep)
        gc.unfreeze()
        found = {name: s * 1e9 / sides[name][1] for name, s in seconds.items()}
        first = next(iter(found.values()))
        print(f"\n{title} (medians of {rounds})\n{'':48}   ns each  stoa / this")
        for name, nanoseconds in found.items():
            print(f"  {name:44} {nanoseconds:11,.1f}   {first / nanoseconds:10.3g}", flush=True)
        self.figures[question] = found

    def bar(self, text, most, figure):
        self.bars.append((text, most, figure))
        print(f"  bar: {bar_text(text, most, figure)}")

    def ratio(self, question, most, rival, side=STOA):
        """A bar for the time of a side of stoa over that of a rival, where both took part."""
        found = self.figures[question]
        if rival in found and side in found:
            self.bar(f"{question}: {side} of {rival}", most, found[side] / found[rival])

    def summary(self):
        missed = sum(figure > most for _, most, figure in self.bars)
        print(f"\n{len(self.bars)} bars, {missed} missed")
        for each in self.bars:
            print(f"  {bar_text(*each)}")


def bar_text(text, most, figure):
    verdict = "pass" if figure <= most else "MISS"
    return f"{text:62} {figure:8.3g}  at most {most:5g}  {verdict}"


# ---- one record ----


def one_of_each(records):
    """Records of the same values, by the name of their form; the row is of a table of one."""
    values = [int(str(value)) for value in records.tuples[7]]
    found = {STOA: rivals.table_of([[value] for value in values])[0]}
    found.update((name, make(*values)) for name, make in rivals.classes().items())
    found[STANDALONE] = Point(*values)
    if records.structured is not None:
        found[NUMPY_VOID] = records.structured[7:8].copy()[0]
        found[NUMPY_RECORD] = records.recarray[7:8].copy()[0]
    return found


def times(name):
    return SLOW if name.startswith("numpy") else FAST


def read(records, report):
    sides = {
        name: repeated("it['x']" if name == NUMPY_VOID else "it.x", times(name), it=it)
        for name, it in one_of_each(records).items()
    }
    sides["the loop alone"] = repeated("it", FAST, it=None)
    report.table("read", "p.x", sides, rounds=45)
    report.ratio("read", 2.1, SLOTS)
    report.ratio("read", 1.15, NAMED)
    report.ratio("read", 0.4, NUMPY_VOID)


def read_kept(records, report):
    """A value that a variable still holds at the next read: its int is not used again."""
    sides = {
        name: repeated("value = it['x']" if name == NUMPY_VOID else "value = it.x", FAST, it=it)
        for name, it in one_of_each(records).items()
        if name in (STOA, SLOTS, NAMED)
    }
    report.table("read, kept", "value = p.x", sides, rounds=45)
    report.ratio("read, kept", 2.1, SLOTS)
    report.ratio("read, kept", 1.15, NAMED)


def write(records, report):
    sides = {
        name: repeated(
            "it['x'] = value" if name == NUMPY_VOID else "it.x = value",
            times(name),
            it=it,
            value=54321,
        )
        for name, it in one_of_each(records).items()
        if name != NAMED
    }
    report.table("write", "p.x = value", sides, rounds=45)
    report.ratio("write", 2.1, SLOTS)
    report.ratio("write", 2.0, SLOTS, side=STANDALONE)


def create(records, report):
    i = min(5001, records.count - 1)
    rows = {
        STOA: records.points,
        "numpy structured array": records.structured,
        "numpy recarray": records.recarray,
        "list of __slots__ objects, which are there": records.objects[SLOTS],
    }
    sides = {
        name: repeated("rows[i]", times(name), rows=rows, i=i)
        for name, rows in rows.items()
        if rows is not None
    }
    if records.polars is not None:
        sides["Polars row"] = repeated("rows.row(i)", SLOW, rows=records.polars, i=i)
    if records.pandas is not None:
        sides["pandas iloc"] = repeated("rows.iloc[i]", SLOWEST, rows=records.pandas, i=i)
    table = rivals.ctable()
    if table is not None:
        table.extend(records.tuples[:10_000])
        sides["blosc2 CTable"] = repeated("rows[i]", SLOWEST, rows=table, i=i)
    report.table("create a row", "points[i], made and dropped", sides)

    makers = {STOA: Point, **rivals.classes()}
    values = dict(zip(FIELDS, records.tuples[7]))
    for question, call in (
        ("create an object", "make(x, y, z)"),
        ("create by name", "make(x=x, y=y, z=z)"),
    ):
        sides = {name: repeated(call, FAST, make=make, **values) for name, make in makers.items()}
        title = f"{call.replace('make', 'Point')}, standalone, made and dropped"
        report.table(question, title, sides)
        report.ratio(question, 1.2, SLOTS)


def unpack(records, report):
    by_hand = "x = p.x; y = p.y; z = p.z"
    sides = {
        name: repeated(
            by_hand if name in (SLOTS, DATA, DATA_SLOTS, ATTRS) else "x, y, z = p", times(name), p=p
        )
        for name, p in one_of_each(records).items()
    }
    sides[TUPLE] = repeated("x, y, z = p", FAST, p=records.tuples[7])
    report.table("unpack", "x, y, z = p (objects that cannot: field by field)", sides)
    report.ratio("unpack", 2.0, TUPLE)


def equal(records, report):
    others = one_of_each(records)  # of integers of their own
    sides = {
        name: repeated("p == q", times(name), p=p, q=others[name])
        for name, p in one_of_each(records).items()
        if name != SLOTS
    }
    report.table("equal", "p == q, of the same values (__slots__ objects have no such)", sides)


def convert(records, report):
    ways = {
        STOA: ("p.to_tuple()", "p.to_dict()", {}),
        "stoa, standalone": ("p.to_tuple()", "p.to_dict()", {}),
        NAMED: ("tuple(p)", "p._asdict()", {}),
        DATA: ("of.astuple(p)", "of.asdict(p)", {"of": dataclasses}),
        ATTRS: ("of.astuple(p)", "of.asdict(p)", {"of": module("attrs")}),
        DATAOBJECT: ("of.astuple(p)", "of.asdict(p)", {"of": module("recordclass")}),
        NUMPY_VOID: ("p.item()", "dict(zip(names, p.item()))", {"names": FIELDS}),
        SLOTS: ("(p.x, p.y, p.z)", "{'x': p.x, 'y': p.y, 'z': p.z}", {}),
    }
    one = one_of_each(records)
    for which, title in enumerate(("to_tuple", "to_dict")):
        sides = {
            name: repeated(way[which], SLOW, p=one[name], **way[2])
            for name, way in ways.items()
            if name in one
        }
        report.table(title, f"p.{title}()", sides, rounds=7)


# ---- all records ----


def loop(records, report):
    points, count, few = records.points, records.count, records.count // 10
    sides = {
        STOA: (adding(lambda: points), count),
        "stoa cursor": (adding(points.cursor), count),
    }
    if has_values(points):
        pairs = adding(lambda: points.values("x", "y"), "x + y", "x, y")
        sides["stoa values"] = (pairs, count)
    for name, objects in records.objects.items():
        sides[name] = (adding(lambda objects=objects: objects), count)
    if records.structured is not None:
        of_void = "int(row['x']) + int(row['y'])"
        of_record = "int(row.x) + int(row.y)"
        structured, recarray = records.structured[:few], records.recarray[:few]
        sides["numpy structured array"] = (adding(lambda: structured, of_void), few)
        sides["numpy recarray"] = (adding(lambda: recarray, of_record), few)
    if records.pandas is not None:
        tuples_of = records.pandas.itertuples
        sides[PANDAS] = (adding(lambda: tuples_of(index=False)), count)
    if records.polars is not None:
        frame = records.polars
        named = adding(lambda: frame.iter_rows(named=True), "row['x'] + row['y']")
        sides[POLARS] = (adding(frame.iter_rows, "x + y", "x, y, z"), count)
        sides["Polars iter_rows, two columns"] = (
            adding(lambda: frame.select("x", "y").iter_rows(), "x + y", "x, y"),
            count,
        )
        sides["Polars iter_rows, named"] = (named, count)
    check_sums(sides, records)
    report.table("loop", f"a loop over {count:,} rows that adds two fields", sides, rounds=7)
    report.ratio("loop", 1.9, SLOTS)
    report.ratio("loop", 1.0, POLARS)
    report.ratio("loop", 0.6, "numpy structured array")
    report.ratio("loop", 1.0, PANDAS, side="stoa cursor")


def check_sums(sides, records):
    """Every side adds the same; those that take too long, the first rows."""
    for name, (work, count) in sides.items():
        expected = sum(map(sum, zip(records.columns[0][:count], records.columns[1])))
        if work() != expected:
            sys.exit(f"{name}: a sum of {work()}, not {expected}")


def has_values(points):
    if hasattr(type(points), "values"):
        return True
    print("\nskipped: this Table has no values()")
    return False


def values(records, report):
    points, count, (xs, ys, _) = records.points, records.count, records.columns
    if not has_values(points):
        return
    pairs = list(zip(xs, ys))
    ranges = range(1001, 1001 + count), range(50_001, 50_001 + count)
    sides = {
        STOA: (passing(lambda: points.values("x", "y")), count),
        "zip of two ranges": (passing(lambda: zip(*ranges)), count),
        "zip of two lists of integers": (passing(lambda: zip(xs, ys)), count),
        "a list of tuples that is there": (passing(lambda: pairs), count),
        "a list of tuples, built of two lists": (passing(lambda: list(zip(xs, ys))), count),
        "a list of tuples, built of objects": (
            passing(lambda objects=records.objects[SLOTS]: [(p.x, p.y) for p in objects]),
            count,
        ),
        "zip of two columns of stoa": (passing(lambda: zip(points.x, points.y)), count),
    }
    if records.structured is not None:
        x, y = records.structured["x"], records.structured["y"]
        sides["zip of two numpy arrays' lists"] = (
            passing(lambda: zip(x.tolist(), y.tolist())),
            count,
        )
    if records.polars is not None:
        both = records.polars.select("x", "y")
        sides[POLARS] = (passing(both.iter_rows), count)
    report.table("values", 'for x, y in points.values("x", "y"): pass', sides, rounds=9)
    report.ratio("values", 1.15, "zip of two ranges")
    report.ratio("values", 1.0, "a list of tuples, built of two lists")


# ---- more records ----


def append(records, report):
    count, columns = records.count, records.columns

    def side(fill):
        return lambda: fill(zip(*columns)), count

    def without_collector(fill):
        def work():
            gc.disable()
            try:
                return fill(zip(*columns))
            finally:
                gc.enable()

        return work, count

    table_filler = rivals.table_filler
    sides = {
        STOA: side(table_filler()),
        "stoa, by name": side(table_filler("append(x=x, y=y, z=z)")),
        "stoa, a tuple": side(table_filler("append((x, y, z))")),
    }
    fillers = rivals.object_fillers()
    sides.update((name, side(fill)) for name, fill in fillers.items())
    sides["__slots__ object, collector off"] = without_collector(rivals.object_fillers()[SLOTS])
    sides["list of tuples"] = side(rivals.appending(list, "append", "append((x, y, z))"))
    table = rivals.ctable()
    if table is not None:
        more = rivals.appending(lambda: table, "append", "append((x, y, z))")
        sides["blosc2 CTable"] = (lambda: more(records.tuples[:SLOWEST]), SLOWEST)
    title = f"append, one by one, {count:,} times from empty; beside list.append(Point(x, y, z))"
    report.table("append", title, sides, rounds=5, keep=True)
    report.ratio("append", 1.0, SLOTS)


OF_STANDALONE = "stoa, a list of standalone Points"
OF_GENERATOR, GENERATOR = "stoa, a generator of tuples", "that generator alone"


def consume(iterator):
    collections.deque(iterator, maxlen=0)


def extend(records, report):
    count, tuples = records.count, records.tuples
    source = records.points
    dicts = [dict(zip(FIELDS, each)) for each in tuples]
    standalone = [Point(*each) for each in tuples]

    def extended(rows_of):
        def work():
            points = stoa.Table(Point)
            points.extend(rows_of())
            return points

        return work, count

    make = rivals.Slots
    sides = {
        STOA: extended(lambda: tuples),
        "stoa, a list of rows": extended(lambda: list(source)),
        "stoa, an iterator of rows": extended(lambda: iter(source)),
        OF_STANDALONE: extended(lambda: standalone),
        "stoa, a list of dicts": extended(lambda: dicts),
        OF_GENERATOR: extended(lambda: ((x, y, z) for x, y, z in tuples)),
        GENERATOR: (lambda: consume((x, y, z) for x, y, z in tuples), count),
        "list of __slots__ objects": (lambda: [make(x, y, z) for x, y, z in tuples], count),
        "list of namedtuples": (lambda: list(map(rivals.Named._make, tuples)), count),
    }
    if records.structured is not None:
        dtype, numpy = records.structured.dtype, module("numpy")
        sides["numpy.array"] = (lambda: numpy.array(tuples, dtype), count)
    if records.pandas is not None:
        frame_of = module("pandas").DataFrame.from_records
        sides["pandas from_records"] = (lambda: frame_of(tuples, columns=FIELDS), count)
    if records.polars is not None:
        frame, schema = module("polars").DataFrame, records.polars.schema
        sides["Polars DataFrame"] = (lambda: frame(tuples, schema=schema, orient="row"), count)
    title = f"extend an empty table by a list of {count:,} tuples, ns a row"
    report.table("extend", title, sides, rounds=5, keep=True)
    found = report.figures["extend"]
    report.bar("extend by tuples: ns a row", 60, found[STOA])
    report.bar("extend by standalone records: ns a row", 60, found[OF_STANDALONE])
    beyond = found[OF_GENERATOR] - found[GENERATOR]
    report.bar("extend by a generator: ns a row beyond its own", 80, beyond)


QUESTIONS = {
    "read": read,
    "read-kept": read_kept,
    "write": write,
    "loop": loop,
    "values": values,
    "create": create,
    "unpack": unpack,
    "equal": equal,
    "convert": convert,
    "append": append,
    "bytes": rows_memory.grow,
    "extend": extend,
    "allocate": rows_memory.allocate,
}


def cpython(count, questions, chart):
    records, report = rivals.Records(count), Report()
    for question in questions:
        QUESTIONS[question](records, report)
    report.summary()
    if chart:
        import rows_chart

        rows_chart.draw(report.figures, chart, f"{count:,} points of x, y and z in {python()}")


def python():
    return f"{platform.python_implementation()} {platform.python_version()}"


# ---- PyPy ----


def pypy_side(side, count):
    """Prints the median time of a loop, in nanoseconds a row."""
    columns = rivals.columns_of(count)
    objects = side == "objects"
    rows = [rivals.Slots(*each) for each in zip(*columns)] if objects else rivals.table_of(columns)
    add, times = adding(lambda: rows), []
    for _ in range(15):
        start = time.perf_counter()
        add()
        times.append(time.perf_counter() - start)
    print(sorted(times[5:])[5] * 1e9 / count)


def pypy(interpreter, count):
    figures = {side: [] for side in ("objects", "table")}
    for _ in range(3):
        for side, found in figures.items():
            command = [interpreter, __file__, str(count), "--side", side]
            found.append(float(subprocess.run(command, check=True, capture_output=True).stdout))
    table, objects = (sorted(figures[side])[1] for side in ("table", "objects"))
    print(f"\nPyPy: a loop over {count:,} rows that adds two fields (own processes)")
    print(f"  stoa table            {table:9.1f} ns each")
    print(f"  list of plain objects {objects:9.1f} ns each")
    print(f"  bar: {bar_text('PyPy: table of objects', 3.0, table / objects)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("records", nargs="?", type=int, default=1_000_000)
    arguments.add_argument("--only", nargs="+", choices=QUESTIONS, default=QUESTIONS)
    arguments.add_argument("--chart", metavar="FILE", help="draws what was measured")
    arguments.add_argument("--pypy", metavar="INTERPRETER")
    arguments.add_argument("--side", choices=("objects", "table"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.side:
        pypy_side(given.side, given.records)
        return
    print(f"{python()}, stoa {stoa.__version__}, rows in {'C' if extension.rows else 'Python'}")
    cpython(given.records, given.only, given.chart)
    if given.pypy:
        pypy(given.pypy, given.records)


if __name__ == "__main__":
    main()
