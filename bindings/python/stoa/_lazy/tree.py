"""Nodes of expression trees, and the library's nodes behind them.

A node never changes. Its key, made of plain tuples, describes it, so that programs of equal
expressions are found again (program.py). The library's node is made when it is first needed, which
is rarely. A node that reads an array, or whose tree is large, has no key, and the library's node
from the start.

The library counts references without regard to threads, so these calls take turns (see cdef.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import owned
from stoa._schema.times import Moment
from stoa._store.sources import Source, StoredField
from stoa.errors import ExpressionError, ParameterError, RangeError, WrongTypeError, shown

LARGE = 64  # nodes of the largest tree that has a key
PARSED = 32  # number of texts that are kept
LIST, PATH = -1, -2  # in place of an operation

SHOWN = 200


def made_by(function: Callable[..., int], *arguments: Any) -> Any:
    """The node made by a call into the library."""
    made, error = ffi.new("stoa_expression **"), new_error()
    status = function(made, *arguments, error)
    if status:
        check(status, error)
    return owned(made[0], "stoa_expression *", lib.stoa_turn_expression_free)


class Node:
    """A node of a tree. The key of a field is its name. None: there is no key."""

    __slots__ = ("key", "made", "parts", "size")

    def __init__(self, key: Any, parts: Any, size: int = 1, made: Any = None) -> None:
        self.key = key
        self.parts = parts  # the arguments of `make`
        self.size = size  # number of nodes in the tree; at least LARGE if there is no key
        self.made = made

    @property
    def c(self) -> Any:
        """The library's node."""
        if self.made is None:
            self.made = self.make()
            self.parts = None
        return self.made

    def make(self) -> Any:
        raise NotImplementedError


class FieldNode(Node):
    __slots__ = ()

    def make(self) -> Any:
        return made_by(lib.stoa_turn_expression_field, self.parts)


class Constant(Node):
    __slots__ = ()

    def make(self) -> Any:
        value, keep = constant_value(self.parts)
        made = made_by(lib.stoa_turn_expression_constant, value[0])
        del keep  # what the value points at: the library has copied it
        return made


class Call(Node):
    __slots__ = ()

    def make(self) -> Any:
        operation, arguments = self.parts
        return made_by(
            lib.stoa_turn_expression_call, operation, [each.c for each in arguments], len(arguments)
        )


class Path(Node):
    __slots__ = ()

    def make(self) -> Any:
        reference, name = self.parts
        return made_by(lib.stoa_turn_expression_path, reference.c, name)


class Listed(Node):
    __slots__ = ()

    def make(self) -> Any:
        return made_by(
            lib.stoa_turn_expression_list, [each.c for each in self.parts], len(self.parts)
        )


def field(stored: StoredField) -> Node:
    """The value of a field; all uses of the stored field share one node."""
    if stored.node is None:
        stored.node = FieldNode(stored.name, stored.c_name)
    node: Node = stored.node
    return node


def constant(value: Any) -> Node:
    """A bool, an int, a float, a str, a Moment or None."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        constant_value(value)  # raises if it is not supported
    told = str(value) if value == 0 else value  # 0.0 equals -0.0, so the text tells them apart
    return Constant((type(value), told), value)


def constant_value(value: Any) -> tuple[Any, Any]:
    """The constant as a stoa_value *, and what must live as long."""
    made = ffi.new("stoa_value *")
    if value is None:
        made.is_null = True
        return made, None
    if isinstance(value, str):
        text = string_bytes(value)
        made.type, made.string.length = lib.STOA_STRING, len(text)
        made.string.bytes = keep = ffi.new("char[]", text)
        return made, keep
    if isinstance(value, Moment):
        made.type, made.int64, made.unit, made.is_zoned = value
        return made, None
    if isinstance(value, bool):
        made.type, made.boolean = lib.STOA_BOOL, value
    elif isinstance(value, float):
        made.type, made.float64 = lib.STOA_FLOAT64, value
    elif -(2**63) <= value < 2**63:
        made.type, made.int64 = lib.STOA_INT64, value
    elif 0 <= value < 2**64:
        made.type, made.uint64 = lib.STOA_UINT64, value
    else:
        raise RangeError(f"{shown(value)} is neither an int64 nor a uint64")
    return made, None


def string_bytes(value: str) -> bytes:
    """A string in UTF-8. Raises ExpressionError for lone surrogates."""
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise ExpressionError(f"a string must be valid Unicode: {error.reason}") from None


def array(source: Source, name: str) -> Any:
    """A value for each row, from memory that must outlive the node."""
    place, c_name = ffi.new("stoa_source *"), ffi.new("char[]", name.encode())
    source.put(place, c_name)
    return Node(None, None, LARGE, made_by(lib.stoa_turn_expression_array, place, source.length))


def arrays(parts: Sequence[Source], name: str) -> Node:
    """The same; of several, one for each component of a vector."""
    return value_or_vector([array(each, name) for each in parts])


def value_or_vector(nodes: Sequence[Node]) -> Node:
    """A single node as it is; several as the components of a vector."""
    return nodes[0] if len(nodes) == 1 else call(lib.STOA_VECTOR, nodes)


def constants(value: Any) -> Node:
    """A constant, or a vector of them."""
    if not isinstance(value, tuple) or isinstance(value, Moment):
        return constant(value)
    return call(lib.STOA_VECTOR, [constant(each) for each in value])


def call(operation: int, arguments: Sequence[Node]) -> Node:
    """An operation on nodes."""
    size, key = 1, [operation]
    for each in arguments:
        size += each.size
        key.append(each.key)
    node = Call(tuple(key), (operation, arguments), size)
    if size > LARGE:
        node.key = None
        node.c  # noqa: B018
    return node


def path(reference: Node, stored: StoredField) -> Node:
    """A field of the row that a reference refers to."""
    key, size = (PATH, reference.key, stored.name), reference.size + 1
    if size > LARGE or reference.key is None:
        node = Path(None, (reference, stored.c_name), LARGE + size)
        node.c  # noqa: B018
        return node
    return Path(key, (reference, stored.c_name), size)


def listed(nodes: Sequence[Node]) -> Node:
    """Several outputs as one list; a single one stays as it is."""
    if len(nodes) == 1:
        return nodes[0]
    key = None if any(each.key is None for each in nodes) else (LIST, *(each.key for each in nodes))
    return Listed(key, nodes)


class Parameters:
    """The values of parameters in texts (bool, int, float, str, Moment and None), by name."""

    __slots__ = ("c", "keep", "keys", "names", "values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.names = list(values)
        self.keys = [(name, *constant(value).key) for name, value in values.items()]
        self.keep = [ffi.new("char[]", parameter_name(name)) for name in values]
        self.c = ffi.new("stoa_parameter[]", len(self.names))
        self.values = [constant_value(value) for value in values.values()]
        for each, name, (made, _) in zip(self.c, self.keep, self.values):
            each.name, each.value = name, made[0]

    def check_used(self) -> None:
        """Raises for parameters that no text had."""
        for each, name in zip(self.c, self.names):
            if not each.is_used:
                raise ParameterError(f"the expression has no parameter ${name}")


def parameter_name(name: str) -> bytes:
    """The name in UTF-8. Raises ParameterError for a name that no text can contain."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        encoded = b"\0"
    if b"\0" in encoded:
        raise ParameterError(f"the expression has no parameter ${name!r}")
    return encoded


texts: dict[str, Node] = {}  # the texts parsed last


def parse(text: Any, parameters: Parameters) -> Node:
    """The node of a text."""
    node = texts.get(text) if type(text) is str and not parameters.names else None
    if node is None:
        made = made_by(
            lib.stoa_turn_expression_parse_with,
            text_bytes(text),
            parameters.c,
            len(parameters.names),
        )
        node = Node((str(text), *parameters.keys), None, 1, made)
        if not parameters.names:
            texts[str(text)] = node
            trim(texts, PARSED)
    return node


def trim(kept: dict[Any, Any], most: int) -> None:
    """Drops the oldest entry."""
    while len(kept) > most:
        try:
            kept.pop(next(iter(kept)), None)
        except (RuntimeError, StopIteration):  # another thread is changing it
            return


def text_bytes(text: Any) -> bytes:
    """A text in UTF-8, as the library reads it."""
    if not isinstance(text, str):
        raise WrongTypeError(f"the text of an expression must be a str, not {type(text).__name__}")
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise ExpressionError(f"an expression must be valid Unicode: {error.reason}") from None
    if b"\0" in encoded:
        raise ExpressionError("an expression cannot contain a NUL")
    return encoded


def text_of(node: Node, size: int = SHOWN) -> str:
    """An expression as text, truncated to a size."""
    into = ffi.new("char[]", size)
    length = lib.stoa_expression_print(node.c, into, size)
    text: str = ffi.string(into).decode("utf-8", "ignore")
    return text if length < size else text[:-1] + "…"
