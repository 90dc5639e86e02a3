"""Operands of expressions that are none themselves: numbers, texts, members, times and arrays.

Each function that takes one gives its node and what must be kept alive for it, or None where the
value is for another. What a value means may depend on the types of those beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from operator import index as as_index
from typing import Any

from stoa._lazy import tree
from stoa._lazy.operators import Operators
from stoa._lib.ffi import ffi, lib
from stoa._schema import references, times
from stoa._schema.references import is_row
from stoa._schema.types import STRING, FieldType, type_written
from stoa._schema.vectors import Components
from stoa._store.sources import Source, array_source, buffer_source
from stoa.errors import LengthError, WrongTypeError


def expressions_in(parts: Sequence[Any]) -> Iterator[Any]:
    return (each for each in parts if isinstance(each, Operators))


def types_in(parts: Sequence[Any]) -> Iterator[FieldType]:
    """The types of those that are expressions."""
    return (each._type() for each in expressions_in(parts))


def node_of(value: Any, rows: int, parts: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """The node of an operand beside others, and what must be kept alive for it."""
    return (
        vector_operand(value, rows, parts)
        or member_operand(value, parts)
        or time_operand(value, rows, parts)
        or row_operand(value, parts)
        or operand(value, rows)
    )


def operand(value: Any, rows: int) -> tuple[Any, tuple[Any, ...]]:
    """For a number, None, a text or an array. Raises WrongTypeError for what is no operand."""
    number = python_number(value)
    if number is not None or value is None:
        return tree.constant(number), ()
    if isinstance(value, str):
        return tree.constant(str.__str__(value)), ()
    source = None
    if not isinstance(value, (bytes, dict)) and getattr(value, "ndim", 1) != 0:
        source = buffer_source(value, "an operand")
    if source is None:
        raise WrongTypeError(
            "columns are computed with numbers, None, columns and expressions of the same table, "
            f"and with buffers and arrays as long as the table: not with {type(value).__name__}"
        )
    return array_operand(source, rows), (source,)


def vector_operand(
    value: Any, rows: int, parts: Sequence[Any]
) -> tuple[Any, tuple[Any, ...]] | None:
    """For one vector, a tuple or list of numbers, and an array of many, beside vectors."""
    is_one = isinstance(value, (tuple, list, Components)) and len(value) > 1
    is_array = getattr(value, "ndim", 0) == 2 and hasattr(value, "__array_interface__")
    if not (is_one or is_array) or not any(each.length for each in types_in(parts)):
        return None
    if is_one:
        numbers = [python_number(each) for each in value]
        if None not in numbers:
            return tree.constants(tuple(numbers)), ()
    else:
        parts = [buffer_source(value[:, i], "an operand") for i in range(value.shape[1])]
        sources = [each for each in parts if each is not None]
        if len(sources) == len(parts) > 1:
            return vector_of(sources, rows), tuple(sources)
    return None


def member_operand(value: Any, parts: Sequence[Any]) -> tuple[Any, tuple[Any, ...]] | None:
    """For a member of an enumeration, whose label it is in expressions."""
    if not isinstance(value, (str, Enum)):
        return None
    for found in types_in(parts):
        if found.labels:
            return constant_of(found, found.convert(value, "the operand")), ()
    of = member_type(value)
    return None if of is None else (constant_of(of, value), ())


def member_type(value: Any) -> FieldType | None:
    """The enumeration of a member that is no number and no text; None: it is none."""
    if not isinstance(value, Enum) or isinstance(value, (str, int, float)):
        return None
    return type_written(type(value))


CHOICES = (lib.STOA_WHERE, lib.STOA_COALESCE, lib.STOA_FILL_NULL)
COMPARISONS = (lib.STOA_EQUAL, lib.STOA_NOT_EQUAL, lib.STOA_IN, lib.STOA_IS_NULL, lib.STOA_COUNT)


def members_among(operation: int, parts: Sequence[Any]) -> FieldType | None:
    """The enumeration that the result is a choice of; None: it is none. string: of members that are
    texts, and stand for these. Raises WrongTypeError for members beside values of another type."""
    values = parts[operation == lib.STOA_WHERE :]
    given = (each for each in expressions_in(values) if each._members is None)
    known = next((each._type().inner for each in given), None)
    found: FieldType | None = None
    for each in values:
        is_text = isinstance(each, Enum) and isinstance(each, str) and known is None
        of = STRING if is_text else getattr(each, "_members", None) or member_type(each)
        if of is None:
            continue
        if known not in (None, of) or found not in (None, of):
            raise WrongTypeError(f"members of {of} stand beside values of {known or found}")
        found = of
    if known is not None or operation in COMPARISONS:
        return None
    if operation not in CHOICES and found is not STRING:
        name = ffi.string(lib.stoa_operation_text(operation)).decode()
        raise WrongTypeError(f"{name} has no meaning for members of {found}")
    return found if operation in CHOICES else None


def members_by_name(of: FieldType) -> dict[str, Any]:
    return dict(zip(of.labels, of.decoder))


def time_operand(value: Any, rows: int, parts: Sequence[Any]) -> tuple[Any, tuple[Any, ...]] | None:
    """For a date, datetime or timedelta, of Python or numpy, and an array of numpy's."""
    if not times.is_numpy_time(value):
        moment = times.moment_of(value)
        return None if moment is None else (tree.constant(moment), ())
    beside = next((each for each in types_in(parts) if each.kind == "t"), times.DATES)
    if times.is_one_numpy_time(value):
        return tree.constant(times.numpy_moment(value, "the operand", beside)), ()
    source = array_source(*times.countable(value, beside, "an operand"), "an operand")
    return array_operand(source, rows), (source,)


def row_operand(value: Any, parts: Sequence[Any]) -> tuple[Any, tuple[Any, ...]] | None:
    """For a row of the table that a reference beside it refers to: its id."""
    links = [each for each in parts if getattr(each, "_target", None) is not None]
    if not links or not is_row(value):
        return None
    id = references.identify(value)  # raises where the row is stale
    if not all(id in each._target().ids for each in links):
        raise WrongTypeError("the row is of another table than the reference refers to")
    return tree.constant(id), ()


def constant_of(of: FieldType, value: Any) -> tree.Node:
    """The node of a converted value of a field: of an enumeration, its label."""
    if of.labels:
        return tree.constant(of.labels[of.encoder(value)])  # type: ignore[misc]
    return tree.constant(times.moment_in(value, of) if of.kind == "t" else value)


def zero_of(of: FieldType) -> tree.Node:
    """The node of some value of that type."""
    if of.kind == "t":
        return tree.constant(times.Moment(of.number, 0, of.unit, of.zone is not None))
    zeros = {"?": False, "f": 0.0, "s": "", "e": (*of.labels, "")[0]}
    return tree.constant(zeros.get(of.kind, 0))


def vector_of(sources: Sequence[Source], rows: int) -> tree.Node:
    return tree.value_or_vector([array_operand(each, rows) for each in sources])


def array_operand(source: Source, rows: int) -> Any:
    if source.length != rows:
        raise LengthError(f"an operand has {source.length} values for {rows} rows")
    return tree.array(source, "array")


def python_number(value: Any) -> Any:
    """A Python or numpy number as bool, int or float; None if it is not a number."""
    if type(value) in (int, float, bool):
        return value
    if hasattr(value, "dtype"):
        if getattr(value, "ndim", None) != 0 or value.dtype.kind not in "biuf":
            return None
        number = value.item()
        return number if isinstance(number, (int, float)) else None  # fails for long double
    if isinstance(value, float):
        return float(value)
    return int(as_index(value)) if hasattr(value, "__index__") else None
