"""Expressions: lazy computations over the rows of a table.

An expression is a node (tree.py) with a store, the number of rows when it was written, and the
versions of the columns that it reads (versions.py): it means the values at that time, or is stale.
Expressions never change; an operation makes a new one, which depends on everything its operands
depend on. With a selection it covers only the selected rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from stoa._access import masks
from stoa._lazy import bits, program, tree
from stoa._lazy.operands import (
    array_operand,
    members_among,
    members_by_name,
    node_of,
    zero_of,
)
from stoa._lazy.operators import Counted, Operators
from stoa._lazy.program import Program
from stoa._lazy.results import counted, vectors_in, with_nan, words_of
from stoa._lib import copies
from stoa._lib.ffi import ffi, lib
from stoa._schema import times
from stoa._schema.fields import Field
from stoa._schema.record import described
from stoa._schema.types import (
    OBJECT,
    STRING,
    TYPES,
    FieldType,
    optional_type,
    type_written,
    unknown_type,
)
from stoa._schema.vectors import array_of
from stoa._store.arrow import Export
from stoa._store.cells import Decoded, NullableCells
from stoa._store.sources import (
    StoredField,
    VectorSource,
    nullable_source,
    packed_source,
    sequence_source,
)
from stoa._store.store import Store, new_store
from stoa._store.versions import Seen, check_seen, is_stale, together
from stoa.errors import ArgumentError, LengthError, WrongTypeError

if TYPE_CHECKING:

    class Scope(Protocol):
        """The rows of an expression that does not cover all rows: a RowSet."""

        def check(self) -> None: ...
        def pending(self) -> Expression | None: ...
        def bits_for(self, rows: int) -> Any: ...
        def indices(self) -> array[int]: ...
        def mask(self) -> memoryview: ...
        def __len__(self) -> int: ...


AS_IT_IS: int = lib.STOA_NO_OPERATION


class Expression(Operators["Expression"]):
    """A value for each row, such as `points.x * 2`, computed when it is needed.

    It means the values at the time it was written. A write through stoa to a column that it reads,
    or removal or reordering of rows, makes it stale (StaleError). Rows appended later don't belong
    to it. Writes through numpy's views can't be noticed. Reductions compute at once; `points.w =
    expression` stores; tolist(), iteration and numpy.asarray() give the values.
    """

    __module__ = "stoa"
    __slots__ = (
        "__weakref__",
        "_is_whole",
        "_keep",
        "_members",
        "_node",
        "_programs",
        "_rows",
        "_scope",
        "_seen",
        "_store",
    )

    def __init__(
        self,
        node: tree.Node,
        store: Store,
        rows: int,
        seen: tuple[Seen, ...],
        keep: tuple[Any, ...] = (),
        scope: Scope | None = None,
        is_whole: bool = False,
    ) -> None:
        self._node = node
        self._store = store
        self._rows = rows  # rows of the table, even if only some of them are selected
        self._seen = seen
        self._keep = keep  # the owners of the arrays that it reads
        self._scope = scope  # None: all rows
        self._is_whole = is_whole  # a row's value may depend on which other rows there are
        # Of a choice among members alone: their enumeration, for whose members their names stand
        # until it is stored or compared; or string, where the members are texts themselves.
        self._members: FieldType | None = None
        # Programs of a node without a key (tree.py), by operation. A program is taken out while in
        # use.
        self._programs: dict[int, Program] | None = {} if node.key is None else None

    def __copy__(self) -> Expression:
        return self

    __reduce_ex__ = copies.refused("an expression", "tolist()")

    def _expression(self) -> Expression:
        return self

    @property
    def _choice(self) -> FieldType | None:
        """The enumeration of whose members its values are names; None: they are what they are."""
        return self._members if self._members is not None and self._members.labels else None

    # ---- operations ----

    def _apply(self, operation: int, *others: Any) -> Expression:
        return combined(operation, (self, *others))

    def _apply_to(self, other: Any, operation: int) -> Expression:
        return combined(operation, (other, self))

    def _cast(self, to: Any) -> Expression:
        found = type_written(to)
        if found is None:
            raise WrongTypeError(f"a cast cannot be {unknown_type(to)}")
        if found is OBJECT:
            raise WrongTypeError("numbers can't be cast to objects")
        if found.zone is not None:
            raise WrongTypeError("a cast changes the unit of a timestamp, not its zone")
        if found.unit:
            return self._apply(TIME_CASTS[found.base], times.UNIT_NAMES[found.unit])
        operation = lib.stoa_operation_named(found.encode(), 1)
        if operation == lib.STOA_NO_OPERATION:
            raise WrongTypeError(f"a cast is to numbers, dates and durations, not to {found}")
        return self._apply(operation)

    def _of(self, scope: Scope | None) -> Expression:
        """The same expression over other rows."""
        parts = self._node, self._store, self._rows, self._seen, self._keep
        made = Expression(*parts, scope, self._is_whole)
        made._members = self._members
        return made

    # ---- runs ----

    def _check(self) -> None:
        """Raises StaleError if it is stale."""
        check_seen(self._seen)
        if self._scope is not None:
            self._scope.check()

    def _program(self, operation: int = AS_IT_IS) -> Program:
        """A program for an operation on this expression, or for the expression itself."""
        found = None if self._programs is None else self._programs.pop(operation, None)
        if found is None:
            node = self._node if operation == AS_IT_IS else tree.call(operation, [self._node])
            found = program.kept(self._store, node, verify=self._check)
        return found

    def _put_back(self, operation: int, done: Program) -> None:
        """To be called after a run."""
        if self._programs is None:
            done.keep()
        else:
            self._programs[operation] = done

    def _reduced(self, operation: int, *others: Any) -> Any:
        """The value of an aggregate of this and others, computed now."""
        if self._choice is not None and operation != lib.STOA_COUNT:
            raise WrongTypeError(
                f"members of {self._choice} are stored or compared first: a choice among them "
                "alone has no aggregates"
            )
        if others:
            made = combined(operation, (self, *others))
            if operation == lib.STOA_DOT and self._type().length:
                made._type()  # raises where the other is no vector
                return made  # a number for each row
            return made._aggregate(AS_IT_IS)
        return self._aggregate(operation)

    _reduce = _reduced

    def _count_values(self, is_sorted: bool, of: FieldType | None = None) -> Counted:
        """The different values and how often each comes. of: their type; None: the program tells
        it."""
        condition = None if self._scope is None else self._scope.pending()
        if condition is None:
            made, chosen = self._program(), self._run_scope()
        else:  # both in one pass
            made = program.kept(self._store, self._node, condition._node, verify=self._check)
            chosen = self._rows, ffi.NULL
        found, counts = made.count_values(self._store, *chosen, self._check, is_sorted)
        if condition is None:
            self._put_back(AS_IT_IS, made)
        else:
            made.keep()
        return counted(of or found, counts)

    def _aggregate(self, operation: int) -> Any:
        condition = None if self._scope is None else self._scope.pending()
        if condition is not None:  # both in one pass
            node = self._node if operation == AS_IT_IS else tree.call(operation, [self._node])
            made = program.kept(self._store, node, condition._node, verify=self._check)
            [value] = made.compute(self._store, self._rows, verify=self._check)
            made.keep()
            return value
        made = self._program(operation)
        [value] = made.compute(self._store, *self._run_scope(), verify=self._check)
        self._put_back(operation, made)
        return value

    def _run_scope(self) -> tuple[int, Any]:
        """The number of rows of a run, and the selection among them."""
        if self._scope is None:
            return self._rows, ffi.NULL
        return self._rows, self._scope.bits_for(self._rows)

    def _select(self) -> Any:
        """A selection of the rows where the condition holds."""
        made = self._program()
        found = made.select(self._store, *self._run_scope(), verify=self._check)
        self._put_back(AS_IT_IS, made)
        return found

    def _found_among(self, chosen: Any) -> Any:
        """The bits of the rows where the condition holds, among those of `chosen` (NULL: all)."""
        if self._rows == 0:  # for the library, all rows of the selection
            return bits.of_indices(self._store, [])
        if self._is_whole and chosen != ffi.NULL:
            return self._only(bits.mask(chosen)[: self._rows])._select()
        made = self._program()
        found = made.select(self._store, self._rows, chosen, verify=self._check)
        self._put_back(AS_IT_IS, made)
        return found

    def _filter(self) -> Any:
        """A stoa_table * with copies of the rows where the condition holds."""
        made = self._program()
        found = made.filter(self._store, self._rows, verify=self._check)
        self._put_back(AS_IT_IS, made)
        return found

    def _only(self, mask: Any) -> Expression:
        """The same where a mask is set, and zero elsewhere, so that nothing fails there."""
        source = packed_source(mask, TYPES["bool"], self._rows)
        found = self._type()
        parts = [array_operand(source, self._rows), self._node, zero_of(found)]
        node = tree.call(lib.STOA_WHERE, parts)
        kept = (*self._keep, source)
        return Expression(node, self._store, self._rows, self._seen, kept, None, self._is_whole)

    def _type(self) -> FieldType:
        self._check()
        known = program.known_type(self._store, self._node)
        if known is not None:
            return known
        made = self._program()
        found = made.type(self._store)
        self._put_back(AS_IT_IS, made)
        return found

    def _evaluate(self, to: FieldType, memory: Any, validity: Any = ffi.NULL) -> Any:
        """Writes the values of all rows to memory, and of a nullable type their validity bits; with
        a selection, only those of the selected rows."""
        made = self._program()
        rows, selected = self._run_scope()
        made.fill(self._store, rows, selected, to, memory, self._check, validity)
        self._put_back(AS_IT_IS, made)
        return memory

    def _computed(self, found: FieldType) -> tuple[Any, Any]:
        """The values of all rows in new memory, a buffer, and the words of their validity bits, or
        NULL; with a selection, only the selected ones are written.

        The buffer itself, since PyPy frees a memoryview's memory one collection later.
        """
        validity = program.validity_for(self._rows) if found.nullable else ffi.NULL
        cells = self._evaluate(found, program.room_for(self._rows, found), validity)
        return cells, validity

    def _chosen(self, found: FieldType) -> bytearray:
        """The values of the selected rows, of a type that has no nulls and is no string."""
        assert self._scope is not None
        memory, chosen = self._computed(found)[0], self._scope.bits_for(self._rows)
        return bits.taken(chosen, memory, found.base.width, found.length or 1)

    def _values(self) -> Any:
        """The values of all rows; with a selection, only those of the selected ones count."""
        found = self._type()
        if found.kind == "s":
            return self._texts(found)
        computed, validity = self._computed(found)
        memory: Any = memoryview(computed)
        if found.length:
            return vectors_in(memory, found, self._rows)
        cells = memory.cast(found.code)
        values: Any = cells if found.decoder is None else Decoded(cells, found.decoder)
        if validity == ffi.NULL:
            return values
        if found.decoder is not None:
            values = Decoded(cells, found.inner.decoder)
        return NullableCells(values, words_of(validity)).of(range(self._rows))

    def _texts(self, found: FieldType) -> list[str | None]:
        """The strings of all rows; with a selection, those of the selected rows, and of the others
        the empty one."""
        memory = bytearray(self._rows * STRING.width)
        validity = program.validity_for(self._rows) if found.nullable else ffi.NULL
        made = self._program()
        rows, selected = self._run_scope()
        made.fill(self._store, rows, selected, STRING, memory, self._check, validity)
        texts = made.texts(memory)
        self._put_back(AS_IT_IS, made)
        if self._choice is not None:
            texts = list(map(members_by_name(self._choice).get, texts))
        if validity == ffi.NULL:
            return texts
        return NullableCells(texts, words_of(validity)).of(range(self._rows))

    # ---- values ----

    def __len__(self) -> int:
        return self._rows if self._scope is None else len(self._scope)

    def tolist(self) -> list[Any]:
        """The values as a list of Python's numbers, or of strs.

        Raises StaleError, and RangeError or DivisionByZeroError for a value at fault.
        """
        found = self._type()
        if self._scope is None:
            values = self._values()
            return values if isinstance(values, list) else values.tolist()
        if found.nullable or found.kind in "rs":
            return list(map(self._values().__getitem__, self._scope.indices()))
        cells: Any = memoryview(self._chosen(found))
        if found.length:
            return vectors_in(cells, found, len(self))
        numbers: list[Any] = cells.cast(found.code).tolist()
        return numbers if found.decoder is None else list(map(found.decoder.__getitem__, numbers))

    def __iter__(self) -> Iterator[Any]:
        """Yields the values, all of which are computed before the first is given."""
        return iter(self._values() if self._scope is None else self.tolist())

    def _indices(self) -> Sequence[int]:
        return range(self._rows) if self._scope is None else self._scope.indices()

    def __getitem__(self, index: int) -> Any:
        """The value of one row; the others are not computed if it does not depend on them.

        Raises RowIndexError, StaleError, and RangeError or DivisionByZeroError for a value at
        fault.
        """
        if isinstance(index, slice):
            raise WrongTypeError("an expression has no slices: slice its columns, or its tolist()")
        position = masks.position(index, self._indices)
        if self._is_whole:
            one = self
            if self._scope is None:
                mask = bytearray(self._rows)
                mask[position] = 1
                one = self._only(mask)
            return one._values()[position]
        made = self._program(lib.STOA_FIRST)
        one = bits.of_indices(self._store, [position])
        [value] = made.compute(self._store, self._rows, one, verify=self._check)
        self._put_back(lib.STOA_FIRST, made)
        return value if self._choice is None else members_by_name(self._choice).get(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The values as an array of numpy, in memory of its own."""
        import numpy

        if copy is False:
            raise ArgumentError("an expression computes its values: that always makes a copy")
        found = self._type()
        values: Any
        if found.kind == "s":
            values = numpy.empty(len(self), dtype=object)
            values[:] = self.tolist()
            return values if dtype is None else numpy.array(values, dtype=dtype)
        if self._scope is None or found.nullable:
            memory, validity = self._computed(found)
        else:
            memory, validity = self._chosen(found), ffi.NULL
        if found.length:
            values = array_of(memory, found.base, found.length, len(self))
        else:
            values = numpy.frombuffer(memory, found.code)
            values = times.numpy_times(values, found) if found.kind == "t" else values
        if validity != ffi.NULL:
            words = numpy.frombuffer(ffi.buffer(validity), "u1")
            there: Any = numpy.unpackbits(words, count=self._rows, bitorder="little").astype(bool)
            chosen = slice(None) if self._scope is None else numpy.asarray(self._scope.mask())
            values = with_nan(values[chosen], there[chosen], "the expression", found)
        return values if dtype is None else values.astype(dtype, copy=False)

    def _stoa_source(self) -> Any:
        """The values, to be stored into a column."""
        found = self._type()
        if found.kind == "s":
            if self._choice is not None:
                found = optional_type(self._choice) if found.nullable else self._choice
            return sequence_source(self.tolist(), StoredField("the expression", found, -1))
        if found.nullable and self._scope is not None:
            return nullable_source(self.tolist(), StoredField("the expression", found, -1))
        if self._scope is None:
            memory, validity = self._computed(found)
        else:
            memory, validity = self._chosen(found), ffi.NULL
        if found.length:
            cells, size = memoryview(memory), len(self) * found.base.width
            parts = [cells[i * size : (i + 1) * size] for i in range(found.length)]
            return VectorSource(found, [packed_source(e, found.base, len(self)) for e in parts])
        made = packed_source(memory, found, len(self))
        return made if validity == ffi.NULL else made.with_validity(bytes(ffi.buffer(validity)))

    def _for_arrow(self) -> Export:
        """Of the values, computed now, in a table of their own."""
        field = Field("values", self._type())
        made = new_store(described([field]), 0, 0, self._store.layout)
        made.extend({field.name: self})
        return Export(made, 0)

    # ---- repr ----

    def _is_stale(self) -> bool:
        return any(map(is_stale, self._seen))

    def __repr__(self) -> str:
        rows = f"{self._rows:,} rows" if self._scope is None else "the selected rows"
        stale = ", stale" if self._is_stale() else ""
        of = f"of {rows} of {self._store.record.__name__}"
        return f"<Expression {tree.text_of(self._node)}: {of}{stale}>"

    # ---- vectors ----

    def component(self, number: int) -> Expression:
        """One component of vectors, as an expression.

        Raises RowIndexError if there is no such component, and WrongTypeError unless it is of
        vectors.
        """
        found = self._type()
        if not found.length:
            raise WrongTypeError(f"{tree.text_of(self._node)} is no vector")
        at = masks.position(number, lambda: range(found.length))
        node = tree.call(lib.STOA_COMPONENT, [self._node, tree.constant(at)])
        parts = node, self._store, self._rows, self._seen, self._keep, self._scope
        return Expression(*parts, self._is_whole)

    def norm(self) -> Expression:
        """The lengths of vectors, an expression. Raises WrongTypeError unless it is of vectors."""
        made = combined(lib.STOA_NORM, (self,))
        made._type()  # raises
        return made


TIME_CASTS = {times.TIMESTAMP: lib.STOA_TO_TIMESTAMP, times.DURATION: lib.STOA_TO_DURATION}


# ---- operands ----


def combined(operation: int, operands: Sequence[Any]) -> Expression:
    """An operation on operands; at least one is a column or an expression."""
    base: Any = None
    parts, nodes = [], []
    for each in operands:
        if isinstance(each, Operators):
            each = each._expression()
            base = each if base is None else base
        parts.append(each)
    store, rows, scope = base._store, base._rows, base._scope
    seen, keep, is_whole = base._seen, base._keep, operation >= lib.STOA_CUMSUM
    for part in parts:
        if not isinstance(part, Expression):
            node, kept = node_of(part, rows, parts)
            nodes.append(node)
            keep += kept
            continue
        nodes.append(part._node)
        is_whole = is_whole or part._is_whole
        if part is not base:
            if part._store is not store or part._scope is not scope or part._rows != rows:
                refuse_together(base, part)
            seen = together(seen, part._seen)
            keep += part._keep
    made = Expression(tree.call(operation, nodes), store, rows, seen, keep, scope, is_whole)
    if any(isinstance(each, Enum) or getattr(each, "_members", None) for each in parts):
        made._members = members_among(operation, parts)
    if any(isinstance(each, MEANT_BESIDE) for each in parts):
        made._type()  # raises where a text or a time has no meaning
    return made


MEANT_BESIDE = (str, date, timedelta)  # what they mean depends on the types beside them


def refuse_together(one: Expression, other: Expression) -> NoReturn:
    """Raises the error that says why they do not cover the same rows."""
    if one._store is not other._store:
        raise ArgumentError(
            "an expression is over one table, not over two: give the other's values as an array, "
            "for example column.buffer"
        )
    if one._scope is not other._scope:
        raise ArgumentError("an expression covers the rows of one selection, or all rows")
    raise LengthError(f"{one._rows} rows and {other._rows} rows don't go together")
