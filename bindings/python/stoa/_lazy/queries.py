"""What tables, windows and selections can be asked by text or a condition.

A text is run at once on the present values. Only expression() and where() give something lazy,
which can become stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, Flag
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stoa._access import rows
from stoa._lazy import program, tree
from stoa._lazy.assignment import must_come_first, narrowed, store_values
from stoa._lazy.expression import AS_IT_IS, Expression
from stoa._lazy.operands import node_of, operand, python_number
from stoa._lazy.operators import Operators
from stoa._lazy.rowset import RowSet
from stoa._lib.ffi import ffi, lib
from stoa._schema.record import Record
from stoa._schema.times import moment_of
from stoa._store import versions
from stoa._store.arrow import Exporting
from stoa._store.store import Store
from stoa.errors import (
    ArgumentError,
    ExpressionError,
    LengthError,
    ParameterError,
    WrongTypeError,
)

R = TypeVar("R", bound=Record)


class Queries(Exporting, Generic[R]):
    """The base of Rows and Selection."""

    __slots__ = ()

    if TYPE_CHECKING:
        _store: Store
        _table: Any

    _row_set: RowSet | None = None  # set for a selection

    def _scope(self) -> RowSet | None:
        """The rows that it covers; None: all rows of the table."""
        raise NotImplementedError

    def values(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Plain tuples of the values of these fields, or of all, row by row.

        The fastest loop that reads several fields: `for x, y in points.values("x", "y")`. Raises
        FieldNameError, and StaleError once rows were removed or reordered.
        """
        fields = list(self._store.fields.values())
        asked = [fields.index(self._store.field(name)) for name in names]
        return rows.values(self, tuple(asked or range(len(fields))))

    def compute(self, text: str, /, **parameters: Any) -> Any:
        """The value of aggregates: `points.compute("sum(x * x) / $n", n=10)`.

        A list such as "min(x), max(x)" gives a tuple, computed in one pass. None stands for an
        aggregate without a value, such as the minimum of no rows. Raises ExpressionError,
        FieldNameError or ParameterError for a text that does not fit, and RangeError or
        DivisionByZeroError if a row's value fails.
        """
        scope, store = self._scope(), self._store
        given = checked_parameters(parameters)
        chosen = ffi.NULL if scope is None else scope.bits()
        values = program.compute_text(store, text, given, self._rows_of(scope), chosen)
        return values[0] if len(values) == 1 else tuple(values)

    def expression(self, text: str, /, **parameters: Any) -> Expression:
        """A lazy expression from text, with the same meaning as one made by operators: the values
        of now.

        `points.expression("x * $scale", scale=3)`, `points.expression("row()")`. Raises
        ExpressionError, FieldNameError or ParameterError for a text that does not fit.
        """
        scope, store = self._scope(), self._store
        given = tree.Parameters(checked_parameters(parameters))
        made = lazy_text(store, text, self._rows_of(scope), given)
        return made._of(scope)

    def update(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Several fields at once: `points.update(x=-points.y, y=points.x)`.

        Every right side (a scalar, an expression, values for each row) is evaluated before any is
        stored; nothing is stored unless all can be. Raises FieldNameError, WrongTypeError or
        RangeError for a value that does not fit its field, LengthError, and BusyError while another
        thread computes with the table.
        """
        scope = self._scope()
        given = {**(values or {}), **named}
        store_values(self._store, given, self._rows_of(scope), scope)

    def _rows_of(self, scope: RowSet | None) -> int:
        return self._store.rows() if scope is None else scope.rows

    def _rows_where(self, condition: Any, parameters: dict[str, Any]) -> RowSet:
        scope, store = self._scope(), self._store
        selected = row_set_of(condition)
        if selected is not None:
            check_no_text(parameters)
            return selected.within(store, scope)
        made = condition_of(store, condition, self._rows_of(scope), parameters)
        if scope is None and made._scope is not None:
            assert isinstance(made._scope, RowSet)
            scope = made._scope
        is_of_scope = isinstance(condition, str) or made._scope is scope
        if scope is None:
            return RowSet(store, made)
        if made._is_whole and is_of_scope:
            return RowSet(store, None, made._of(scope)._select())
        return scope.joined(RowSet(store, made._of(None)), lib.STOA_AND)

    def assign(
        self, field: str, value: str | Operators[Any], /, where: Any = None, **parameters: Any
    ) -> None:
        """A field computed from others: `points.assign("w", "sqrt(x * x + y * y)", where="x > 0")`.

        In the rows where the condition holds, or in all rows if there is none. Both may be
        expressions instead of text. Aggregates in the text cover the rows that are assigned to.
        Raises ExpressionError, FieldNameError or ParameterError for a text that does not fit,
        RangeError or DivisionByZeroError if a row's value fails, and BusyError while another thread
        computes with the table.
        """
        scope, store = self._scope(), self._store
        given = tree.Parameters(checked_parameters(parameters))
        selected = row_set_of(where)
        if selected is not None:
            scope, where = selected.within(store, scope), None
        rows = self._rows_of(scope)
        condition = self._assigned_where(where, rows, given)
        if not isinstance(value, Operators):
            value = text_expression(store, value, rows, given)
        given.check_used()
        store_values(store, {field: value}, rows, scope, condition)

    def _assigned_where(self, where: Any, rows: int, given: tree.Parameters) -> Expression | None:
        """The condition on the rows that values are assigned to or scattered from."""
        if where is None:
            return None
        if isinstance(where, str):
            return text_expression(self._store, where, rows, given)
        return condition_of(self._store, where, rows, {})

    def scatter_add(
        self, path: str, value: Any = 1, /, where: Any = None, **parameters: Any
    ) -> None:
        """Adds values to a field of the rows that a reference refers to:
        `edges.scatter_add("target.degree", 1)`.

        The value is a number, an expression or a text, computed for each row of this table, in
        which the condition holds if there is one. Several rows that refer to the same one all
        count, in the order of the rows; those whose reference or value is None are passed over,
        and a None in the target stays None. Only what comes out must fit. Raises RangeError if it
        does not, and then nothing has changed; FieldNameError, WrongTypeError, ExpressionError,
        ParameterError or ArgumentError for a path or a text that does not fit, and BusyError while
        another thread computes with one of the tables.
        """
        self._scatter(lib.STOA_ADD, path, value, where, parameters)

    def scatter_min(self, path: str, value: Any, /, where: Any = None, **parameters: Any) -> None:
        """As scatter_add(), but keeps the least of the field and the values; of times, too.

        Raises RangeError and the other errors of scatter_add().
        """
        self._scatter(lib.STOA_MINIMUM, path, value, where, parameters)

    def scatter_max(self, path: str, value: Any, /, where: Any = None, **parameters: Any) -> None:
        """As scatter_add(), but keeps the greatest of the field and the values; of times, too.

        Raises RangeError and the other errors of scatter_add().
        """
        self._scatter(lib.STOA_MAXIMUM, path, value, where, parameters)

    def _scatter(
        self, operation: int, path: str, value: Any, where: Any, parameters: dict[str, Any]
    ) -> None:
        scope, store = self._scope(), self._store
        given = tree.Parameters(checked_parameters(parameters))
        selected = row_set_of(where)
        if selected is not None:
            scope, where = selected.within(store, scope), None
        rows = self._rows_of(scope)
        condition = self._assigned_where(where, rows, given)
        if isinstance(value, str):
            side = text_expression(store, value, rows, given)
        elif isinstance(value, Operators):
            side = value._expression()
        else:
            node, kept = node_of(value, rows, [])
            side = Expression(node, store, rows, (), kept)
        given.check_used()
        scatter_values(store, operation, path, side, rows, scope, condition)


def scatter_values(
    store: Store,
    operation: int,
    path: str,
    side: Expression,
    rows: int,
    scope: RowSet | None,
    condition: Expression | None,
) -> None:
    """Scatters the values of an expression to the rows that a path leads to."""
    if side._store is not store:
        raise ArgumentError("the values are over another table: give them by tolist()")
    if side._rows != rows or side._scope not in (None, scope):
        raise LengthError("the values are of other rows than those that are scattered from")
    chosen = ffi.NULL if scope is None else scope.bits_for(rows)
    if condition is not None and must_come_first(store, condition, [side], scope, ()):
        chosen, condition = condition._found_among(chosen), None
    if chosen != ffi.NULL:
        side = narrowed(side, chosen)
    made = program.kept(store, side._node, None if condition is None else condition._node)
    made.scatter(store, rows, chosen, path, operation, side._check)
    made.keep()


def row_set_of(condition: Any) -> RowSet | None:
    """The rows of a selection; None if it is not a selection."""
    return condition._row_set if isinstance(condition, Queries) else None


def check_no_text(parameters: dict[str, Any]) -> None:
    """Raises ParameterError for parameters of a condition that is not text."""
    if parameters:
        raise ParameterError(f"${next(iter(parameters))} needs a condition in text")


def checked_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """The values as Python numbers, texts and None; a member of an enumeration is its name."""
    made = {}
    for name, value in parameters.items():
        is_member = isinstance(value, Enum) and not isinstance(value, Flag)
        text = value.name if is_member else value
        is_text = isinstance(text, str) and name != "where"
        made[name] = str(text) if is_text else moment_of(value) or python_number(value)
        if made[name] is None and (value is not None or name == "where"):
            way_out = "; rows are chosen by points.where(…) first" if name == "where" else ""
            raise WrongTypeError(
                f"the parameter ${name} is a number, a text or a time, not {type(value).__name__}"
                f"{way_out}"
            )
    return made


def text_expression(store: Store, text: str, rows: int, parameters: tree.Parameters) -> Expression:
    """The expression of a text that is part of a computation done now; errors show when it is
    compiled."""
    node = tree.parse(text, parameters)
    if lib.stoa_expression_output_count(node.c) != 1:
        raise ExpressionError("one expression is needed here; only compute() takes several")
    return Expression(node, store, rows, ())


def lazy_text(store: Store, text: str, rows: int, parameters: tree.Parameters) -> Expression:
    """A lazy expression of a text, for the values of now. Errors in the text are raised now."""
    made = text_expression(store, text, rows, parameters)
    parameters.check_used()
    compiled = made._program()
    compiled.type(store)
    fields = {cell.index: cell for each in store.fields.values() for cell in each.cells()}
    read = [versions.seen(store, fields[index]) for index in compiled.fields()]
    made._seen = (versions.seen_order(store), *read, *seen_by_paths(store, compiled))
    made._is_whole = not compiled.is_by_row()
    made._put_back(AS_IT_IS, compiled)
    return made


def seen_by_paths(store: Store, compiled: program.Program) -> Iterator[versions.Seen]:
    """What the paths of a text read elsewhere."""
    for of, index in compiled.targets(store) if compiled.has_paths else ():
        cells = {cell.index: cell for each in of.fields.values() for cell in each.cells()}
        yield versions.seen_order(of) if index is None else versions.seen(of, cells[index])


def condition_of(store: Store, condition: Any, rows: int, parameters: dict[str, Any]) -> Expression:
    """A condition given as an expression, a column, an array or text."""
    if isinstance(condition, str):
        given = tree.Parameters(checked_parameters(parameters))
        made = lazy_text(store, condition, rows, given)
    elif isinstance(condition, Operators):
        check_no_text(parameters)
        made = condition._expression()
    elif condition is None:
        raise WrongTypeError("rows are chosen by a condition, not by None")
    else:
        check_no_text(parameters)
        node, kept = operand(condition, rows)
        made = Expression(node, store, rows, (versions.seen_order(store),), kept)
    check_condition(store, made, rows)
    return made


def check_condition(store: Store, condition: Expression, rows: int) -> None:
    condition._check()
    if condition._store is not store:
        raise ArgumentError("the condition is over another table")
    if condition._rows != rows:
        raise LengthError(f"the condition has {condition._rows} rows, not {rows}")
    found = condition._type()
    if found.inner != "bool":
        text = tree.text_of(condition._node)
        raise WrongTypeError(f"a condition is needed, of type bool: {text} is {found}")
