"""Rows under deliberate misuse: an error or a sensible result, never a crash.

After each misuse the table is checked: it is unchanged, or as the successful part left it, its
rows can be read, and rows can be appended.
"""

from __future__ import annotations

import copyreg
import gc
import sys
from typing import Any, Callable

import pytest
from trials import LOSSES, attempt, fresh, is_whole, items

import stoa
from stoa import float32, float64, int8, int32, uint64

IS_PYPY = sys.implementation.name == "pypy"


class Small(stoa.Record):
    n: int8


# ---- the class of a row ----


def uses_of(row: Any) -> list[Callable[[], Any]]:
    """Everything that can be done with a row of fresh()."""
    table = fresh()
    return [
        lambda: row.x,
        lambda: row.z,
        lambda: setattr(row, "x", 1),
        lambda: setattr(row, "y", 1.5),
        lambda: setattr(row, "z", [1]),
        lambda: delattr(row, "x"),
        lambda: row.norm(),
        lambda: repr(row),
        lambda: list(row),
        lambda: row == row,
        lambda: row == (1, 2),
        lambda: stoa.to_dict(row),
        lambda: stoa.to_tuple(row),
        lambda: stoa.copy(row),
        lambda: stoa.replace(row, x=1),
        lambda: stoa.index_of(row),
        lambda: stoa.table_of(row),
        lambda: table.append(row),
        lambda: table.extend([row]),
        lambda: table.__setitem__(0, row),
        lambda: table.index(row),
        lambda: gc.get_referents(row),
        lambda: sys.getsizeof(row, 0),
        lambda: row.__reduce_ex__(2),
        lambda: dir(row),
        lambda: type(row)(1, 2),
    ]


@pytest.mark.parametrize("make", [object.__new__, copyreg.__newobj__, lambda cls: cls.__new__(cls)])  # type: ignore[attr-defined]
def test_a_row_that_no_table_made_is_of_no_use(make: Callable[[type], Any]) -> None:
    points = fresh()
    for cls in (type(points[0]), type(stoa.copy(points[0])), points.record):
        row = attempt(lambda cls=cls: make(cls))  # type: ignore[misc]
        if isinstance(row, Exception):
            continue
        assert isinstance(attempt(lambda: row.x), Exception)
        for use in uses_of(row):
            attempt(use)
        row = None
        gc.collect()
    assert is_whole(points)


def test_a_row_s_class_has_no_subclasses() -> None:
    points = fresh()
    row_class = type(points[0])
    for bases in [(row_class,), (row_class, type(items()[0])), (type(stoa.copy(points[0])),)]:
        with pytest.raises(stoa.DeclarationError, match="itself"):
            type(row_class)("Same", bases, {})
    for body in ({"__slots__": ()}, {"x": property(lambda self: 7)}):  # bypassing our metaclass
        cls = attempt(lambda: type.__new__(type(row_class), "Same", (row_class,), dict(body)))
        if isinstance(cls, Exception):
            continue
        made = attempt(lambda: cls(1, 2))
        if not isinstance(made, Exception):
            assert (made.x, made.y) == (1, 2)  # a standalone record: the field wins
        empty = attempt(lambda: object.__new__(cls))
        for use in uses_of(empty):
            attempt(use)
        row = points[1]
        attempt(lambda: setattr(row, "__class__", cls))
        for use in uses_of(row):
            attempt(use)
    assert is_whole(points)


def test_the_class_of_rows_can_be_spoilt_but_not_to_a_crash() -> None:
    spoils: list[Callable[[Any], Any]] = [
        lambda cls: setattr(cls, "x", 5),
        lambda cls: setattr(cls, "x", property(lambda self: 6)),
        lambda cls: setattr(cls, "x", cls.__dict__.get("y")),
        lambda cls: setattr(cls, "q", 5),
        lambda cls: delattr(cls, "x"),
        lambda cls: delattr(cls, "z"),
        lambda cls: setattr(cls, "__match_args__", ()),
        lambda cls: setattr(cls, "__slots__", ("a",)),
        lambda cls: setattr(cls, "__bases__", (object,)),
        lambda cls: setattr(cls, "__getattr__", lambda self, name: name),
        lambda cls: setattr(cls, "__getattribute__", lambda self, name: name),
        lambda cls: setattr(cls, "__setattr__", lambda self, name, value: None),
        lambda cls: setattr(cls, "__del__", lambda self: None),
        lambda cls: setattr(cls, "__iter__", lambda self: iter("ab")),
        lambda cls: setattr(cls, "__eq__", lambda self, other: True),
        lambda cls: setattr(cls, "__new__", lambda cls: 5),
        lambda cls: setattr(cls, "__init__", None),
    ]
    for spoil in spoils:
        points = fresh()
        row = points[3]
        before = points.to_dicts()
        attempt(lambda row=row, spoil=spoil: spoil(type(row)))  # type: ignore[misc]
        gc.collect()
        for each in (row, points[4], next(iter(points)), next(points.cursor())):
            for use in uses_of(each):
                attempt(use)
        points.x[:] = [each["x"] for each in before]
        assert points.x.tolist() == list(range(10))


def test_rows_see_what_their_class_learns_later() -> None:
    points = fresh()
    row, record = points[3], points.record
    assert row.norm() == 4.5
    record.norm = lambda self: "another"
    assert row.norm() == points[4].norm() == "another"
    record.answer = property(lambda self: 42, lambda self, value: setattr(self, "x", value))
    assert row.answer == 42
    row.answer = 7
    assert points.x[3] == 7
    record.y = 5  # the field wins
    assert row.y == 1.5
    row.y = 2.5
    assert points.y[3] == 2.5
    del record.norm, record.answer
    with pytest.raises(AttributeError):
        row.norm()
    with pytest.raises(AttributeError):
        row.answer  # noqa: B018
    record.__getattr__ = lambda self, name: name.upper()
    assert (row.q, row.x) == ("Q", 7)
    del record.__getattr__
    with pytest.raises(AttributeError):
        row.q  # noqa: B018


def test_what_a_base_class_hides_is_a_field_all_the_same() -> None:
    class Point(stoa.Record):
        x: int32
        y: int32

    class Hidden(Point):
        x = property(lambda self: 7)  # type: ignore[assignment]

        def y(self) -> int:  # type: ignore[override]
            return 8

    class Annotated(Point):
        x: int8
        x2: int32 = 3

        @property
        def both(self) -> int:
            return super().x + self.x2 if hasattr(Point, "x") else self.x + self.x2

    row: Any = stoa.Table(Hidden, [(1, 2)])[0]
    assert (row.x, row.y) == (1, 2)
    row.x = 5
    assert stoa.table_of(row).x[0] == 5
    other = stoa.Table(Annotated, [(1, 2)])[0]
    assert other.both == 4
    with pytest.raises(OverflowError):
        other.x = 128


def test_descriptors_in_the_wrong_hands() -> None:
    points, others = fresh(), items()
    row_class = type(points[0])
    wider = points.copy()
    wider.add_field("more", "int64")
    hands = [3, None, others[0], wider[0], points.record(1, 2), row_class, points, object()]
    hands.append(attempt(lambda: object.__new__(row_class)))
    for name in ("x", "y", "z"):
        descriptor = row_class.__dict__[name]
        for hand in hands:
            attempt(lambda: descriptor.__get__(hand))
            attempt(lambda: descriptor.__get__(hand, type(hand)))
            attempt(lambda: descriptor.__set__(hand, 1))
            attempt(lambda: descriptor.__set__(hand, "text"))
            attempt(lambda: descriptor.__delete__(hand))
        assert isinstance(attempt(lambda: descriptor.__get__(3)), Exception)
        assert isinstance(attempt(lambda: descriptor.__set__(3, 1)), Exception)
        attempt(lambda: descriptor.__set__(points[0]))
        attempt(lambda: descriptor.__init__())
        attempt(lambda: type(descriptor).__new__(type(descriptor)))
        repr(descriptor)
    for table in (points, others, wider):
        assert is_whole(table)


def test_a_row_cannot_become_of_another_class() -> None:
    points = fresh()
    row = points[3]
    points.add_field("more", "int64", 5)
    wide = points[3]
    points.drop_field("x")
    narrow = points[3]
    rows = [row, wide, narrow, items()[0], stoa.Table(Small, 1)[0], stoa.copy(narrow)]
    for first in rows:
        for second in rows:
            mine = type(first)
            attempt(lambda: setattr(first, "__class__", type(second)))
            for use in uses_of(first):
                attempt(use)
            attempt(lambda: first.more)
            attempt(lambda: setattr(first, "more", 2**40))
            attempt(lambda: setattr(first, "__class__", mine))
    for other in (int, points.record, stoa.Record, type(points), None, 5):
        with pytest.raises(TypeError):
            row.__class__ = other
    assert is_whole(points)


# ---- attributes ----


def test_no_attribute_of_a_row_can_be_deleted() -> None:
    points = fresh()
    row = points[3]
    for name in ("x", "y", "z", "q", "norm", "__class__", "__doc__", "_stoa_index"):
        for delete in (delattr, object.__delattr__, lambda row, name: row.__delattr__(name)):
            if name.startswith("_stoa"):
                continue
            with pytest.raises((AttributeError, TypeError)):
                delete(row, name)
    assert row == (3, 1.5, "3")
    assert is_whole(points)


class Sly(str):
    """A name that equals nothing twice."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("x")


def test_names_that_are_no_plain_text() -> None:
    row = fresh()[3]
    for name in (5, None, b"x", ("x",), 1.5):
        for use in (
            lambda: getattr(row, name),
            lambda: setattr(row, name, 1),
            lambda: delattr(row, name),
            lambda: row.__getattribute__(name),
        ):
            with pytest.raises(TypeError):
                use()
    for name in ("", "\0", "x\0", "\ud800", "é" * 1000, "x" * 10**6, "".join(["n", "o"])):
        with pytest.raises(AttributeError):
            getattr(row, name)
        with pytest.raises(AttributeError):
            setattr(row, name, 1)
    attempt(lambda: getattr(row, Sly("q")))
    attempt(lambda: setattr(row, Sly("q"), 4))
    assert getattr(row, "".join(["x"])) in (3, 4)
    setattr(row, "".join(["", "x"]), 8)
    assert row.x == 8


@pytest.mark.parametrize(
    "power", [0, 7, 8, 15, 16, 31, 32, 52, 53, 62, 63, 64, 65, 127, 1023, 4096]
)
def test_integers_of_any_size_are_taken_whole_or_refused(power: int) -> None:
    class Numbers(stoa.Record):
        a: int8
        b: int32
        c: uint64
        d: float32
        e: float64
        f: bool

    numbers = stoa.Table(Numbers, 1)
    row = numbers[0]
    for number in (2**power, 2**power - 1, 2**power + 1, -(2**power), 1 - 2**power):
        for name, kind in numbers.fields.items():
            numbers.clear()
            numbers.resize(1)
            row = numbers[0]
            if kind == "bool":
                fits = number in (0, 1)
            elif kind.kind == "f":
                fits = abs(number) < (2**128 - 2**103 if kind == "float32" else 2**1024)
            else:
                fits = kind.low <= number <= kind.high
            values = dict.fromkeys(numbers.fields, 0)
            values[name] = number
            if fits:
                setattr(row, name, number)
                numbers.append(**values)
                numbers.extend([tuple(values.values())])
                assert numbers[name].tolist() == [getattr(row, name)] * 3
                assert kind.kind == "f" or getattr(row, name) == number
                continue
            for store in (
                lambda: setattr(row, name, number),
                lambda: numbers.append(**values),
                lambda: numbers.extend([tuple(values.values())]),
                lambda: numbers.__setitem__(0, values),
            ):
                with pytest.raises(stoa.RangeError, match=name):
                    store()
            assert numbers.to_dicts() == [dict.fromkeys(values, 0)]


# ---- rows of another table ----


def test_rows_of_other_tables_are_values_or_refused() -> None:
    points, others = fresh(), items()
    same = points.copy()
    before = points.to_dicts()
    for act in (
        lambda: points.append(others[0]),
        lambda: points.extend([points[0], others[0]]),
        lambda: points.__setitem__(0, others[0]),
        lambda: points.insert(0, others[0]),
        lambda: points.extend(iter(others)),
        lambda: points.__setitem__(0, points[1]),
    ):
        with pytest.raises(TypeError):
            act()
        assert points.to_dicts() == before
    points[0] = same[5]
    points.append(same[6])
    points.extend([same[7], points[8]])
    assert [row.x for row in points] == [5, *range(1, 10), 6, 7, 8]
    assert (points[1] == same[1], points[1] == same[2]) == (True, False)


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_that_outlive_their_place_say_so(loss: str) -> None:
    points = fresh()
    rows = [points[3], next(iter(points)), next(points.cursor()), points[2:5][1]]
    loops: Any = [iter(points), points.cursor(), iter(points[1:5]), points[1:5].cursor()]
    for loop in loops:
        next(loop)
    LOSSES[loss](points)
    state = points.to_dicts()
    for row in rows:
        for use in (
            lambda: row.x,
            lambda: row.y,
            lambda: row.z,
            lambda: setattr(row, "x", 1),
            lambda: setattr(row, "y", 1),
            lambda: setattr(row, "z", 1),
            lambda: list(row),
            lambda: repr(row),
            lambda: row == row,
            lambda: stoa.index_of(row),
            lambda: points.append(row),
            lambda: points.extend([row]),
        ):
            with pytest.raises(stoa.StaleError):
                use()
    for loop in loops:
        for error in (stoa.StaleError, StopIteration, StopIteration):
            with pytest.raises(error):
                next(loop)
    assert points.to_dicts() == state
    assert is_whole(points)
    points = None
    gc.collect()
    with pytest.raises(stoa.StaleError):
        rows[0].x  # noqa: B018


def test_rows_that_lose_a_column_keep_the_others() -> None:
    points = fresh()
    row, loop, cursor = points[3], iter(points), points.cursor()
    next(loop), next(cursor)
    points.drop_field("x")
    points.rename_field("z", "last")
    points.add_field("x", "float64", 9.5)
    for name in ("x", "z"):
        with pytest.raises(stoa.FieldNameError):
            getattr(row, name)
        with pytest.raises(stoa.FieldNameError):
            setattr(row, name, 1)
    assert row.y == 1.5
    row.y = 7
    assert points.y[3] == 7
    with pytest.raises(AttributeError):
        row.last  # noqa: B018
    for use in (lambda: list(row), lambda: repr(row), lambda: row == row, row.to_dict):
        with pytest.raises(stoa.FieldNameError):
            use()
    for rows in (loop, cursor):  # they go on with rows of the class that they started with
        later = attempt(lambda: next(rows))
        attempt(lambda: later.x)
        attempt(lambda: later.last)
    assert points[3] == (7, "3", 9.5)
    points.clear()
    with pytest.raises((stoa.StaleError, stoa.FieldNameError)):
        row.x  # noqa: B018
    with pytest.raises(stoa.StaleError):
        row.y  # noqa: B018
