"""Programs: expressions bound to the fields of a table, and how they run.

A program is used by one thread at a time. Those that have a key, what they say in plain tuples, are
kept by the record class to be run again: who wants one takes it out of the cache and puts it back
when done, so that another thread in between makes one of its own.

A run locks what it reads and writes in the library, and looks there whether the versions are still
those that its expressions mean. Long runs enter the table's gate (gate.py), and let other threads
in as soon as their columns are locked. On PyPy, whose calls never hold the interpreter's lock, all
runs are long.
"""

from __future__ import annotations

from typing import Any, Callable, NoReturn

from stoa._lazy import tree
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned, receiver, taken
from stoa._schema.record import RecordType
from stoa._schema.types import BY_NUMBER, IS_PYPY, FieldType
from stoa._store.store import Store
from stoa.errors import BusyError, ParameterError

LONG = 0 if IS_PYPY else 20_000  # rows of a long run
LARGE = 1 << 20  # bytes of a result; smaller ones are never kept
KEPT = 32  # programs of a record class
FEW = 8  # fields that most programs read at most
TEXT, WHERE = "text", "where"  # begin the keys of programs that no single node is the key of

Run = Callable[..., int]
Verify = Callable[[], None]  # raises StaleError where what was written means other values by now

INTERPRETER = lib.stoa_python_interpreter()

# Where a stoa_value of a type has it.
MEMBERS = {"i": "int64", "u": "uint64", "f": "float64", "?": "boolean"}
VALUES = {each.number: MEMBERS[each.kind] for each in BY_NUMBER.values() if each.kind in MEMBERS}

allocate = ffi.new_allocator(should_clear_after_alloc=False)


def room_for(rows: int, of: FieldType) -> Any:
    """Memory for so many cells, which are not written yet; a buffer.

    Much of it is a table's, which has the pages of the last such result if those were kept.
    """
    size = rows * of.width
    if size < LARGE:
        return ffi.buffer(allocate("uint64_t[]", size // 8 + 1), size)
    field, options = ffi.new("stoa_field *"), ffi.new("stoa_table_options *")
    name = ffi.new("char[]", b"values")
    field.name, field.type = name, of.number
    # Results of about one length get one max_rows, as only then the next has the last one's pages.
    options.rows, options.max_rows = rows, 1 << rows.bit_length()
    options.flags = lib.STOA_ROWS_UNWRITTEN
    made, error = ffi.new("stoa_table **"), new_error()
    check(lib.stoa_table_new(made, field, 1, options, error), error)
    table = made[0]
    cells = owned(lib.stoa_column_cells(table, 0), "char *", lambda _: lib.stoa_table_free(table))
    return ffi.buffer(cells, size)


def python_value(value: Any) -> Any:
    """What a stoa_value is in Python."""
    return None if value.is_null else getattr(value, VALUES[value.type])


class Program:
    """A program of the library, and room for what its runs are told and give."""

    __slots__ = ("c", "error", "key", "output_type", "outputs", "programs", "scope", "values")

    def __init__(self, pointer: Any) -> None:
        self.key: Any = None  # by which it is found again among the programs, if it is
        self.programs: dict[Any, Program] = {}
        self.output_type: FieldType | None = None  # what type() has found
        self.c = owned(pointer, "stoa_program *", lib.stoa_turn_program_free)
        self.error = new_error()
        self.scope = ffi.new("stoa_scope *")
        self.outputs: int = lib.stoa_program_output_count(self.c)
        self.values = ffi.new("stoa_value[]", self.outputs)

    def keep(self) -> None:
        """For the next one who wants it; whoever calls this uses it no more."""
        if self.key is not None:
            self.programs[self.key] = self
            if len(self.programs) > KEPT:
                tree.trim(self.programs, KEPT)

    def set(self, parameters: dict[str, Any]) -> None:
        """Binds parameters by value, for the runs to come."""
        for name, value in parameters.items():
            status = lib.stoa_program_set_parameter(
                self.c, tree.parameter_name(name), tree.constant_value(value)[0], self.error
            )
            check(status, self.error)
        self.output_type = None

    def type(self, store: Store) -> FieldType:
        """Of its first output."""
        found = BY_NUMBER.get(lib.stoa_program_output_type(self.c, 0))
        if found is None:
            self.select(store, 0)  # says which parameter is not set
            raise ParameterError("a parameter of the expression is not set")
        self.output_type = found
        return found

    def fields(self) -> list[int]:
        """The indices of the fields that it reads, in the table that it was bound to last."""
        room = FEW
        while True:
            found = ffi.new("uint32_t[]", room)
            count = lib.stoa_program_fields(self.c, found, room)
            if count <= room:
                return ffi.unpack(found, count)  # type: ignore[no-any-return]
            room = count

    def is_by_row(self) -> bool:
        """Whether the value of a row follows from that row alone."""
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
        """A run. What verify() has found good is what the run sees: it raises StaleError itself, or
        where something was written to in between."""
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
            verify()  # tells what has changed
            raise BusyError("another thread wrote to what is computed with: compute it again")
        if status == lib.STOA_OUT_OF_RANGE:  # counted just before another thread removed some
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
        """A run that only reads the table; alone, it lets no other thread in."""
        gate, key = store.gate, None
        is_held = (is_alone and not IS_PYPY) or rows < LONG
        interpreter = ffi.NULL if is_held else INTERPRETER
        try:
            if rows >= LONG:
                key = object()
                gate.enter_run(key)
            self.call(run, store, rows, *arguments, verify=verify, interpreter=interpreter)
        finally:
            if key is not None:
                gate.runs.pop(key, None)
        if verify is not None and self.scope.version == 0:
            verify()  # it was bound anew, and so could not be told of a version

    # The first so many rows take part, or those of them that are selected, if not NULL.

    def compute(
        self, store: Store, rows: int, selection: Any = ffi.NULL, verify: Verify | None = None
    ) -> list[Any]:
        """The value of each output, all aggregates."""
        self.read(COMPUTE, store, rows, selection, self.values, self.outputs, verify=verify)
        return [python_value(each) for each in self.values]

    def fill(
        self,
        store: Store,
        rows: int,
        selection: Any,
        to: FieldType,
        memory: Any,
        verify: Verify | None = None,
    ) -> None:
        """The values of each row into memory for `rows` cells of that type, which is new."""
        into = ffi.new("stoa_output *")
        data = ffi.from_buffer(memory, require_writable=True)
        into.type, into.data, into.count = to.number, data, rows
        self.read(FILL, store, rows, selection, into, 1, verify=verify)

    def select(
        self, store: Store, rows: int, selection: Any = ffi.NULL, verify: Verify | None = None
    ) -> Any:
        """A stoa_selection * of the rows where the output holds."""
        made = receiver("stoa_selection *", lib.stoa_selection_free)
        self.read(SELECT, store, rows, selection, made, verify=verify)
        return owned(taken(made), "stoa_selection *", lib.stoa_selection_free)

    def filter(self, store: Store, rows: int, verify: Verify | None = None) -> Any:
        """A stoa_table * of the rows where the output holds, for the caller."""
        made = receiver("stoa_table *", lib.stoa_table_free)
        told = FILTER, store, rows, ffi.NULL, made
        if store.has_objects:  # which enter their pool once more
            store.within(lambda: self.read(*told, verify=verify, is_alone=True))
        else:
            self.read(*told, verify=verify)
        return taken(made)

    def assign(
        self, store: Store, rows: int, selection: Any, fields: list[str], verify: Verify
    ) -> None:
        """The outputs into fields. No run of another thread may be under way."""
        names = ffi.new("char *[]", [store.field(name).c_name for name in fields])
        interpreter = INTERPRETER if rows >= LONG else ffi.NULL
        told = ASSIGN, store, rows, selection, names, len(fields)
        gate, key = store.gate, object()
        try:
            with store.lock:  # waits for changes that are short, and not while another one runs
                gate.enter_change(key)
            self.call(*told, verify=verify, interpreter=interpreter)
        finally:
            gate.changes.pop(key, None)


def place_last(run: Run) -> Run:
    """A run that makes an object: the place for it comes first in C, and after the scope here."""

    def call(program: Any, table: Any, scope: Any, place: Any, error: Any) -> int:
        return run(place, program, table, scope, error)

    return call


COMPUTE, FILL, ASSIGN = (
    lib.stoa_turn_program_compute,
    lib.stoa_turn_program_fill,
    lib.stoa_turn_program_assign,
)
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
    """A program of an expression that was kept, if there is one, else a new one, where verify()
    finds it good."""
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
    """The type of an expression, if a program of it is kept that was asked for it before."""
    found = None if node.key is None else kept_programs(store.record).get(node.key)
    return None if found is None else found.output_type


def parsed(store: Store, text: str) -> Program:
    """A program of a text."""
    made, error = ffi.new("stoa_program **"), new_error()
    status = lib.stoa_turn_program_parse(made, store.c, tree.text_bytes(text), ffi.NULL, error)
    if status:
        check(status, error)
    return Program(made[0])


# ---- programs that are kept ----


def kept_programs(record: RecordType) -> dict[Any, Program]:
    """Those that wait to be used again, by what they were made of; the last used at the end."""
    made: dict[Any, Program] | None = record.__dict__.get("_stoa_programs")
    if made is None:
        made = {}
        type.__setattr__(record, "_stoa_programs", made)
    return made


def compute_text(
    store: Store, text: str, parameters: dict[str, Any], rows: int, selection: Any = ffi.NULL
) -> list[Any]:
    """The values of the aggregates that a text lists."""
    key = (TEXT, text, *parameters)  # not their values, which are set; what is missing is noticed
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
    """An aggregate of a field of the whole table."""
    arguments = [node, *map(tree.constant, others)] if others else [node]
    made = kept(store, tree.call(operation, arguments))
    [value] = made.compute(store, store.c.rows)
    made.keep()
    return value
