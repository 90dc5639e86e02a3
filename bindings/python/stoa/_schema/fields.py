"""Declarations of fields: by annotations, by a mapping of names to types, by a numpy dtype."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, ClassVar, Literal, TypeVar, Union, get_origin, overload

import stoa._schema.enumerations
import stoa._schema.references
import stoa._schema.times
import stoa._schema.vectors
from stoa._schema.references import forward
from stoa._schema.types import (
    TYPES,
    FieldType,
    optional_type,
    parse_type,
    type_written,
    without_none,
)
from stoa.errors import BadNameError, DeclarationError, shown

Value = TypeVar("Value")

MAX_NAME_BYTES = 255
RESERVED_PREFIX = "_stoa_"


class Missing:
    """Stands for a default or an argument that was not given."""

    __module__ = "stoa.fields"  # where pickles look for it
    __slots__ = ()

    def __repr__(self) -> str:
        return "<no default>"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = Missing()
KW_ONLY: Any = object()  # replaces dataclasses.KW_ONLY in annotations that are text
NO_METADATA: Mapping[Any, Any] = {}


class FieldOptions:
    """What field() returns."""

    __slots__ = ("default", "default_factory", "kw_only", "metadata", "on_remove")

    def __init__(
        self,
        default: Any,
        default_factory: Any,
        kw_only: Any = MISSING,
        metadata: Mapping[Any, Any] = NO_METADATA,
        on_remove: str | None = None,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.kw_only = kw_only
        self.metadata = metadata
        self.on_remove = on_remove


@overload
def field(
    *,
    default: Value,
    kw_only: bool = ...,
    metadata: Mapping[Any, Any] | None = ...,
    on_remove: Literal["null", "refuse", "cascade"] | None = ...,
) -> Value: ...
@overload
def field(
    *,
    default_factory: Callable[[], Value],
    kw_only: bool = ...,
    metadata: Mapping[Any, Any] | None = ...,
    on_remove: Literal["null", "refuse", "cascade"] | None = ...,
) -> Value: ...
@overload
def field(
    *,
    kw_only: bool = ...,
    metadata: Mapping[Any, Any] | None = ...,
    on_remove: Literal["null", "refuse", "cascade"] | None = ...,
) -> Any: ...
def field(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    kw_only: Any = MISSING,
    metadata: Mapping[Any, Any] | None = None,
    on_remove: Literal["null", "refuse", "cascade"] | None = None,
) -> Any:
    """Options of a field besides its type: `tags: object = field(default_factory=list)`.

    The factory is called without arguments for each new record that is not given the field. A field
    that is kw_only is given by name, and never by position. The metadata are for
    dataclasses.fields(). `on_remove` says of a reference what the removal of the row that it
    refers to does: "null" makes it None, "refuse" refuses the removal, and "cascade" removes the
    row with the reference too; by default "null" for `Person | None`, else "refuse". Raises
    DeclarationError, when the class is made, for options that do not go together.
    """
    if default is not MISSING and default_factory is not MISSING:
        raise DeclarationError("a field has either a default or a default_factory")
    if default_factory is not MISSING and not callable(default_factory):
        raise DeclarationError(f"default_factory must be callable, not {shown(default_factory)}")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise DeclarationError(f"metadata must be a mapping, not {shown(metadata)}")
    if on_remove is not None and on_remove not in stoa._schema.references.RULES:
        raise DeclarationError(
            f"on_remove must be 'null', 'refuse' or 'cascade', not {shown(on_remove)}"
        )
    by_name = kw_only if kw_only is MISSING else bool(kw_only)
    return FieldOptions(default, default_factory, by_name, metadata or NO_METADATA, on_remove)


class Field:
    """A field of a record: its name, its type and its default."""

    __slots__ = ("default", "factory", "kw_only", "metadata", "name", "on_remove", "type")

    def __init__(
        self, name: str, written: Any, default: Any = MISSING, kw_only: bool = False
    ) -> None:
        options = default if isinstance(default, FieldOptions) else FieldOptions(default, MISSING)
        self.name = checked_name(name)
        self.type: FieldType = parse_type(written, name)
        self.factory: Any = options.default_factory
        self.kw_only: bool = kw_only if options.kw_only is MISSING else options.kw_only
        self.metadata = options.metadata
        self.on_remove = self.checked_rule(options.on_remove)
        self.default = self.checked_default(options.default)

    def checked_default(self, default: Any) -> Any:
        if default is MISSING:
            return MISSING
        if (type(default).__module__, type(default).__name__) == ("dataclasses", "Field"):
            raise DeclarationError(
                f"field {self.name!r}: dataclasses.field() is for dataclasses: use stoa.field()"
            )
        if type(default).__hash__ is None:
            raise DeclarationError(
                f"field {self.name!r}: a {type(default).__name__} can change, and all records "
                "would share it: use stoa.field(default_factory=...)"
            )
        return self.type.convert(default, f"the default of {self.name}")

    def checked_rule(self, rule: str | None) -> str | None:
        if rule is not None and self.type.kind != "r":
            raise DeclarationError(
                f"field {self.name!r} is {self.type}: on_remove is for references"
            )
        if rule == "null" and not self.type.is_optional:
            raise DeclarationError(
                f"field {self.name!r} is {self.type} and never None: on_remove='null' needs "
                f"{self.type} | None"
            )
        return rule

    @property
    def may_be_left_out(self) -> bool:
        return self.default is not MISSING or self.factory is not MISSING

    def renamed(self, name: str) -> Field:
        options = FieldOptions(
            self.default, self.factory, self.kw_only, self.metadata, self.on_remove
        )
        return Field(name, self.type, options)

    def parts(self) -> tuple[Any, ...]:
        """The arguments for its pickle: (name, type, default, factory), and further options that
        are set."""
        parts = (self.name, self.type.written, self.default, self.factory)
        rest = (self.kw_only, dict(self.metadata))
        if self.on_remove is not None:
            return (*parts, *rest, self.on_remove)
        return (*parts, *rest) if self.kw_only or self.metadata else parts

    def __repr__(self) -> str:
        if self.default is not MISSING:
            return f"{self.name}: {self.type} = {self.default!r}"
        return f"{self.name}: {self.type}"


def field_of_parts(
    name: str,
    written: Any,
    default: Any = MISSING,
    factory: Any = MISSING,
    kw_only: bool = False,
    metadata: Mapping[Any, Any] = NO_METADATA,
    on_remove: str | None = None,
) -> Field:
    return Field(name, written, FieldOptions(default, factory, kw_only, metadata, on_remove))


def by_position(fields: Iterable[Field]) -> list[Field]:
    """The fields that may be given by position."""
    return [each for each in fields if not each.kw_only]


def signature_text(fields: Sequence[Field]) -> str:
    """The signature for making a record of these fields."""
    first = by_position(fields)
    by_name = [each for each in fields if each.kw_only]
    return ", ".join([*map(repr, first), *(["*"] if by_name else []), *map(repr, by_name)])


def checked_name(name: Any) -> str:
    """The name, if it is valid: any text of 1 to 255 bytes except __this__ and _stoa_this."""
    if not isinstance(name, str):
        raise BadNameError(f"a field's name is a str, not {type(name).__name__} {shown(name)}")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise BadNameError(f"a field's name must be valid Unicode: {shown(name)}") from None
    if not 1 <= length <= MAX_NAME_BYTES or "\0" in name:
        raise BadNameError(
            f"a field's name has from 1 to {MAX_NAME_BYTES} bytes and no NUL: {shown(name)}"
        )
    if is_reserved(name):
        raise BadNameError(f"names like {name!r} are reserved")
    return str.__str__(name)  # the plain text of a subclass, which may compare in its own way


def is_reserved(name: str) -> bool:
    return name.startswith(RESERVED_PREFIX) or (name.startswith("__") and name.endswith("__"))


def checked_order(fields: Iterable[Field], where: str) -> None:
    """Checks the rule of Python's signatures: after a field with a default all have one, except
    keyword-only fields."""
    optional = None
    for each in by_position(fields):
        if each.may_be_left_out:
            optional = each.name
        elif optional is not None:
            raise DeclarationError(
                f"{where}: field {each.name!r} without a default follows {optional!r} with one"
            )


def fields_of_description(description: Any) -> list[Field]:
    """The fields for {"x": "int32", "w": ("float64", 1.0)} or a structured numpy dtype."""
    if isinstance(description, Mapping):
        pairs = list(description.items())
    elif getattr(description, "names", None) and hasattr(description, "fields"):
        pairs = [(name, kind) for name, _, kind in flat_names(description)]
    elif hasattr(type(description), "__arrow_c_stream__"):
        raise DeclarationError(
            f"a table of a {type(description).__name__} is made by stoa.from_arrow(data)"
        )
    else:
        raise DeclarationError(
            "a table is made of a Record class, a mapping of field names to types or a structured "
            f"numpy dtype, not of {shown(description)}"
        )
    if not pairs:
        raise DeclarationError("a table needs at least one field")
    return [Field(name, *type_and_default(name, written)) for name, written in pairs]


def flat_names(dtype: Any) -> list[tuple[str, Any, Any]]:
    """The fields for a structured dtype: the name, the names that lead to it, the dtype. A record
    within has the fields `outer_inner`. Raises BadNameError if two have the same name then."""
    made = [("_".join(path), path, kind) for path, kind in nested_names(dtype)]
    for name, times in Counter(name for name, _, _ in made).items():
        if times > 1:
            raise BadNameError(f"two fields of the dtype would be called {name!r}: rename one")
    return made


def nested_names(dtype: Any, outer: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    for name in dtype.names:
        kind, path = dtype.fields[name][0], (*outer, name)
        if kind.names is None:
            yield path, kind
        else:
            yield from nested_names(kind, path)


def type_and_default(name: Any, written: Any) -> tuple[Any, ...]:
    is_vector = isinstance(written, tuple) and len(written) == 2 and isinstance(written[1], tuple)
    if not isinstance(written, tuple) or (is_vector and not is_text_of_vector(written[0])):
        return (written,)
    if len(written) not in (1, 2):
        raise DeclarationError(
            f"field {shown(name)} must be a type or (type, default), not {shown(written)}"
        )
    return written


def is_text_of_vector(written: Any) -> bool:
    """Whether a type and a tuple are a vector and its default, and not a type and a shape."""
    return isinstance(written, stoa._schema.vectors.Unresolved) or "[" in str(written)


# ---- annotations ----


def own_annotations(record: type) -> dict[str, Any]:
    """The annotations in the body of the class itself; some may still be text."""
    if sys.version_info >= (3, 14):
        import annotationlib

        found = annotationlib.get_annotations(record, format=annotationlib.Format.FORWARDREF)
        return {
            name: getattr(written, "__forward_arg__", written) for name, written in found.items()
        }
    return dict(vars(record).get("__annotations__", {}))


def resolve(text: str, record: type, local: Mapping[str, Any]) -> Any:
    """The meaning of an annotation given as text, in the scope of the class.

    If its names cannot be found, for instance because they are imported for type checkers only, the
    last of them may still be the name of a type.
    """
    module = sys.modules.get(record.__module__)
    scope = {**(vars(module) if module else {}), **local, record.__name__: record, **vars(record)}
    try:
        meant = evaluated(text, scope)
    except Exception:
        of = without_none(text)  # for example int | None, before Python 3.10
        found = None if of is None else type_written(resolve(of, record, local))
        if found is not None:
            return optional_type(found)
        last = text.partition("[")[0].rpartition(".")[2].strip()
        if last in ("ClassVar", "KW_ONLY"):
            return ClassVar if last == "ClassVar" else KW_ONLY
        return TYPES.get(last) or forward(text, record.__module__) or text
    return resolve(meant, record, local) if is_text(meant) else meant


def evaluated(text: str, scope: dict[str, Any]) -> Any:
    """The value of an annotation; before Python 3.10, classes have no `|`."""
    try:
        return eval(text, scope)
    except TypeError:
        if sys.version_info >= (3, 10):
            raise
        import ast

        class Unions(ast.NodeTransformer):
            def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
                self.generic_visit(node)
                sides = ast.Tuple([node.left, node.right], ast.Load())
                return ast.Subscript(ast.Name("_stoa_union", ast.Load()), sides, ast.Load())

        tree = ast.fix_missing_locations(Unions().visit(ast.parse(text, mode="eval")))
        return eval(compile(tree, "<annotation>", "eval"), {**scope, "_stoa_union": Union})


def is_text(written: Any) -> bool:
    return isinstance(written, str) and not isinstance(written, FieldType)


def is_kw_only(written: Any) -> bool:
    """Whether an annotation is dataclasses.KW_ONLY; then dataclasses has been imported."""
    found = getattr(sys.modules.get("dataclasses"), "KW_ONLY", KW_ONLY)
    return written is KW_ONLY or written is found


def declared_fields(record: type, local: Mapping[str, Any], kw_only: bool) -> list[Field]:
    """The fields declared in the body of a record class; kw_only: all are keyword-only."""
    fields, marker = [], None
    for name, written in own_annotations(record).items():
        if is_text(written):
            written = resolve(written, record, local)
        if written is ClassVar or get_origin(written) is ClassVar:
            if isinstance(record.__dict__.get(name), FieldOptions):
                raise DeclarationError(
                    f"{record.__name__}.{name} is a ClassVar: stoa.field() is for fields"
                )
            continue
        if is_kw_only(written):
            if marker is not None:
                raise DeclarationError(f"{record.__name__}: {marker!r} and {name!r} are KW_ONLY")
            marker = name
            continue
        default = record.__dict__.get(name, MISSING)
        fields.append(Field(name, written, default, kw_only or marker is not None))
    check_annotated(record)
    return fields


def check_annotated(record: type) -> None:
    annotated = own_annotations(record)
    for name, value in vars(record).items():
        if isinstance(value, FieldOptions) and name not in annotated:
            raise DeclarationError(f"{record.__name__}.{name} = stoa.field(...) needs a type")
