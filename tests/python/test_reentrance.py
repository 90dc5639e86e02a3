"""Values whose reading changes the very table they are for: it works as meant, or raises
BusyError."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from samples import Point

import stoa
from stoa import int32


class Item(stoa.Record):
    n: int32
    thing: object = None


class Evil:
    """A number that does something when it is first read."""

    def __init__(self, act: Callable[[], Any], number: int = 1) -> None:
        self.act, self.number = act, number

    def __index__(self) -> int:
        act, self.act = self.act, lambda: None
        act()
        return self.number


def ten(record: type[Any] = Point) -> Any:
    return stoa.Table(record, [(i, i) for i in range(10)])


@pytest.mark.parametrize("record", [Point, Item])
def test_an_append_within_an_append_comes_first(record: type[Any]) -> None:
    rows = ten(record)
    first = rows[0]
    rows.append(Evil(lambda: rows.append(100, 7), 101), 8)
    assert [row[:2] for row in map(tuple, rows)][-2:] == [(100, 7), (101, 8)]
    assert tuple(first)[:2] == (0, 0)  # it is not stale


def test_fields_that_change_within_an_append() -> None:
    def add(rows: Any) -> None:
        rows.add_field("more", "int64", 5)

    def drop(rows: Any) -> None:
        rows.drop_field("x")
        rows.rename_field("y", "z")

    for record in (Point, Item):
        for change in (add, drop) if record is Point else (add,):
            for use in ("append", "insert"):
                rows = ten(record)
                value = Evil(lambda change=change, rows=rows: change(rows))  # type: ignore[misc]
                with pytest.raises(stoa.BusyError):
                    rows.append(value, 2) if use == "append" else rows.insert(0, value, 2)
                assert len(rows) == 10
                width = len(rows.fields)
                for _ in range(3):
                    rows.append(*range(width))
                assert tuple(rows[-1]) == tuple(range(width))


@pytest.mark.parametrize("record", [Point, Item])
def test_rows_that_go_within_an_assignment(record: type[Any]) -> None:
    for use in (
        lambda rows, value: rows.__setitem__(5, (value, 2)),
        lambda rows, value: rows.__setitem__(5, dict(zip(rows.fields, (value, 2)))),
        lambda rows, value: rows.__setitem__(slice(5, 7), [(value, 2), (3, 4)]),
        lambda rows, value: rows.__setitem__(slice(5, 7), [(value, 2)]),
        lambda rows, value: rows[2:].__setitem__(slice(5, 7), [(value, 2), (3, 4)]),
        lambda rows, value: rows.__setitem__(next(iter(rows.fields)), [value] * 10),
        lambda rows, value: rows[next(iter(rows.fields))].__setitem__(slice(2, 4), [value, 1]),
    ):
        rows = ten(record)
        with pytest.raises((stoa.BusyError, stoa.StaleError)):
            use(rows, Evil(lambda rows=rows: rows.pop(0)))  # type: ignore[misc]
        assert [next(iter(row)) for row in rows] == list(range(1, 10))


def test_an_index_that_clears_the_table_finds_no_row() -> None:
    for use in (
        lambda t, i: t.x[i],
        lambda t, i: t[i],
        lambda t, i: t.pop(i),
        lambda t, i: t.x.__setitem__(i, 3),
        lambda t, i: t.__setitem__(i, (1, 2)),
    ):
        rows = ten()
        with pytest.raises((IndexError, stoa.BusyError)):
            use(rows, Evil(rows.clear, 9))
        assert len(rows) == 0


def test_a_column_is_read_after_all_that_may_change_it() -> None:
    rows, other = ten(), ten()

    def values() -> Any:
        other.clear()
        other.shrink()
        yield from range(10)

    with pytest.raises(ValueError, match="values"):
        rows.extend(x=other.x, y=values())
    assert len(rows) == 10
