"""Rows: a table, what tells whether they are stale, and an index; made when asked for.

The row class of each record class stands on Row and has a descriptor for each field. In C a row
knows its order number (bindings/python/rows/row.c), here its epoch (epoch.py, generate.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoa._lib.ffi import lib
from stoa._schema.extension import rows as extension
from stoa._schema.generate import Quiet, keep_class, no_delete, no_field
from stoa._schema.record import Record
from stoa._store.epoch import STALE_CELLS, stale
from stoa.errors import FieldNameError, WrongTypeError

if extension is not None and not TYPE_CHECKING:

    class Row(Quiet, extension.Row):
        """What all rows have."""

        __slots__ = ()

else:

    class Row(Quiet):
        """What all rows have."""

        __slots__ = ("_stoa_epoch", "_stoa_index", "_stoa_table")

        _stoa_epoch: Any
        _stoa_index: int
        _stoa_table: Any

        def _stoa_is_fresh(self) -> bool:
            return self._stoa_epoch.c0 is not STALE_CELLS

        def _stoa_refuse(self, i: int, status: int) -> None:
            # Says why a value was not written into field i, where not for the value's sake.
            epoch = self._stoa_epoch
            getattr(epoch, f"c{i}")[self._stoa_index]  # raises where it is stale, or taken away
            if status == lib.STOA_LOCKED:
                self._stoa_table._store.raise_locked(epoch.columns[i])
            if status == lib.STOA_STALE:
                raise stale("row")

        if not TYPE_CHECKING:

            def __getattr__(self, name: str) -> Any:
                of_record = getattr(super(), "__getattr__", None)
                if of_record is not None:
                    return of_record(name)
                raise_unknown(self, name)
                return object.__getattribute__(self, name)

            def __setattr__(self, name: str, value: Any) -> None:
                if name == "__class__":
                    keep_class()
                try:
                    object.__setattr__(self, name, value)
                except AttributeError:
                    raise_unknown(self, name)
                    raise

            def __delattr__(self, name: str) -> None:
                if name in type(self)._stoa_names:
                    raise no_delete(name)
                try:
                    object.__delattr__(self, name)
                except AttributeError:
                    raise_unknown(self, name)
                    raise


def raise_unknown(row: Any, name: str) -> None:
    """FieldNameError, unless the class has an attribute of that name, which shall tell itself."""
    if not hasattr(type(row), name):
        raise no_field(name, type(row)._stoa_names)


def raise_stale(what: str) -> None:
    raise stale(what)


def raise_closed(reason: str) -> None:
    raise FieldNameError(reason)


def delete_field(name: str) -> None:
    raise no_delete(name)


def checked_row(row: Any) -> Row:
    if not isinstance(row, Row):
        what = "a standalone record" if isinstance(row, Record) else f"a {type(row).__name__}"
        raise WrongTypeError(f"a row of a table is needed, not {what}")
    return row


def index_of(row: Record) -> int:
    """The index of a row in its table.

    Raises StaleError for a stale row, and WrongTypeError unless it is a row.
    """
    found = checked_row(row)
    if not found._stoa_is_fresh():
        raise stale("row")
    return found._stoa_index
