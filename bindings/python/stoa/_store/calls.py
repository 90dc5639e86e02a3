"""Calls into the library that must not overlap others, and exports of a column's memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, TypeVar

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._schema.types import IS_PYPY
from stoa._store.access import Access
from stoa._store.sources import is_cells

T = TypeVar("T")


class Calls(Access):
    """Access to a table, with calls that pass its gate; a Store derives from it."""

    __slots__ = ("ended", "views")

    def __init__(self, *access: Any) -> None:
        self.ended: list[int] = []  # exports that ended during a call of another thread, by field
        self.views: list[None] = []  # an item for each writable view of its memory
        super().__init__(*access)

    def through_gate(self, function: Callable[..., T], *arguments: Any) -> T:
        """Makes a call that must not overlap a run: it enters the gate as a change."""
        gate, key = self.gate, object()
        try:
            gate.enter_change(key)
            return function(*arguments)
        finally:
            gate.changes.pop(key, None)

    def beside(self, values: Iterable[Any], function: Callable[[], int]) -> int:
        """Makes a call that reads columns given as values; these must not be changed meanwhile.
        Columns of this store are protected by its lock."""
        read = [each for each in values if is_cells(each) and each._store is not self]
        if not read:
            return function()
        store, field = read[0]._store, read[0]._field
        return store.reading([field], self.beside, read[1:], function)  # type: ignore[no-any-return]

    def reading(self, fields: Iterable[int], function: Callable[..., T], *arguments: Any) -> T:
        """Makes a call that reads the cells of columns; they must not be changed meanwhile."""
        gate, key = self.gate, object()
        try:
            gate.enter_run(key)
            if not IS_PYPY:  # nobody writes to a cell while the interpreter's lock is held
                return function(*arguments)
            locked = []
            try:
                for each in fields:
                    check(lib.stoa_column_lock(self.c, each, ffi.NULL), new_error())
                    locked.append(each)
                return function(*arguments)
            finally:
                for each in locked:
                    lib.stoa_column_unlock(self.c, each)
        finally:
            gate.runs.pop(key, None)

    # ---- exports ----

    def is_lent(self) -> bool:
        return bool(lib.stoa_table_loans(self.c, ffi.NULL))

    def new_view(self) -> list[None]:
        """Notes a view: the list of the writable ones, from which its end takes one; while the
        table is lent, a list of nothing. Whoever lends it looks at the views afterwards, so that
        one of the two sees the other."""
        self.views.append(None)
        if not self.is_lent():
            return self.views
        self.views.pop()
        return []

    def export(self, field: int) -> None:
        """Keeps a column's memory mapped until unexport() has been called as often."""
        error = new_error()
        with self.lock:
            status = lib.stoa_column_export(self.c, field, error)
        check(status, error)

    def unexport(self, field: int) -> None:
        """Called by finalizers at any moment, so it does not wait. If another thread is in a call,
        a later call (except an append) ends the export."""
        self.ended.append(field)
        if self.lock.acquire(blocking=False):
            try:
                self.end_exports()
            finally:
                self.lock.release()

    def end_exports(self) -> None:
        """Called with the lock held."""
        while self.ended:
            lib.stoa_column_unexport(self.c, self.ended.pop())

    def shrink(self) -> None:
        """Returns memory beyond the rows to the system."""
        with self.lock:
            self.end_exports()
            lib.stoa_table_shrink(self.c)
