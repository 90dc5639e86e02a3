"""Nodes of the library's expression trees, as pointers that give themselves back.

A node never changes, and keeps its arguments. The library counts references without care for
threads: CPython's own lock is held in each of these calls; PyPy, which lets go of its lock, has
them take turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from stoa._ffi import ffi, lib
from stoa.errors import ExpressionError, ParameterError, RangeError, WrongTypeError
from stoa.failure import check, new_error
from stoa.forks import new_lock
from stoa.owner import owned
from stoa.sources import Source, StoredField
from stoa.types import IS_PYPY

turn = new_lock()  # a finalizer may come in between
SHOWN = 200


def in_turn(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, for one thread at a time where the interpreter does not see to that."""
    if not IS_PYPY:
        return function

    def call(*arguments: Any) -> Any:
        with turn:
            return function(*arguments)

    return call


free = in_turn(lib.stoa_expression_free)
field_node = in_turn(lib.stoa_expression_field)
constant_node = in_turn(lib.stoa_expression_constant)
array_node = in_turn(lib.stoa_expression_array)
call_node = in_turn(lib.stoa_expression_call)
list_node = in_turn(lib.stoa_expression_list)
parse_node = in_turn(lib.stoa_expression_parse_with)


def made_by(function: Callable[..., int], *arguments: Any) -> Any:
    """The node that a call into the library makes."""
    made, error = ffi.new("stoa_expression **"), new_error()
    status = function(made, *arguments, error)
    if status:
        check(status, error)
    return owned(made[0], "stoa_expression *", free)


def field(stored: StoredField) -> Any:
    """The value of a field; one node for all uses of the stored field."""
    if stored.node is None:
        stored.node = made_by(field_node, stored.c_name)
    return stored.node


def constant(value: Any) -> Any:
    """A bool, an int or a float."""
    return made_by(constant_node, constant_value(value)[0])


def constant_value(value: Any) -> Any:
    """The same as a stoa_value *."""
    made = ffi.new("stoa_value *")
    if isinstance(value, bool):
        made.type, made.boolean = lib.STOA_BOOL, value
    elif isinstance(value, float):
        made.type, made.float64 = lib.STOA_FLOAT64, value
    elif -(2**63) <= value < 2**63:
        made.type, made.int64 = lib.STOA_INT64, value
    elif 0 <= value < 2**64:
        made.type, made.uint64 = lib.STOA_UINT64, value
    else:
        raise RangeError(f"{value} is neither an int64 nor a uint64")
    return made


def array(source: Source, name: str) -> Any:
    """A value for each row, out of memory that must outlive the node."""
    place, c_name = ffi.new("stoa_source *"), ffi.new("char[]", name.encode())
    source.put(place, c_name)
    return made_by(array_node, place, source.length)


def call(operation: int, arguments: Sequence[Any]) -> Any:
    """An operation on nodes."""
    return made_by(call_node, operation, arguments, len(arguments))


def listed(nodes: Sequence[Any]) -> Any:
    """Several outputs in one; a single one as it is."""
    return nodes[0] if len(nodes) == 1 else made_by(list_node, nodes, len(nodes))


class Parameters:
    """Values for the parameters of texts, bools, ints and floats, by name."""

    __slots__ = ("c", "keep", "names")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.names = list(values)
        self.keep = [ffi.new("char[]", parameter_name(name)) for name in values]
        self.c = ffi.new("stoa_parameter[]", len(self.names))
        for each, name, value in zip(self.c, self.keep, values.values()):
            each.name, each.value = name, constant_value(value)[0]

    def check_used(self) -> None:
        """Refuses those that no text had."""
        for each, name in zip(self.c, self.names):
            if not each.is_used:
                raise ParameterError(f"the expression has no parameter ${name}")


def parameter_name(name: str) -> bytes:
    """The name as the library reads it, and none that no text can have."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        encoded = b"\0"
    if b"\0" in encoded:
        raise ParameterError(f"the expression has no parameter ${name!r}")
    return encoded


def parse(text: Any, parameters: Parameters) -> Any:
    """What a text says."""
    return made_by(parse_node, text_bytes(text), parameters.c, len(parameters.names))


def text_bytes(text: Any) -> bytes:
    """A text as the library reads it."""
    if not isinstance(text, str):
        raise WrongTypeError(f"an expression is written as a str, not as {type(text).__name__}")
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise ExpressionError(f"an expression that is no Unicode text: {error.reason}") from None
    if b"\0" in encoded:
        raise ExpressionError("an expression with a NUL in it")
    return encoded


def text_of(node: Any, size: int = SHOWN) -> str:
    """An expression as text, cut to a size."""
    into = ffi.new("char[]", size)
    length = lib.stoa_expression_print(node, into, size)
    text: str = ffi.string(into).decode("utf-8", "ignore")
    return text if length < size else text[:-1] + "…"
