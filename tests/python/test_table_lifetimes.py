"""A table lives as long as anything made from it, and is freed after the last; cycles too."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int32

if sys.implementation.name != "cpython":
    pytest.skip("PyPy does not count references", allow_module_level=True)


class Item(stoa.Record):
    n: int32
    w: float64 = 0.5
    thing: object = None
    tags: object = stoa.field(default_factory=list)

    def doubled(self) -> Any:
        return 2 * self.n + 1


def lived(make: Callable[[Any], Any], collect: bool) -> tuple[bool, bool]:
    """Whether the table lives while the object made from it does, and whether it does
    afterwards."""
    table = stoa.Table(Item, [(i, i / 2, str(i)) for i in range(10)])
    reference = weakref.ref(table)
    held = make(table)
    del table
    gc.collect()
    while_held = reference() is not None
    gc.disable()
    try:
        del held
        if collect:
            gc.collect()
        return while_held, reference() is not None
    finally:
        gc.enable()


def begun(rows: Any) -> Any:
    steps = iter(rows)
    return steps, next(steps)


HOLDERS: dict[str, Callable[[Any], Any]] = {
    "row": lambda t: t[3],
    "rows": lambda t: list(t),
    "row of a loop": lambda t: next(iter(t)),
    "row of a cursor": lambda t: next(t.cursor()),
    "row of a window": lambda t: t[2:4][0],
    "row of a selection": lambda t: next(iter(t.where("n > 3"))),
    "iterator": lambda t: iter(t),
    "iterator that has begun": lambda t: begun(t),
    "iterator at its end": lambda t: [*map(next, [iter(t)] * 10), iter(t)],
    "cursor": lambda t: t.cursor(),
    "cursor that has begun": lambda t: begun(t.cursor()),
    "window": lambda t: t[2:4],
    "iterator of a window": lambda t: begun(t[2:4]),
    "selection": lambda t: t.where("n > 3"),
    "iterator of a selection": lambda t: begun(t.where("n > 3")),
    "bound method": lambda t: t[3].doubled,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_table_lives_as_long_as_what_was_made_of_it(holder: str) -> None:
    for _ in range(3):
        assert lived(HOLDERS[holder], collect=False) == (True, False)


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_cycle_through_an_object_column_is_collected(holder: str) -> None:
    def into_itself(table: Any) -> Any:
        table[5].thing = HOLDERS[holder](table)
        table[6].tags = [table[7]]
        return table

    for _ in range(3):
        assert lived(into_itself, collect=True) == (True, False)


def test_values_need_no_table_that_is_named() -> None:
    values = stoa.Table(Item, [(i,) for i in range(3)]).values("n")
    gc.collect()
    assert list(values) == [(0,), (1,), (2,)]


def test_objects_of_a_cycle_may_use_their_row_to_the_last() -> None:
    told: list[Any] = []

    class Last:
        def __del__(self) -> None:
            told.append((self.row.n, self.row.doubled(), len(stoa.table_of(self.row))))

    for _ in range(3):
        table: Any = stoa.Table(Item, [(i, i / 2) for i in range(10)])
        last = Last()
        last.row = table[4]  # type: ignore[attr-defined]
        table[5].thing = last
        del table, last
        gc.collect()
    assert told == [(4, 9, 10)] * 3


def test_a_stale_row_keeps_its_table_alive_and_no_more() -> None:
    table: Any = stoa.Table(Item, 3)
    reference, row = weakref.ref(table), table[0]
    table.clear()
    table.append(5)
    del table
    with pytest.raises(stoa.StaleError):
        row.n  # noqa: B018
    assert stoa.table_of(row) is reference()
    del row
    gc.collect()
    assert reference() is None
