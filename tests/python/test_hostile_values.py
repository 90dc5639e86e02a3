"""Values and names that lie, raise or cannot be shown; objects that are created, copied and pickled
in ways they were not made for. The result is an error, or the right value."""

from __future__ import annotations

import copy
import gc
import pickle
from contextlib import suppress
from typing import Any, Callable

import pytest
from samples import Item, Plain
from trials import is_whole

import stoa


def made(record: Any) -> Any:
    values = [(i, i / 2, str(i))[: len(record.__match_args__)] for i in range(5)]
    return stoa.Table(record, values)


RECORDS = pytest.mark.parametrize("record", [Item, Plain])


class Unshown:
    """Its repr() raises."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise ZeroDivisionError


class Long:
    def __repr__(self) -> str:
        return "x" * 10**6


HUGE = 10**100_000
NAMESAKE = type("int", (), {"__module__": "builtins"})


UNSHOWN: dict[str, Any] = {
    "huge": HUGE,
    "huge below zero": -HUGE,
    "no repr": Unshown(),
    "long repr": Long(),
    "named int": NAMESAKE(),
    "list": [HUGE],
    "text": "x" * 10**6,
}


@pytest.mark.parametrize("kind", UNSHOWN)
def test_what_cannot_be_shown_is_refused_like_any_other(kind: str) -> None:
    value, table = UNSHOWN[kind], made(Item)
    for act in (
        lambda: setattr(table[0], "n", value),
        lambda: setattr(table[0], "w", value),
        lambda: table.append(value),
        lambda: table.append(1, value),
        lambda: table.extend([(1,), (value,)]),
        lambda: table.extend(n=[1, value]),
        lambda: setattr(table, "n", [value] * 5),
        lambda: setattr(table, "n", value),
        lambda: Item(value),
        lambda: setattr(Item(1), "n", value),
        lambda: table[value],
        lambda: table.pop(value),
        lambda: table.resize(value),
        lambda: stoa.Table(Item, max_rows=value),
        lambda: table.index((value, 0.5, None)),
        lambda: table.n.index(value),
        lambda: table.sample(value),
        lambda: stoa.set_threads(value),
        lambda: stoa.Table(value),
        lambda: stoa.Table({"x": value}),
        lambda: stoa.Table({"x": ("int8", value)}),
        lambda: stoa.to_dict(value),
        lambda: (table.n + value).tolist(),
        lambda: table.compute("sum(n + $a)", a=value),
    ):
        with pytest.raises(stoa.Error) as told:
            act()
        assert len(str(told.value)) < 1000
    assert is_whole(table)


def test_a_cell_that_cannot_be_shown_is_shown_somehow() -> None:
    table = made(Item)
    table.thing = [HUGE, Unshown(), Long(), NAMESAKE(), [HUGE]]
    for text in (repr(table), repr(table.thing), table._repr_html_(), repr(table[1:4])):
        assert "Unshown" in text
        assert len(text) < 3000


class Claims:
    """An iterable that claims this length."""

    def __init__(self, values: Any, claim: Any) -> None:
        self.values, self.claim = values, claim

    def __iter__(self) -> Any:
        return iter(self.values)

    def __length_hint__(self) -> Any:
        if isinstance(self.claim, Exception):
            raise self.claim
        return self.claim


CLAIMS = [-1, 0, 10**30, 2**63, "many", None, 2.5, ZeroDivisionError(), TypeError()]


@RECORDS
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_length_hint_is_no_length(record: Any, claim: Any) -> None:
    table = made(record)
    table.extend(Claims([(1, 2.0)] * 3, claim))
    assert len(table) == 8
    for act in (
        lambda: setattr(table, "n", Claims(range(8), claim)),
        lambda: table.extend(n=Claims([7, 8], claim)),
        lambda: table[Claims([0, 1], claim)],
    ):
        with suppress(ValueError, OverflowError, TypeError, ZeroDivisionError):
            act()
    assert len(table) in (8, 10)
    assert is_whole(table)


class LongList(list):  # type: ignore[type-arg]
    def __len__(self) -> int:
        return 10**9


class Tuple(tuple):  # type: ignore[type-arg]
    """Its length and its values differ at each call."""

    def __len__(self) -> int:
        return 99

    def __iter__(self) -> Any:
        return iter((7, 7.5))

    def __getitem__(self, key: Any) -> Any:
        return 5


class Mapping(dict):  # type: ignore[type-arg]
    def keys(self) -> Any:
        return ["n", "nothing"]

    def __iter__(self) -> Any:
        return iter(self.keys())

    def __getitem__(self, key: Any) -> Any:
        return 3


class Integer(int):
    """One number for C, another one for Python."""

    def __index__(self) -> int:
        return 10**30

    def __eq__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        raise ZeroDivisionError

    def __bool__(self) -> bool:
        raise ZeroDivisionError


@RECORDS
def test_what_lies_about_itself_is_taken_at_one_word(record: Any) -> None:
    table = made(record)
    table.extend(LongList([(1,), (2,)]))
    assert table.n.tolist()[5:] == [1, 2]
    table.append(Tuple((1, 2.0)))
    assert table[-1].n in (1, 7)
    with pytest.raises(TypeError, match="nothing"):
        table.append(Mapping(n=1))
    with pytest.raises(TypeError, match="nothing"):
        table.extend([Mapping(n=1)])
    number = Integer(3)
    table.append(number)
    table[0].n = number
    assert (table[-1].n, table[0].n, table[number].n) == (3, 3, 3)
    assert len(table[number:]) == len(table) - 3
    assert (table.n + number)[0] == 6
    table.n = number
    assert set(table.n.tolist()) == {3}
    assert type(table[0].n) is int
    table.resize(number)
    assert len(table) == 3
    assert is_whole(table)


class Name(str):
    """Equals every name."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("n")


def test_a_field_has_a_plain_name() -> None:
    table: Any = stoa.Table({Name("x"): "int32", "y": "int8"}, [(1, 2)])
    table.add_field(Name("z"), "int8", 3)
    table.rename_field("z", Name("v"))
    assert [type(name) for name in table.fields] == [str] * len(table.fields)
    assert [type(name) for name in table.record.__match_args__] == [str] * len(table.fields)
    assert pickle.loads(pickle.dumps(table)) == table


@RECORDS
def test_a_table_is_made_once(record: Any) -> None:
    table = made(record)
    row, before = table[1], table.copy()
    with pytest.raises(TypeError, match="made once"):
        table.__init__(record, [(5,)])
    assert table == before
    assert row == before[1]


@RECORDS
def test_rows_own_the_cells_that_they_read(record: Any) -> None:
    """Even if the table's store is replaced from outside."""
    table = made(record)
    row, rows, window, column = table[1], iter(table), table[1:3], table.n
    next(rows)
    object.__setattr__(table, "_store", made(record)._store)
    gc.collect()
    assert row.n == 1
    assert next(rows).n == 1
    assert [each.n for each in window] == [1, 2]
    assert column.tolist() == [0, 1, 2, 3, 4]
    row.n = 7


NEVER_MADE: dict[str, Callable[[], Any]] = {
    "table": lambda: object.__new__(stoa.Table),
    "window": lambda: object.__new__(stoa.Window),
    "column": lambda: stoa.Column.__new__(stoa.Column),
    "selection": lambda: object.__new__(stoa.Selection),
    "expression": lambda: object.__new__(stoa.Expression),
}
USES: list[Callable[[Any], Any]] = [
    lambda x: len(x),
    lambda x: list(x),
    lambda x: repr(x),
    lambda x: x[0],
    lambda x: x[:],
    lambda x: x["n"],
    lambda x: x.n,
    lambda x: x + 1,
    lambda x: x.append(1),
    lambda x: x.extend([(1,)]),
    lambda x: setattr(x, "n", 1),
    lambda x: x.__setitem__(0, 1),
    lambda x: memoryview(x),
    lambda x: x.sum(),
    lambda x: copy.copy(x).tolist(),
    lambda x: pickle.dumps(x),
    lambda x: x == x,
    lambda x: x.where("n > 1").copy(),
]


@pytest.mark.parametrize("kind", NEVER_MADE)
def test_what_was_never_made_is_of_no_use(kind: str) -> None:
    never = NEVER_MADE[kind]()
    for use in USES:
        with suppress(AttributeError, TypeError):
            use(never)


SHARING: dict[str, tuple[Callable[[Any], Any], str]] = {
    "window": (lambda t: t[1:4], "copy"),
    "selection": (lambda t: t.where(t.n > 1), "copy"),
    "pinned selection": (lambda t: t.where(t.n > 1).pin(), "copy"),
    "column": (lambda t: t.n, "tolist"),
    "part of a column": (lambda t: t.n[1:4], "tolist"),
    "expression": (lambda t: t.n * 2, "tolist"),
    "condition": (lambda t: t.n > 2, "tolist"),
    "text": (lambda t: t.expression("n + 1"), "tolist"),
}


@RECORDS
@pytest.mark.parametrize("kind", SHARING)
def test_what_shares_memory_is_copied_by_its_own_means_and_never_pickled(
    record: Any, kind: str
) -> None:
    table = made(record)
    make, means = SHARING[kind]
    shared = make(table)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(stoa.WrongTypeError, match=rf"shares memory.*{means}\(\)"):
            pickle.dumps(shared, protocol)
    if means == "tolist":
        assert copy.copy(shared) is shared
        with pytest.raises(stoa.WrongTypeError, match=r"shares memory.*tolist\(\)"):
            copy.deepcopy(shared)
        return
    for copied in (copy.copy(shared), copy.deepcopy(shared)):
        assert isinstance(copied, stoa.Table)
        assert copied == shared.copy()
        copied.n = 100
    assert table == made(record)


@RECORDS
def test_iterators_are_not_pickled(record: Any) -> None:
    table = made(record)
    for each in (iter(table), table.cursor(), table.values(), reversed(table)):
        with pytest.raises((TypeError, pickle.PicklingError), match="pickle"):
            pickle.dumps(each)
