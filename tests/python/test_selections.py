"""Selections: the rows where a condition holds."""

from __future__ import annotations

import random
from array import array
from datetime import datetime, timedelta
from typing import Any, Callable, Literal

import pytest
from samples import Tagged
from samples import ten_tagged as ten

import stoa

numpy: Any
try:
    import numpy
except ImportError:
    numpy = None

needs_numpy = pytest.mark.skipif(numpy is None, reason="numpy is not installed")


def numbers(selection: Any) -> list[int]:
    return list(selection.indices())


# ---- which rows are selected ----


def test_a_selection_is_the_rows_where_a_condition_holds() -> None:
    points = ten()
    near = points.where(points.w < 2)
    assert isinstance(near, stoa.Selection)
    assert len(near) == 4
    assert near
    assert not points.where(points.w < 0)
    assert numbers(near) == [0, 1, 2, 3]
    assert near.mask().tolist() == [True] * 4 + [False] * 6
    assert near.mask().format == "?"
    assert [row.y for row in near] == [0, 1, 4, 9]
    assert near[-1] == points[3]
    assert isinstance(near[0], Tagged)
    with pytest.raises(IndexError):
        near[4]


def test_conditions_are_expressions_columns_arrays_and_text() -> None:
    points = ten()
    points.add_field("flag", "bool", values=points.x % 3 == 0)
    for condition in (
        points.x % 3 == 0,
        points.flag,
        "flag",
        "x % 3 == 0",
        memoryview(bytes([1, 0, 0] * 3 + [1])).cast("?"),
    ):
        assert numbers(points.where(condition)) == [0, 3, 6, 9]
    assert numbers(points.where("x > $a and x < $b", a=3, b=6.5)) == [4, 5, 6]
    wrong: list[tuple[Any, type[Exception]]] = [
        (points.x, TypeError),
        ("x", TypeError),
        ("sum(x)", TypeError),
        (array("b", [1] * 10), TypeError),
        ([True] * 10, TypeError),
        (lambda row: True, TypeError),
        (None, TypeError),
        (points.flag[:9], ValueError),
        (memoryview(bytes(9)).cast("?"), ValueError),
        ("x >", ValueError),
        ("q > 3", AttributeError),
        ("x > 3, x > 4", ValueError),
    ]
    for condition, error in wrong:
        with pytest.raises(error) as raised:
            points.where(condition)
        assert isinstance(raised.value, stoa.Error)
    with pytest.raises(TypeError, match=r"\$a"):
        points.where("x > 3", a=3)
    with pytest.raises(TypeError, match=r"\$a"):
        points.where("x > $a")
    with pytest.raises(TypeError, match=r"\$a"):
        points.where(points.flag, a=3)


def test_selections_are_combined() -> None:
    points = ten()
    low, even = points.where(points.x < 5), points.where(points.x % 2 == 0)
    for pin in (lambda: None, low.pin, even.pin):
        pin()
        assert numbers(low & even) == [0, 2, 4]
        assert numbers(low | even) == [0, 1, 2, 3, 4, 6, 8]
        assert numbers(~low) == [5, 6, 7, 8, 9]
        assert numbers(~(low | even) & points.where(points.y > 60)) == [9]
    for other in (points.x > 3, True, [1], None):
        with pytest.raises(TypeError):
            low & other
    with pytest.raises(ValueError, match="two tables"):
        low | ten().where("x > 3")


def test_a_selection_is_selected_from_again() -> None:
    points = ten()
    low = points.where(points.x < 5)
    assert numbers(low.where(points.x > 2)) == [3, 4]
    assert numbers(low.where(low.x > 2)) == [3, 4]
    assert numbers(low.where("x > $a", a=2)) == [3, 4]
    assert numbers(low.pin().where(low.x > 2)) == [3, 4]
    assert numbers(points.where(low.x > 2)) == [3, 4]
    assert numbers(low.where("x > mean(x)")) == [3, 4]
    assert numbers(low.where(points.expression("x > mean(x)"))) == []
    assert low.filter("x > 3").x.tolist() == [4]
    with pytest.raises(ValueError, match="selection"):
        low.x + points.where(points.x < 5).x


def test_rows_that_are_appended_do_not_belong_to_it() -> None:
    points = ten()
    lazy, pinned = points.where(points.x < 3), points.where(points.x < 3).pin()
    points.append(0, 0)
    for each in (lazy, pinned):
        assert numbers(each) == [0, 1, 2]
        assert each.x.sum() == 3
        assert len(each.mask()) == 10
        assert numbers(~each) == [3, 4, 5, 6, 7, 8, 9]
        assert numbers(each & points.where(points.x >= 0)) == [0, 1, 2]
        assert len(each.copy()) == 3
        assert each.compute("count()") == 3
    assert numbers(points.where(points.x < 3)) == [0, 1, 2, 10]
    pinned.w = 7
    assert points.w.tolist()[9:] == [4.5, 1.0]
    pinned.delete()
    assert points.x.tolist() == [3, 4, 5, 6, 7, 8, 9, 0]


# ---- columns ----


def test_a_column_of_a_selection_is_of_its_rows_alone() -> None:
    points = ten()
    near = points.where(points.x > 6)
    for _ in range(2):
        assert near.x.tolist() == list(near.x) == near["x"].tolist() == [7, 8, 9]
        assert (near.x.sum(), near.w.mean(), near.y.max(), near.x.count()) == (24, 4.0, 81, 3)
        assert (near.x.argmin(), near.x.first(), near.x.last()) == (7, 7, 9)
        assert (near.x * near.w).sum() == sum(i * i / 2 for i in (7, 8, 9))
        assert (near.x - 7).tolist() == [0, 1, 2]
        assert near.x.dot(near.y) == sum(i**3 for i in (7, 8, 9))
        assert (near.x[0], near.x[-1], len(near.x)) == (7, 9, 3)
        assert near.x.cumsum().tolist() == [7, 15, 24]
        assert near.x.std() == pytest.approx((2 / 3) ** 0.5)
        near.pin()
    with pytest.raises(IndexError):
        near.x[3]
    for wrong in ("q", "tagg"):
        with pytest.raises(AttributeError):
            getattr(near, wrong)
    with pytest.raises(TypeError, match="object"):
        near["tag"].sum()


def test_what_fails_in_a_row_that_is_left_out_does_not_count() -> None:
    points = ten()
    near = points.where(points.x != 0)
    assert (18 // near.x).tolist()[:3] == [18, 9, 6]
    assert (18 // near.x).max() == 18
    near.y = 18 // points.x
    assert points.y.tolist()[:4] == [0, 18, 9, 6]
    points.assign("y", "36 // x", where="x > 0")
    assert points.y.tolist()[:4] == [0, 36, 18, 12]


@needs_numpy
def test_numpy_takes_the_values_the_indices_and_the_mask() -> None:
    points = ten()
    near = points.where(points.x > 6)
    assert numpy.asarray(near.x).tolist() == [7, 8, 9]
    assert numpy.asarray(near.x * 2).dtype == "int64"
    indices, mask = near.indices(), near.mask()
    assert numpy.asarray(indices).dtype == "uint64"
    shared = numpy.asarray(indices)
    shared[0] = 5
    assert indices[0] == 5
    assert numpy.asarray(mask).dtype == "bool"
    assert numpy.asarray(points.x)[numpy.asarray(mask)].tolist() == [7, 8, 9]
    assert numbers(points.where(numpy.asarray(points.x) > 6)) == [7, 8, 9]


class Kinds(stoa.Record):
    bit: bool
    small: stoa.int8
    short: stoa.uint16
    plain: stoa.int32
    wide: stoa.float64
    position: stoa.Vector[stoa.float32, Literal[3]]
    color: Literal["red", "green"]
    at: datetime
    name: str
    maybe: stoa.int32 | None
    next: Kinds | None = None


def table_of_kinds(rows: int) -> Any:
    made: Any = stoa.Table(Kinds, ids=True)
    for i in range(rows):
        position, at = (i, i / 2, -i), datetime(2000, 1, 1) + timedelta(seconds=i)
        color: Any = ("red", "green")[i % 2]
        maybe = None if i % 5 == 0 else i
        made.append(i % 3 == 0, i % 100, i, -i, i / 4, position, color, at, f"n{i % 7}", maybe)
        made[i].next = made[i // 2]
    return made


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 700])
def test_values_of_every_kind_are_those_of_the_selected_rows(rows: int) -> None:
    table, dice = table_of_kinds(rows), random.Random(rows)
    for share in (0.0, 0.02, 0.5, 1.0):
        mask = [dice.random() < share for _ in range(rows)]
        chosen: Any = table.where(memoryview(bytes(mask)).cast("?"))
        at = [i for i, each in enumerate(mask) if each]
        assert chosen.ids.tolist() == list(chosen.ids) == [table.ids[i] for i in at]
        copied: Any = stoa.Table(Kinds, targets={"next": table}, ids=True)
        given = {name: getattr(chosen, name) for name in Kinds._stoa_names if name != "next"}
        copied.extend(**given, next=chosen.next.tolist())
        for name in Kinds._stoa_names:
            column, whole = getattr(chosen, name), getattr(table, name).tolist()
            expected = [whole[i] for i in at]
            assert column.tolist() == list(column) == expected
            assert getattr(copied, name).tolist() == expected
            if numpy is not None and name not in ("name", "maybe", "next", "color"):
                everything = numpy.asarray(getattr(table, name))
                assert numpy.array_equal(numpy.asarray(column), everything[at])
        assert (chosen.plain * 2).tolist() == [-2 * i for i in at]


# ---- storing ----


def test_fields_of_the_selected_rows_are_stored_into() -> None:
    points = ten()
    near = points.where(points.x > 6)
    near.w = 0
    near["y"] = points.x * 2
    assert points.w.tolist()[5:] == [2.5, 3.0, 0, 0, 0]
    assert points.y.tolist()[5:] == [25, 36, 14, 16, 18]
    near.w = near.x / 2 + near.w
    near.y += 1
    column = near.y
    column -= 2
    assert points.y.tolist()[5:] == [25, 36, 13, 15, 17]
    near.w = [1, 2, 3]
    near.y = array("h", [4, 5, 6])
    assert points.w.tolist()[6:] == [3.0, 1, 2, 3]
    assert points.y.tolist()[6:] == [36, 4, 5, 6]
    near.update(x=near.y, y=near.x)
    assert points.x.tolist()[6:] == [6, 4, 5, 6]
    assert points.y.tolist()[6:] == [36, 7, 8, 9]
    near.assign("w", "x * $k", k=2, where="x > 4")
    assert points.w.tolist()[6:] == [3.0, 1, 10, 12]
    near.tag = "near"
    near["tag"] = ["a", "b", "c"]
    assert points.tag.tolist()[5:] == ["5", "6", "a", "b", "c"]


def test_whole_values_are_stored_as_they_were_meant() -> None:
    points = ten()
    near = points.where(points.x > 6)
    near.w = points.expression("x - mean(x)")
    assert points.w.tolist()[7:] == [2.5, 3.5, 4.5]
    near.w = near.expression("x - mean(x)")
    assert points.w.tolist()[7:] == [-1.0, 0.0, 1.0]
    near.w = points.x.cumsum()
    assert points.w.tolist()[7:] == [28, 36, 45]


def test_a_store_that_fails_changes_nothing() -> None:
    points = ten()
    near = points.where(points.x > 6)
    before = points.copy()
    stores: list[tuple[str, Any, type[Exception]]] = [
        ("x", 0.5, TypeError),
        ("x", near.w, TypeError),
        ("x", 2**31, OverflowError),
        ("x", near.x * 2**30, OverflowError),
        ("x", 1 // (near.x - 8), ZeroDivisionError),
        ("x", [1, 2], ValueError),
        ("x", [1] * 10, ValueError),
        ("x", [1, 2, 2**31], OverflowError),
        ("x", ["a"] * 3, TypeError),
        ("x", ten().x + 1, ValueError),
        ("x", points.where(points.x > 6).x + 1, ValueError),
        ("q", 1, AttributeError),
        ("tag", ["a"], ValueError),
    ]
    for name, value, error in stores:
        with pytest.raises(error) as raised:
            near[name] = value
        assert isinstance(raised.value, stoa.Error)
        assert points == before
    with pytest.raises(AttributeError, match="attribute"):
        near.pin = 3


def test_methods_win_over_fields() -> None:
    rows: Any = stoa.Table({"pin": "int32", "copy": "int32"}, [(1, 2), (3, 4)])
    chosen = rows.where("pin > 1")
    assert callable(chosen.pin)
    assert chosen["pin"].tolist() == [3]
    chosen["copy"] = 7
    assert rows["copy"].tolist() == [2, 7]


# ---- rows ----


def test_rows_of_a_selection_are_copied_and_deleted() -> None:
    points = ten()
    near = points.where(points.w < 2)
    copy = near.copy()
    assert isinstance(copy, stoa.Table)
    assert copy.tag.tolist() == ["0", "1", "2", "3"]
    copy.x += 1
    assert points.x.tolist() == list(range(10))
    near.w = 10.0
    assert near.copy().w.tolist() == [10.0] * 4
    near.delete()
    assert points.x.tolist() == [4, 5, 6, 7, 8, 9]
    assert points.tag.tolist() == ["4", "5", "6", "7", "8", "9"]
    for use in (near.delete, near.indices, near.copy, lambda: near.x.sum(), lambda: list(near)):
        with pytest.raises(stoa.StaleError):
            use()
    points.where(points.x > 100).delete()
    assert len(points) == 6
    points.where(points.x >= 0).delete()
    assert len(points) == 0


def test_tables_are_filtered_by_conditions() -> None:
    points = ten()
    assert points.filter(points.x > 7) == points[[8, 9]]
    assert points.filter("x > $a", a=7) == points[[8, 9]]
    assert points[points.x > 7] == points[8:]
    assert points[2:6][points[2:6].x > 3] == points[4:6]
    assert points[points.x[:3] * 2] == points[[0, 2, 4]]
    assert isinstance(points[points.x > 7], stoa.Table)
    assert len(points.filter(points.x > 100)) == 0


def test_rows_of_a_selection_write_through() -> None:
    points = ten()
    for row in points.where(points.x < 3):
        row.x += 100
    assert points.x.tolist() == [100, 101, 102, *range(3, 10)]
    kept = list(points.where(points.x < 5))
    assert [row.x for row in kept] == [3, 4]
    rows = iter(points.where(points.x > 5))
    next(rows)
    del points[0]
    with pytest.raises(stoa.StaleError):
        next(rows)


def test_a_selection_shows_its_condition() -> None:
    points = ten()
    near = points.where(points.w < 2)
    assert repr(near) == "<Selection where w < 2, of 10 rows of Tagged>"
    assert repr(near.x * 2) == "<Expression x * 2: of the selected rows of Tagged>"
    assert repr(near.pin()) == "<Selection of 4 of 10 rows of Tagged, pinned>"
    assert repr(points.where("x > $a", a=3)) == "<Selection where x > 3, of 10 rows of Tagged>"


# ---- windows as selections ----


def test_windows_are_asked_as_selections_are() -> None:
    points = ten()
    window = points[2:9:2]
    assert window.compute("sum(x), min(w), argmax(x)") == (20, 1.0, 8)
    assert numbers(window.where("x > 3")) == [4, 6, 8]
    assert numbers(window.where(window.x > 3)) == [4, 6, 8]
    assert window.filter(window.x > 3).x.tolist() == [4, 6, 8]
    window.assign("w", "x * $k", "x > 4", k=10)
    assert points.w.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 60, 3.5, 80, 4.5]
    assert window.expression("x + 1").tolist() == [3, 5, 7, 9]
    window.update(y=-window.x, w=[1, 2, 3, 4])
    assert points.y.tolist() == [0, 1, -2, 9, -4, 25, -6, 49, -8, 81]
    with pytest.raises(ValueError, match="3 values for 4"):
        window.update(y=points[:3].x)
    with pytest.raises(ValueError, match="negative step"):
        points[::-1].compute("first(x)")
    with pytest.raises(TypeError, match="window"):
        window.assign("w", window.x * 2)
    del points[0]
    for use in (lambda: window.compute("sum(x)"), lambda: window.where("x > 3")):
        with pytest.raises(stoa.StaleError):
            use()


# ---- staleness ----


MOVES: dict[str, Callable[[Any], Any]] = {
    "reverse": lambda points: points.reverse(),
    "swap": lambda points: points.swap(0, 3),
    "swap_remove": lambda points: (points.append(9, 9, 9.0), points.swap_remove(0)),
    "insert": lambda points: points.insert(0, (1, 2, 3.0)),
    "delete": lambda points: points.__delitem__(0),
}
USES: dict[str, Callable[[Any], Any]] = {
    "delete": lambda selection: selection.delete(),
    "sum": lambda selection: selection.x.sum(),
    "store": lambda selection: setattr(selection, "w", 5.0),
    "copy": lambda selection: selection.copy(),
    "compute": lambda selection: selection.compute("sum(x)"),
    "not": lambda selection: ~selection,
    "rows": list,
    "length": len,
    "array": lambda selection: selection.mask(),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("move", MOVES)
def test_a_mask_is_of_the_rows_as_they_stood(move: str, use: str) -> None:
    points: Any = stoa.Table(Tagged, [(i, i % 3, float(i)) for i in range(10)])
    mask = bytearray(i % 2 == 0 for i in range(10))
    selection = points.where(memoryview(mask).cast("?"))
    MOVES[move](points)
    before = [p.to_tuple() for p in points]
    with pytest.raises(stoa.StaleError):
        USES[use](selection)
    assert [p.to_tuple() for p in points] == before


@pytest.mark.parametrize(
    "condition",
    [
        lambda points: "x > 3",
        lambda points: points.x > 3,
        lambda points: points.where(points.x > 3),
        lambda points: [i > 3 for i in range(10)],
    ],
)
def test_rows_are_kept_by_whatever_says_which(condition: Callable[[Any], Any]) -> None:
    points: Any = stoa.Table(Tagged, [(i, i % 3, float(i)) for i in range(10)])
    points.keep(condition(points))
    assert points.x.tolist() == [4, 5, 6, 7, 8, 9]


def test_rows_are_kept_by_text_with_parameters() -> None:
    points: Any = stoa.Table(Tagged, [(i, i % 3, float(i)) for i in range(10)])
    points.keep("x > $least", least=7)
    assert points.x.tolist() == [8, 9]
    with pytest.raises(stoa.ParameterError):
        points.keep(points.x > 3, least=7)
    with pytest.raises(stoa.ExpressionError):
        points.keep("x >")
    with pytest.raises(TypeError):
        points.keep("x")
    assert points.x.tolist() == [8, 9]


def test_a_condition_that_is_given_as_a_parameter_is_told_where_it_goes() -> None:
    points: Any = stoa.Table(Tagged, [(1, 2, 3.0)])
    with pytest.raises(
        TypeError, match=r"\$where is a number, a text or a time, not str; .*points\.where"
    ):
        points.compute("sum(x)", where="x > 3")


WRITES: dict[str, Callable[[Any], Any]] = {
    "column": lambda t: setattr(t, "w", 5),
    "cell": lambda t: t.w.__setitem__(0, 5),
    "row": lambda t: setattr(t[0], "w", 5),
    "other": lambda t: setattr(t.where(t.x == 9), "w", 0),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_selection_is_stale_once_its_condition_is_written_to(write: str) -> None:
    points = ten()
    fresh, asked, pinned = (points.where(points.w < 2) for _ in range(3))
    assert len(asked) == 4
    pinned.pin()
    column = fresh.x
    WRITES[write](points)
    for stale in (fresh, asked):
        for use in (
            lambda s=stale: s & pinned,
            lambda s=stale: pinned | s,
            lambda s=stale: ~s,
            stale.indices,
            stale.pin,
            lambda s=stale: s.x.sum(),
            lambda s=stale: list(s),
            lambda s=stale: setattr(s, "w", 0),
            stale.delete,
        ):
            with pytest.raises(stoa.StaleError, match="pin"):
                use()
    with pytest.raises(stoa.StaleError):
        column.tolist()
    assert "stale" in repr(fresh)
    assert numbers(pinned) == [0, 1, 2, 3]


def test_a_selection_pins_itself_at_its_first_write_and_at_iteration() -> None:
    points = ten()
    near = points.where(points.w < 2)
    near.w = 100.0
    near.w += 1
    assert near.w.tolist() == [101.0] * 4
    near.delete()
    assert len(points) == 6
    far = points.where(points.w > 4)
    for row in far:
        row.w = 0
    assert far.x.tolist() == [9]


def test_a_write_to_another_column_leaves_it_as_it_is() -> None:
    points = ten()
    near = points.where(points.w < 2)
    points.x += 1
    points.tag = None
    assert near.x.tolist() == [1, 2, 3, 4]


def test_a_selection_is_a_condition_too() -> None:
    points = ten()
    near = points.where(points.x > 3)
    assert points.where(near) is near
    assert points.filter(near).x.tolist() == [4, 5, 6, 7, 8, 9]
    assert points.where(points.x < 6).where(near).indices().tolist() == [4, 5]
    with pytest.raises(ValueError, match="of another table"):
        ten().where(near)
    with pytest.raises(TypeError, match=r"\$n"):
        points.where(near, n=1)


def test_selections_where_rows_are_asked_for_are_told_the_way() -> None:
    points = ten()
    with pytest.raises(TypeError, match=r"mask\(\) or indices\(\)"):
        points[points.where("x > 3")]
    with pytest.raises(TypeError, match=r"where\(condition\)"):
        points.where("x > 3") & "x < 5"
    points.keep(points.where("x > 3").mask())
    assert points.x.tolist() == [4, 5, 6, 7, 8, 9]
