"""Record classes of __main__, which cloudpickle sends by value: to Dask, Ray, Spark and joblib."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("cloudpickle")

SEND = """
import dataclasses, enum, sys
import cloudpickle
import stoa
from stoa import float64, int32

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Point(stoa.Record):
    x: int32
    y: float64 = 1.5
    color: Color = Color.BLUE
    tags: object = stoa.field(default_factory=list)

    def norm(self):
        return self.x + self.y

class Further(Point):
    z: int32 = 3

class Points(stoa.Table[Point]):
    x: stoa.Column[int]

points = stoa.Table(Point, [(1, 2.0), (3,)])
used = points[0].x, points.compute("sum(x)"), Further(1) == Further(1), dataclasses.fields(Point)
assert dataclasses.is_dataclass(Point) and Point.__dataclass_params__ is not None

def work(rows):
    made = Points(rows)
    made.x = 5
    return made, made[0], Point(4), made.partial("sum(x)"), Point

everything = Point, points, points[1], Point(7), Further(8), Points, work
data = cloudpickle.dumps(everything)
again = cloudpickle.loads(data)
assert again[0] is Point and again[1] == points and again[2] == points[1] and again[5] is Points
assert isinstance(again[3], Point) and Point(7) == again[3] and Point(7).norm() == 8.5
sys.stdout.buffer.write(data)
"""

RECEIVE = """
import dataclasses, pickle, sys
import stoa
Point, points, row, one, further, Points, work = pickle.load(sys.stdin.buffer)
assert points.to_dicts()[0] == {"x": 1, "y": 2.0, "color": Point(1).color, "tags": []}
assert row == points[1] and one == Point(7) and isinstance(further, Point) and further.z == 3
assert one.norm() == 8.5 and one.color.name == "BLUE" and one.tags == [] and one.tags is one.tags
assert [each.name for each in dataclasses.fields(Point)] == ["x", "y", "color", "tags"]
assert Point.__match_args__ == ("x", "y", "color", "tags") and "norm" in vars(Point)
made, first, other, partial, kind = work(3)
assert type(made) is Points and first.x == 5 and other.norm() == 5.5 and kind is Point
assert partial.result() == 15 and isinstance(first, Point)
points.append(9)
try:
    Point()
except TypeError as error:
    assert "'x' has no default" in str(error)
else:
    raise AssertionError
"""


def python(code, data=b""):
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_classes_of_main_go_to_other_processes():
    python(RECEIVE, python(SEND))
