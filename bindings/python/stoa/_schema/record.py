"""Record classes: declared by annotations; standalone objects and rows are made from them.

The class that the user writes has no instances of its own. Calling it makes a standalone object, of
a hidden subclass; a table's rows are of another hidden subclass. Both present themselves as the
user's class: its name, its methods, and isinstance. The code here uses `_stoa_values()`, the tuple
of an object's values, and no other method, since a field may have the name of any method.
"""

from __future__ import annotations

import sys
from abc import ABCMeta
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

from stoa._lib.forks import new_lock
from stoa._schema.extension import rows as extension
from stoa._schema.extension import take_over
from stoa._schema.fields import (
    MISSING,
    Field,
    by_position,
    checked_order,
    declared_fields,
    field,
    field_of_parts,
    fields_of_description,
    signature_text,
)
from stoa._schema.generate import (
    Quiet,
    make_bind,
    make_standalone,
    no_field,
    no_field_text,
    no_value,
    too_many,
)
from stoa._schema.mirror import MIRRORED
from stoa._schema.references import is_row, same_values
from stoa._schema.types import IS_PYPY, OBJECT
from stoa.errors import DeclarationError, UnknownArgumentError, WrongTypeError, shown

if TYPE_CHECKING:
    import dataclasses

    from typing_extensions import dataclass_transform

    Self = TypeVar("Self", bound="Record")
else:

    def dataclass_transform(**options):
        return lambda decorated: decorated


REFUSED_IN_BODY = {
    "__init__": "a record is made from its fields: use __post_init__ or a classmethod",
    "__new__": "a record is made from its fields: use a classmethod",
    "__setattr__": "stoa stores into fields itself: use a property",
    "__delattr__": "a record keeps all its fields",
    "__getattribute__": "stoa reads fields itself: use a property",
    "__dataclass_params__": "it is a dataclass already: leave @dataclass out",
}

# What the __slots__ of a record class may list.
ASKED = ("__dict__", "__weakref__")


if extension is not None and not TYPE_CHECKING:
    RecordBase, RecordTypeBase = extension.RecordBase, extension.RecordTypeBase
else:
    RecordTypeBase = type

    class RecordBase:
        """Replaced by the extension's base, if there is one: methods that use only the values."""

        __slots__ = ()


class Made(dict):  # type: ignore[type-arg]
    """What is made for a record class when it is first needed, by name. A class that is pickled by
    value, as cloudpickle does with those of __main__, leaves it behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Made, ()


class New(staticmethod):  # type: ignore[type-arg]
    """The __new__ of a record class, which a pickle by value leaves behind, too."""

    def __reduce__(self) -> tuple[Any, ...]:
        return New, (None,)


@dataclass_transform(field_specifiers=(field,))
class RecordType(RecordTypeBase):
    """The metaclass of record classes."""

    _stoa_fields: tuple[Field, ...]
    _stoa_names: tuple[str, ...]
    _stoa_made: Made  # of this class: its __dict__ has it
    _stoa_family: RecordType | None  # the class that the user wrote; None: made from a description
    __match_args__: tuple[str, ...]

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        kw_only: bool = False,
        **options: Any,
    ) -> RecordType:
        is_root = not any(isinstance(each, RecordType) for each in bases)
        if not is_root:
            check_body(name, bases, namespace)
        slots = asked_slots(bases, namespace.get("__slots__", ()))
        made = super().__new__(mcs, name, bases, {**namespace, "__slots__": slots}, **options)
        type.__setattr__(made, "_stoa_made", Made())  # a field may refer to the class itself
        local = sys._getframe(1).f_locals
        own = declared_fields(made, local, kw_only) if not is_root else []
        for each in own:
            if each.name in made.__dict__:
                type.__delattr__(made, each.name)  # a default is not an attribute of the class
        equip(made, merged(made, own), made)
        return made

    def __setattr__(cls, name: str, value: Any) -> None:
        if not name.startswith("_abc_"):  # PyPy's isinstance() stores its results there
            refuse_hidden(cls)
        if name.startswith("_stoa_") or isinstance(value, New):
            return restore_part(cls, name, value)
        if name in REFUSED_IN_BODY:
            raise DeclarationError(f"{cls.__name__} cannot have {name}: {REFUSED_IN_BODY[name]}")
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        refuse_hidden(cls)
        super().__delattr__(name)

    @property
    def __signature__(cls) -> Any:
        from inspect import signature

        return signature(make_bind(cls.__name__, cls._stoa_fields))


def same_fields(some: Sequence[Field], others: Sequence[Field]) -> bool:
    return [each.parts() for each in some] == [each.parts() for each in others]


def restore_part(record: RecordType, name: str, value: Any) -> None:
    """Unpickles a class by value: all that stoa keeps in it follows from its fields, which it gets
    after it was made without any. One that is there already stays as it is."""
    if name == "_stoa_fields" and not same_fields(value, record._stoa_fields):
        equip(record, value, record)


def refuse_hidden(record: RecordType) -> None:
    if "_stoa_hidden" in record.__dict__:
        name = record.__name__
        raise WrongTypeError(f"stoa makes the class of a table's rows: change {name} itself")


def check_body(name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
    for refused, reason in REFUSED_IN_BODY.items():
        if refused in namespace:
            raise DeclarationError(f"{name} cannot have {refused}: {reason}")
    if "__class__" in namespace:
        raise DeclarationError(f"{name} cannot have __class__: a record keeps its class")
    check_cached(name, namespace)
    for base in bases:
        if "_stoa_hidden" in base.__dict__:
            raise DeclarationError(
                f"{name}: derive it from {base.__name__} itself, not from the class of its rows"
            )
        for each in base.__mro__:
            check_cached(name, each.__dict__)
            if "__dict__" in each.__dict__ and not isinstance(each, RecordType):
                raise DeclarationError(
                    f"{name}: objects of {each.__name__} have a __dict__, where an attribute set "
                    f"on a row would be lost: give {each.__name__} `__slots__ = ()`"
                )


def check_cached(name: str, namespace: Mapping[str, Any]) -> None:
    for key, value in namespace.items():
        if isinstance(value, cached_property):
            raise DeclarationError(
                f"{name}.{key} cannot be a cached_property: a row is made anew each time that it "
                "is asked for, and its values change with the table: use a property"
            )


def asked_slots(bases: tuple[type, ...], written: Any) -> tuple[str, ...]:
    """The slots of a record class: none, except for weak references and a dictionary."""
    slots = (written,) if isinstance(written, str) else tuple(written)
    for each in slots:
        if each not in ASKED:
            raise DeclarationError(
                f"__slots__ of a record class may ask for {' and '.join(ASKED)}, not for {each!r}: "
                "the fields are the slots"
            )
    known = {each for base in bases for kind in base.__mro__ for each in kind.__dict__}
    return tuple(each for each in slots if each not in known)


def merged(record: RecordType, own: Sequence[Field]) -> list[Field]:
    """The fields of the bases, in order, then the class's own; a redeclared field keeps its
    place."""
    fields: dict[str, Field] = {}
    for base in reversed(record.__mro__[1:]):
        fields.update((each.name, each) for each in base.__dict__.get("_stoa_fields", ()))
    fields.update((each.name, each) for each in own)
    checked_order(fields.values(), record.__name__)
    return list(fields.values())


def equip(record: RecordType, fields: Sequence[Field], family: RecordType | None) -> None:
    """Gives a new record class its fields and the code that makes standalone objects."""
    names = tuple(each.name for each in fields)
    kept = record.__dict__.get("_stoa_made") or Made()
    parts = {"fields": tuple(fields), "family": family, "names": names, "made": kept}
    for name, value in parts.items():
        type.__setattr__(record, f"_stoa_{name}", value)
    if "__match_args__" not in record.__dict__:
        type.__setattr__(record, "__match_args__", tuple(f.name for f in by_position(fields)))
    for each in MIRRORED:
        type.__setattr__(record, each.name, each)
    type.__setattr__(record, "__new__", New(standalone_new(record)))
    if record.__doc__ is None:
        record.__doc__ = f"{record.__name__}({signature_text(fields)})"


def standalone_new(record: RecordType) -> Callable[..., Any]:
    """Runs before the generated __init__. Called through the class of a row or a standalone object,
    as in type(self)(...) or in a classmethod called on one, it makes what Point() makes.
    """
    new: Any = object.__new__
    known = frozenset(record._stoa_names)
    needed = frozenset(each.name for each in record._stoa_fields if not each.may_be_left_out)
    least, most = len(needed), len(by_position(record._stoa_fields))
    if any(each.kw_only and each.name in needed for each in record._stoa_fields):
        most = -1  # values alone never fit
    may_be_abstract = isinstance(record, ABCMeta)
    opened: Any = None

    def __new__(cls: RecordType, /, *values: Any, **named: Any) -> Any:
        nonlocal opened
        if opened is None:
            if not record._stoa_fields:
                raise WrongTypeError(f"{record.__name__} has no fields: declare some in a subclass")
            opened = standalone_of(record)[0]
        if may_be_abstract and record.__abstractmethods__:  # type: ignore[attr-defined]
            return new(record)  # refuses it
        if named:
            if values or not needed <= named.keys() <= known:
                check_arguments(record, values, named)
        elif not least <= len(values) <= most:
            check_arguments(record, values, named)
        if cls is record:
            return new(opened)
        made: Any = record
        return new(cls) if issubclass(cls, opened) else made(*values, **named)

    return __new__


def check_arguments(record: RecordType, values: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Raises for too many or too few arguments, and for unknown or repeated ones."""
    name, fields = record.__name__, record._stoa_fields
    first = by_position(fields)
    if len(values) > len(first):
        raise too_many(name, fields, len(values))
    for key in named:
        if key not in record._stoa_names:
            raise UnknownArgumentError(no_field_text(key, record._stoa_names))
    given = {each.name for each, _ in zip(first, values)}
    for each in fields:
        if each.name in given:
            if each.name in named:
                raise WrongTypeError(f"{name}: field {each.name!r} was given twice")
        elif each.name not in named and not each.may_be_left_out:
            raise no_value(name, each.name)


# ---- record classes that nobody wrote ----


def derived(record: RecordType, fields: Sequence[Field]) -> RecordType:
    """The class of a table's rows after its fields were added, dropped or renamed."""
    family = record._stoa_family
    if family is None:
        return described(fields)
    names = {key: getattr(family, key) for key in ("__module__", "__qualname__")}
    bases = (Quiet, family)
    made: RecordType = type.__new__(RecordType, family.__name__, bases, {"__slots__": (), **names})
    equip(made, fields, family)
    return made


def described(fields: Sequence[Field]) -> RecordType:
    """The record class of a table that is made from a mapping or a dtype."""
    namespace = {"__slots__": (), "__module__": "stoa", "__qualname__": "Record"}
    made: RecordType = type.__new__(RecordType, "Record", (Quiet, Record), namespace)
    equip(made, fields, None)
    return made


def record_class_of(description: Any) -> RecordType:
    """The record class for the description from which a table is made."""
    if not isinstance(description, RecordType):
        return described(fields_of_description(description))
    if not description._stoa_fields:
        raise WrongTypeError(f"{description.__name__} has no fields: declare some in a subclass")
    return description


def reference(record: RecordType) -> tuple[Any, ...]:
    """The pickle of a record class: the user's class, and its fields.

    A field of the user's class is stored as (name, type), because its default may not be picklable.
    """
    family = record._stoa_family
    known = () if family is None else family._stoa_fields
    parts = tuple(f.parts()[:2] if f in known else f.parts() for f in record._stoa_fields)
    return family, parts


def dereference(family: RecordType | None, parts: tuple[Any, ...]) -> RecordType:
    """The class for a pickled reference: the user's class, if it still has exactly these fields."""
    known = {} if family is None else {each.parts()[:2]: each for each in family._stoa_fields}
    fields = [
        (known.get(each) if len(each) == 2 else None) or field_of_parts(*each) for each in parts
    ]
    if family is None:
        return described(fields)
    return family if fields == list(family._stoa_fields) else derived(family, fields)


def is_same_record(a: RecordType, b: RecordType) -> bool:
    """Whether objects of one class can be used as objects of the other."""
    return a is b or (a._stoa_family is b._stoa_family and a._stoa_names == b._stoa_names)


# ---- what is made when it is first needed ----


def made_for(record: RecordType) -> Made:
    """What was made for this class, not for one that it is derived from."""
    return record.__dict__["_stoa_made"]  # type: ignore[no-any-return]


making = new_lock()  # makes one pair of classes for all threads


def standalone_of(record: RecordType) -> tuple[type, type, Callable[[Iterable[Any]], Any]]:
    """The open standalone class of a record class, the sealed one, and make(values)."""
    kept = made_for(record)
    made = kept.get("standalone")
    if made is None:
        with making:
            made = kept.get("standalone")
            if made is None:
                made = make_standalone(record, record._stoa_fields)
                if extension is not None:
                    teach(record, *made[:2])
                kept["standalone"] = made
    return made


def teach(record: RecordType, opened: type, sealed: type) -> None:
    """Lets the extension make objects of the sealed class, and store into them."""
    fields = tuple(
        (
            each.name,
            each.type.number,
            each.type.convert,
            each.type.decoder,
            None if each.default is MISSING else (each.default,),
            None if each.factory is MISSING else (each.factory,),
            opened.__dict__[f"_stoa_{i}"],
            each.kw_only,
        )
        for i, each in enumerate(record._stoa_fields)
    )
    extension.teach(record, sealed, fields, hasattr(record, "__post_init__"))


def bind_of(record: RecordType) -> Callable[..., tuple[Any, ...]]:
    """The function that turns arguments into values of all the record's fields."""
    kept = made_for(record)
    bind: Callable[..., tuple[Any, ...]] | None = kept.get("bind")
    if bind is None:
        kept["bind"] = bind = make_bind(record.__name__, record._stoa_fields)
    return bind


def declared(record: Any) -> RecordType:
    """The record class as which a standalone object or a row presents itself."""
    return shown_class(type(record))


def shown_class(kind: type) -> RecordType:
    """The record class of a class of rows or standalone objects; else the class itself."""
    for each in kind.__mro__:
        if "_stoa_fields" in each.__dict__:
            return each  # type: ignore[return-value]
    raise WrongTypeError(f"{kind.__name__} is not a record")


def text_of(of: Field, value: Any) -> str:
    """A value as the text of its record shows it: of a row that it refers to, where that is."""
    if of.type.kind == "r" and is_row(value):
        return f"<row {value._stoa_index} of {type(value).__name__}>"
    return repr(value)


class Record(RecordBase, metaclass=RecordType):
    """The base of record classes.

        class Point(stoa.Record):
            x: int32
            y: int32
            w: float64 = 1.0

    Point(1, 2) is a standalone object with a slot for each field. Rows of stoa.Table(Point) are
    Points as well, but hold no values: they read and write the table. Both check what is stored.
    Two records are equal if their values are, and equal to a tuple of these; neither has a hash,
    since they can change. __post_init__ runs when a standalone object is made, and never for a row.
    """

    __module__ = "stoa"
    __slots__ = ()

    if TYPE_CHECKING:
        __hash__: ClassVar[None]  # type: ignore[assignment]
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    else:
        __hash__ = None

    def _stoa_values(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Record, tuple)):
            return NotImplemented
        others = other if isinstance(other, tuple) else other._stoa_values()
        return same_values(self, self._stoa_values(), others)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._stoa_values())

    @recursive_repr()
    def __repr__(self) -> str:
        fields = type(self)._stoa_fields
        shown = ", ".join(f"{f.name}={text_of(f, v)}" for f, v in zip(fields, self._stoa_values()))
        return f"{type(self).__name__}({shown})"

    # On CPython a __getattr__ would make all attributes of the class slower to read.
    if not TYPE_CHECKING and IS_PYPY:

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # the user's property failed: let its own error through
                return object.__getattribute__(self, name)
            raise no_field(name, type(self)._stoa_names)

    def __dir__(self) -> list[str]:
        """The fields and the user's methods, without the names that stoa uses itself."""
        return [name for name in object.__dir__(self) if not name.startswith("_stoa_")]

    def to_dict(self) -> dict[str, Any]:
        """A new dict of names and values; objects are not copied.

        Raises StaleError for a stale row.
        """
        return to_dict(self)

    def to_tuple(self) -> tuple[Any, ...]:
        """A tuple of the values; objects are not copied. Raises StaleError for a stale row."""
        return self._stoa_values()

    def replace(self: Self, /, **changes: Any) -> Self:
        """A new standalone record with these fields changed; __post_init__ runs.

        Raises UnknownArgumentError, and WrongTypeError or RangeError for a value that does not fit
        its field.
        """
        return replace(self, **changes)

    def __replace__(self: Self, /, **changes: Any) -> Self:
        return replace(self, **changes)

    def __copy__(self: Self) -> Self:
        return copy(self)

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy

        values = self._stoa_values()
        made: Any = remake(declared(self), values)
        memo[id(self)] = made  # before its values, which may refer to it
        set_values(made, deepcopy(values, memo))
        return made  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        record, values = declared(self), self._stoa_values()
        if not any(each.type is OBJECT for each in record._stoa_fields):
            return restore, (*reference(record), values)
        # Objects may refer to the record, so they are stored once it exists.
        empty = (None,) * len(values)
        return restore, (*reference(record), empty), values, None, None, set_values


if extension is not None:
    take_over(Record, RecordBase, "__eq__", "__ne__", "__iter__", "to_dict", "to_tuple")


def remake(record: RecordType, values: Iterable[Any]) -> Record:
    """A standalone record with values that were in another one; __post_init__ does not run."""
    return standalone_of(record)[2](values)  # type: ignore[no-any-return]


def set_values(record: Record, values: Iterable[Any]) -> None:
    """Stores unchecked values into a standalone record that nobody else has seen yet."""
    slots = standalone_of(declared(record))[0].__dict__
    for i, value in enumerate(values):
        slots[f"_stoa_{i}"].__set__(record, value)


def restore(family: RecordType | None, parts: tuple[Any, ...], values: Any) -> Record:
    """A record from its pickle."""
    return remake(dereference(family, parts), values)


# Where pickles look for them.
restore.__module__ = set_values.__module__ = "stoa.record"


# ---- functions that work whatever the fields are called ----


def checked_record(record: Any) -> Record:
    if not isinstance(record, Record):
        raise WrongTypeError(f"a record is needed, not {type(record).__name__} {shown(record)}")
    return record


def to_dict(record: Record) -> dict[str, Any]:
    """A new dict of the record's names and values; objects are not copied.

    Raises WrongTypeError unless it is a record, and StaleError for a stale row.
    """
    checked_record(record)
    return dict(zip(type(record)._stoa_names, record._stoa_values()))


def to_tuple(record: Record) -> tuple[Any, ...]:
    """The record's values; objects are not copied.

    Raises WrongTypeError unless it is a record, and StaleError for a stale row.
    """
    return checked_record(record)._stoa_values()


def copy(record: Self) -> Self:
    """A standalone record with the values of a row or record; __post_init__ does not run.

    Objects are not copied. For a table: table.copy(). Raises WrongTypeError unless it is a record,
    and StaleError for a stale row.
    """
    values = checked_record(record)._stoa_values()
    return remake(declared(record), values)  # type: ignore[return-value]


def replace(record: Self, /, **changes: Any) -> Self:
    """A standalone record with the values of `record`, except for those given.

    The record itself stays as it is. __post_init__ runs, as for any new record. Raises
    UnknownArgumentError, WrongTypeError or RangeError for a value that does not fit its field, and
    StaleError for a stale row.
    """
    made: Any = declared(checked_record(record))(**{**to_dict(record), **changes})
    return made  # type: ignore[no-any-return]
