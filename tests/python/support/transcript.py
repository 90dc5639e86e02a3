"""Runs programs about tables and records what each line did, to compare two implementations.

A program is a list of lines of Python. All run in one namespace, which has the record classes,
values and helpers below. The transcript of a line is its value, or the type and message of the
error that it raised, and the content of every table that it changed. What may differ between
implementations is left out: addresses, names that begin with _stoa_, types of iterators.

As a script, this file reads programs from standard input and writes transcripts to standard
output, one line of JSON each.
"""

from __future__ import annotations

import abc
import copy
import gc
import json
import operator
import pickle
import re
import sys
import weakref
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, Callable
from zlib import crc32

import stoa
from stoa import float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

# ---- record classes ----


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

    kind = "point"

    def norm(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    @property
    def doubled(self) -> float:
        return 2 * self.w

    @doubled.setter
    def doubled(self, value: float) -> None:
        self.w = value / 2

    @property
    def broken(self) -> int:
        return self.nothing  # type: ignore[attr-defined,no-any-return]

    @classmethod
    def origin(cls) -> Point:
        return cls(0, y=0)

    @staticmethod
    def name() -> str:
        return "a point"

    def moved(self) -> Point:
        return type(self)(self.x + 1, self.y)


class Deep(Point):
    z: int64 = 5
    made = 0

    def norm(self) -> float:
        return super().norm() + self.z

    def __post_init__(self) -> None:
        Deep.made += 1

    @property
    def doubled(self) -> float:
        return super().doubled + 1


class Narrow(Point):
    x: int8
    w: float32 = 0.5


class Every(stoa.Record):
    a: bool
    b: int8
    c: int16
    d: int32
    e: int64
    f: uint8
    g: uint16
    h: uint32
    i: uint64
    j: float32
    k: float64
    m: object


class Item(stoa.Record):
    n: int32
    thing: object = None
    tags: object = stoa.field(default_factory=list)


class Thing(stoa.Record):
    thing: object


class One(stoa.Record):
    n: int16


class Odd(stoa.Record):
    count: int32
    index: int8
    to_dict: uint16
    append: float32 = 2.5
    self: int32 = 7
    type: object = None


class Wide(stoa.Record):
    a: int8
    b: uint8
    c: int16
    d: uint16
    e: int32
    f: uint32
    g: int64
    h: uint64
    i: float32
    j: float64
    k: bool
    l: object  # noqa: E741
    m: int8 = 1
    n: uint8 = 2
    o: int16 = 3
    p: uint16 = 4
    q: int32 = 5
    r: float32 = 6.5
    s: object = "s"
    t: bool = True


class Shy(Point):
    """Answers names that it does not have."""

    def __getattr__(self, name: str) -> str:
        if name.startswith("q"):
            return name.upper()
        raise AttributeError(f"no {name}")


class Mixin:
    __slots__ = ()

    def shown(self) -> str:
        return f"{type(self).__name__}: {list(self)}"  # type: ignore[call-overload]


class Custom(Mixin, Point):
    """Has special methods of its own."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and self.x == other

    def __hash__(self) -> int:
        return 99

    def __repr__(self) -> str:
        return f"<{self.x}, {self.y}>"

    def __len__(self) -> int:
        return self.x

    def __iter__(self) -> Any:
        return iter([self.x])

    def __getitem__(self, key: Any) -> Any:
        return self.y, key

    def __call__(self, *arguments: Any) -> Any:
        return arguments, self.w

    def __lt__(self, other: Any) -> bool:
        return self.x < other.x  # type: ignore[no-any-return]

    def __add__(self, other: Any) -> Any:
        return self.x + other


HEARD: list[Any] = []


class Family(stoa.Record):
    """Notices each subclass that is made."""

    n: int32

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__()
        HEARD.append((cls.__name__, options))


class Child(Family, colour="red"):
    m: int32 = 3


class Noted(stoa.Record):
    """Has a dictionary and weak references."""

    __slots__ = ("__dict__", "__weakref__")

    first: int16
    second: object = None


class Strict(stoa.Record):
    """Checks itself when it is made, and may refuse."""

    first: int8
    second: float32 = 0.5
    third: object = stoa.field(default_factory=list)

    def __post_init__(self) -> None:
        if self.first == 2:
            raise ValueError("two")
        self.second += 1
        self.third = (self.third, type(self).__name__)


class Picky(stoa.Record):
    """Its default factories may fail."""

    first: int8
    second: uint16 = stoa.field(default_factory=lambda: next(TURNS))
    third: object = stoa.field(default_factory=dict)


TURNS = iter(range(2**16 - 5, 2**16 + 10**9))


class Calling(type(stoa.Record)):  # type: ignore[misc]
    """A metaclass that calls its classes in its own way."""

    def __call__(cls, *values: Any, **named: Any) -> Any:
        return super().__call__(*reversed(values), **named)


class Called(stoa.Record, metaclass=Calling):
    first: int16
    second: int8 = 3


class Bound(abc.ABCMeta, type(stoa.Record)):  # type: ignore[misc]
    """A metaclass for abstract records."""


class Unfinished(stoa.Record, metaclass=Bound):
    first: int16
    second: int8 = 3

    @property
    @abc.abstractmethod
    def area(self) -> int: ...


class Finished(Unfinished):
    @property
    def area(self) -> int:
        return self.first * self.second


# ---- values ----


class Index:
    """Has __index__, which returns a number, raises, or does something else first."""

    def __init__(self, value: Any, act: Callable[[], Any] | None = None) -> None:
        self.value, self.act = value, act

    def __index__(self) -> Any:
        act, self.act = self.act, None
        if act is not None:
            act()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value!r})"


class Float(Index):
    """Has __float__ in the same way."""

    __index__ = None  # type: ignore[assignment]

    def __float__(self) -> Any:
        return Index.__index__(self)

    def __repr__(self) -> str:
        return f"Float({self.value!r})"


class Scalar:
    """Has both, as numpy's scalars do."""

    ndim = 0

    def __init__(self, integer: Any, number: Any) -> None:
        self.integer, self.number = integer, number

    def __index__(self) -> Any:
        return self.integer

    def __float__(self) -> Any:
        return self.number

    def __repr__(self) -> str:
        return f"Scalar({self.integer}, {self.number})"


class Int(int):
    """Returns something else each time."""

    def __index__(self) -> int:
        return 77

    def __int__(self) -> int:
        return 78

    def __float__(self) -> float:
        return 79.0


class PlainInt(int):
    pass


class PlainFloat(float):
    pass


class OddFloat(float):
    def __float__(self) -> float:
        return 80.0


class Text(str):
    """A name of a subclass of str."""


class Mapped(dict):  # type: ignore[type-arg]
    """A subclass of dict."""


class Pair(tuple):  # type: ignore[type-arg]
    """A subclass of tuple."""


class Named:
    """An object whose repr tells its place in the table instead of its address."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def made_anew(name: str) -> str:
    """The same text as a different object that is not interned."""
    return "".join(list(name))


def failing(values: Any, after: int) -> Any:
    """A generator that raises in the middle."""
    yield from islice(values, after)
    raise ValueError("the middle")


def acting(values: Any, act: Callable[[], Any], after: int = 1) -> Any:
    """A generator that does something in the middle."""
    for i, value in enumerate(values):
        if i == after:
            act()
        yield value


# ---- what is compared ----

MOST = 12
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def described(value: Any, depth: int = 0) -> str:
    """The value with its type, and with its index if it is a row."""
    if depth > 4:
        return "..."
    if isinstance(value, stoa.Record) and not isinstance(value, type):
        return f"{place(value)} {shown(value)}"
    if isinstance(value, type):
        return f"class {value.__module__}.{value.__qualname__}"
    if type(value) in (list, tuple):
        return f"{type(value).__name__}({shortened(described(v, depth + 1) for v in value)})"
    if type(value) is dict:
        pairs = (f"{described(k, depth + 1)}: {described(v, depth + 1)}" for k, v in value.items())
        return f"dict({', '.join(pairs)})"
    if hasattr(type(value), "__next__"):
        return f"iterator, of itself: {iter(value) is value}"
    if callable(value):
        return f"callable {getattr(value, '__name__', '')}"
    return f"{type(value).__name__} {shown(value)}"


def shortened(texts: Iterable[str]) -> str:
    """The first items; of a long list also a checksum of the others."""
    listed = list(texts)
    rest = listed[MOST:]
    end = [f"and {len(rest)} more: {crc32(repr(rest).encode()):x}"] if rest else []
    return ", ".join(listed[:MOST] + end)


def place(record: Any) -> str:
    try:
        return f"row {stoa.index_of(record)} of {len(stoa.table_of(record))}:"
    except stoa.StaleError:
        return f"stale row of {len(stoa.table_of(record))}:"
    except TypeError:
        return "record"


def shown(value: Any) -> str:
    try:
        return ADDRESS.sub("0x", repr(value))
    except Exception as problem:
        return f"no repr: {told(problem)}"


def told(problem: BaseException) -> str:
    message = ADDRESS.sub("0x", str(problem))
    bases = [each.__name__ for each in type(problem).__mro__ if each.__module__ == "builtins"]
    return f"{type(problem).__name__}({', '.join(bases)}): {message}"


def state(table: Any) -> str:
    """Everything visible of a table, read by columns."""
    columns = (f"{name}: {shortened(map(shown, table[name].tolist()))}" for name in table.fields)
    return f"{len(table)} rows, order {table.order}, {'; '.join(columns)}"


def names(thing: Any) -> list[str]:
    hidden = "__getattr__"  # where Python answers for names that are not fields
    return [name for name in dir(thing) if not name.startswith("_stoa_") and name != hidden]


def outcome(run: Callable[[], Any]) -> str:
    """What a call returns or raises."""
    try:
        return described(run())
    except Exception as problem:
        return told(problem)


def fails(run: Callable[[], Any]) -> str:
    """Whether the call raises; the message is left out, as it is the interpreter's."""
    try:
        return described(run())
    except Exception:
        return "raises"


def kept(value: Any) -> bool:
    """Whether the object can be weakly referenced, and the reference dies with it."""
    reference = weakref.ref(value)
    return reference() is value


# ---- programs ----


class Run:
    """One program's run."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = dict(WORLD)
        self.names.update(walk=self.walk, do=self.do, Act=self.act, things=THINGS)
        self.states: dict[str, str] = {}
        self.transcript: list[str] = []

    def line(self, source: str) -> str:
        """Runs one line: an expression for its value, statements for their effects."""
        try:
            try:
                code = compile(source, "<line>", "eval")
            except SyntaxError:
                exec(compile(source, "<line>", "exec"), self.names)
                return "done"
            return described(eval(code, self.names))
        except Exception as problem:
            return told(problem)

    def do(self, source: str) -> Callable[[], Any]:
        """A function that runs a line and records the result."""
        return lambda: self.transcript.append(f"    within: {self.line(source)}")

    def act(self, source: str, value: Any = 1) -> Index:
        """An integer that runs a line when it is first read."""
        return Index(value, self.do(source))

    def walk(self, rows: Any, lines: Any = (), keep: bool = False, steps: int = 9) -> list[str]:
        """Iterates, and runs lines[i] before step i; goes on after errors."""
        told_of: list[str] = []
        seen: list[Any] = []
        steps_taken = iter(rows)
        for i in range(steps):
            if i in lines:
                told_of.append(f"{lines[i]}: {self.line(lines[i])}")
            try:
                row = next(steps_taken)
            except StopIteration:
                told_of.append("end")
            except Exception as problem:
                told_of.append(told(problem))
            else:
                told_of.append(described(row))
                if keep:
                    seen.append(row)
        return told_of + [described(row) for row in seen]

    def note_states(self) -> None:
        for name, value in list(self.names.items()):
            if isinstance(value, stoa.Table):
                found = state(value)
                if self.states.get(name) != found:
                    self.states[name] = found
                    self.transcript.append(f"    {name}: {found}")

    def run(self, program: list[str]) -> list[str]:
        del HEARD[:]
        for source in program:
            self.transcript.append(f"{source}\n    {self.line(source)}")
            self.note_states()
        return self.transcript


THINGS = [Named("first"), Named("second"), None, "text", 5, (1, 2)]
WORLD: dict[str, Any] = {
    **{name: value for name, value in globals().items() if not name.startswith("_")},
    **{each.__name__: each for each in (copy, gc, operator, pickle, Decimal, Fraction)},
}


def main() -> None:
    """Answers programs until the input ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        print(json.dumps(Run().run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
