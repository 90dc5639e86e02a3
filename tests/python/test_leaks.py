"""No operation on rows leaks, whether it succeeds or fails: each is repeated many thousand times.

Counted are blocks of Python's allocator, bytes (over fewer repetitions, by tracemalloc), objects
tracked by the collector, and references to classes, values and tables. A leak of one per
repetition is far above the usual variation. Tables die with their last row, without the collector;
cycles through object columns die in a collection.
"""

from __future__ import annotations

import abc
import copy
import dataclasses
import gc
import pickle
import sys
import sysconfig
import weakref
from collections.abc import Iterator
from typing import Any, Callable

import _cffi_backend
import pytest

import stoa
from stoa import float32, float64, int32, uint64
from stoa._schema.extension import rows as extension

if sys.implementation.name != "cpython":
    pytest.skip("PyPy does not count references", allow_module_level=True)
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    pytest.skip("free-threaded builds count references by thread", allow_module_level=True)

import tracemalloc

STEPS = 4_000


class Base(stoa.Record):
    n: int32
    w: float64 = 0.5

    def doubled(self) -> Any:
        return 2 * self.n


class Item(Base):
    thing: object = None
    tags: object = stoa.field(default_factory=list)
    big: uint64 = 2**63
    flag: bool = True
    f: float32 = 1.5

    def doubled(self) -> Any:
        return super().doubled() + 1

    @property
    def half(self) -> float:
        return self.w / 2

    @half.setter
    def half(self, value: float) -> None:
        self.w = 2 * value


class Named(stoa.Record):
    x: int32
    y: int32 = stoa.field(kw_only=True)
    tags: object = stoa.field(default_factory=list, kw_only=True)


class Noted(Base):
    """Has a dictionary, and checks itself when it is made."""

    __slots__ = ("__dict__", "__weakref__")

    thing: object = None

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ZeroDivisionError
        self.note = [self.thing]


class Unwilling(stoa.Record):
    n: int32
    thing: object = stoa.field(default_factory=list)
    more: object = stoa.field(default_factory=lambda: 1 // 0)


class Abstract(stoa.Record, metaclass=type("Meta", (abc.ABCMeta, type(stoa.Record)), {})):  # type: ignore[misc]
    n: int32

    @abc.abstractmethod
    def area(self) -> None: ...


class Other(stoa.Record):
    n: int32


class Number:
    """An integer, or an object whose reading raises."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __index__(self) -> int:
        if self.value is None:
            raise ZeroDivisionError
        return self.value  # type: ignore[no-any-return]


class Scene:
    """Tables and rows to work on, the same before each repetition."""

    def __init__(self) -> None:
        self.thing = object()
        self.values = (1, 2.5, self.thing, None, 3, False, 0.5)
        self.table: Any = stoa.Table(Item, [self.values] * 5)
        self.more: Any = stoa.Table(Item, [self.values] * 5)
        self.row = self.table[2]
        self.record = Item(*self.values)
        self.noted = Noted(1, 2.5, self.thing)
        self.named: Any = stoa.Table(Named)
        self.window = self.table[1:4]
        self.selection = self.table.where("n > 0").pin()
        self.other = stoa.Table(Other, 2)[0]
        self.mapping = dict(zip(self.table.fields, self.values))
        self.stale = self.stale_row()
        self.index = Number(3)
        self.broken = Number(None)
        self.unknown = "".join(["un", "known"])

    def stale_row(self) -> Any:
        table: Any = stoa.Table(Item, [self.values] * 2)
        row = table[0]
        table.pop()
        return row

    def room(self) -> Any:
        """A table that stays small."""
        if len(self.more) > 1000:
            self.more.clear()
        return self.more

    def watched(self) -> list[Any]:
        row_class = type(self.row)
        return [
            *(self.thing, self.table, self.more, self.row, self.other, self.values, self.mapping),
            *(Base, Item, row_class, type(self.record), type(self.other), stoa.Record),
            *(Noted, Unwilling, Abstract, type(self.noted), self.record, self.noted),
            *(None, True, False, 0, 1, 5, (), "", "n", "thing", self.unknown, int, float, list),
            *(stoa.StaleError, stoa.WrongTypeError, stoa.RangeError, object.__setattr__),
        ]


def fails(act: Callable[[], Any], error: type[Exception]) -> None:
    try:
        act()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def last_of(rows: Any) -> Any:
    row = None
    for row in rows:
        row.n  # noqa: B018
    return row


def stopped(rows: Any) -> Any:
    return next(iter(rows))


def breaks_off(scene: Scene) -> None:
    table = scene.room()
    table.append(1)
    rows, cursor = iter(table), table.cursor()
    next(rows), next(cursor)
    table.pop()
    fails(lambda: next(rows), stoa.StaleError)
    fails(lambda: next(cursor), stoa.StaleError)


def unpacked(scene: Scene) -> Any:
    _, w, *_ = scene.row
    return w


OPERATIONS: dict[str, Callable[[Scene], Any]] = {
    "read": lambda s: (s.row.n, s.row.w, s.row.thing, s.row.big, s.row.flag, s.row.f),
    "write an int": lambda s: setattr(s.row, "n", 5000),
    "write a float": lambda s: setattr(s.row, "w", 1.25),
    "write a float as int": lambda s: setattr(s.row, "f", 3),
    "write a bool": lambda s: setattr(s.row, "flag", 1),
    "write a big int": lambda s: setattr(s.row, "big", 2**64 - 1),
    "write an object": lambda s: setattr(s.row, "thing", s.thing),
    "write a new object": lambda s: setattr(s.row, "thing", object()),
    "write by __index__": lambda s: setattr(s.row, "n", s.index),
    "write and add": lambda s: setattr(s.row, "n", s.row.n % 1000 + 1),
    "a row": lambda s: s.table[1],
    "the last row": lambda s: s.table[-1].n,
    "a row by __index__": lambda s: s.table[s.index],
    "a row of a window": lambda s: s.window[1].w,
    "a window": lambda s: s.table[1:3],
    "loop": lambda s: last_of(s.table),
    "loop and keep": lambda s: list(s.table),
    "loop backwards": lambda s: last_of(reversed(s.table)),
    "loop over a window": lambda s: last_of(s.window),
    "loop over a selection": lambda s: last_of(s.selection),
    "cursor": lambda s: last_of(s.table.cursor()),
    "stop in the middle": lambda s: (stopped(s.table), stopped(s.table.cursor())),
    "zip": lambda s: list(zip(s.table, s.table)),
    "unpack": unpacked,
    "tuple": lambda s: tuple(s.row),
    "to_tuple": lambda s: (s.row.to_tuple(), stoa.to_tuple(s.row)),
    "to_dict": lambda s: (s.row.to_dict(), stoa.to_dict(s.row)),
    "equal rows": lambda s: s.row == s.table[1],
    "equal tuple": lambda s: s.row == s.values,
    "equal record": lambda s: s.row != s.record,
    "equal nothing": lambda s: s.row == 5,
    "repr": lambda s: repr(s.row),
    "copy": lambda s: (stoa.copy(s.row), copy.copy(s.row)),
    "replace": lambda s: s.row.replace(n=3),
    "dataclasses": lambda s: (dataclasses.fields(s.row), dataclasses.replace(s.row, n=3)),
    "a buffer": lambda s: bytes(s.window.n if extension else s.window.n.buffer),
    "a buffer that is kept": lambda s: setattr(s.row, "thing", s.table.w.buffer),
    "a record whose fields go by name": lambda s: Named(1, y=2, tags=s.thing),
    "append by name only": lambda s: (s.named.append(1, y=2), s.named.clear()),
    "pickle": lambda s: pickle.loads(pickle.dumps(stoa.replace(s.row, thing=None))),
    "method": lambda s: s.row.doubled(),
    "bound method": lambda s: s.row.doubled,
    "property": lambda s: (s.row.half, setattr(s.row, "half", 1.0)),
    "class attributes": lambda s: (s.row.__class__, s.row.__doc__, s.row.__match_args__),
    "getattr": lambda s: (getattr(s.row, "n", None), getattr(s.row, s.unknown, s.thing)),
    "hasattr": lambda s: hasattr(s.row, s.unknown),
    "index_of": lambda s: (stoa.index_of(s.row), stoa.table_of(s.row)),
    "referents": lambda s: gc.get_referents(s.row),
    "append": lambda s: s.room().append(*s.values),
    "append fewer": lambda s: s.room().append(1, 2),
    "append by name": lambda s: s.room().append(n=1, thing=s.thing),
    "append a tuple": lambda s: s.room().append(s.values),
    "append a mapping": lambda s: s.room().append(s.mapping),
    "append by a mapping": lambda s: s.room().append(**s.mapping),
    "append a row": lambda s: s.room().append(s.row),
    "append a record": lambda s: s.room().append(s.record),
    "append a new object": lambda s: s.room().append(1, 2, object()),
    "extend": lambda s: s.room().extend([s.values, s.values]),
    "extend lazily": lambda s: s.room().extend(s.values for _ in range(3)),
    "extend mixed": lambda s: s.room().extend([s.row, s.mapping, s.record, s.values]),
    "extend a table": lambda s: s.room().extend(s.table),
    "extend a window": lambda s: s.room().extend(iter(s.window)),
    "extend columns": lambda s: s.room().extend(n=[1, 2]),
    "assign a row": lambda s: s.table.__setitem__(1, s.values),
    "assign a record": lambda s: s.table.__setitem__(1, s.record),
    "insert and pop": lambda s: (s.more.insert(0, s.values), s.more.pop()),
    "append and clear": lambda s: (s.more.append(1), s.more.clear()),
    "a moment ends": lambda s: (s.table.n + 1, setattr(s.row, "n", 5)),
    "a table": lambda s: stoa.Table(Item, [s.values])[0].thing,
    "a record": lambda s: Item(*s.values).doubled(),
    "a record of few": lambda s: Item(1),
    "a record by name": lambda s: Item(n=1, thing=s.thing, w=3),
    "a record by a mapping": lambda s: Item(**s.mapping),
    "a record by odd names": lambda s: Item(**{"".join(k): v for k, v in s.mapping.items()}),
    "a record converted": lambda s: Item(s.index, 2, f=0.1, flag=1),
    "a record of its class": lambda s: (type(s.record)(1), type(s.row)(2)),
    "a record by type's call": lambda s: type.__call__(Item, 1, thing=s.thing),
    "a record with a dictionary": lambda s: Noted(1, thing=object()).note,
    "a record in a cycle": lambda s: (lambda r: setattr(r, "thing", r))(Item(1)),
    "a record in its dictionary": lambda s: (lambda r: setattr(r, "note", r))(Noted(1)),
    "a record's weak reference": lambda s: weakref.ref(s.noted)(),
    "write to a record": lambda s: [
        setattr(s.record, *each)
        for each in (("n", 5000), ("w", 1.25), ("f", 3), ("flag", 1), ("big", 2**64 - 1))
    ],
    "write objects to a record": lambda s: (
        setattr(s.record, "thing", object()),
        setattr(s.record, "thing", s.thing),
        s.record.__setattr__("".join(["th", "ing"]), s.thing),
    ),
    "write by __index__ to a record": lambda s: setattr(s.record, "n", s.index),
    "write and add to a record": lambda s: setattr(s.record, "n", s.record.n % 1000 + 1),
    "write to a record's dictionary": lambda s: (
        setattr(s.noted, "other", object()),
        delattr(s.noted, "other"),
    ),
    "read a record": lambda s: (s.record.n, s.record.thing, s.noted.note, s.record.half),
    "unpack a record": lambda s: (tuple(s.record), s.record.to_dict(), stoa.to_dict(s.record)),
    "stop in the middle of a record": lambda s: (stopped(s.record), stopped(Other(1))),
    "equal records": lambda s: (s.record == s.noted, s.record == s.values, s.record != s.row),
    "copy a record": lambda s: (copy.copy(s.record), copy.deepcopy(s.noted), s.record.replace(n=1)),
    "referents of a record": lambda s: (gc.get_referents(s.record), gc.get_referents(Item)),
    "append records": lambda s: s.room().extend([s.record, s.record]),
    "append records lazily": lambda s: s.room().extend(s.record for _ in range(3)),
    "append plain records": lambda s: stoa.Table(Other).extend(Other(i) for i in range(3)),
    "a record class": lambda s: type("Made", (Other,), {"__annotations__": {"m": "int8"}})(1, m=2),
    "values": lambda s: list(s.table.values()),
    "values of fields": lambda s: list(s.table.values("n", "thing")),
    "values of a window": lambda s: list(s.window.values("w")),
    "values of a selection": lambda s: list(s.selection.values("w")),
    "values in the middle": lambda s: stopped(s.table.values("n")),
}
FAILURES: dict[str, Callable[[Scene], Any]] = {
    "write a wrong type": lambda s: fails(lambda: setattr(s.row, "n", 1.5), TypeError),
    "write text": lambda s: fails(lambda: setattr(s.row, "w", "text"), TypeError),
    "write too much": lambda s: fails(lambda: setattr(s.row, "n", 2**40), OverflowError),
    "write far too much": lambda s: fails(lambda: setattr(s.row, "n", 2**400), OverflowError),
    "write too much as float": lambda s: fails(lambda: setattr(s.row, "f", 1e39), OverflowError),
    "write no bool": lambda s: fails(lambda: setattr(s.row, "flag", 2), OverflowError),
    "write what raises": lambda s: fails(lambda: setattr(s.row, "n", s.broken), ZeroDivisionError),
    "read unknown": lambda s: fails(lambda: getattr(s.row, s.unknown), AttributeError),
    "write unknown": lambda s: fails(lambda: setattr(s.row, s.unknown, 1), AttributeError),
    "delete": lambda s: fails(lambda: delattr(s.row, "n"), (AttributeError, TypeError)),  # type: ignore[arg-type]
    "delete unknown": lambda s: fails(lambda: delattr(s.row, s.unknown), AttributeError),
    "read stale": lambda s: fails(lambda: s.stale.n, stoa.StaleError),
    "read a stale object": lambda s: fails(lambda: s.stale.thing, stoa.StaleError),
    "write stale": lambda s: fails(lambda: setattr(s.stale, "n", 1), stoa.StaleError),
    "write a stale object": lambda s: fails(lambda: setattr(s.stale, "thing", 1), stoa.StaleError),
    "unpack stale": lambda s: fails(lambda: tuple(s.stale), stoa.StaleError),
    "compare stale": lambda s: fails(lambda: s.row == s.stale, stoa.StaleError),
    "append stale": lambda s: fails(lambda: s.more.append(s.stale), stoa.StaleError),
    "loop stale": breaks_off,
    "no row": lambda s: fails(lambda: s.table[5], IndexError),
    "no row far away": lambda s: fails(lambda: s.table[-(2**70)], IndexError),
    "no index": lambda s: fails(lambda: s.table[None], TypeError),
    "no index but what raises": lambda s: fails(lambda: s.table[s.broken], ZeroDivisionError),
    "hash": lambda s: fails(lambda: hash(s.row), TypeError),
    "call": lambda s: fails(lambda: s.row(), TypeError),
    "another class": lambda s: fails(lambda: setattr(s.row, "__class__", int), TypeError),
    "unpack into two": lambda s: fails(lambda: (lambda a, b: a)(*s.row), TypeError),
    "weakref": lambda s: fails(lambda: weakref.ref(s.row), TypeError),
    "append nothing": lambda s: fails(lambda: s.more.append(), TypeError),
    "append too many": lambda s: fails(lambda: s.more.append(*s.values, 1), TypeError),
    "a record by position": lambda s: fails(lambda: Named(1, 2), TypeError),
    "append by position": lambda s: fails(lambda: s.named.append(1, 2, 3), TypeError),
    "no buffer": lambda s: fails(lambda: s.table.thing.__buffer__(0), BufferError),
    "append a wrong value": lambda s: fails(lambda: s.more.append("text"), TypeError),
    "append too much": lambda s: fails(
        lambda: s.more.append(1, thing=object(), big=-1), OverflowError
    ),
    "append what raises": lambda s: fails(lambda: s.more.append(s.broken), ZeroDivisionError),
    "append unknown": lambda s: fails(lambda: s.more.append(1, unknown=1), TypeError),
    "append twice": lambda s: fails(lambda: s.more.append(1, n=1), TypeError),
    "append another record": lambda s: fails(lambda: s.more.append(s.other), TypeError),
    "extend with a wrong one": lambda s: fails(
        lambda: s.more.extend([s.values, (1, object(), object()), s.values]), TypeError
    ),
    "extend with what raises": lambda s: fails(
        lambda: s.more.extend([s.values, (s.broken, 1.5, object())]), ZeroDivisionError
    ),
    "extend with none": lambda s: fails(lambda: s.more.extend([s.values, None]), TypeError),
    "extend by what raises": lambda s: fails(
        lambda: s.more.extend((1 // i, 2.0, object()) for i in (2, 1, 0)), ZeroDivisionError
    ),
    "extend by nothing": lambda s: fails(lambda: s.more.extend(5), TypeError),
    "assign a wrong one": lambda s: fails(lambda: s.table.__setitem__(1, (1, object())), TypeError),
    "assign its own": lambda s: fails(lambda: s.table.__setitem__(1, s.row), TypeError),
    "a record of nothing": lambda s: fails(lambda: Item(), TypeError),
    "a record of too many": lambda s: fails(lambda: Item(*s.values, 1), TypeError),
    "a record of an unknown": lambda s: fails(lambda: Item(1, unknown=s.thing), TypeError),
    "a record of one twice": lambda s: fails(lambda: Item(1, n=s.thing), TypeError),
    "a record of a wrong value": lambda s: fails(lambda: Item("text", thing=object()), TypeError),
    "a record of a late wrong value": lambda s: fails(
        lambda: Item(1, thing=object(), f=1e39), OverflowError
    ),
    "a record of what raises": lambda s: fails(lambda: Item(s.broken), ZeroDivisionError),
    "a record that refuses": lambda s: fails(lambda: Noted(-1, 2, object()), ZeroDivisionError),
    "a record without a factory's value": lambda s: fails(lambda: Unwilling(1), ZeroDivisionError),
    "an abstract record": lambda s: fails(lambda: Abstract(1), TypeError),
    "an empty record": lambda s: fails(
        lambda: tuple(object.__new__(type(s.record))), AttributeError
    ),
    "an empty record appended": lambda s: fails(
        lambda: s.more.append(object.__new__(type(s.record))), AttributeError
    ),
    "write a wrong type to a record": lambda s: fails(
        lambda: setattr(s.record, "n", object()), TypeError
    ),
    "write too much to a record": lambda s: fails(
        lambda: setattr(s.record, "n", 2**400), OverflowError
    ),
    "write what raises to a record": lambda s: fails(
        lambda: setattr(s.record, "n", s.broken), ZeroDivisionError
    ),
    "write unknown to a record": lambda s: fails(
        lambda: setattr(s.record, s.unknown, 1), AttributeError
    ),
    "read unknown of a record": lambda s: fails(
        lambda: getattr(s.record, s.unknown), AttributeError
    ),
    "delete of a record": lambda s: fails(lambda: delattr(s.record, "n"), AttributeError),
    "delete unknown of a record": lambda s: fails(
        lambda: delattr(s.noted, s.unknown), AttributeError
    ),
    "another class for a record": lambda s: fails(
        lambda: setattr(s.record, "__class__", type(s.noted)), TypeError
    ),
    "values of unknown": lambda s: fails(lambda: s.table.values("n", s.unknown), AttributeError),
    "replace by unknown": lambda s: fails(lambda: s.row.replace(unknown=1), AttributeError),
}


@pytest.fixture(autouse=True)
def little_for_the_collector() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def growth(operation: Callable[[Scene], Any], steps: int) -> tuple[int, int, dict[str, int]]:
    """Blocks, tracked objects and references left by `steps` repetitions."""
    scene = Scene()
    for _ in range(1100):  # until the table was cleared once
        operation(scene)
    watched = scene.watched()
    counts = [0] * len(watched)
    first_objects, first_blocks = len(gc.get_objects()), blocks()
    first = [sys.getrefcount(each) for each in watched]
    for _ in range(steps):
        operation(scene)
    counts = [sys.getrefcount(each) for each in watched]
    made = blocks() - first_blocks, len(gc.get_objects()) - first_objects
    changed = {repr(w): b - a for w, a, b in zip(watched, first, counts) if abs(b - a) > steps // 4}
    return (*made, changed)


@pytest.mark.parametrize("name", [*OPERATIONS, *FAILURES])
def test_no_operation_leaves_anything_behind(name: str) -> None:
    operation = OPERATIONS.get(name) or FAILURES[name]
    left, objects, changed = growth(operation, STEPS)
    assert left < STEPS // 4
    assert objects < STEPS // 4
    assert changed == {}


def test_no_operation_leaves_bytes_behind() -> None:
    steps = 200

    def left(scene: Scene, operation: Callable[[Scene], Any]) -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(steps):
            operation(scene)
        gc.collect()
        scene.more.clear()
        return tracemalloc.get_traced_memory()[0] - before

    for name, operation in {**OPERATIONS, **FAILURES}.items():
        scene = Scene()
        tracemalloc.start()
        try:  # caches are filled once
            assert any(left(scene, operation) < 16 * steps for _ in range(4)), name
        finally:
            tracemalloc.stop()


def counts_references() -> bool:
    """Whether this is a debug build of Python. If cffi is no debug build, its allocations are not
    counted."""
    built_for = str(sysconfig.get_config_var("EXT_SUFFIX"))
    return hasattr(sys, "gettotalrefcount") and str(_cffi_backend.__file__).endswith(built_for)


@pytest.mark.skipif(not counts_references(), reason="only debug builds count, cffi's among them")
def test_no_operation_leaves_a_reference_to_anything() -> None:
    for name, operation in {**OPERATIONS, **FAILURES}.items():
        scene = Scene()
        for _ in range(1100):
            operation(scene)
        gc.collect()
        before = sys.gettotalrefcount()
        for _ in range(1000):
            operation(scene)
        gc.collect()
        assert abs(sys.gettotalrefcount() - before) < 300, name


def test_a_million_rows_are_made_and_leave_nothing() -> None:
    class Point(stoa.Record):
        x: int32
        y: int32

    points = stoa.Table(Point, 1_000_000)
    for warm_up in range(3):
        points[warm_up].x = 1000 + warm_up
    before, references = blocks(), sys.getrefcount(points)
    for row in points:
        row.y = row.x
    for i in range(0, 1_000_000, 10):
        points[i].x  # noqa: B018
    for row in points.cursor():
        row.x  # noqa: B018
    row = None  # type: ignore[assignment]
    assert blocks() - before < 100
    assert sys.getrefcount(points) == references
    kept = list(points[:100_000])
    del kept
    assert blocks() - before < 100
    assert sys.getrefcount(points) == references


def test_fields_that_come_and_go_leave_nothing() -> None:
    table: Any = stoa.Table(Item, 3)

    def change() -> None:
        row = table[0]
        table.add_field("extra", "int64", 3)
        table[0].extra = 2**40
        table.rename_field("extra", "other")
        table[0].other  # noqa: B018
        table.drop_field("other")
        row.n = 5

    for _ in range(20):
        change()
    before, objects = blocks(), len(gc.get_objects())
    for _ in range(50):
        change()
    assert blocks() - before < 2000
    assert len(gc.get_objects()) - objects < 50
