"""A user's program, checked by mypy --strict. test_typing.py runs it and has it checked."""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections.abc import MutableSequence, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Literal

import stoa
from stoa import Column, float32, float64, int32, uint8


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

    unit: ClassVar[str] = "m"

    def norm(self) -> float:
        return float((self.x**2 + self.y**2) ** 0.5)


class Tagged(Point):
    tag: object = None
    tags: object = stoa.field(default_factory=list)
    small: uint8 = 0
    single: float32 = 0.5
    flag: bool = False


class Named(stoa.Record, kw_only=True):
    name: object
    size: int32 = stoa.field(default=1, kw_only=False)
    unit: object = stoa.field(default="m", metadata={"of": "size"})


class Event(stoa.Record):
    day: date
    at: datetime = datetime(2000, 1, 1)
    took: timedelta = timedelta()
    logged: Annotated[datetime | None, stoa.timestamp("ms", "UTC")] = None


class Events(stoa.Table[Event]):
    day: Column[date]
    at: Column[datetime]


def times() -> None:
    events = Events(Event)
    events.append(date(2013, 1, 1), datetime(2013, 1, 1, 5))
    year: int = events[0].day.year
    latest: datetime = events.at[0] + events[0].took
    assert (year, latest) == (2013, datetime(2013, 1, 1, 5))


class Points(stoa.Table[Point]):
    x: Column[int]
    y: Column[int]
    w: Column[float]


def total(rows: Sequence[Point]) -> float:
    return sum(p.norm() for p in rows)


def fill(rows: MutableSequence[Point]) -> None:
    rows.append(Point(1, 2))
    rows.insert(0, Point(3, 4, w=2.0))


def records() -> None:
    p = Point(1, y=2)
    x: int = p.x
    w: float = p.w
    p.x += 1
    a, b, c = p
    assert (x, w, a, b, c) == (1, 1.0, 2, 2, 1.0)
    other: Point = stoa.replace(p, x=5)
    again: Point = stoa.copy(other).replace(y=6)
    names: dict[str, object] = stoa.to_dict(again)
    values: tuple[object, ...] = again.to_tuple()
    assert list(names.values()) == list(values) == [5, 6, 1.0]
    assert p == Point(2, 2)
    assert Tagged(1, 2, flag=True).flag


def as_dataclasses() -> None:
    points = stoa.Table(Point, [(1, 2)])
    names: list[str] = [each.name for each in dataclasses.fields(points[0])]
    assert names == [each.name for each in dataclasses.fields(Point)] == ["x", "y", "w"]
    values: dict[str, object] = dataclasses.asdict(points[0])
    assert tuple(values.values()) == dataclasses.astuple(points[0]) == (1, 2, 1.0)
    other: Point = dataclasses.replace(points[0], x=5)
    assert dataclasses.is_dataclass(other)
    if sys.version_info >= (3, 13):
        again: Point = copy.replace(other, y=6)
        assert again.y == 6
    named = Named(3, name="a")
    assert named == Named(name="a", size=3)


def tables() -> None:
    points = stoa.Table(Point, [(1, 2), Point(3, 4)], max_rows=100)
    points.append(1, 2, w=3.0)
    points.append(Point(5, 6))
    points.extend(x=[1, 2], y=[3, 4])
    points.extend([(7, 8), (9, 10)])
    first: Point = points[0]
    window: stoa.Window[Point] = points[1:3]
    some: stoa.Table[Point] = points[[True] * len(points)]
    assert some == points
    assert (first.x, window[0].y) == (1, 4)
    last: Point = points.pop()
    assert last.x == 9
    points.x = 7
    points["y"] = range(len(points))
    assert [p.x for p in points] == [7] * len(points)
    assert sum(p.y for p in points.cursor()) == sum(range(len(points)))
    column: Column[int] = points.x
    values: list[int] = column.tolist()
    part: Column[int] = column[1:]
    value: int = part[0]
    view: memoryview = part.buffer
    assert (len(values), value, view[0]) == (len(points), 7, 7)
    if sys.version_info >= (3, 12):
        assert memoryview(part) == view
    points[0] = (1, 2, 3.0)
    points[0:1] = [(1, 2, 3.0)]
    del points[0], points[0:1]
    index: int = stoa.index_of(points[0])
    owner: stoa.Table[Point] = stoa.table_of(points[0])
    assert (index, owner) == (0, points)
    fields: dict[str, stoa.FieldType] = points.fields
    assert list(fields) == ["x", "y", "w"]
    fill(points)
    assert total(points) > 0
    assert total(points[:]) > 0
    unnamed = stoa.Table({"a": "int32"}, 3)
    unnamed.a = 5
    assert unnamed[0].to_dict() == {"a": 5}


def typed_tables() -> None:
    points = Points([(1, 2), (3, 4)])
    summary: stoa.Table[stoa.Summary] = points.where(points.x > 1).describe()
    count: int = summary[0].count
    assert (count, summary[0].mean) == (1, 3.0)
    value: float = points.w[0]
    values: list[int] = points.x.tolist()
    row: Point = points[1]
    assert (value, values, row.x) == (1.0, [1, 3], 3)
    made = Points.from_columns(x=[1], y=[2])
    assert len(made) == 1
    counted = Points(5)
    assert len(counted) == 5


class Passenger(stoa.Record):
    name: str | None
    seat: int32 | None = None
    gate: Literal["A", "B"] | None = None


class Passengers(stoa.Table[Passenger]):
    name: Column[str | None]
    seat: Column[int | None]


def missing_values() -> None:
    passengers = Passengers([("Ann", 1), (None,)])
    passenger: Passenger = passengers[1]
    name: str | None = passenger.name
    seats: list[int | None] = passengers.seat.tolist()
    passenger.name, passenger.seat = "Bob", None
    texts: list[str | None] = passengers.name.tolist()
    pool: stoa.StringPool = stoa.StringPool(max_bytes=1 << 20)
    shared = Passengers(Passenger, passengers, strings=pool)
    counts: dict[str | None, int] = shared.name.value_counts()
    assert list(counts) == shared.name.unique()
    assert sum(counts.values()) == len(texts)
    assert (name, seats, texts) == (None, [1, None], ["Ann", "Bob"])
    assert len(passengers.drop_nulls("seat")) == 1
    assert Passenger(None).gate is None


class Body(stoa.Record):
    position: stoa.Vector[stoa.float32, Literal[3]]
    color: stoa.Vector[stoa.uint8, Literal[2]] = (1, 2)


def vectors() -> None:
    body = Body((1, 2, 3))
    body.position = 4, 5, 6
    body.position = [4.0, 5.0, 6.0]
    first: float = body.position[0]
    shade: int = body.color[1]
    bodies = stoa.Table(Body, [body])
    total: float = sum(bodies[0].position)
    assert (first, shade, total, len(bodies[0].position)) == (4.0, 2, 15.0, 3)


def errors() -> None:
    problem: Exception | None = None
    try:
        Point(2**31, 0)
    except stoa.Error as caught:
        problem = caught
    assert isinstance(problem, OverflowError)


def main() -> None:
    records()
    as_dataclasses()
    tables()
    typed_tables()
    missing_values()
    times()
    vectors()
    errors()


if __name__ == "__main__":
    main()
