"""A table with one object field that behaves like a list of its values; a column and a window too.

For CPython's own tests of lists and sequences. Rows are unwrapped, values are wrapped and slices
are copied; everything else is the table's own behaviour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any

import stoa


class Cell(stoa.Record):
    value: object


class Values(stoa.Table[Cell]):
    """A list that is a table."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        if hasattr(self, "_store"):  # a list's __init__ may run twice
            self.clear()
        else:
            super().__init__()
        self.extend(values)

    @recursive_repr("[...]")
    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list):
            return list(self) == other
        return super().__eq__(other)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(not_text(key))
        return found.copy() if isinstance(key, slice) else found.value

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(not_text(key), wrapped(value) if isinstance(key, slice) else (value,))

    def __iter__(self) -> Iterator[Any]:
        return unwrapped(super().__iter__())

    def __reversed__(self) -> Iterator[Any]:
        return unwrapped(super().__reversed__())

    def __contains__(self, value: Any) -> bool:
        return super().__contains__((value,))

    def index(self, value: Any, *bounds: int) -> int:
        return super().index((value,), *bounds)

    def count(self, value: Any) -> int:
        return super().count((value,))

    def append(self, value: Any) -> None:
        super().append((value,))

    def insert(self, index: int, value: Any) -> None:
        super().insert(index, (value,))

    def extend(self, values: Any) -> None:
        super().extend(wrapped(values))

    def pop(self, index: int = -1) -> Any:
        return super().pop(index).value

    def remove(self, value: Any) -> None:
        super().remove((value,))

    # Operators that a table lacks: `+` and `*`.

    def __add__(self, values: Iterable[Any]) -> Values:
        made = self.copy()
        made.extend(values)
        return made

    def __mul__(self, times: int) -> Values:
        made = self[:0]
        for _ in range(times):
            made.extend(self)
        return made

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Values:
        self[:] = self * times
        return self


def not_text(key: Any) -> Any:
    """A table accepts a field's name, too."""
    if isinstance(key, str):
        raise TypeError("list indices must be integers or slices")
    return key


def wrapped(values: Any) -> Any:
    """The values as records, in the kind of iterable that the table handles specially."""
    if isinstance(values, Values):
        return stoa.Table.__getitem__(values, slice(None))
    if type(values) is list:
        return [(value,) for value in values]
    return ((value,) for value in values)


def unwrapped(rows: Iterator[Any]) -> Iterator[Any]:
    return map(attrgetter("value"), rows)


def table_of(values: Iterable[Any]) -> stoa.Table[Cell]:
    return stoa.Table(Cell, wrapped(values))


class Fixed(Sequence[Any]):
    """A sequence of fixed length."""

    rows: Any  # the rows under test

    def __init__(self, values: Iterable[Any] = ()) -> None:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (Fixed, list)) else NotImplemented

    def __len__(self) -> int:
        return len(self.rows)

    def __reversed__(self) -> Iterator[Any]:
        return self.values_of(reversed(self.rows))

    def __iter__(self) -> Iterator[Any]:
        return self.values_of(iter(self.rows))

    def __getitem__(self, key: Any) -> Any:
        found = self.rows[not_text(key)]
        if isinstance(key, slice):
            return type(self)(self.values_of(iter(found)))
        return next(self.values_of(iter([found])))

    def __add__(self, other: Fixed) -> Fixed:
        return type(self)([*self, *other])

    def __mul__(self, times: int) -> Fixed:
        return type(self)([*self] * times)

    __rmul__ = __mul__

    def values_of(self, rows: Iterator[Any]) -> Iterator[Any]:
        raise NotImplementedError


class WindowValues(Fixed):
    """A window that holds every third row of a table, in reverse."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        spread = [each for value in table_of(values) for each in (value.value, None, None)]
        self.rows = table_of(reversed(spread))[::-3]

    def values_of(self, rows: Iterator[Any]) -> Iterator[Any]:
        return unwrapped(rows)

    def __contains__(self, value: Any) -> bool:
        return (value,) in self.rows

    def index(self, value: Any, *bounds: int) -> int:
        return self.rows.index((value,), *bounds)

    def count(self, value: Any) -> int:
        return self.rows.count((value,))


class ColumnValues(Fixed):
    """A column of objects."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.rows = table_of(values).value

    def values_of(self, rows: Iterator[Any]) -> Iterator[Any]:
        return rows

    def __contains__(self, value: Any) -> bool:
        return value in self.rows
