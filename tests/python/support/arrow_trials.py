"""Random tables through pyarrow, Polars, DuckDB and nanoarrow, and back, while they are written to.

    python tests/python/support/arrow_trials.py [TRIALS] [SEED] [SECONDS]

Each trial gives a random part of a random table to one library, by one of the ways that it has,
writes to the table, and only then compares what the library holds with a plain list that was kept
beside the table from the start. A random slice of it comes back, and is compared again. It ends
after that many trials, or seconds; a trial that failed is told by its number and seed.
"""

from __future__ import annotations

import datetime
import gc
import random
import struct
import sys
import time
from enum import Enum
from typing import Any, Callable, Literal, Optional

import duckdb
import nanoarrow
import polars
import pyarrow

import stoa
from stoa._store import arrow

Dice = random.Random
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
LETTERS = "ab\0é€𝄞\n"


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


# ---- values ----


def integer(low: int, high: int) -> Callable[[Dice], int]:
    return lambda dice: dice.choice((low, high, 0, dice.randint(low, high)))


def float64(dice: Dice) -> float:
    return dice.choice((0.0, -0.0, float("inf"), float("nan"), dice.gauss(0, 1e9), 5e-324))


def float32(dice: Dice) -> float:
    return float(struct.unpack("f", struct.pack("f", dice.gauss(0, 1e9)))[0])


def text(dice: Dice) -> str:
    return "".join(dice.choices(LETTERS, k=dice.choice((0, 1, 3, 12, 13, 40))))


def moment(dice: Dice) -> datetime.datetime:
    return EPOCH + datetime.timedelta(
        seconds=dice.randint(-(2**35), 2**37), microseconds=dice.randrange(10**6)
    )


def whole_moment(dice: Dice) -> datetime.datetime:
    return moment(dice).replace(microsecond=dice.randrange(1000) * 1000)


# How a field is described, and random values of it.
KINDS: list[tuple[Any, Callable[[Dice], Any]]] = [
    ("bool", lambda dice: dice.random() < 0.5),
    *((f"int{bits}", integer(-(1 << bits - 1), (1 << bits - 1) - 1)) for bits in (8, 16, 32, 64)),
    *((f"uint{bits}", integer(0, (1 << bits) - 1)) for bits in (8, 16, 32, 64)),
    ("float32", float32),
    ("float64", float64),
    ("string", text),
    ("string", lambda dice: dice.choice(("", "one", "two", "a text that is longer"))),
    ("date", lambda dice: moment(dice).date()),
    ("timestamp[us]", moment),
    ("timestamp[ms]", whole_moment),
    ("timestamp[us, UTC]", lambda dice: moment(dice).replace(tzinfo=UTC)),
    ("timestamp[ms, Europe/Berlin]", lambda dice: whole_moment(dice).replace(tzinfo=UTC)),
    ("duration[us]", lambda dice: datetime.timedelta(microseconds=dice.randint(-(2**50), 2**50))),
    (Color, lambda dice: dice.choice(list(Color))),
    (Literal["x", "y"], lambda dice: dice.choice("xy")),
    (("int16", (3,)), lambda dice: tuple(dice.randint(-9, 9) for _ in range(3))),
    (("float32", (2,)), lambda dice: (float32(dice), float32(dice))),
    (("bool", (5,)), lambda dice: tuple(dice.random() < 0.5 for _ in range(5))),
]


def plain(value: Any) -> Any:
    """A value as it is compared, whatever a library makes of it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, pyarrow.MonthDayNano):  # DuckDB's durations
        return datetime.timedelta(value.days, microseconds=value.nanoseconds // 1000)
    if isinstance(value, (tuple, list, polars.Series)):
        return tuple(map(plain, value))
    return value


Rows = list[list[Any]]


def plain_rows(rows: Any) -> Rows:
    return [[plain(value) for value in row] for row in rows]


# ---- a table, and the same as a plain list ----


class Subject:
    """A table of random fields, and its rows as a list of lists."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.makers, fields = dice, [], {}
        for i in range(dice.randint(1, 5)):
            written, make = dice.choice(KINDS)
            if not isinstance(written, tuple) and dice.random() < 0.5:
                written = f"{written} | None" if isinstance(written, str) else Optional[written]
                make = self.or_none(make, dice.choice((0.1, 0.5, 1.0)))
            fields[f"f{i}"] = written
            self.makers.append(make)
        self.names = list(fields)
        self.rows: Rows = []
        self.table = stoa.Table(fields)
        self.extend(dice.choice((0, 1, 7, 8, 63, 64, 65, 130)))

    @staticmethod
    def or_none(make: Callable[[Dice], Any], share: float) -> Callable[[Dice], Any]:
        return lambda dice: None if dice.random() < share else make(dice)

    def row(self) -> list[Any]:
        return [make(self.dice) for make in self.makers]

    def extend(self, count: int) -> None:
        new = [self.row() for _ in range(count)]
        self.table.extend([tuple(row) for row in new])
        self.rows += new

    # Writes; `at` is a row, if there is any.

    def append(self, at: int) -> None:
        self.extend(1)

    def store(self, at: int) -> None:
        field = self.dice.randrange(len(self.names))
        value = self.makers[field](self.dice)
        setattr(self.table[at], self.names[field], value)
        self.rows[at][field] = value

    def fill(self, at: int) -> None:
        field = self.dice.randrange(len(self.names))
        values = [self.makers[field](self.dice) for _ in self.rows[at:]]
        self.table[self.names[field]][at:] = values
        for row, value in zip(self.rows[at:], values):
            row[field] = value

    def delete(self, at: int) -> None:
        del self.table[at]
        del self.rows[at]

    def swap(self, at: int) -> None:
        self.table.swap(0, at)
        self.rows[0], self.rows[at] = self.rows[at], self.rows[0]

    def reverse(self, at: int) -> None:
        self.table.reverse()
        self.rows.reverse()

    def write(self) -> bool:
        """One random write; whether cells that were there may be others now."""
        if not self.rows or (self.dice.random() < 0.3 and len(self.rows) < 300):
            self.append(0)
            return False
        at = self.dice.randrange(len(self.rows))
        act = self.dice.choice((self.store, self.fill, self.delete, self.swap, self.reverse))
        is_the_same = (act == self.swap and at == 0) or (act == self.reverse and len(self.rows) < 2)
        act(at)
        return not is_the_same

    def part(self) -> tuple[Any, Rows]:
        """A table, window, selection or loan, and its rows."""
        kind = self.dice.randrange(4)
        rows = self.rows
        if kind == 0:
            return self.table, rows[:]
        if kind == 1:
            ends = sorted(self.dice.randint(0, len(rows)) for _ in range(2))
            which = slice(*ends, self.dice.choice((1, 1, 2, 7)))
            which = which if self.dice.random() < 0.8 else slice(None, None, -1)
            return self.table[which], rows[which]
        if kind == 2:
            mask = [self.dice.random() < 0.4 for _ in rows]
            condition = memoryview(bytes(mask)).cast("?")
            return self.table.where(condition), [row for row, kept in zip(rows, mask) if kept]
        return self.table.lend(self.dice.random() < 0.5), rows[:]


# ---- libraries ----


class Held:
    """What a library holds: its rows, and a slice that has Arrow's interface."""

    def __init__(self, rows: Callable[[], Any], part: Callable[[int, int], Any]) -> None:
        self.rows, self.part = rows, part


def by_pyarrow(given: Any, dice: Dice) -> Held:
    way = dice.randrange(3)
    if way == 0:
        made = pyarrow.table(given)
    elif way == 1:
        made = pyarrow.table(pyarrow.record_batch(given))
    else:
        made = pyarrow.RecordBatchReader.from_stream(given).read_all()
    made.validate(full=True)

    def part(first: int, count: int) -> Any:
        one = made.slice(first, count)
        half = count // 2
        return (
            one
            if dice.random() < 0.5
            else pyarrow.concat_tables([one.slice(0, half), one.slice(half)])
        )

    return Held(lambda: zip(*(each.to_pylist() for each in made.columns)), part)


def by_polars(given: Any, dice: Dice) -> Held:
    if isinstance(given, stoa.Loan):
        made = polars.DataFrame(given)
    else:
        made = given.to_polars(dictionary=dice.random() < 0.5)

    def part(first: int, count: int) -> Any:
        one = made.slice(first, count)
        half = count // 2
        return (
            one if dice.random() < 0.5 else polars.concat([one[:half], one[half:]], rechunk=False)
        )

    return Held(made.rows, part)


def by_duckdb(given: Any, dice: Dice) -> Held:
    made = pyarrow.table(database.from_arrow(given))  # of DuckDB's own memory
    return Held(lambda: zip(*(each.to_pylist() for each in made.columns)), made.slice)


def by_nanoarrow(given: Any, dice: Dice) -> Held:
    made = nanoarrow.Array(given)
    return Held(made.iter_tuples, lambda first, count: made)


LIBRARIES = [by_pyarrow, by_polars, by_duckdb, by_nanoarrow]
database = duckdb.connect()


# ---- trials ----


def check(found: Rows, expected: Rows, what: str) -> None:
    if found != expected:
        at = next(
            (i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]), "the end"
        )
        raise AssertionError(
            f"{what}: row {at} of {len(found)} and {len(expected)}: {found} {expected}"
        )


def check_back(subject: Subject, held: Held, expected: Rows, what: str) -> None:
    """A slice of what the library holds, as a table."""
    dice = subject.dice
    first = dice.randint(0, len(expected))
    count = dice.randint(0, len(expected) - first)
    part = held.part(first, count)
    made = stoa.from_arrow(part, subject.table.record if dice.random() < 0.5 else None)
    if len(made) == len(expected):  # nanoarrow's arrays are not sliced
        first, count = 0, len(expected)
    check(plain_rows(made.values()), expected[first : first + count], f"back from {what}")


def trial_of_copies(subject: Subject) -> None:
    """What a library was given stays as it was."""
    dice = subject.dice
    given, rows = subject.part()
    expected = plain_rows(rows)
    library = dice.choice(LIBRARIES)
    held = library(given, dice)
    if isinstance(given, stoa.Loan):
        subject.append(0)
        refuse(subject, given)
    else:
        for _ in range(dice.randint(1, 3)):
            subject.write()
    check(plain_rows(held.rows()), expected, library.__name__)
    if not (
        library is by_duckdb and any("duration" in each for each in subject.table.fields.values())
    ):
        check_back(subject, held, expected, library.__name__)


def refuse(subject: Subject, loan: Any) -> None:
    try:
        subject.table.pop()
    except stoa.LentError:
        return
    raise AssertionError(f"a write went through beside {loan}")


def trial_of_batches(subject: Subject) -> None:
    """A stream whose table is written to between two batches gives what was there, or fails."""
    dice = subject.dice
    given, rows = subject.part()
    if isinstance(given, stoa.Loan):
        return
    expected = plain_rows(rows)
    reader = pyarrow.RecordBatchReader.from_stream(Small(given, dice.randint(1, 40)))
    found: Rows = []
    is_changed = False
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        except pyarrow.ArrowInvalid as error:
            if not (is_changed and "was changed since" in str(error)):
                raise
            check(found, expected[: len(found)], "a stream that failed")
            return
        assert not is_changed or not batch.num_rows, "a batch came after a write"
        batch.validate(full=True)
        found += plain_rows(zip(*(each.to_pylist() for each in batch.columns)))
        is_changed = (dice.random() < 0.2 and subject.write()) or is_changed
        if is_changed and len(found) == len(expected):
            return
    check(found, expected, "a stream")


class Small(arrow.Exporting):
    """Leaves in batches of so many rows."""

    def __init__(self, given: Any, rows: int) -> None:
        self.made = given._for_arrow()
        self.batch_rows = rows

    def _for_arrow(self) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.made, name)

    def options(self, requested: Any, is_stream: bool) -> Any:
        made = self.made.options(requested, is_stream)
        made.batch_rows = self.batch_rows
        return made

    def make(self, *arguments: Any) -> Any:
        return arrow.Export.make(self, *arguments)  # type: ignore[arg-type]


def run(trials: int, seed: int, seconds: float = float("inf")) -> int:
    """Runs the trials; returns how many ran. Raises AssertionError at the first mismatch."""
    end = time.monotonic() + seconds
    dice = Dice(seed)
    subjects = [Subject(dice) for _ in range(4)]
    for i in range(trials):
        if i % 64 == 0 and time.monotonic() > end:
            return i
        at = dice.randrange(len(subjects))
        if dice.random() < 0.1:
            subjects[at] = Subject(dice)
        act = trial_of_batches if dice.random() < 0.25 else trial_of_copies
        try:
            act(subjects[at])
        except Exception as error:
            raise AssertionError(
                f"trial {i} of seed {seed}, of {subjects[at].table.fields}"
            ) from error
    return trials


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    wanted, first = int(given.get(0, 10_000)), int(given.get(1, 0))
    start = time.monotonic()
    left, done = float(given.get(2, "inf")), 0
    while done < wanted and time.monotonic() - start < left:  # a seed for each 10,000
        seed = first + done // 10_000
        done += run(min(10_000, wanted - done), seed, left - (time.monotonic() - start))
        gc.collect()
    print(f"{done} trials from seed {first} in {time.monotonic() - start:.0f} s: no mismatch")
