"""Columns of references."""

from __future__ import annotations

from typing import Any

from stoa._lazy.paths import Following, Link, field_at, linked
from stoa._lib.ffi import lib
from stoa.column import ALL, Column
from stoa.errors import WrongTypeError


class ReferenceColumn(Following, Column[Any]):
    """A reference field of all rows: `pets.owner.age` is the field of the rows that it refers to.

    Such a path is an expression, null where the reference is None or its row was removed. Items,
    tolist() and iteration give rows. A field of the target wins over a method of the same name;
    `pets.owner["count"]` reads any field.
    """

    __slots__ = ()

    def _target(self) -> Any:
        return self._store.target_of(self._field)

    def _expression(self) -> Link:
        if self._positions is not None:
            raise WrongTypeError(
                f"{self._name} is a reference, and a part of its column is not computed with: take "
                "the column of the table, or of a selection"
            )
        return linked(self._store, self._stored_field(), super()._expression())

    _link = _expression

    def __getitem__(self, index: Any) -> Any:
        """A row; for a slice, a column of those rows; for a name, that field of the rows.

        Raises RowIndexError, FieldNameError, and StaleError for the column of a stale window.
        """
        if isinstance(index, str):
            return field_at(self._link(), index)
        return super().__getitem__(index)

    def count(self, value: Any = ALL) -> int:
        """The number of references that are not None; with a value given, how many equal it.

        Raises FieldNameError once the field was dropped.
        """
        if value is ALL and self._positions is None:
            return self._expression()._reduced(lib.STOA_COUNT)  # type: ignore[no-any-return]
        if value is ALL:
            return sum(each is not None for each in self)
        return super().count(value)
