"""Fields of a table: adding, dropping, renaming; typed tables; fields named like table methods."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from samples import Other, Point, Points, ten

import stoa
from stoa import Column, int16, int32


def test_a_type_may_be_written_as_an_optional_text() -> None:
    written = ["int", "int32", "timestamp[ms]", "date"]
    annotations = {f"x{i}": f'Optional["{each}"]' for i, each in enumerate(written)}
    made = type("Written", (stoa.Record,), {"__annotations__": annotations, "Optional": Optional})
    found = [str(each) for each in stoa.Table(made).fields.values()]
    assert found == ["int64 | None", "int32 | None", "timestamp[ms] | None", "date | None"]


def test_fields_come_go_and_change_their_names() -> None:
    points: Any = ten()
    row = points[3]
    points.add_field("tag", "int16", 7)
    assert points.tag.tolist() == [7] * 10
    assert isinstance(points[0], Point)
    assert points[3] == (3, 9, 1.5, 7)
    assert row == (3, 9, 1.5)
    points.append(1, 2)
    points.drop_field("y")
    points.rename_field("x", "z")
    assert points.fields == {"z": "int32", "w": "float64", "tag": "int16"}
    assert points[3] == (3, 1.5, 7)
    points.append(z=5)
    points.append((6, 7.0, 8))
    points.insert(0, 9)
    points[1] = (10,)
    assert points.z.tolist() == [9, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 5, 6]
    popped = points.pop()
    assert popped == (6, 7.0, 8)
    points.append(popped)
    assert isinstance(popped, Point)
    assert points[[0, 1]].fields == points.fields


def test_rows_taken_before_know_the_fields_of_then() -> None:
    points: Any = ten()
    row = points[3]
    points.rename_field("x", "z")
    points.drop_field("w")
    assert row.y == 9
    with pytest.raises(AttributeError, match="'z'"):
        row.x  # noqa: B018
    with pytest.raises(AttributeError, match="dropped"):
        row.w = 5
    points.add_field("w", "int16")
    with pytest.raises(AttributeError, match="dropped"):
        row.w  # noqa: B018
    assert points[3] == (3, 9, 0)
    del points[0]
    with pytest.raises(stoa.StaleError):
        row.y  # noqa: B018


def test_wrong_fields_leave_the_table_as_it_was() -> None:
    points: Any = ten()
    for use, error in [
        (lambda: points.add_field("x", int32), ValueError),
        (lambda: points.add_field("", int32), ValueError),
        (lambda: points.add_field("a", "text"), TypeError),
        (lambda: points.add_field("a", int16, 2**15), OverflowError),
        (lambda: points.add_field("a", object, []), TypeError),
        (lambda: points.add_field("a", int16, default_factory=lambda: "x"), TypeError),
        (lambda: points.rename_field("x", "y"), ValueError),
        (lambda: points.rename_field("x", "__x__"), ValueError),
    ]:
        with pytest.raises(error):
            use()
        assert points == ten()
        assert list(points.fields) == ["x", "y", "w"]
    points.drop_field("x")
    points.drop_field("y")
    with pytest.raises(ValueError, match="last"):
        points.drop_field("w")


def test_a_typed_table_keeps_its_own_fields() -> None:
    points = Points(3)
    points.x = [1, 2, 3]  # type: ignore[assignment]
    assert points.x.tolist() == [1, 2, 3]
    assert points.record is Point
    for change in (lambda: points.drop_field("x"), lambda: points.rename_field("y", "z")):
        with pytest.raises(stoa.InUseError):
            change()
    points.add_field("extra", "int8", 5)
    points.drop_field("extra")
    assert len(Points()) == 0
    assert len(Points(Point, 2)) == 2
    assert Points([(1, 2)], max_rows=5).max_rows == 5
    with pytest.raises(TypeError, match="Points"):
        Points(Other)


def test_a_typed_table_is_checked_when_its_class_is_made() -> None:
    with pytest.raises(TypeError, match="no field 'q'"):

        class Unknown(stoa.Table[Point]):
            q: Column[int]

    with pytest.raises(TypeError, match="int32"):

        class WrongType(stoa.Table[Point]):
            x: Column[float]

    with pytest.raises(TypeError, match="Column"):

        class NoColumn(stoa.Table[Point]):
            x: int

    class Counted(stoa.Record):
        count: int32

    with pytest.raises(TypeError, match="attribute"):

        class Hidden(stoa.Table[Counted]):
            count: Column[int]  # type: ignore[assignment]


def test_methods_win_over_fields_on_a_table() -> None:
    class Odd(stoa.Record):
        count: int32
        index: int32
        x: int32

    rows: Any = stoa.Table(Odd, [(1, 2, 3), (4, 5, 6)])
    assert rows.count((1, 2, 3)) == 1
    assert rows["count"].tolist() == [1, 4]
    rows["count"] = [7, 8]
    assert rows[0].count == 7
    with pytest.raises(AttributeError, match=r"\['count'\]"):
        rows.count = 5
    assert rows["count"].tolist() == [7, 8]


def test_a_row_tells_the_last_that_became_of_a_field() -> None:
    table = stoa.Table(Point, [(1, 2, 3)])
    row = table[0]
    table.rename_field("y", "new")
    table.drop_field("new")
    with pytest.raises(stoa.FieldNameError, match="'new' was dropped"):
        _ = row.y
