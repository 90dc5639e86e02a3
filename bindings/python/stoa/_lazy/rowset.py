"""Row sets: the rows of a table for which a condition holds, found when they are needed.

A row set starts with its condition, an expression. The bits, one for each row, are computed when
they are first needed, and kept while the condition is not stale (versions.py). Pinning a row set
drops its condition: from then on the bits determine the rows, until rows are removed or reordered.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from stoa._lazy import bits, tree
from stoa._lazy.expression import Expression, combined
from stoa._lib.ffi import lib
from stoa._store.store import Store
from stoa.errors import ArgumentError, LengthError


class RowSet:
    """Some of the rows that a table had when it was made."""

    __slots__ = ("condition", "found", "order", "rows", "store")

    def __init__(self, store: Store, condition: Expression | None, found: Any = None) -> None:
        self.store = store
        self.order = store.order
        self.condition = condition  # None: pinned
        self.found = found  # the bits; None: not computed yet
        self.rows: int = found.rows if condition is None else condition._rows

    def check(self) -> None:
        """Raises StaleError if it is stale."""
        if self.condition is not None:
            self.condition._check()
        else:
            self.store.check_order(self.order, "selection")

    def pending(self) -> Expression | None:
        """The condition, if it has not been computed yet."""
        self.check()
        return self.condition if self.found is None else None

    def bits(self) -> Any:
        """A stoa_selection *."""
        self.check()
        if self.found is None:
            assert self.condition is not None
            self.found = self.condition._select()
        return self.found

    def bits_for(self, rows: int) -> Any:
        """The same, for a run over so many rows."""
        found = self.bits()
        if rows != self.rows:
            raise LengthError(f"the selection covers {self.rows} rows, not {rows}")
        return found

    def pin(self) -> RowSet:
        self.bits()
        self.drop_condition()
        return self

    def drop_condition(self) -> None:
        """Pins the rows found so far. Called when the condition's columns were written to."""
        self.condition = None

    def indices(self) -> array[int]:
        """The row numbers, ascending."""
        return bits.indices(self.bits())

    def mask(self) -> memoryview:
        """A boolean for each row of the table."""
        return bits.mask(self.bits())

    def __len__(self) -> int:
        return self.bits().count  # type: ignore[no-any-return]

    # ---- combining ----

    def complement(self) -> RowSet:
        condition = self.pending()
        if condition is not None:
            return RowSet(self.store, combined(lib.STOA_NOT, (condition,)))
        return RowSet(self.store, None, bits.others(self.bits()))

    def joined(self, other: RowSet, operation: int) -> RowSet:
        """The rows of both (STOA_AND), or of either (STOA_OR)."""
        if other.store is not self.store:
            raise ArgumentError("selections of two tables cannot be combined")
        mine, others = self.pending(), other.pending()
        if mine is not None and others is not None and mine._rows == others._rows:
            return RowSet(self.store, combined(operation, (mine, others)))
        join = bits.both if operation == lib.STOA_AND else bits.either
        first = bits.fitted(self.store, self.bits())
        if others is None:
            second = other.bits()
        else:  # where the first one decides, the second one is not evaluated
            asked = first if operation == lib.STOA_AND else bits.others(first)
            second = others._found_among(asked)
        return RowSet(self.store, None, join(first, bits.fitted(self.store, second)))

    def within(self, store: Store, scope: RowSet | None) -> RowSet:
        """The row set as a condition on the rows of a scope (None: on all rows of the store)."""
        if store is not self.store:
            raise ArgumentError("the selection is of another table")
        return self if scope is None else scope.joined(self, lib.STOA_AND)

    # ---- using the rows ----

    def copy(self) -> Store:
        """A new store with copies of the rows."""
        condition, store = self.pending(), self.store
        if condition is not None:
            return store.like(condition._filter(), store.record)
        self.bits()
        return store.within(
            lambda: store.derive(lib.stoa_table_take_selected, bits.fitted(store, self.bits()))
        )

    def delete(self) -> None:
        """Removes the rows from the table."""
        self.bits()  # this may take long, and others must wait for what follows
        store = self.store
        store.removing(
            lambda: store.remove(lib.stoa_table_remove_selected, bits.fitted(store, self.bits()))
        )

    def __str__(self) -> str:
        name = self.store.record.__name__
        if self.condition is None:
            return f"of {self.found.count:,} of {self.rows:,} rows of {name}, pinned"
        stale = ", stale" if self.condition._is_stale() else ""
        return f"where {tree.text_of(self.condition._node)}, of {self.rows:,} rows of {name}{stale}"


def of_positions(store: Store, positions: Iterable[int]) -> RowSet:
    """The rows with these numbers, ascending; they are known already."""
    return RowSet(store, None, bits.of_indices(store, positions))
