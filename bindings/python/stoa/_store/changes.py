"""Changes of a table's fields."""

from __future__ import annotations

from typing import Any, Callable

from stoa._schema.record import RecordType
from stoa._store.access import Access


class FieldChange:
    """A change of the fields, which the store takes over when it is concluded."""

    __slots__ = ("before", "record", "store")

    def __init__(self, store: Access) -> None:
        self.store = store
        self.record: RecordType | None = None  # with the fields that the table will have

    def describe(self, record: RecordType, function: Callable[..., int], *arguments: Any) -> int:
        """A call that gives the table the fields of this record."""
        self.before, self.record = self.store.fields, record
        status = function(*arguments)
        if status:
            self.record = None
        return status

    def conclude(self) -> None:
        store, record = self.store, self.record
        store.conclude()
        if record is not None and store.has_names(record):
            store.take_fields(record, self.before)
            self.record = None
