"""Expressions mean the values at the time they were written, or are stale."""

from __future__ import annotations

import gc
import weakref
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    y: int32 = 0
    w: float64 = 1.0
    tag: object = None


def ten() -> Any:
    return stoa.Table(Point, [(i, i * i, i / 2, str(i)) for i in range(10)])


def set_row(t: Any) -> None:
    t[3].x = 5


def add_to_row(t: Any) -> None:
    t[3].x += 1


WRITES: dict[str, Callable[[Any], Any]] = {
    "a row's field": set_row,
    "a row's field, in place": add_to_row,
    "a cell": lambda t: t.x.__setitem__(3, 5),
    "a slice": lambda t: t.x.__setitem__(slice(2, 4), 5),
    "a column": lambda t: setattr(t, "x", 5),
    "a column of values": lambda t: t.__setitem__("x", range(10)),
    "an expression": lambda t: setattr(t, "x", t.x * 2),
    "in place": lambda t: t.x.__iadd__(1),
    "a window's column": lambda t: setattr(t[2:4], "x", 5),
    "a window's rows": lambda t: t.__setitem__(slice(0, 2), [(1,), (2,)]),
    "a row as a whole": lambda t: t.__setitem__(3, (5,)),
    "text": lambda t: t.assign("x", "y"),
    "update": lambda t: t.update(w=0, x=0),
    "a selection": lambda t: setattr(t.where(t.w > 1), "x", 0),
    "rows of a selection": lambda t: [setattr(row, "x", 0) for row in t.where(t.w > 4)],
    "rows of the cursor": lambda t: [setattr(row, "x", 0) for row in t.cursor()],
    "removal": lambda t: t.__delitem__(0),
    "pop": lambda t: t.pop(),
    "swap": lambda t: t.swap(0, 1),
    "reverse": lambda t: t.reverse(),
    "insert": lambda t: t.insert(0, 5),
    "clear": lambda t: t.clear(),
    "resize down": lambda t: t.resize(9),
    "drop": lambda t: t.drop_field("x"),
    "rename": lambda t: t.rename_field("x", "z"),
}


def refused(error: type[Exception], change: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises(error):
        change(*arguments)


STAYS: dict[str, Callable[[Any], Any]] = {
    "append": lambda t: t.append(1),
    "extend": lambda t: t.extend([(1,)] * 10_000),
    "resize up": lambda t: t.resize(50_000),
    "a row's other field": lambda t: setattr(t[3], "y", 5),
    "another column": lambda t: setattr(t, "w", 5),
    "objects": lambda t: setattr(t, "tag", None),
    "another field comes": lambda t: t.add_field("z", "int32"),
    "another field goes": lambda t: t.drop_field("y"),
    "a selection of others": lambda t: setattr(t.where(t.x > 3), "w", 0),
    "reads": lambda t: (t[3].x, t.x[3], t.x.sum(), t.x.tolist(), t.compute("max(x)")),
    "a copy": lambda t: setattr(t.copy(), "x", 0),
    "a write that fails": lambda t: refused(TypeError, setattr, t, "x", 0.5),
    "a row's write that fails": lambda t: refused(OverflowError, setattr, t[3], "x", 2**31),
    "a cell's write that fails": lambda t: refused(TypeError, t.x.__setitem__, 3, "a"),
    "itself": lambda t: setattr(t, "x", t.x),
}


def uses(expression: Any, points: Any) -> list[Callable[[], Any]]:
    return [
        expression.tolist,
        expression.sum,
        lambda: list(expression),
        lambda: expression[0],
        lambda: (expression + 1).tolist(),
        lambda: stoa.sqrt(expression).max(),
        lambda: setattr(points, "w", expression),
        lambda: points.update(w=expression),
        lambda: points.assign("w", expression),
        lambda: points.where(expression > 3).indices(),
    ]


def made(points: Any) -> list[Any]:
    return [
        points.x * 2,
        points.y + points.x,
        points.x[::-1] + 1,
        points[:].x + 1,
        points.expression("x + 1"),
        points.expression("`x` + $a", a=1),
        points.where(points.y >= 0).x,
        points.where(points.x >= 0).y * 1,
        +points.x,
    ]


@pytest.mark.parametrize("write", WRITES)
def test_what_reads_a_column_is_stale_once_it_is_written_to(write: str) -> None:
    points = ten()
    for i in range(len(made(points))):
        points = ten()
        row = points[5]
        expression = made(points)[i]
        assert "stale" not in repr(expression)
        WRITES[write](points)
        for use in uses(expression, points):
            with pytest.raises(stoa.StaleError) as raised:
                use()
            assert "write it again" in str(raised.value) or "x" in str(raised.value)
        if "in place" in write or write == "a column":
            assert row.x == points[5].x
    assert len(expression) >= 0


@pytest.mark.parametrize("change", STAYS)
def test_what_changes_no_value_that_is_read_leaves_it_as_it_is(change: str) -> None:
    points = ten()
    expressions = [points.x * 2, points.x[::-1] * 2, points.expression("x * 2")]
    values = [each.tolist() for each in expressions]
    STAYS[change](points)
    assert [each.tolist() for each in expressions] == values
    assert [len(each) for each in expressions] == [10, 10, 10]


def test_the_message_names_the_column_and_the_ways_out() -> None:
    points = ten()
    expression = points.x + 1
    points[0].x = 5
    with pytest.raises(stoa.StaleError, match=r"'x' was written to.*update.*pin"):
        expression.sum()
    assert repr(expression).endswith(", stale>")


def test_rows_of_before_a_new_field_are_watched_too() -> None:
    points = ten()
    old = points[3]
    expression = points.x + 1
    points.add_field("more", "int32")
    new, other = points[3], points.x + 2
    old.x = 7
    for stale in (expression, other):
        with pytest.raises(stoa.StaleError):
            stale.sum()
    third = points.x + 3
    new.x = 8
    with pytest.raises(stoa.StaleError):
        third.sum()
    assert (old.x, new.x) == (8, 8)
    points.drop_field("y")
    fourth = points.x + points.w
    old.x = 9
    with pytest.raises(stoa.StaleError):
        fourth.sum()


def test_a_stale_row_writes_nothing_though_its_column_is_read() -> None:
    points = ten()
    row = points[3]
    del points[0]
    expression = points.x + 1
    with pytest.raises(stoa.StaleError):
        row.x = 5
    assert expression.tolist() == list(range(2, 11))


def test_text_that_is_computed_has_no_moment() -> None:
    points = ten()
    for i in range(3):
        points[0].x = i
        assert points.compute("first(x)") == i
    points.assign("x", "x * 2")
    assert points.compute("sum(x)") == 2 * (45 + 2)


def test_lazy_text_reads_what_it_names() -> None:
    points: Any = stoa.Table({"max": "int32", "x y": "int32", "a": "int32", "é": "int32"}, 3)
    for text, reads in [
        ("max(a, 1)", ["a"]),
        ("`x y` + 1", ["x y"]),
        ("max + 1", ["max"]),
        ("é * 2", ["é"]),
        ("row()", []),
    ]:
        for name in reads:
            expression = points.expression(text)
            points[name][0] = 1
            with pytest.raises(stoa.StaleError):
                expression.sum()
        expression = points.expression(text)
        for name in points.fields:
            if name not in reads:  # a function may have the same name
                points[name][0] = 1
        expression.sum()
        del points[2]
        with pytest.raises(stoa.StaleError):
            expression.sum()
        points.append(0, 0, 0, 0)


def test_an_expression_keeps_its_table_and_a_table_no_expression() -> None:
    points = ten()
    expression = points.x + 1
    gone = weakref.ref(expression)
    table = weakref.ref(points)
    del points
    gc.collect()
    assert expression.sum() == 55
    del expression
    gc.collect()
    assert gone() is None
    assert table() is None
    points = ten()
    expression = points.x + 1
    store = weakref.ref(points._store)
    del expression, points
    gc.collect()
    assert store() is None


def test_views_of_numpys_are_not_seen() -> None:
    points = ten()
    expression = points.x * 1
    points.x.buffer[0] = 77
    assert expression[0] == 77
