"""What a call that changes a table means for Python, and that it is done whatever comes."""

from __future__ import annotations

from typing import Any, Callable

from stoa._schema.record import RecordType
from stoa._store.access import Access
from stoa._store.objects import Call


class Change(Call):
    """A Call that changes a table: at its end all that the change means for Python is done."""

    __slots__ = ("before", "record", "store")

    def __init__(self, store: Access) -> None:
        self.pool = pool = store.pool
        self.depth = pool.calls
        self.is_over = False
        self.gone = None
        self.store = store
        self.record: RecordType | None = None  # with the fields that the table is to have

    def describe(self, record: RecordType, function: Callable[..., int], *arguments: Any) -> int:
        """A call that gives the table the fields of this record."""
        self.before, self.record = self.store.fields, record
        status = function(*arguments)
        if status:
            self.record = None
        return status

    def conclude(self) -> None:
        """Where it is interrupted it is to be called again."""
        store, record = self.store, self.record
        if store.c.order != store.noticed:
            store.notice_order()
        if record is not None and store.has_names(record):
            store.take_fields(record, self.before)
            self.record = None

    def __exit__(self, *exception: object) -> None:
        if not self.is_over:
            self.conclude()
            self.settle()
            self.is_over = True
