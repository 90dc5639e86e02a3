"""The tables that reference fields refer to.

A store keeps its targets alive, but itself: it knows its own table by a weak reference. The library
knows the targets as well, and refuses ids of any other table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import ref

from stoa._lib.ffi import ffi
from stoa._schema.fields import Field
from stoa._schema.generate import no_field
from stoa._schema.record import RecordType
from stoa._schema.references import Forward
from stoa.errors import ArgumentError, RowIdError, WrongTypeError, shown

OWN: Any = None  # the target of a field that refers to rows of its own table

Targets = dict[str, Any]  # by field: a table, or OWN


class Home:
    """Gives the table of a store, as long as it lives, and later another one around the store."""

    __slots__ = ("kind", "store", "table")

    def __init__(self, table: Any, store: Any) -> None:
        self.kind, self.store, self.table = type(table), ref(store), ref(table)

    def __call__(self) -> Any:
        found = self.table()
        if found is None:
            found = object.__new__(self.kind)
            settle(found, self.store())
        return found


def settle(table: Any, store: Any) -> None:
    """Makes it the table of a store."""
    object.__setattr__(table, "_store", store)
    store.home = Home(table, store)


class Follower:
    """The decoder of a reference field in one table: the row of an id, or None. For the extension:
    the address of the target, which the table keeps, a weak reference to it in Python, and whether
    None can be stored."""

    __slots__ = ("field", "store", "takes_none")

    def __init__(self, store: Any, field: Any) -> None:
        self.store = ref(store)  # whoever reads a cell keeps the store
        self.field = field.index
        self.takes_none = field.type.is_optional

    @property
    def address(self) -> int:
        store: Any = self.store()
        target = store.targets[self.field]
        return int(ffi.cast("uintptr_t", (store if target is OWN else target._store).c))

    @property
    def home(self) -> Any:
        store: Any = self.store()
        target = store.targets[self.field]
        home = store.home if target is OWN else target._store.home
        return None if home is None else home.table

    def __getitem__(self, id: int) -> Any:
        store = self.store()
        if id == 0 or store is None:
            return None
        try:
            return store.target_of(self.field).by_id(id)
        except RowIdError:
            return None


def references(record: RecordType) -> list[Field]:
    """The fields of a record that are references."""
    return [each for each in record._stoa_fields if each.type.kind == "r"]


def use_scatter(path: str) -> str:
    """Why a path takes no values, and what does."""
    return (
        f"several rows may refer to the same one: scatter_add({path!r}, …), scatter_min and "
        "scatter_max say what becomes of it then"
    )


def is_table(value: Any) -> bool:
    return hasattr(type(value), "by_id") and hasattr(value, "_store")


def checked_targets(record: RecordType, given: Any, ids: bool) -> Targets:
    """The targets of a table that is made of a record class, as the caller gave them by name."""
    fields = {each.name: each for each in references(record)}
    if given is not None and not isinstance(given, Mapping):
        raise WrongTypeError(
            f"targets are given by name, as {{'owner': people}}, not {shown(given)}"
        )
    for name in given or ():
        if name not in record._stoa_names:
            raise no_field(name, record._stoa_names)
        if name not in fields:
            raise WrongTypeError(f"{name} is no reference, and has no target")
    return {
        name: checked_target(record, each, (given or {}).get(name), ids, is_new=True)
        for name, each in fields.items()
    }


def checked_target(
    record: RecordType | None, each: Field, given: Any, has_ids: bool, *, is_new: bool = False
) -> Any:
    """The target of a field; record: that of the table which gets it, or is_new with it."""
    target: Any = each.type.target
    wanted = target.found() if isinstance(target, Forward) else target
    own = None if record is None else record._stoa_family
    is_own = own is not None and (wanted is own or is_named(target, own))
    if given is None and is_own:
        if has_ids:
            return OWN
        raise RowIdError(f"{each.name} refers to rows of the table itself: it needs ids=True")
    if given is None:
        raise ArgumentError(
            f"{each.name} refers to rows of {target.__name__}: say in which table they are, "
            + (f"targets={{{each.name!r}: …}}" if is_new else "target=…")
        )
    if not is_table(given):
        raise WrongTypeError(f"the target of {each.name} is a table, not {shown(given)}")
    found = given._store.record._stoa_family
    fits = found is not None and (
        is_named(target, found) if wanted is None else issubclass(found, wanted)
    )
    if not fits:
        name = given._store.record.__name__
        raise WrongTypeError(
            f"{each.name} refers to rows of {target.__name__}, not of a table of {name}"
        )
    if not given._store.has_ids():
        raise RowIdError(f"the target of {each.name} was made without ids: it needs ids=True")
    return given


def is_named(target: Any, record: RecordType) -> bool:
    """Whether a class to come is this one."""
    if not isinstance(target, Forward):
        return False
    name = target.__name__
    return name in (record.__qualname__, record.__name__) or record.__qualname__.endswith(
        f".{name}"
    )
