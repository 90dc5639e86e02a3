"""Tables for tests of misuse, and the checks made afterwards."""

from __future__ import annotations

from typing import Any, Callable

import stoa
from stoa import float64, int32


class Item(stoa.Record):
    n: int32
    w: float64 = 0.5
    thing: object = None


def fresh() -> Any:
    """A table of a record class that no other test uses."""

    class Point(stoa.Record):
        x: int32
        y: float64
        z: object = None

        def norm(self) -> float:
            return self.x + self.y  # type: ignore[no-any-return]

    return stoa.Table(Point, [(i, i / 2, str(i)) for i in range(10)])


def items() -> Any:
    return stoa.Table(Item, [(i, i / 2, str(i)) for i in range(10)])


def attempt(act: Callable[[], Any]) -> Any:
    """The result of the call, or its error; anything except a crash."""
    try:
        return act()
    except Exception as problem:
        return problem


def writes_of_name(table: Any, record: Any, value: Any) -> list[Callable[[], Any]]:
    """Each way to put the value into the field `name`, which is the first; there are rows."""
    return [
        lambda: table.append(value),
        lambda: table.extend(name=["new", value]),
        lambda: setattr(table[0], "name", value),
        lambda: setattr(table, "name", value),
        lambda: table.name.__setitem__(0, value),
        lambda: record(value),
    ]


def is_whole(table: Any) -> bool:
    """Checks that columns and rows agree, and that the table can grow."""
    names = list(table.fields)
    by_columns = list(zip(*(table[name].tolist() for name in names)))
    assert [stoa.to_tuple(row) for row in table] == by_columns
    assert len(by_columns) == len(table)
    if len(table):
        table.append(by_columns[-1])
        assert stoa.to_tuple(table[-1]) == by_columns[-1]
    return True


# Operations that remove rows from a table.
LOSSES: dict[str, Callable[[Any], Any]] = {
    "clear": lambda t: t.clear(),
    "clear and shrink": lambda t: (t.clear(), t.shrink()),
    "pop": lambda t: t.pop(),
    "resize": lambda t: t.resize(2),
    "del": lambda t: t.__delitem__(slice(3, None)),
    "keep": lambda t: t.keep([True] * 3 + [False] * 7),
    "swap_remove": lambda t: t.swap_remove(0),
    "clear and fill": lambda t: (t.clear(), t.resize(10)),
}
