"""Ten points, for tests of tables."""

from __future__ import annotations

from typing import Any

import stoa
from stoa import Column, float64, int32


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0


class Other(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0


class Points(stoa.Table[Point]):
    x: Column[int]
    w: Column[float]


def ten() -> stoa.Table[Point]:
    return stoa.Table(Point, [(i, i * i, i / 2) for i in range(10)])


def xs(rows: Any) -> list[int]:
    return [row.x for row in rows]
