"""Open tables: an attribute that no field has, set on a row, makes the field."""

from __future__ import annotations

import copy
import enum
import gc
import pickle
import threading
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    y: float64 = 1.0

    def norm(self) -> float:
        return abs(self.x)

    @property
    def twice(self) -> int:
        return 2 * self.x

    @property
    def broken(self) -> int:
        raise AttributeError("its own")


class Watched(stoa.Record):
    __slots__ = ("__weakref__",)
    x: int32


class Wild(stoa.Record):
    __slots__ = ("__dict__",)
    x: int32


class Fallback(stoa.Record):
    x: int32

    def __getattr__(self, name: str) -> str:
        return f"no {name}"


class Color(enum.Enum):
    RED = 1


def opened(rows: int = 4, record: Any = Point) -> Any:
    return stoa.Table(record, [(i,) for i in range(rows)], open=True)


VALUES = [
    (True, "bool | None"),
    (7, "int64 | None"),
    (-(2**63), "int64 | None"),
    (2.5, "float64 | None"),
    (float("inf"), "float64 | None"),
    ("red", "string | None"),
    ("", "string | None"),
    (date(2000, 1, 1), "date | None"),
    (datetime(2000, 1, 1, 5), "timestamp[us] | None"),
    (timedelta(hours=1), "duration[us] | None"),
    (datetime(2000, 1, 1, tzinfo=timezone.utc), "timestamp[us, UTC] | None"),
    (datetime(2000, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")), "timestamp[us, Asia/Tokyo] | None"),
    (datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=2))), "object"),
    (None, "object"),
    ((1, 2), "object"),
    ([1], "object"),
    (Color.RED, "object"),
    (enum.IntEnum("Small", "A").A, "object"),
]


@pytest.mark.parametrize(("value", "kind"), VALUES)
def test_a_new_attribute_makes_a_field_of_the_type_of_its_value(value: Any, kind: str) -> None:
    points = opened()
    before = list(points)
    points[1].extra = value
    assert str(points.fields["extra"]) == kind
    assert points.extra.tolist() == [None, value, None, None]
    assert type(points[1].extra) is type(value)
    assert [row.extra for row in before] == [None, value, None, None]
    assert [tuple(row) for row in points] == [(i, 1.0, value if i == 1 else None) for i in range(4)]


def test_scalars_of_numpy_make_fields_of_their_kind() -> None:
    numpy = pytest.importorskip("numpy")
    points = opened()
    made = {
        "a": (numpy.int16(3), "int64 | None"),
        "b": (numpy.uint64(2**63), "uint64 | None"),
        "c": (numpy.float32(0.5), "float64 | None"),
        "d": (numpy.bool_(True), "bool | None"),
        "e": (numpy.float64(0.5), "float64 | None"),
        "f": (numpy.str_("text"), "string | None"),
        "g": (numpy.arange(3), "object"),
        "h": (numpy.datetime64("2000-01-01T05", "ms"), "timestamp[ms] | None"),
        "i": (numpy.datetime64("2000-01-01"), "date | None"),
        "j": (numpy.timedelta64(5, "s"), "duration[s] | None"),
    }
    for name, (value, kind) in made.items():
        setattr(points[2], name, value)
        assert str(points.fields[name]) == kind
        assert points[1].to_dict()[name] is None
    assert points[2].b == 2**63


def test_a_row_taken_before_gets_the_field_once_it_is_asked_for() -> None:
    points = opened()
    first, second, row = points[0], points[0], points[1]
    first.mass = 2.5
    assert (first.mass, second.mass, row.mass) == (2.5, 2.5, None)
    row.mass = 4
    assert (row.mass, tuple(row), repr(row)) == (4.0, (1, 1.0, 4.0), "Point(x=1, y=1.0, mass=4.0)")
    row.x += 5
    assert (row.x, row.norm(), row.twice, type(row).__name__) == (6, 6, 12, "Point")
    assert isinstance(row, Point)
    assert stoa.index_of(row) == 1
    with pytest.raises(stoa.WrongTypeError):
        row.mass = "heavy"


LOOPS: dict[str, Callable[[Any], Any]] = {
    "rows": lambda points: points,
    "list": list,
    "cursor": lambda points: points.cursor(),
    "window": lambda points: points[:],
    "selection": lambda points: points.where("x >= 0"),
    "indices": lambda points: (points[i] for i in range(len(points))),
}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("record", [Point, Watched])
def test_a_loop_sets_a_new_attribute_on_every_row(loop: str, record: Any) -> None:
    points = opened(50, record)
    for row in LOOPS[loop](points):
        row.square = row.x**2
        row.name = f"row {row.x}"
        assert (row.square, row.name) == (row.x**2, f"row {row.x}")
    assert points.square.tolist() == [i**2 for i in range(50)]
    assert points.name.tolist() == [f"row {i}" for i in range(50)]
    assert stoa.table_of(points[0]) is points
    gc.collect()


def test_what_is_made_of_an_open_table_is_open_and_has_its_fields() -> None:
    points = opened()
    points[1].tag = "a"
    points[2].thing = [1, 2]
    made = {
        "copy": points.copy(),
        "copy.copy": copy.copy(points),
        "deepcopy": copy.deepcopy(points),
        "filter": points.filter("x > -1"),
        "where": points.where(points.x > -1).copy(),
        "window": points[:].copy(),
        "take": points[[0, 1, 2, 3]],
        **{f"pickle {i}": pickle.loads(pickle.dumps(points, i)) for i in range(2, 6)},
    }
    for how, table in made.items():
        assert table.is_open, how
        assert table == points, how
        table[0].later = 1.5
        assert table.later.tolist() == [1.5, None, None, None]
        assert "later" not in points.fields
    assert points.pop(1).tag == "a"
    assert stoa.copy(points[1]).thing == [1, 2]
    assert "int64 | None" not in repr(points)


def test_rows_are_appended_without_what_came_later() -> None:
    points = opened(1)
    points[0].tag = "a"
    points.append(1)
    points.append(2, 3.0)
    points.append(3, 4.0, "b")
    points.append(x=4, tag="c")
    points.append(Point(5))
    points.extend([(6,), {"x": 7, "tag": "d"}])
    points.extend(x=[8])
    points.resize(10)
    assert points.tag.tolist() == ["a", None, None, "b", "c", None, None, "d", None, None]


# ---- typos stay errors ----


def test_an_attribute_that_nobody_has_set_is_unknown() -> None:
    points = opened()
    with pytest.raises(AttributeError, match="no field 'colour'; the fields are: x, y$"):
        points[0].colour  # noqa: B018
    assert not hasattr(points[0], "colour")
    points[0].color = "red"
    row = points[1]
    points[0].size = 3
    with pytest.raises(stoa.FieldNameError, match="the fields are: x, y, color, size"):
        row.colour  # noqa: B018
    with pytest.raises(AttributeError):
        del row.colour
    with pytest.raises(stoa.DeletionError):
        del row.color
    with pytest.raises(AttributeError):
        points.colour  # noqa: B018


def test_a_table_that_is_not_open_refuses_unknown_attributes() -> None:
    points: Any = stoa.Table(Point, 2)
    assert not points.is_open
    row = points[0]
    points.add_field("mass", "float64")
    for name in ("mass", "colour"):
        with pytest.raises(stoa.FieldNameError):
            setattr(row, name, 1.0)
        with pytest.raises(stoa.FieldNameError):
            getattr(row, name)
    assert list(points.fields) == ["x", "y", "mass"]


REFUSED: list[tuple[str, Any, type[BaseException]]] = [
    ("big", 2**63, OverflowError),
    ("surrogate", "\ud800", ValueError),
    ("norm", 1, AttributeError),
    ("twice", 1, AttributeError),
    ("broken", 1, AttributeError),
    ("to_dict", 1, AttributeError),
    ("__class__", Point, TypeError),
    ("__dict__", {}, AttributeError),
    ("__anything__", 1, AttributeError),
    ("_stoa_thing", 1, AttributeError),
    ("a" * 256, 1, ValueError),
    ("nul\0", 1, ValueError),
    ("x", "text", TypeError),
]


@pytest.mark.parametrize(("name", "value", "error"), REFUSED)
def test_what_can_be_no_field_leaves_the_table_as_it_was(
    name: str, value: Any, error: type[BaseException]
) -> None:
    points = opened()
    row = points[0]
    before = (dict(points.fields), points.version)
    with pytest.raises(error):
        setattr(row, name, value)
    assert (dict(points.fields), points.version) == before
    assert tuple(row) == (0, 1.0)


def test_attributes_of_the_class_keep_their_own_errors() -> None:
    points = opened()
    with pytest.raises(AttributeError, match="its own"):
        points[0].broken  # noqa: B018


def test_a_record_with_a_getattr_of_its_own_has_the_field_first() -> None:
    points = opened(2, Fallback)
    row, other = points[0], points[1]
    assert (row.mass, other.mass) == ("no mass", "no mass")
    row.mass = 2.5
    assert (row.mass, other.mass, other.weight) == (2.5, None, "no weight")


def test_a_record_with_a_dictionary_makes_no_open_table() -> None:
    with pytest.raises(stoa.WrongTypeError, match="Wild"):
        stoa.Table(Wild, open=True)
    stoa.Table(Wild)[:]


def test_stale_rows_make_no_fields() -> None:
    points = opened()
    row, late = points[0], points[1]
    points[2].mass = 1.0
    del points[3]
    for each in (row, late):
        with pytest.raises(stoa.StaleError):
            each.other = 1
        with pytest.raises(stoa.StaleError):
            each.mass = 1.0
        with pytest.raises(stoa.StaleError):
            each.mass  # noqa: B018
    assert list(points.fields) == ["x", "y", "mass"]


def test_a_field_that_was_dropped_can_come_again() -> None:
    points = opened()
    row = points[0]
    row.mass = 1.0
    points.drop_field("mass")
    with pytest.raises(stoa.FieldNameError, match="dropped"):
        row.mass  # noqa: B018
    points[1].mass = "heavy"
    assert points.mass.tolist() == [None, "heavy", None, None]
    points.rename_field("mass", "weight")
    assert points[1].weight == "heavy"


def test_no_field_is_made_while_another_thread_computes() -> None:
    points = opened()
    gate, key = points._store.gate, object()
    row = points[0]
    gate.enter_run(key)
    try:
        with pytest.raises(stoa.BusyError):
            row.mass = 1.0
    finally:
        gate.runs.pop(key)
    assert list(points.fields) == ["x", "y"]
    row.mass = 1.0


def test_threads_that_set_one_new_attribute_make_one_field() -> None:
    points = opened(400)
    problems: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for i in range(worker, 400, 4):
                while True:
                    try:
                        setattr(points[i], f"field_{i // 40}", i)
                        break
                    except stoa.BusyError:
                        pass
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    for k in range(10):
        expected = [i if i // 40 == k else None for i in range(400)]
        assert points[f"field_{k}"].tolist() == expected


def test_rows_and_views_are_freed() -> None:
    import weakref

    points = opened(4, Watched)
    row = points[0]
    known = weakref.ref(row)
    for i in range(30):
        setattr(row, f"field_{i}", i)
        assert row.to_dict()[f"field_{i}"] == i
    del row
    gc.collect()
    assert known() is None


# ---- beside objects with a __dict__ ----

NAMES = st.sampled_from(["a", "b", "c", "d"])
KINDS: dict[str, Any] = {"a": st.integers(-9, 9), "b": st.floats(0, 1), "c": st.text(max_size=3)}
KINDS["d"] = st.lists(st.none(), max_size=1)


@settings(max_examples=60)
@given(st.data())
def test_an_open_table_is_like_objects_with_a_dictionary(data: st.DataObject) -> None:
    points: Any = stoa.Table(Point, [(0,)], open=True)
    objects, held = [SimpleNamespace(x=0, y=1.0)], {}
    known: list[str] = []
    for _ in range(data.draw(st.integers(1, 25))):
        at = data.draw(st.integers(0, len(objects) - 1))
        step = data.draw(st.sampled_from(["set", "set", "read", "hold", "append", "copy"]))
        row = held.get(at) if data.draw(st.booleans()) else None
        row = points[at] if row is None else row
        if step == "set":
            name = data.draw(NAMES)
            value = data.draw(KINDS[name])
            setattr(row, name, value)
            setattr(objects[at], name, value)
            known += [name] * (name not in known)
        elif step == "read":
            for name in known:
                assert getattr(row, name) == getattr(objects[at], name, None)
        elif step == "hold":
            held[at] = points[at]
        elif step == "append":
            points.append(len(objects))
            objects.append(SimpleNamespace(x=len(objects), y=1.0))
        else:
            points, held = points.copy(), {}
    assert list(points.fields) == ["x", "y", *known]
    for row, each in zip(points, objects):
        assert row.to_dict() == {name: getattr(each, name, None) for name in points.fields}
