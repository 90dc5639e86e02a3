"""What leaves by Arrow: streams, arrays and schemas in capsules, which any Arrow library takes.

The library copies batch by batch as the consumer pulls, from any thread. Each pull of a stream
enters the gate of its table like a run, with the interpreter's lock held, so that no change comes
in between; on PyPy, whose lock cannot be taken there, columns are locked instead.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from stoa._capsules import address, give
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._store.store import Store
from stoa._store.targets import OWN
from stoa.errors import BusyError, WrongTypeError

SCHEMA, ARRAY, STREAM = "arrow_schema", "arrow_array", "arrow_array_stream"
KINDS = {
    SCHEMA: "struct ArrowSchema *",
    ARRAY: "struct ArrowArray *",
    STREAM: "struct ArrowArrayStream *",
}

# By the address of its table: a store that is gone changes nothing any more.
stores: WeakValueDictionary[int, Store] = WeakValueDictionary()


def address_of(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def released(place: Any) -> None:
    if place.release != ffi.NULL:
        place.release(place)


def new_struct(kind: str) -> Any:
    """Room for a struct, which is released with the last who uses it, unless it was given on."""
    return ffi.gc(ffi.new(KINDS[kind]), released)


@ffi.def_extern(error=lib.STOA_REFUSED)  # type: ignore[untyped-decorator]
def stoa_python_pull(table: Any, act: Any, state: Any, error: Any) -> int:
    store = stores.get(address_of(table))
    if store is None:
        return lib.stoa_python_act(act, state, error)  # type: ignore[no-any-return]
    gate, key = store.gate, object()
    try:
        gate.enter_run(key)
        return lib.stoa_python_act(act, state, error)  # type: ignore[no-any-return]
    except BusyError as busy:
        error.message = str(busy).encode()
        return lib.STOA_LOCKED  # type: ignore[no-any-return]
    finally:
        gate.runs.pop(key, None)


class Export:
    """Rows and fields of a table that are to leave."""

    __slots__ = ("dictionary", "fields", "loan", "rows", "selection", "store")

    def __init__(
        self,
        store: Store,
        field: int | None = None,
        rows: range | None = None,
        selection: Any = ffi.NULL,
        loan: Any = ffi.NULL,
        dictionary: bool = False,
    ) -> None:
        self.store = store
        self.fields = None if field is None else ffi.new("size_t[]", [field])
        self.rows = rows
        self.selection = selection  # a stoa_selection *
        self.loan = loan  # a stoa_loan *: memory is shared
        self.dictionary = dictionary  # strings leave as one

    def options(self, requested: Any, is_stream: bool) -> Any:
        """The options, as long as the caller keeps `requested`."""
        made = ffi.new("stoa_arrow_options *")
        if self.fields is not None:
            made.fields, made.field_count, made.flags = self.fields, 1, lib.STOA_ARROW_BARE
        if self.rows is not None:
            made.first, made.step = max(self.rows.start, 0), self.rows.step
            made.count = len(self.rows)
        made.selection, made.loan = self.selection, self.loan
        if self.dictionary:
            made.flags |= lib.STOA_ARROW_DICTIONARIES
        if requested is not None:
            made.requested = pointer_in(requested, SCHEMA)
        if is_stream:
            made.guard = lib.stoa_python_guard(self.store.c)
        return made

    def make(self, function: Any, kinds: tuple[str, ...], requested: Any = None) -> Any:
        """Capsules with what function(place, …, table, options, error) makes."""
        store, error = self.store, new_error()
        options = self.options(requested, STREAM in kinds)
        places = list(map(new_struct, kinds))
        read = [each.index for field in store.fields.values() for each in field.cells()]
        call = partial(store.reading, read, function, *places, store.c, options, error)
        for target in store.targets.values():  # in which references are looked for
            if target is not OWN:
                call = partial(target._store.reading, (), call)
        check(call(), error)
        if STREAM in kinds:
            stores[address_of(store.c)] = store
        return tuple(give(address_of(place), kind) for place, kind in zip(places, kinds))


def pointer_in(capsule: Any, kind: str) -> Any:
    """The struct of a capsule. Raises WrongTypeError if it is not one of that kind."""
    try:
        return ffi.cast(KINDS[kind], address(capsule, kind))
    except (TypeError, ValueError):
        raise WrongTypeError(
            f"a capsule called {kind} is needed, not {type(capsule).__name__}"
        ) from None


class Exporting:
    """The base of what any Arrow library takes: the PyCapsule interface."""

    __slots__ = ()

    def _for_arrow(self) -> Export:
        raise NotImplementedError

    def __arrow_c_schema__(self) -> object:
        """A capsule with the schema. Raises WrongTypeError for an object field."""
        return self._for_arrow().make(lib.stoa_table_arrow_schema, (SCHEMA,))[0]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule with a stream of copies, made batch by batch as they are pulled.

        Rows that are appended later don't belong to it; once columns were written to, or rows
        removed or reordered, it ends with an error. Strings leave as they are requested, as utf8,
        large_utf8 or a dictionary. Raises WrongTypeError for an object field.
        """
        made = self._for_arrow().make(lib.stoa_table_arrow_stream, (STREAM,), requested_schema)
        return made[0]

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Capsules with the schema and a copy of all rows in one array.

        Raises WrongTypeError for an object field.
        """
        kinds = SCHEMA, ARRAY
        return self._for_arrow().make(lib.stoa_table_arrow_array, kinds, requested_schema)  # type: ignore[no-any-return]
