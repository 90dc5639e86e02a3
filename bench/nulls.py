"""What do nullable columns cost? Sums, a fused expression and a filter over them, beside the same
without nulls and beside Polars with nulls; rows that are read.

    python bench/nulls.py [ROWS]

One value in ten is null. All sides compute on the same values in one run, in turn; a figure is the
median of nine. One thread stands beside one, two beside two.
"""

from timing import medians, on_one_and_two_threads

ROUNDS = 9


def told(what, threads, own, plain, rival):
    with_nulls = f"{own / plain:5.2f} of that without nulls {'ok' if own <= 1.3 * plain else '--'}"
    ahead = f"{rival / own:5.2f} times Polars' speed {'ok' if own < rival else '--'}"
    print(f"{what:32} {threads} thread(s) {own * 1e3:8.2f} ms  {with_nulls}  {ahead}")


def measure(rows, threads):
    import numpy
    import polars

    import stoa

    stoa.set_threads(threads)
    random = numpy.random.default_rng(7)
    x = random.integers(0, 1000, rows, dtype="int32")
    w = random.random(rows)
    there = random.integers(0, 10, rows) > 0
    masked = [numpy.ma.array(each, mask=~there) for each in (x, w)]
    fields = {"x": "int32", "w": "float64", "nx": "int32 | None", "nw": "float64 | None"}
    table = stoa.Table(fields)
    table.extend(x=x, w=w, nx=masked[0], nw=masked[1])
    plain, nullable = (
        stoa.Table({"x": "int32", "w": "float64"}),
        stoa.Table({"x": "int32 | None", "w": "float64 | None"}),
    )
    plain.extend(x=x, w=w)
    nullable.extend(x=masked[0], w=masked[1])
    frame = polars.DataFrame({"x": x, "w": w, "there": there}).select(
        polars.when("there").then("x").alias("x"), polars.when("there").then("w").alias("w")
    )
    lazy, column = frame.lazy(), polars.col
    questions = {
        "sum(x), int32": (
            lambda: table.nx.sum(),
            lambda: table.x.sum(),
            lambda: frame["x"].sum(),
        ),
        "sum(w), float64": (
            lambda: table.nw.sum(),
            lambda: table.w.sum(),
            lambda: frame["w"].sum(),
        ),
        "sum(sqrt(w * w + x))": (
            lambda: table.compute("sum(sqrt(nw * nw + nx))"),
            lambda: table.compute("sum(sqrt(w * w + x))"),
            lambda: lazy.select((column("w") * column("w") + column("x")).sqrt().sum()).collect(),
        ),
        "filter(x > 500)": (
            lambda: nullable.filter("x > 500"),
            lambda: plain.filter("x > 500"),
            lambda: frame.filter(column("x") > 500),
        ),
    }
    for what, calls in questions.items():
        told(what, threads, *medians(dict(enumerate(calls)), ROUNDS).values())
    if threads == 1:
        measure_rows(stoa)


def measure_rows(stoa):
    table = stoa.Table({"x": "int32", "n": "int32 | None"}, [(i, i) for i in range(1000)])

    def reads(name):
        space = {"rows": table}
        exec(
            f"def read():\n for p in rows.cursor():\n  p.{name}; p.{name}; p.{name}; p.{name}",
            space,
        )
        return lambda: [space["read"]() for _ in range(50)]

    own, plain = medians({name: reads(name) for name in ("n", "x")}, ROUNDS).values()
    ratio = own / plain
    print(f"p.x of a nullable field: {ratio:.2f} of a plain one {'ok' if ratio <= 1.3 else '--'}")


if __name__ == "__main__":
    on_one_and_two_threads(measure)
