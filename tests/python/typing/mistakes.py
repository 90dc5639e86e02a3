"""Mistakes that mypy must report: each line that ends in the mark has exactly this error."""

from __future__ import annotations

import stoa
from stoa import Column, float64, int32


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0


class Points(stoa.Table[Point]):
    x: Column[int]


class Named(stoa.Record):
    x: int32
    y: int32 = stoa.field(kw_only=True)


Named(1, 2)  # error: misc
Named(1)  # error: call-arg
Point(1)  # error: call-arg
Point(1, "2")  # error: arg-type
Point(1, 2, q=3)  # error: call-arg
point = Point(1, 2)
point.q = 1  # error: attr-defined
point.x = "a"  # error: assignment
text: str = point.w  # error: assignment
points = stoa.Table(Point)
name: str = points[0].x  # error: assignment
print(points[0].q)  # error: attr-defined
typed = Points()
wrong: list[str] = typed.x.tolist()  # error: assignment
stoa.replace(3, x=1)  # error: type-var
stoa.field(default=1, default_factory=list)  # error: call-overload
