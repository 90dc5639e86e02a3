"""Attributes that the class of a row has no field for.

Where the table is open, setting one makes the field: of the value's type, and null in the other
rows. A row that was taken before a field came takes over the layout that the table has now, when
the field is first asked for; then it is like a row that was taken afterwards.

Who calls these functions handles an AttributeError. They return NotImplemented if that one counts:
the class has an attribute of the name, which raised it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stoa._schema import times
from stoa._schema.fields import Field, is_reserved
from stoa._schema.generate import no_field
from stoa._schema.record import RecordType
from stoa._store.cells import stale
from stoa._store.store import Store
from stoa.errors import WrongTypeError

WRITTEN: dict[type, str] = {
    bool: "bool | None",
    int: "int64 | None",
    float: "float64 | None",
    str: "str | None",
}
# Of scalars of numpy, by the kind of their dtype.
WRITTEN_BY_KIND = {
    "b": WRITTEN[bool],
    "i": WRITTEN[int],
    "u": "uint64 | None",
    "f": WRITTEN[float],
    "U": WRITTEN[str],
}


def check_may_be_open(record: RecordType) -> None:
    if any("__dict__" in each.__dict__ for each in record.__mro__):
        raise WrongTypeError(
            f"rows of {record.__name__} have a __dict__ of their own, where attributes are lost: a "
            "table of them cannot be open"
        )


def type_for(value: Any) -> Any:
    """The type of a field that is made for a value; objects of subclasses stay what they are."""
    found: Any = WRITTEN.get(type(value))
    if found is None:
        found = times.type_for(value)
        found = None if found is None else found | None
    if found is None and getattr(value, "shape", None) == ():
        found = WRITTEN_BY_KIND.get(getattr(getattr(value, "dtype", None), "kind", ""))
    return found or "object"


def is_attribute(row: Any, name: str) -> bool:
    return any(name in each.__dict__ for each in type(row).__mro__)


def raise_unknown(row: Any, name: str) -> Any:
    """Raises FieldNameError, unless the class has an attribute of this name."""
    if not hasattr(type(row), name):
        raise no_field(name, names_of(row))
    return NotImplemented


def names_of(row: Any) -> Iterable[str]:
    if is_attribute(row, "_stoa_table"):
        store: Store = row._stoa_table._store
        if store.is_open:
            return store.fields
    names: tuple[str, ...] = type(row)._stoa_names
    return names


def renew(row: Any, store: Store) -> None:
    """Gives a row the fields that its table has now."""
    if not row._stoa_is_fresh():
        raise stale("row")
    store.layout.renew(row, store.current_view())


def is_late(row: Any, name: str) -> bool:
    """Whether it is a field that came after the row was taken, of an open table."""
    store: Store = row._stoa_table._store
    return store.is_open and name in store.fields and not is_attribute(row, name)


def read_unknown(row: Any, name: str) -> Any:
    """The value of such a field."""
    store: Store = row._stoa_table._store
    if not is_late(row, name):
        return raise_unknown(row, name)
    renew(row, store)
    return getattr(row, name)


def write_unknown(row: Any, name: str, value: Any) -> Any:
    """Stores into such a field, or into one that is made for it."""
    store: Store = row._stoa_table._store
    if not store.is_open or is_attribute(row, name) or is_reserved(name):
        return raise_unknown(row, name)
    made = Field(name, type_for(value), None)
    made.type.convert(value, name)

    def write() -> None:
        renew(row, store)
        is_new = name not in store.fields
        if is_new:
            store.add_field(made)
        try:
            renew(row, store)
            setattr(row, name, value)
        except BaseException:
            if is_new:
                store.drop_field(name)
            raise

    store.within(write)
    return None
