"""Programs: expressions bound to the fields of a table, and how they run.

Only one thread at a time uses a program. A program with a key (plain tuples that describe it) is
kept in a cache of the record class, to be run again. A thread takes it out of the cache and puts it
back when done; if another thread needs it meanwhile, that one makes its own.

A run locks what it reads and writes in the library, and then compares the versions with those that
its expressions mean. Long runs enter the table's gate (gate.py) and let other threads in as soon as
their columns are locked. On PyPy, whose calls never hold the interpreter's lock, all runs are long.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Callable, NoReturn

from stoa._lazy import tree
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned, receiver, taken
from stoa._schema import times
from stoa._schema.record import RecordType, made_for
from stoa._schema.types import BY_NUMBER, IS_PYPY, FieldType, optional_type
from stoa._schema.vectors import vector_type
from stoa._store.store import Store
from stoa.errors import ArgumentError, BusyError, ParameterError, WrongTypeError

LONG = 0 if IS_PYPY else 20_000  # rows from which on a run is long
LARGE = 1 << 20  # bytes of a result; smaller results are not kept
KEPT = 32  # programs kept for a record class
FEW = 8  # most programs read at most this many fields
TEXT, WHERE = "text", "where"  # the first items of keys of programs that are not of a single node

Run = Callable[..., int]
Verify = Callable[[], None]  # raises StaleError if the values have changed meanwhile

INTERPRETER = lib.stoa_python_interpreter()

# The member of stoa_value that holds values of a type.
MEMBERS = {"i": "int64", "u": "uint64", "f": "float64", "?": "boolean", "t": "int64"}
VALUES = {
    each.number: MEMBERS[each.kind]
    for each in (*BY_NUMBER.values(), *times.CLASSES)
    if each.kind in MEMBERS
}

allocate = ffi.new_allocator(should_clear_after_alloc=False)


def room_for(rows: int, of: FieldType) -> Any:
    """A buffer with room for so many cells, whose content is undefined.

    Large ones belong to a table, and reuse the pages of the last such result if these were kept.
    """
    size = rows * of.width
    of, rows = of.base, rows * (of.length or 1)
    if size < LARGE:
        return ffi.buffer(allocate("uint64_t[]", size // 8 + 1), size)
    field, options = ffi.new("stoa_field *"), ffi.new("stoa_table_options *")
    name = ffi.new("char[]", b"values")
    field.name, field.type = name, of.number
    # Results of similar length get the same max_rows, because only then are the last one's pages
    # reused.
    options.rows, options.max_rows = rows, 1 << rows.bit_length()
    options.flags = lib.STOA_ROWS_UNWRITTEN
    made, error = ffi.new("stoa_table **"), new_error()
    check(lib.stoa_table_new(made, field, 1, options, error), error)
    table = made[0]
    cells = owned(lib.stoa_column_cells(table, 0), "char *", lambda _: lib.stoa_table_free(table))
    return ffi.buffer(cells, size)


def validity_for(rows: int) -> Any:
    """Zeroed words with a bit for each row."""
    return ffi.new("uint64_t[]", rows // 64 + 1)


def output_type(c: Any, store: Store, output: int) -> FieldType | None:
    """The type of an output of a program, if its values are no cells: an enumeration, or times."""
    number = lib.stoa_program_output_type(c, output)
    if number in TIME_TYPES:
        unit = lib.stoa_program_output_unit(c, output)
        zone = lib.stoa_program_output_zone(c, output)
        name = None if zone == ffi.NULL else ffi.string(zone).decode()
        return times.type_of(TIME_TYPES[number], unit, name)
    return output_enumeration(c, store, output)


def output_enumeration(c: Any, store: Store, output: int) -> FieldType | None:
    """The enumeration that an output of a program is of; None: it is of none."""
    count = ffi.new("size_t *")
    labels = lib.stoa_program_output_labels(c, output, count)
    if labels == ffi.NULL:
        return None
    found = tuple(ffi.string(labels[i]).decode() for i in range(count[0]))
    types = (each.type.inner for of in reachable(store) for each in of.fields.values())
    return next(each for each in types if each.labels == found)


def reachable(store: Store) -> list[Store]:
    """The store, and those that its references lead to."""
    found = [store]
    for each in found:
        for field in list(each.targets):
            target = each.target_of(field)
            if target is not None and target._store not in found:
                found.append(target._store)
    return found


TIME_TYPES = {each.number: each for each in times.CLASSES}


def python_value(value: Any) -> Any:
    """A stoa_value as a Python object."""
    if value.is_null:
        return None
    if value.type == lib.STOA_STRING:
        return ffi.buffer(value.string.bytes, value.string.length)[:].decode()
    return getattr(value, VALUES[value.type])


class Program:
    """A program of the library, with memory for the arguments and results of its runs."""

    __slots__ = (
        "c",
        "decoders",
        "error",
        "has_paths",
        "key",
        "lengths",
        "output_type",
        "outputs",
        "programs",
        "scope",
        "values",
    )

    def __init__(self, pointer: Any) -> None:
        self.key: Any = None  # finds it among the kept programs, if it is kept
        self.programs: dict[Any, Program] = {}
        self.decoders: list[tuple[int, Any]] | None = None  # of outputs that have one
        self.output_type: FieldType | None = None  # the result of type(), once it was asked
        self.c = owned(pointer, "stoa_program *", lib.stoa_turn_program_free)
        self.error = new_error()
        self.scope = ffi.new("stoa_scope *")
        self.outputs: int = lib.stoa_program_output_count(self.c)
        self.has_paths = lib.stoa__program_targets(self.c, ffi.NULL, ffi.NULL, 0) > 0
        self.lengths: list[int] = []  # of the outputs that are vectors; 0: one value
        self.measure()

    def measure(self) -> bool:
        """Makes room for the values of the outputs; whether it is other room than before."""
        before = self.lengths
        self.lengths = [lib.stoa_program_output_length(self.c, i) for i in range(self.outputs)]
        if self.lengths == before:
            return False
        self.values = ffi.new("stoa_value[]", sum(each or 1 for each in self.lengths))
        return True

    def keep(self) -> None:
        """Puts it back for the next user. The caller must not use it after that."""
        if self.key is not None:
            self.programs[self.key] = self
            if len(self.programs) > KEPT:
                tree.trim(self.programs, KEPT)

    def set(self, parameters: dict[str, Any]) -> None:
        """Binds parameters by value, for the following runs."""
        for name, value in parameters.items():
            given, keep = tree.constant_value(value)
            status = lib.stoa_program_set_parameter(
                self.c, tree.parameter_name(name), given[0], self.error
            )
            del keep  # what the value points at: the library has copied it
            check(status, self.error)
        self.output_type = None

    def type(self, store: Store) -> FieldType:
        """The type of its first output."""
        number = lib.stoa_program_output_type(self.c, 0)
        if number == lib.STOA_REFERENCE:
            raise WrongTypeError("a reference is no value: name a field of the row it refers to")
        found = output_type(self.c, store, 0) or BY_NUMBER.get(number)
        length = lib.stoa_program_output_length(self.c, 0)
        if found is not None and length:
            found = vector_type(found, length)
        if found is None:
            self.select(store, 0)  # raises if a parameter is not set
            raise ParameterError("a parameter of the expression is not set")
        if lib.stoa_program_output_is_nullable(self.c, 0):
            if found.length:
                raise WrongTypeError(
                    "this is a vector, but None where a reference is: take its components, in text"
                )
            found = optional_type(found)
        self.output_type = found
        return found

    def decoded(self, store: Store, values: list[Any]) -> list[Any]:
        """The results as values of their types."""
        decoders = self.decoders
        if decoders is None:
            found = enumerate(output_type(self.c, store, i) for i in range(self.outputs))
            decoders = [(i, each.decoder) for i, each in found if each is not None]
            self.decoders = decoders
        for i, decoder in decoders:
            values[i] = None if values[i] is None else decoder[values[i]]
        return values

    def fields(self) -> list[int]:
        """The indices of the fields that it reads, in the table that it was bound to last."""
        room = FEW
        while True:
            found = ffi.new("uint32_t[]", room)
            count = lib.stoa_program_fields(self.c, found, room)
            if count <= room:
                return ffi.unpack(found, count)  # type: ignore[no-any-return]
            room = count

    def targets(self, store: Store) -> list[tuple[Store, int | None]]:
        """The stores that its paths lead to from this one, with the index of each field that they
        read there; None: the rows alone."""
        lib.stoa_program_version(self.c, store.c)  # goes the ways from there
        count = lib.stoa__program_targets(self.c, ffi.NULL, ffi.NULL, 0)
        tables, fields = ffi.new("const stoa_table *[]", count), ffi.new("uint32_t[]", count)
        lib.stoa__program_targets(self.c, tables, fields, count)
        found = []
        for table, field in zip(tables, fields):
            of = [each for each in reachable(store) if each.c == table]
            found += [(each, None if field == 2**32 - 1 else field) for each in of]
        return found

    def is_by_row(self) -> bool:
        """Whether the value of a row depends on that row alone."""
        return lib.stoa_program_is_by_row(self.c)  # type: ignore[no-any-return]

    def call(
        self,
        run: Run,
        store: Store,
        rows: int,
        selection: Any,
        *arguments: Any,
        verify: Verify | None,
        interpreter: Any = ffi.NULL,
    ) -> None:
        """Runs it. The run sees the values that verify() has accepted: verify() raises StaleError,
        and so does the run if a column was written to in between."""
        scope = self.scope
        scope.rows, scope.selection, scope.interpreter = rows, selection, interpreter
        if verify is None:
            scope.version = 0
        else:
            scope.version = lib.stoa_program_version(self.c, store.c)
            verify()
        status: int = run(self.c, store.c, scope, *arguments, self.error)
        if status:
            self.refuse(status, verify)

    def refuse(self, status: int, verify: Verify | None) -> NoReturn:
        if status == lib.STOA_STALE and verify is not None:
            verify()  # raises and says what has changed
            raise BusyError("another thread wrote to what is computed with: compute it again")
        if status == lib.STOA_OUT_OF_RANGE:  # another thread has removed rows since the count
            raise BusyError("another thread removed rows of the table meanwhile")
        check(status, self.error)
        raise AssertionError(status)

    def read(
        self,
        run: Run,
        store: Store,
        rows: int,
        *arguments: Any,
        verify: Verify | None,
        is_alone: bool = False,
    ) -> None:
        """A run that only reads the table. If it is short, no other thread is let in."""
        key = None
        is_held = (is_alone and not IS_PYPY) or rows < LONG
        interpreter = ffi.NULL if is_held else INTERPRETER
        gates = [store.gate] if rows >= LONG else []
        if self.has_paths:
            gates = [each.gate for each in reachable(store)]
        try:
            if gates:
                key = object()
                for gate in gates:
                    gate.enter_run(key)
            self.call(run, store, rows, *arguments, verify=verify, interpreter=interpreter)
        finally:
            for gate in gates:
                gate.runs.pop(key, None)
        if verify is not None and self.scope.version == 0:
            verify()  # it was bound anew, so the run could not compare versions

    # Runs use the first `rows` rows, or the selected ones among these if the selection is not NULL.

    def compute(
        self, store: Store, rows: int, selection: Any = ffi.NULL, verify: Verify | None = None
    ) -> list[Any]:
        """The value of each output; all outputs are aggregates. Of a vector a tuple."""
        run = COMPUTE, store, rows, selection
        try:
            self.read(*run, self.values, len(self.values), verify=verify)
        except ArgumentError:  # it was not bound before, so that its vectors were not known
            if not self.measure():
                raise
            self.read(*run, self.values, len(self.values), verify=verify)
        values = iter([python_value(each) for each in self.values])
        found = [tuple(islice(values, each)) if each else next(values) for each in self.lengths]
        return self.decoded(store, found)

    def fill(
        self,
        store: Store,
        rows: int,
        selection: Any,
        to: FieldType,
        memory: Any,
        verify: Verify | None = None,
        validity: Any = ffi.NULL,
    ) -> None:
        """Writes a value per row to memory with room for `rows` cells of that type, which holds no
        values yet; of vectors all values of a component after those of the one before. To
        `validity`, zeroed words, go the bits of those that are not null."""
        count = to.length or 1
        into = ffi.new("stoa_output[]", count)
        data = ffi.cast("char *", ffi.from_buffer(memory, require_writable=True))
        for i, each in enumerate(into):
            each.type, each.count, each.validity = to.number, rows, validity
            each.unit, each.is_zoned = to.unit, to.zone is not None
            each.data = data + i * rows * to.base.width
        self.read(FILL, store, rows, selection, into, count, verify=verify)

    def texts(self, memory: Any) -> list[Any]:
        """The strings that a run of fill() has written as handles."""
        pool, made = lib.stoa_program_strings(self.c), {}
        handles = memoryview(memory).cast("I").tolist()
        for handle in set(handles):
            text = lib.stoa_string_pool_get(pool, handle)
            made[handle] = ffi.buffer(text.bytes, text.length)[:].decode() if text.length else ""
        return list(map(made.__getitem__, handles))

    def count_values(
        self,
        store: Store,
        rows: int,
        selection: Any = ffi.NULL,
        verify: Verify | None = None,
        is_sorted: bool = False,
    ) -> tuple[FieldType, Any]:
        """The type of the first output, and a stoa_value_counts * of its values."""
        made = receiver("stoa_value_counts *", lib.stoa_value_counts_free)
        self.read(COUNT_VALUES, store, rows, selection, made, verify=verify)
        counts = owned(taken(made), "stoa_value_counts *", lib.stoa_value_counts_free)
        if is_sorted:
            error = new_error()
            check(lib.stoa_value_counts_sort(counts, error), error)
        return self.type(store), counts

    def partial(
        self,
        store: Store,
        rows: int,
        selection: Any,
        keys: int,
        verify: Verify | None = None,
    ) -> Any:
        """A stoa_partial *; the first `keys` outputs are keys."""
        made = receiver("stoa_partial *", lib.stoa_partial_free)
        self.read(PARTIAL, store, rows, selection, made, keys, verify=verify)
        self.measure()
        return owned(taken(made), "stoa_partial *", lib.stoa_partial_free)

    def select(
        self, store: Store, rows: int, selection: Any = ffi.NULL, verify: Verify | None = None
    ) -> Any:
        """A stoa_selection * of the rows where the output holds."""
        made = receiver("stoa_selection *", lib.stoa_selection_free)
        self.read(SELECT, store, rows, selection, made, verify=verify)
        return owned(taken(made), "stoa_selection *", lib.stoa_selection_free)

    def filter(self, store: Store, rows: int, verify: Verify | None = None) -> Any:
        """A stoa_table * with the rows where the output holds; the caller owns it."""
        made = receiver("stoa_table *", lib.stoa_table_free)
        run = FILTER, store, rows, ffi.NULL, made
        if store.has_objects:  # their objects enter the pool once more
            store.within(lambda: self.read(*run, verify=verify, is_alone=True))
        else:
            self.read(*run, verify=verify)
        return taken(made)

    def assign(
        self, store: Store, rows: int, selection: Any, fields: list[str], verify: Verify
    ) -> None:
        """Stores the outputs into fields. No run of another thread may be under way."""
        names = ffi.new("char *[]", [store.field(name).c_name for name in fields])
        interpreter = INTERPRETER if rows >= LONG else ffi.NULL
        run = ASSIGN, store, rows, selection, names, len(fields)
        gate, key = store.gate, object()
        others = [each.gate for each in reachable(store)[1:]] if self.has_paths else []
        try:
            with store.lock:  # waits for short changes, but is refused while another run goes on
                gate.enter_change(key)
            for each in others:
                each.enter_run(key)
            self.call(*run, verify=verify, interpreter=interpreter)
        finally:
            gate.changes.pop(key, None)
            for each in others:
                each.runs.pop(key, None)

    def scatter(
        self,
        store: Store,
        rows: int,
        selection: Any,
        path: str,
        operation: int,
        verify: Verify | None,
    ) -> None:
        """Scatters the output to the rows that a path leads to. No run of another thread may be
        reading them."""
        interpreter = INTERPRETER if rows >= LONG else ffi.NULL
        run = SCATTER, store, rows, selection, tree.text_bytes(path), operation
        key, stores = object(), reachable(store)
        try:
            for each in stores:
                with each.lock:
                    each.gate.enter_change(key)
            self.call(*run, verify=verify, interpreter=interpreter)
        finally:
            for each in stores:
                each.gate.changes.pop(key, None)


def place_last(run: Run) -> Run:
    """A run that makes an object. In C the argument for the object comes first; here it comes after
    the scope."""

    def call(program: Any, table: Any, scope: Any, place: Any, *more: Any) -> int:
        return run(place, program, table, scope, *more)

    return call


COMPUTE, FILL, ASSIGN = (
    lib.stoa_turn_program_compute,
    lib.stoa_turn_program_fill,
    lib.stoa_turn_program_assign,
)
SCATTER = lib.stoa_turn_program_scatter
COUNT_VALUES = place_last(lib.stoa_turn_program_count_values)
PARTIAL = place_last(lib.stoa_turn_program_partial)
SELECT = place_last(lib.stoa_turn_program_select)
FILTER = place_last(lib.stoa_turn_program_filter)


def compiled(store: Store, node: tree.Node, where: tree.Node | None = None) -> Program:
    """A program of an expression; `where` is a condition, or None."""
    made, error = ffi.new("stoa_program **"), new_error()
    condition = ffi.NULL if where is None else where.c
    status = lib.stoa_turn_program_new(made, store.c, node.c, condition, error)
    if status:
        check(status, error)
    return Program(made[0])


def kept(
    store: Store,
    node: tree.Node,
    where: tree.Node | None = None,
    verify: Verify | None = None,
) -> Program:
    """A kept program of an expression, or a new one, once verify() has accepted it."""
    key, programs = node.key, kept_programs(store.record)
    if where is not None:
        key = None if key is None or where.key is None else (WHERE, key, where.key)
    found = None if key is None else programs.pop(key, None)
    if found is None:
        if verify is not None:
            verify()
        found = compiled(store, node, where)
        found.key, found.programs = key, programs
    return found


def known_type(store: Store, node: tree.Node) -> FieldType | None:
    """The type of an expression, if it is known from a kept program."""
    found = None if node.key is None else kept_programs(store.record).get(node.key)
    return None if found is None else found.output_type


def parsed(store: Store, text: str) -> Program:
    """A program of a text."""
    made, error = ffi.new("stoa_program **"), new_error()
    status = lib.stoa_turn_program_parse(made, store.c, tree.text_bytes(text), ffi.NULL, error)
    if status:
        check(status, error)
    return Program(made[0])


# ---- the cache of programs ----


def kept_programs(record: RecordType) -> dict[Any, Program]:
    """The programs waiting to be used again, by key; the one used last is at the end."""
    kept = made_for(record)
    made: dict[Any, Program] | None = kept.get("programs")
    if made is None:
        kept["programs"] = made = {}
    return made


def compute_text(
    store: Store, text: str, parameters: dict[str, Any], rows: int, selection: Any = ffi.NULL
) -> list[Any]:
    """The values of the aggregates listed in a text."""
    if any(each is None or isinstance(each, (str, times.Moment)) for each in parameters.values()):
        # As constants: a label has a number only beside its enumeration, and None a type.
        given = tree.Parameters(parameters)
        node = tree.parse(text, given)
        given.check_used()
        made = kept(store, node)
        found = made.compute(store, rows, selection)
        made.keep()
        return found
    key = (TEXT, text, *parameters)  # not the values: a run sets them, and notices missing ones
    programs = kept_programs(store.record)
    program = programs.pop(key, None) if type(text) is str else None
    if program is None:
        program = parsed(store, text)
        program.key, program.programs = key, programs
    if parameters:
        program.set(parameters)
    values = program.compute(store, rows, selection)
    program.keep()
    return values


def reduce_field(store: Store, node: tree.Node, operation: int, *others: Any) -> Any:
    """An aggregate of a field over the whole table."""
    arguments = [node, *map(tree.constant, others)] if others else [node]
    made = kept(store, tree.call(operation, arguments))
    [value] = made.compute(store, store.c.rows)
    made.keep()
    return value
