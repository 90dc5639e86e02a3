"""What the extension for rows calls in Python, and the methods of tables that it takes over.

C handles the plain cases of these methods, and calls them for all others.
"""

from __future__ import annotations

from stoa._access import intake
from stoa._access.attributes import raise_unknown, read_unknown, write_unknown
from stoa._access.refusals import delete_field, raise_closed, raise_stale
from stoa._lib.ffi import ffi, lib
from stoa._schema.extension import rows as extension
from stoa._schema.extension import take_over
from stoa._schema.generate import keep_class
from stoa._schema.references import same_values
from stoa._store.access import raise_changed
from stoa._store.store import Store
from stoa.table import Table

CORE = "stoa_string_pool_intern", "stoa__strings_cut"  # what it calls of the library


def connect() -> None:
    """Connects the extension, if there is one: once, before a table is made."""
    if extension is None:
        return
    extension.link(*(int(ffi.cast("uintptr_t", ffi.addressof(lib, name))) for name in CORE))
    extension.connect(
        append=Table.append,
        by_id=Table.by_id,
        current_view=Store.current_view,
        delete_field=delete_field,
        getitem=Table.__getitem__,
        keep_class=keep_class,
        raise_locked=lambda table, field: table._store.raise_locked(field),
        raise_closed=raise_closed,
        raise_stale=raise_stale,
        raise_unknown=raise_unknown,
        read_unknown=read_unknown,
        write_unknown=write_unknown,
        plain_values=lambda table, *record: intake.plain_values(table._store, *record),
        raise_changed=raise_changed,
        reserve=Table.reserve,
        same_values=same_values,
        write_object=lambda table, *cell: table._store.write_object(*cell),
    )
    take_over(Table, extension.SequenceBase, "__getitem__", "__len__", "append")
    take_over(Table, extension, "by_id")
