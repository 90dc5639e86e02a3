"""What do parts of dates cost? year(t), trunc(t, 'hour') and the sum of a difference of timestamps,
beside Polars and DuckDB.

    python bench/dates.py [ROWS]

Two columns of timestamps in microseconds, of one year. All sides compute on the same values in one
run, in turn; a figure is the median of nine. One thread stands beside one, two beside two.
"""

from datetime import timedelta

from timing import medians, on_one_and_two_threads

ROUNDS = 9
YEAR, DAY = 365 * 86_400_000_000, 86_400_000_000


def told(what, threads, own, *rivals):
    ratios = [
        f"{rival / own:5.2f} times the speed of {name} {'ok' if own < rival else '--'}"
        for name, rival in zip(("Polars", "DuckDB"), rivals)
    ]
    print(f"{what:28} {threads} thread(s) {own * 1e3:8.2f} ms  {'  '.join(ratios)}")


def measure(rows, threads):
    import duckdb
    import numpy
    import polars

    import stoa

    stoa.set_threads(threads)
    random = numpy.random.default_rng(7)
    start = numpy.datetime64("2013-01-01", "us") + random.integers(0, YEAR, rows)
    end = start + random.integers(0, DAY, rows)
    table = stoa.Table({"start": "datetime", "end": "datetime"})
    table.extend(start=start, end=end)
    frame = polars.DataFrame({"start": start, "end": end})
    base = duckdb.connect(config={"threads": threads})
    base.execute("create table trips as select * from frame")
    s, e = polars.col("start"), polars.col("end")

    def of_polars(wanted):
        return lambda: frame.lazy().select(wanted).collect().item()

    def of_duckdb(wanted):
        return lambda: base.execute(f"select {wanted} from trips").fetchall()[0][0]

    questions = {
        "sum(year(t))": (
            lambda: table.compute("sum(year(start))"),
            of_polars(s.dt.year().cast(polars.Int64).sum()),
            of_duckdb("sum(year(start))"),
        ),
        "count where year(t) == 2013": (
            lambda: table.compute("sum(year(start) == 2013)"),
            of_polars((s.dt.year() == 2013).sum()),
            of_duckdb("count(*) filter (year(start) = 2013)"),
        ),
        "max(trunc(t, 'hour'))": (
            lambda: table.compute("max(trunc(start, 'hour'))"),
            of_polars(s.dt.truncate("1h").max()),
            of_duckdb("max(date_trunc('hour', start))"),
        ),
        "sum(t - s)": (
            lambda: table.compute("sum(end - start)"),
            of_polars((e - s).sum()),
            of_duckdb('sum(epoch_us("end") - epoch_us(start))'),
        ),
    }
    for what, calls in questions.items():
        own, *theirs = (call() for call in calls)
        if isinstance(own, timedelta):
            theirs[1] = timedelta(microseconds=int(theirs[1]))
        assert [own, own] == theirs, (what, own, theirs)
        told(what, threads, *medians(dict(enumerate(calls)), ROUNDS).values())


if __name__ == "__main__":
    on_one_and_two_threads(measure)
