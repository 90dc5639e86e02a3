"""Standalone records under deliberate misuse."""

from __future__ import annotations

import abc
import gc
import threading
import weakref
from typing import Any, Callable

import pytest

import stoa
from stoa import float64, int8, int32
from stoa._schema import extension


class Point(stoa.Record):
    alpha: int32
    beta: float64 = 1.0
    gamma: object = None


class Small(stoa.Record):
    alpha: int8
    beta: float64 = 1.0
    gamma: object = None


class Noted(stoa.Record):
    __slots__ = ("__dict__",)

    alpha: int32


class Text(str):
    """A name of a subclass of str."""


def anew(name: str) -> str:
    """The same text as another object, which is not interned."""
    return "".join(list(name))


NAMES: list[Callable[[str], str]] = [str, anew, Text]


@pytest.mark.parametrize("name", NAMES)
def test_a_store_is_checked_by_whatever_text_its_field_is_named(name: Any) -> None:
    point = Point(1, 2.0, "three")
    for store in (setattr, type(point).__setattr__, lambda p, n, v: p.__setattr__(n, v)):
        with pytest.raises(TypeError, match="alpha is int32"):
            store(point, name("alpha"), "text")
        with pytest.raises(OverflowError):
            store(point, name("alpha"), 2**31)
        store(point, name("beta"), 5)
        assert type(point.beta) is float
        with pytest.raises(AttributeError):
            store(point, name("nothing"), 1)
    assert point == (1, 5.0, "three")


@pytest.mark.parametrize("name", NAMES)
def test_a_field_is_not_deleted_by_whatever_text_it_is_named(name: Any) -> None:
    for record in (Point(1), Noted(1)):
        with pytest.raises(AttributeError, match="keeps all its fields"):
            delattr(record, name("alpha"))
        with pytest.raises(AttributeError, match="keeps all its fields"):
            record.__delattr__(name("alpha"))


def test_a_dictionary_hides_no_field() -> None:
    noted = Noted(1)
    vars(noted)["alpha"] = "text"
    assert noted.alpha == 1
    with pytest.raises(AttributeError, match="keeps all its fields"):
        del noted.alpha
    noted.alpha = 5
    assert (noted.alpha, tuple(noted), vars(noted)) == (5, (5,), {"alpha": "text"})
    table = stoa.Table(Noted, [noted])
    assert table.alpha.tolist() == [5]


def test_a_record_keeps_its_class() -> None:
    point: Any = Point(1000)
    for other in (type(Small(1)), Small, type(stoa.Table(Point, 1)[0]), int, None):
        with pytest.raises(TypeError):
            point.__class__ = other
    point.__class__ = type(point)
    assert stoa.Table(Point, [point]) == stoa.Table(Point, [(1000,)])


def test_a_record_without_values_says_so() -> None:
    empty: Any = object.__new__(type(Point(1)))
    table: Any = stoa.Table(Point, 2)
    for act in (
        lambda: empty.alpha,
        lambda: tuple(empty),
        lambda: empty.to_dict(),
        lambda: empty == Point(1),
        lambda: table.append(empty),
        lambda: table.extend([Point(1), empty]),
        lambda: table.extend(each for each in [Point(1), empty]),
        lambda: table.__setitem__(0, empty),
    ):
        with pytest.raises(AttributeError):
            act()
    assert len(table) == 2
    empty.alpha, empty.beta, empty.gamma = 1, 2, 3
    assert empty == (1, 2.0, 3)


class Meta(abc.ABCMeta, type(stoa.Record)):  # type: ignore[misc]
    """A metaclass for abstract records."""


class Shape(stoa.Record, metaclass=Meta):
    side: int32 = 1

    @abc.abstractmethod
    def area(self) -> int: ...


class Square(Shape):
    def area(self) -> int:
        return self.side**2


def test_an_abstract_record_is_not_made() -> None:
    made: Any = Shape
    for make in (
        lambda: made(1),
        lambda: made(side=1),
        lambda: made(),
        lambda: made.__new__(made, 1),
        lambda: type.__call__(made, 1),
    ):
        with pytest.raises(TypeError, match="abstract"):
            make()
    assert Square(3).area() == 9
    assert type(Square(1))(4).area() == 16
    assert [each.area() for each in stoa.Table(Square, [(2,), (3,)])] == [4, 9]
    assert isinstance(stoa.Table(Square, 1)[0], Shape)


class Counting(type(stoa.Record)):  # type: ignore[misc]
    """A metaclass with its own __call__."""

    def __call__(cls, *values: Any, **named: Any) -> Any:
        calls.append((cls.__name__, values))
        return super().__call__(*values, **named)


calls: list[Any] = []


def test_a_metaclass_may_call_its_own_way() -> None:
    class Counted(stoa.Record, metaclass=Counting):
        n: int32

    calls.clear()
    for i in range(3):
        assert Counted(i) == (i,)
    assert calls == [("Counted", (i,)) for i in range(3)]
    assert type(Counted(5))(6) == (6,)
    later: Any = Point
    assert type(later) is type(stoa.Record)

    class Plain(stoa.Record):
        n: int32

    assert Plain(1) == (1,)
    plain: Any = Plain
    plain.__class__ = Counting
    calls.clear()
    assert plain(2) == (2,)
    assert calls == [("Plain", (2,))]


def test_a_factory_may_do_away_with_what_makes_the_record() -> None:
    """A class's recipe is kept alive while the class is being called."""

    def forget() -> list[Any]:
        for name in ("_stoa_standalone", "_stoa_bind"):
            if name in made.__dict__:
                type.__delattr__(made, name)
        stoa.copy(stoa.Table(made, [(0, 0.0, [])])[0])
        gc.collect()
        return []

    class Number:
        def __index__(self) -> int:
            forget()
            return 7

    class Odd(stoa.Record):
        n: int32
        w: float64 = 0.5
        things: object = stoa.field(default_factory=forget)

    made: Any = Odd
    for _ in range(3):
        record = Odd(1)
        assert record == (1, 0.5, [])
        record.n = Number()
        assert Odd(Number(), things=3) == (7, 0.5, 3)
        assert record == (7, 0.5, [])


def test_the_first_call_in_many_threads_makes_one_class() -> None:
    for _ in range(20):

        class Fresh(stoa.Record):
            n: int32
            w: float64 = 0.5

        start = threading.Barrier(4)
        found: list[Any] = []

        def make(start: Any = start, fresh: Any = Fresh, found: Any = found) -> None:
            start.wait()
            found.append(type(fresh(1)))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(set(found)) == 1


@pytest.mark.skipif(extension.rows is None, reason="rows and records in Python take it")
def test_no_store_goes_past_the_check_in_c() -> None:
    """CPython before 3.13 refuses all of them; later versions look for a descriptor."""
    others = (Small(1), stoa.Table(Small, 1)[0])
    for record, other in zip((Point(1), stoa.Table(Point, [(1,)])[0]), others):
        kind = type(record)
        for name, value in (("alpha", "text"), ("alpha", 2**40), ("__class__", type(other))):
            with pytest.raises((AttributeError, TypeError, OverflowError)):
                object.__setattr__(record, name, value)
        for name in ("alpha", "gamma", "__class__"):
            with pytest.raises((AttributeError, TypeError)):
                object.__delattr__(record, name)
        assert (type(record), record.__class__, tuple(record)) == (kind, kind, (1, 1.0, None))
        record.alpha = 2
        assert (record.alpha, record.beta, record.gamma) == (2, 1.0, None)


def test_a_value_that_was_put_in_by_a_hidden_name_is_checked_where_it_goes() -> None:
    point: Any = Point(1)
    point._stoa_0 = "text"
    assert (point.alpha, tuple(point), point == ("text", 1.0, None)) == (
        "text",
        ("text", 1.0, None),
        True,
    )
    table = stoa.Table(Point, [(5,)])
    for store in (
        lambda: table.append(point),
        lambda: table.extend([point]),
        lambda: table.extend(iter([point])),
        lambda: table.__setitem__(0, point),
        lambda: stoa.Table(Point, [point]),
    ):
        with pytest.raises(TypeError, match="alpha"):
            store()
        assert list(table) == [(5, 1.0, None)]
    point._stoa_0 = True
    table.append(point)
    assert table.alpha.tolist() == [5, 1]


@pytest.mark.skipif(extension.rows is None, reason="rows and records in Python take it")
def test_members_outlive_what_has_taught_them() -> None:
    class Brief(stoa.Record):
        n: int32

    brief = Brief(5)
    member = type(brief).__dict__["n"]
    extension.rows.teach(Brief, type(brief), (), False)
    gone = weakref.ref(Brief)
    del Brief
    gc.collect()
    assert member.__get__(brief) == 5
    with pytest.raises(AttributeError):
        member.__set__(brief, 6)
    del brief
    gc.collect()
    assert "_stoa_0" in repr(member)
    del member
    gc.collect()
    assert gone() is None


def test_a_chain_of_records_is_let_go_however_long() -> None:
    chain = Point(0)
    for i in range(100_000):
        chain = Point(i, gamma=chain)
    del chain
    row: Any = Point(0)
    for i in range(2000):
        row = stoa.Table(Point, [(i, 0.0, row)], max_rows=1)[0]
    del row
    gc.collect()


def test_records_that_hold_each_other_are_collected() -> None:
    dead: list[int] = []

    class Mourned:
        def __del__(self) -> None:
            dead.append(1)

    for _ in range(3):
        a, b = Point(1, gamma=[Mourned()]), Noted(2)
        b.a, a.gamma = a, [a.gamma, b]  # type: ignore[attr-defined]
        table = stoa.Table(Point, [a])
        a.gamma.append(table[0])  # type: ignore[attr-defined]
        del a, b, table
    gc.collect()
    gc.collect()
    assert len(dead) == 3


def test_a_record_class_is_collected_with_its_records() -> None:
    def lived() -> Any:
        class Brief(stoa.Record):
            n: int32
            kind: object = None

        Brief(1, kind=Brief)
        table = stoa.Table(Brief, [(1, None)])
        table[0].kind = table
        return weakref.ref(Brief)

    found = [lived() for _ in range(3)]
    for _ in range(3):
        gc.collect()
    assert [each() for each in found] == [None] * 3
