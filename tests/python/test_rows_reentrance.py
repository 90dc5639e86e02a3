"""Rows whose table is changed by the values, objects, factories and iterables given to them."""

from __future__ import annotations

import gc
from typing import Any, Callable

import pytest
from trials import attempt, is_whole, items

import stoa
from stoa import int32


class Evil:
    """A number that does something when it is first read, in any way."""

    def __init__(self, act: Callable[[], Any], number: Any = 1) -> None:
        self.act, self.number = act, number

    def __index__(self) -> int:
        act, self.act = self.act, lambda: None
        act()
        return self.number  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return float(self.__index__())


class EvilFloat(Evil):
    __index__ = None  # type: ignore[assignment]

    def __float__(self) -> float:
        return float(Evil.__index__(self))


class Sly(str):
    """A name that equals nothing twice."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("x")


# ---- values that change the table while they are read ----

ACTS: dict[str, Callable[[Any], Any]] = {
    "clear": lambda t: t.clear(),
    "clear and shrink": lambda t: (t.clear(), t.shrink()),
    "pop": lambda t: t.pop(),
    "pop first": lambda t: t.pop(0),
    "reverse": lambda t: t.reverse(),
    "append": lambda t: t.append(*([7] * len(t.fields))),
    "grow": lambda t: t.resize(100_000),
    "drop": lambda t: t.drop_field("n"),
    "drop the last": lambda t: t.drop_field("thing"),
    "rename": lambda t: t.rename_field("n", "m"),
    "add": lambda t: t.add_field("more", "int8"),
    "write": lambda t: setattr(t, "w", 3),
    "read": lambda t: [tuple(row) for row in t],
    "collect": lambda t: gc.collect(),
}
STORES: dict[str, Callable[[Any, Any], Any]] = {
    "row.n": lambda t, v: setattr(t[3], "n", v),
    "row.w": lambda t, v: setattr(t[3], "w", v),
    "cursor": lambda t, v: setattr(next(t.cursor()), "n", v),
    "append": lambda t, v: t.append(v, 2.5, "a"),
    "append last": lambda t, v: t.append(1, v, "a"),
    "append by name": lambda t, v: t.append(thing="a", w=v, n=1),
    "append a tuple": lambda t, v: t.append((v, v, "a")),
    "append a mapping": lambda t, v: t.append({"n": v, "thing": "a"}),
    "insert": lambda t, v: t.insert(4, v, 2.5, "a"),
    "replace": lambda t, v: t.__setitem__(4, (1, v, "a")),
    "extend": lambda t, v: t.extend([(1, 2, "a"), (2, v, "b"), (v, 4, "c"), (4, 5, "d")]),
    "extend mappings": lambda t, v: t.extend([{"n": 1}, {"n": v}]),
    "extend lazily": lambda t, v: t.extend((v, v, "b") for _ in range(3)),
    "extend columns": lambda t, v: t.extend(n=[1, 2], w=[v, 3]),
    "table[i]": lambda t, v: t[v],
    "a column's cell": lambda t, v: t["n"].__setitem__(2, v),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("store", STORES)
def test_values_that_change_the_table_while_they_are_read(store: str, act: str) -> None:
    for kind in (Evil, EvilFloat):
        rows = items()
        row, expression = rows[2], rows.n + 1
        result = attempt(lambda: STORES[store](rows, kind(lambda: ACTS[act](rows))))
        if isinstance(result, Exception):
            assert isinstance(result, (stoa.Error, TypeError)), repr(result)
        assert is_whole(rows)
        attempt(lambda: row.n)
        attempt(lambda: expression.sum())


def test_a_write_whose_value_takes_the_row_s_place_away_is_refused() -> None:
    for act in ("clear", "pop", "pop first", "reverse"):
        rows = items()
        row = rows[3]
        for name, value in (("n", Evil), ("w", Evil), ("w", EvilFloat)):
            with pytest.raises(stoa.StaleError):
                setattr(row, name, value(lambda: ACTS[act](rows), 99))
        assert 99 not in rows.n.tolist() + rows.w.tolist()
    rows = items()
    row = rows[3]
    with pytest.raises(stoa.FieldNameError):
        row.n = Evil(lambda: rows.drop_field("n"))
    row.w = Evil(lambda: setattr(row, "w", 5), 6)
    assert rows.w[3] == 6
    moment: list[Any] = []
    row.w = Evil(lambda: moment.append(rows.w + 1), 7)
    with pytest.raises(stoa.StaleError):
        moment[0].sum()
    assert rows.w[3] == 7


def test_what_is_read_from_may_change_while_it_is_read() -> None:
    listed: list[Any] = []
    mapped: dict[str, Any] = {}

    def fill() -> None:
        listed[:] = [(1, 2.0, "a"), (Evil(listed.clear), 2.0, "b"), (3, 2.0, "c")] * 3
        mapped.update(n=Evil(mapped.clear), w=Evil(mapped.clear), thing=object())

    acts: list[Callable[[Any], Any]] = [
        lambda rows: rows.extend(listed),
        lambda rows: rows.extend(iter(listed)),
        lambda rows: rows.append(mapped),
        lambda rows: rows.append(**mapped),
        lambda rows: rows.extend([mapped, mapped]),
        lambda rows: rows.__setitem__(slice(0, 3), listed),
        lambda rows: rows.__setitem__(0, mapped),
    ]
    for act in acts:
        fill()
        rows = items()
        result = attempt(lambda: act(rows))
        if isinstance(result, Exception):
            assert isinstance(result, stoa.Error), repr(result)
        assert is_whole(rows)


class Strange(tuple):  # type: ignore[type-arg]
    """A tuple whose methods contradict its content."""

    def __iter__(self) -> Any:
        return iter([9])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, key: Any) -> Any:
        return 8


class StrangeMapping(dict):  # type: ignore[type-arg]
    def keys(self) -> Any:
        return ["n", "q", 5]

    def __getitem__(self, key: Any) -> Any:
        raise ZeroDivisionError

    def __len__(self) -> int:
        return 50


def test_records_that_lie_about_themselves() -> None:
    for record in (
        Strange((1, 2.0, "a")),
        Strange(()),
        Strange(range(50)),
        StrangeMapping(n=1),
        {"n": 1, 5: 2},
        {"n": 1, "\ud800": 2},
        {"n": 1, Sly("w"): 2},
        {b"n": 1},
    ):
        for use in (
            lambda t: t.append(record),
            lambda t: t.extend([(1, 2.0, "a"), record]),
            lambda t: t.extend(iter([record])),
            lambda t: t.__setitem__(0, record),
            lambda t: t.index(record),
            lambda t: t.append(*record) if isinstance(record, tuple) else t.append(**record),
        ):
            rows = items()
            before = rows.to_dicts()
            result = attempt(lambda: use(rows))
            assert not isinstance(result, Exception) or rows.to_dicts() == before
            assert is_whole(rows)


def test_factories_that_change_the_table() -> None:
    acts: list[Callable[[Any], Any]] = []

    def factory() -> Any:
        if acts:
            acts.pop()(rows)
        return []

    class Tagged(stoa.Record):
        n: int32
        tags: object = stoa.field(default_factory=factory)

    for act in (
        lambda t: t.clear(),
        lambda t: t.append(5, "x"),
        lambda t: t.drop_field("tags"),
        lambda t: t.add_field("more", "int8"),
    ):
        for use in (
            lambda t: t.append(1),
            lambda t: t.extend([(1,), (2,)]),
            lambda t: t.append(n=2),
        ):
            rows: Any = stoa.Table(Tagged, [(0,)])
            acts.append(act)
            result = attempt(lambda: use(rows))
            if isinstance(result, Exception):
                assert isinstance(result, (stoa.Error, TypeError, IndexError)), repr(result)
            acts.clear()
            assert is_whole(rows)


class Doomed:
    """Does something when it is destroyed, compared or shown."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __del__(self) -> None:
        self.act()

    def __eq__(self, other: object) -> bool:
        self.act()
        return True

    def __repr__(self) -> str:
        self.act()
        return "Doomed"


@pytest.mark.parametrize("act", ACTS)
def test_objects_that_change_the_table_when_they_go_or_are_looked_at(act: str) -> None:
    for use in (
        lambda t: setattr(t[3], "thing", None),
        lambda t: t.__setitem__(3, (1, 2.0, "a")),
        lambda t: t.pop(3),
        lambda t: t.clear(),
        lambda t: t.drop_field("thing"),
        lambda t: t[3] == t[4],
        lambda t: t[3] == (3, 1.5, Doomed(lambda: None)),
        lambda t: repr(t[3]),
        lambda t: t.index((7, 7, 7)),
        lambda t: list(t),
    ):
        rows = items()
        acts = [lambda: attempt(lambda: ACTS[act](rows))]
        row = rows[3]
        row.thing = Doomed(lambda: acts.pop()() if acts else None)
        attempt(lambda: use(rows))
        gc.collect()
        acts.clear()
        assert is_whole(rows)
        attempt(lambda: list(row))
        row = None


def test_a_generator_that_changes_the_table_that_it_fills() -> None:
    for act in ACTS.values():
        for after in (0, 1, 5000):
            rows = items()

            def values(rows: Any = rows, act: Any = act, after: int = after) -> Any:
                for i in range(after + 2):
                    if i == after:
                        act(rows)
                    yield (i % 100, 0.5, None)

            result = attempt(lambda: rows.extend(values()))
            if isinstance(result, Exception):
                assert isinstance(result, stoa.Error), repr(result)
            assert is_whole(rows)
