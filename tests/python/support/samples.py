"""Tables of ten points, and of items, which most tests of tables use."""

from __future__ import annotations

from typing import Any

import stoa
from stoa import Column, float64, int32


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0


class Tagged(Point):
    tag: object = None


class Flagged(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0
    flag: bool = False
    tag: object = None


class Other(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0


class Item(stoa.Record):
    n: int32
    w: float64 = 0.5
    thing: object = None


class Plain(stoa.Record):
    n: int32
    w: float64 = 0.5


class Points(stoa.Table[Point]):
    x: Column[int]
    w: Column[float]


def ten() -> Any:
    return stoa.Table(Point, [(i, i * i, i / 2) for i in range(10)])


def ten_tagged() -> Any:
    return stoa.Table(Tagged, [(i, i * i, i / 2, str(i)) for i in range(10)])


def ten_flagged() -> Any:
    return stoa.Table(Flagged, [(i, i * i, i / 2, i % 2 == 0, str(i)) for i in range(10)])


def xs(rows: Any) -> list[int]:
    return [row.x for row in rows]
