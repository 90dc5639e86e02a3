"""Generates code for a record class, where loops over the fields would be too slow.

For Point, when they are first needed:

    bind(x, y, w=1.0) -> (x, y, w)     arguments as Python understands them, not yet converted
    the standalone class               an object with a slot for each field

Higher layers generate in the same way the row class (rows_in_python.py) and the function that puts
the values of a new row where the library reads them (staging.py). A standalone object is first an
instance of an open class, which plain stores fill, and then becomes one of its sealed subclass,
whose stores are checked.

Parameters are named like the fields, so all other names in the code begin with _stoa_.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from keyword import iskeyword
from typing import Any, Callable
from unicodedata import normalize

from stoa._schema.extension import rows as extension
from stoa._schema.fields import MISSING, Field, by_position
from stoa._schema.mirror import MIRRORED
from stoa._schema.types import FLOAT32_LIMIT
from stoa.errors import DeletionError, FieldNameError, UnknownArgumentError, WrongTypeError, shown


class Quiet:
    """The base of generated classes. It does not call the user's __init_subclass__."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        pass


def hidden(record: type, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
    """A class that is shown as the record class that it stands for."""
    shown = {
        "__module__": record.__module__,
        "__qualname__": record.__qualname__,
        "__doc__": record.__doc__,
        "_stoa_hidden": True,
    }
    made: type = type.__new__(type(record), record.__name__, bases, {**shown, **namespace})
    return made


def compiled(source: Iterable[str], names: dict[str, Any]) -> dict[str, Any]:
    """Runs source lines with these names; returns what they defined, and the names."""
    names.update(_stoa_type=type, _stoa_missing=MISSING, _stoa_no_value=no_value)
    exec(compile("\n".join(source), "<stoa>", "exec"), names)
    return names


def no_value(record_name: str, field_name: str) -> WrongTypeError:
    return WrongTypeError(f"{record_name}: field {field_name!r} has no default and must be given")


def too_many(record_name: str, fields: Sequence[Field], given: int) -> WrongTypeError:
    first = len(by_position(fields))
    named = ", ".join(each.name for each in fields if each.kw_only)
    those = f"{first} field{'' if first == 1 else 's'}{' by position' if named else ''}"
    more = f": {named} only by name" if named else ""
    return WrongTypeError(f"{record_name} has {those}, but {given} were given{more}")


def no_field(name: str, names: Iterable[str]) -> FieldNameError:
    return FieldNameError(no_field_text(name, names))


def no_field_text(name: str, names: Iterable[str]) -> str:
    return f"there is no field {shown(name)}; the fields are: {', '.join(names)}"


def no_delete(name: str) -> DeletionError:
    return DeletionError(f"a record keeps all its fields: {name!r} cannot be deleted")


def keep_class() -> None:
    raise WrongTypeError("rows and records keep their class: make a record of the other one")


def are_parameters(names: Iterable[str]) -> bool:
    """Whether all names can be parameters, unchanged by Python's normalization of identifiers."""
    return all(
        name.isidentifier() and not iskeyword(name) and normalize("NFKC", name) == name
        for name in names
    )


# ---- arguments ----


def parameters(fields: Sequence[Field]) -> tuple[str, list[str], dict[str, Any]]:
    """A parameter list, the lines that complete the arguments, and the names that both use."""
    first: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    names: dict[str, Any] = {}
    optional = False
    for i, each in enumerate(fields):
        listed = by_name if each.kw_only else first
        if each.default is not MISSING:
            names[f"_stoa_default_{i}"] = each.default
            listed.append(f"{each.name}=_stoa_default_{i}")
        elif each.factory is not MISSING:
            names[f"_stoa_factory_{i}"] = each.factory
            listed.append(f"{each.name}=_stoa_missing")
            lines.append(f"    if {each.name} is _stoa_missing: {each.name} = _stoa_factory_{i}()")
        elif optional and not each.kw_only:
            listed.append(f"{each.name}=_stoa_missing")
            lines.append(f"    if {each.name} is _stoa_missing:")
            lines.append(f"        raise _stoa_no_value(_stoa_record_name, {each.name!r})")
        else:
            listed.append(each.name)
        optional = optional or (each.may_be_left_out and not each.kw_only)
    return ", ".join([*first, *(["*"] if by_name else []), *by_name]), lines, names


def make_bind(name: str, fields: Sequence[Field]) -> Callable[..., tuple[Any, ...]]:
    """The function that turns arguments into the values of all fields, in order."""
    if not are_parameters(each.name for each in fields):
        return slow_bind(name, fields)
    listed, lines, names = parameters(fields)
    names["_stoa_record_name"] = name
    values = "".join(f"{each.name}, " for each in fields)
    source = [f"def _stoa_bind({listed}):", *lines, f"    return ({values})"]
    bind: Callable[..., tuple[Any, ...]] = compiled(source, names)["_stoa_bind"]
    bind.__name__ = bind.__qualname__ = name
    return bind


def slow_bind(name: str, fields: Sequence[Field]) -> Callable[..., tuple[Any, ...]]:
    """The same for fields whose names cannot be parameters."""
    first = by_position(fields)

    def value_of(each: Field) -> Any:
        if each.default is not MISSING:
            return each.default
        if each.factory is MISSING:
            raise no_value(name, each.name)
        return each.factory()

    def bind(*values: Any, **named: Any) -> tuple[Any, ...]:
        if len(values) > len(first):
            raise too_many(name, fields, len(values))
        for each, value in zip(first, values):
            if each.name in named:
                raise WrongTypeError(f"{name}: field {each.name!r} was given twice")
            named[each.name] = value
        bound = [named.pop(each.name) if each.name in named else value_of(each) for each in fields]
        if named:
            names = [each.name for each in fields]
            raise UnknownArgumentError(no_field_text(next(iter(named)), names))
        return tuple(bound)

    return bind


# ---- conversion ----


def checked(each: Field, value: str, i: int, in_place: bool) -> str:
    """An expression for `value` as a value of the field's type; the usual case without a call.

    in_place: it is what the cell holds, and an integer's range need not be checked, since the store
    into the cells does that.
    """
    kind = each.type.kind
    convert = f"_stoa_convert_{i}({value}, {each.name!r})"
    if each.type.nullable:  # of cells, what is not None
        encode = f"_stoa_encode_{i}({convert})" if each.type.encoder is not None else convert
        return f"(None if {value} is None else {encode})" if in_place else convert
    if each.type.encoder is not None:
        return f"_stoa_encode_{i}({convert})" if in_place else convert
    if kind == "o":
        return value
    if kind == "s":
        return f"{value} if _stoa_type({value}) is str and {value}.isascii() else {convert}"
    if kind == "v":
        return convert
    if kind == "?":
        return f"{value} if {value} is True or {value} is False else {convert}"
    if kind == "f" and each.type.width == 8:
        return f"{value} if _stoa_type({value}) is _stoa_float else {convert}"
    if kind == "f":
        fits = f"-{FLOAT32_LIMIT!r} < {value} < {FLOAT32_LIMIT!r}"
        return (
            convert
            if not in_place
            else (f"{value} if _stoa_type({value}) is _stoa_float and {fits} else {convert}")
        )
    fits = "" if in_place else f" and {each.type.low} <= {value} <= {each.type.high}"
    return f"{value} if _stoa_type({value}) is _stoa_int{fits} else {convert}"


def converters(fields: Sequence[Field]) -> dict[str, Any]:
    names: dict[str, Any] = {"_stoa_int": int, "_stoa_float": float}
    for i, each in enumerate(fields):
        names[f"_stoa_convert_{i}"] = each.type.convert
        names[f"_stoa_encode_{i}"] = each.type.encoder
        names[f"_stoa_decode_{i}"] = each.type.decoder
    return names


def decoded(each: Field, cell: str, i: int) -> str:
    """An expression for the value of a cell; `view` has the objects and the strings."""
    if each.type.kind == "o":
        return f"view.objects[{cell}]"
    if each.type.kind == "s":
        return f"view.texts.or_none({cell})" if each.type.nullable else f"view.texts[{cell}]"
    if each.type.kind == "v":
        return cell
    if each.type.kind == "r":
        return f"view.followers[view.columns[{i}]][{cell}]"
    return cell if each.type.decoder is None else f"_stoa_decode_{i}[{cell}]"


# ---- the standalone class ----


def make_standalone(record: type, fields: Sequence[Field]) -> tuple[type, type, Any]:
    """The open class, the sealed one, and make(values) for values that are already converted."""
    slots = [f"_stoa_{i}" for i in range(len(fields))]
    bases = (record,) if issubclass(record, Quiet) else (Quiet, record)
    opened = hidden(record, bases, {"__slots__": tuple(slots)})
    for slot, each in zip(slots, fields):
        type.__setattr__(opened, each.name, opened.__dict__[slot])
    namespace = {"__slots__": (), **{each.name: each for each in MIRRORED}}
    if extension is not None:
        sealed = hidden(record, (extension.Sealed, opened), namespace)
    else:
        sealed = hidden(record, (opened,), {**namespace, **sealed_methods(fields)})
    names = {**converters(fields), "_stoa_sealed": sealed, "_stoa_open": opened}
    names.update(_stoa_new=object.__new__, _stoa_record_name=record.__name__)
    post = ["    _stoa_self.__post_init__()"] if hasattr(record, "__post_init__") else []
    source, more = init_source(record.__name__, fields, post)
    made = compiled([*source, *make_source(slots), *values_source(slots)], {**names, **more})
    made["__init__"].__qualname__ = record.__qualname__
    type.__setattr__(opened, "__init__", made["__init__"])
    type.__setattr__(opened, "_stoa_values", made["_stoa_values"])
    return opened, sealed, made["_stoa_make"]


def init_source(
    name: str, fields: Sequence[Field], post: list[str]
) -> tuple[list[str], dict[str, Any]]:
    end = ["    _stoa_self.__class__ = _stoa_sealed", *post]
    if are_parameters(each.name for each in fields):
        listed, lines, names = parameters(fields)
        head = [f"def __init__(_stoa_self, /, {listed}):", *lines]
        given = [each.name for each in fields]
    else:
        names = {"_stoa_bind": make_bind(name, fields)}
        head = [
            "def __init__(_stoa_self, /, *_stoa_values, **_stoa_named):",
            "    _stoa_values = _stoa_bind(*_stoa_values, **_stoa_named)",
        ]
        given = [f"_stoa_values[{i}]" for i in range(len(fields))]
    stores = [
        f"    _stoa_self._stoa_{i} = {checked(each, given[i], i, in_place=False)}"
        for i, each in enumerate(fields)
    ]
    return [*head, *stores, *end], names


def make_source(slots: Sequence[str]) -> list[str]:
    targets = "".join(f"made.{slot}, " for slot in slots)
    return [
        "def _stoa_make(values):",
        "    made = _stoa_new(_stoa_open)",
        f"    ({targets}) = values",
        "    made.__class__ = _stoa_sealed",
        "    return made",
    ]


def values_source(slots: Sequence[str]) -> list[str]:
    values = "".join(f"self.{slot}, " for slot in slots)
    return ["def _stoa_values(self):", f"    return ({values})"]


def sealed_methods(fields: Sequence[Field]) -> dict[str, Any]:
    converts = {each.name: each.type.convert for each in fields}
    store = object.__setattr__

    def __setattr__(self: Any, name: str, value: Any) -> None:
        convert = converts.get(name)
        if name == "__class__" and value is not type(self):
            keep_class()
        if convert is None and not hasattr(type(self), name) and not hasattr(self, "__dict__"):
            raise no_field(name, converts)
        store(self, name, value if convert is None else convert(value, name))

    def __delattr__(self: Any, name: str) -> None:
        if name in converts or name not in getattr(self, "__dict__", ()):
            raise no_delete(name)
        object.__delattr__(self, name)

    return {"__setattr__": __setattr__, "__delattr__": __delattr__}
