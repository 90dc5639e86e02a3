"""Ids of rows: random programs beside a dict of objects by id; what is refused; pickles, copies."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import stoa
from stoa import int32


class Point(stoa.Record):
    x: int32
    y: int32 = 7


def table_of(*xs: int, **options: Any) -> stoa.Table[Point]:
    return stoa.Table(Point, [(x,) for x in xs], ids=True, **options)


class Model(RuleBasedStateMachine):
    """Which id has which value, and the order of the ids, beside a table."""

    def __init__(self) -> None:
        super().__init__()
        self.points = stoa.Table(Point, ids=True)
        self.order: list[int] = []
        self.values: dict[int, int] = {}
        self.gone: set[int] = set()
        self.next = 0

    def taken(self, at: int, count: int = 1) -> None:
        """Rows [at, at + count) are new."""
        made = [stoa.id_of(self.points[i]) for i in range(at, at + count)]
        for i, each in enumerate(made, at):
            assert each not in self.values
            assert each not in self.gone
            self.values[each] = self.points[i].x
        self.order[at:at] = made

    def left(self, ids: list[int]) -> None:
        for each in ids:
            self.gone.add(each)
            del self.values[each]
        self.order = [each for each in self.order if each in self.values]

    def new_values(self, count: int) -> list[int]:
        self.next += count
        return list(range(self.next - count, self.next))

    def some(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, len(self.order) - 1)) if self.order else -1

    @rule()
    def append(self) -> None:
        self.points.append(*self.new_values(1))
        self.taken(len(self.order))

    @rule(count=st.integers(0, 5))
    def extend(self, count: int) -> None:
        self.points.extend(x=self.new_values(count))
        self.taken(len(self.order), count)

    @rule(data=st.data())
    def insert(self, data: st.DataObject) -> None:
        at = max(self.some(data), 0)
        self.points.insert(at, *self.new_values(1))
        self.taken(at)

    @rule(data=st.data())
    def remove_a_row(self, data: st.DataObject) -> None:
        at = self.some(data)
        if at < 0:
            return
        last = self.order[-1]
        gone = self.order[at]
        how = data.draw(st.sampled_from(["del", "swap_remove", "pop", "remove_ids", "delete"]))
        if how == "del":
            del self.points[at]
        elif how == "pop":
            assert self.points.pop(at).x == self.values[gone]
        elif how == "remove_ids":
            self.points.remove_ids([gone])
        elif how == "delete":
            self.points.where("x == $x", x=self.values[gone]).delete()
        else:
            self.points.swap_remove(at)
            self.order[at] = last
            self.order.pop()
        self.left([gone])

    @rule(data=st.data())
    def remove_a_slice(self, data: st.DataObject) -> None:
        first, step = max(self.some(data), 0), data.draw(st.integers(1, 3))
        gone = self.order[first : first + 5 : step]
        del self.points[first : first + 5 : step]
        self.left(gone)

    @rule(data=st.data())
    def splice(self, data: st.DataObject) -> None:
        first = max(self.some(data), 0)
        old = self.order[first : first + 2]
        new = self.new_values(data.draw(st.integers(0, 3)))
        self.points[first : first + 2] = [(x,) for x in new]
        for each, value in zip(old, new):  # replaced rows keep their ids
            self.values[each] = value
        self.left(old[len(new) :])
        if len(new) > len(old):
            self.taken(first + len(old), len(new) - len(old))

    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        a, b = self.some(data), self.some(data)
        if a < 0:
            return
        how = data.draw(st.sampled_from(["swap", "reverse", "shuffle"]))
        if how == "swap":
            self.points.swap(a, b)
            self.order[a], self.order[b] = self.order[b], self.order[a]
        elif how == "reverse":
            self.points.reverse()
            self.order.reverse()
        else:
            self.points.shuffle()
            self.order = list(self.points.ids)

    @rule(rows=st.integers(0, 6))
    def resize(self, rows: int) -> None:
        before = len(self.order)
        self.points.resize(rows)
        if rows > before:
            self.points[before:].x = self.new_values(rows - before)
            self.taken(before, rows - before)
        else:
            self.left(self.order[rows:])

    @rule(protocol=st.integers(2, pickle.HIGHEST_PROTOCOL))
    def pickle(self, protocol: int) -> None:
        self.points = pickle.loads(pickle.dumps(self.points, protocol))

    @rule()
    def copy(self) -> None:
        made = self.points.copy()
        assert not any(each in made.ids for each in self.order)
        assert not any(each in self.points.ids for each in made.ids)

    @invariant()
    def holds(self) -> None:
        assert list(self.points.ids) == self.order
        assert set(self.order) == set(self.values)
        for i, each in enumerate(self.order):
            row = self.points.by_id(each)
            assert (row.x, stoa.index_of(row), stoa.id_of(row)) == (self.values[each], i, each)
        for each in sorted(self.gone)[-5:]:
            assert each not in self.points.ids
            with pytest.raises(stoa.RowIdError):
                self.points.by_id(each)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40, stateful_step_count=30)


def test_an_id_is_a_positive_integer_of_63_bits() -> None:
    points = table_of(1, 2)
    for each in points.ids:
        assert type(each) is int
        assert 0 < each < 2**63


@pytest.mark.parametrize("wrong", [0, -1, 1, 2**63, 2**64 + 1, -(2**200), 2**63 - 1])
def test_forged_ids_are_refused(wrong: int) -> None:
    points = table_of(1, 2, 3)
    assert wrong not in points.ids
    with pytest.raises(stoa.RowIdError, match="no row has the id"):
        points.by_id(wrong)
    with pytest.raises(stoa.RowIdError):
        points.remove_ids([points.ids[0], wrong])
    assert len(points) == 3


@pytest.mark.parametrize("wrong", [1.0, "1", None, (1,)])
def test_what_is_no_integer_is_no_id(wrong: Any) -> None:
    points = table_of(1)
    assert wrong not in points.ids
    with pytest.raises(stoa.WrongTypeError):
        points.by_id(wrong)
    with pytest.raises(stoa.WrongTypeError):
        points.remove_ids([wrong])
    with pytest.raises(stoa.WrongTypeError):
        points.remove_ids(wrong if wrong != (1,) else 5)


def test_ids_of_another_table_are_refused() -> None:
    points, others = table_of(1, 2), table_of(1, 2)
    for each in others.ids:
        assert each not in points.ids
        with pytest.raises(stoa.RowIdError):
            points.by_id(each)
        with pytest.raises(stoa.RowIdError):
            points.remove_ids([each])


def test_a_table_without_ids_has_none() -> None:
    points = stoa.Table(Point, 3)
    assert not points.has_ids
    assert table_of().has_ids
    for use in (
        lambda: points.by_id(1),
        lambda: points.ids[0],
        lambda: len(points.ids),
        lambda: list(points.ids),
        lambda: 1 in points.ids,
        lambda: stoa.id_of(points[0]),
    ):
        with pytest.raises(stoa.RowIdError, match="without ids"):
            use()
    with pytest.raises(stoa.RowIdError, match="without ids"):
        points.remove_ids([1])
    points.remove_ids([])


def test_only_fresh_rows_have_ids() -> None:
    points = table_of(1, 2)
    row = points[0]
    points.reverse()
    with pytest.raises(stoa.StaleError):
        stoa.id_of(row)
    for wrong in (Point(1), 3):
        with pytest.raises(stoa.WrongTypeError):
            stoa.id_of(wrong)  # type: ignore[arg-type]


def test_ids_are_a_sequence() -> None:
    points = table_of(1, 2, 3, 4)
    ids = list(points.ids)
    assert len(points.ids) == 4
    assert points.ids[1] == ids[1]
    assert points.ids[-1] == ids[-1]
    assert points.ids[::2] == ids[::2]
    assert points.ids.tolist() == ids
    assert list(reversed(points.ids)) == ids[::-1]
    assert points.ids.index(ids[2]) == 2
    assert points.ids.count(ids[0]) == 1
    assert str(ids[3]) in repr(points.ids)
    assert list(points[1:3].ids) == ids[1:3]
    assert list(points[::-2].ids) == ids[::-2]
    assert ids[0] not in points[1:].ids
    assert ids[1] in points[1:].ids
    assert list(points.where("x % 2 == 0").ids) == ids[1::2]
    with pytest.raises(stoa.RowIndexError):
        points.ids[4]
    assert len(list(table_of().ids)) == 0


def test_a_loop_over_many_ids_notices_removal() -> None:
    points = stoa.Table(Point, 3000, ids=True)
    assert len(set(points.ids)) == 3000
    loop = iter(points.ids)
    next(loop)
    del points[0]
    with pytest.raises(stoa.StaleError):
        list(loop)


def test_numpy_takes_ids_as_int64_and_gives_them_back() -> None:
    numpy = pytest.importorskip("numpy")
    points = table_of(*range(10))
    ids = numpy.asarray(points.ids)
    assert ids.dtype == numpy.int64
    assert ids.tolist() == list(points.ids)
    assert ids[3] in points.ids
    assert points.by_id(ids[3]).x == 3
    points.remove_ids(ids[::3])
    assert points.x.tolist() == [1, 2, 4, 5, 7, 8]
    points.remove_ids(numpy.asarray(points.ids, dtype="uint64"))
    assert len(points) == 0


def test_removal_takes_each_id_once_and_all_or_none() -> None:
    points = table_of(1, 2, 3)
    first, second, third = points.ids
    points.remove_ids(iter([second, second]))
    assert points.x.tolist() == [1, 3]
    with pytest.raises(stoa.RowIdError, match="position 1"):
        points.remove_ids([first, second])
    assert list(points.ids) == [first, third]


def test_a_pickle_keeps_ids_and_gives_new_ones_to_new_rows() -> None:
    points = table_of(1, 2, 3)
    del points[1]
    loaded = pickle.loads(pickle.dumps(points))
    assert loaded.has_ids
    assert list(loaded.ids) == list(points.ids)
    points.append(4)
    loaded.append(4)
    assert points.ids[-1] not in loaded.ids
    assert loaded.ids[-1] not in points.ids
    assert not pickle.loads(pickle.dumps(stoa.Table(Point, 2))).has_ids


def test_copies_have_ids_of_their_own() -> None:
    points = table_of(1, 2, 3)
    for made in (
        points.copy(),
        copy.copy(points),
        copy.deepcopy(points),
        points[:].copy(),
        points.filter("x > 0"),
        points[[0, 1, 2]],
    ):
        assert made.has_ids
        assert len(set(made.ids) | set(points.ids)) == 6


def test_tables_of_other_options_have_ids_too() -> None:
    made = stoa.Table(Point, 3, ids=True, max_rows=5)
    assert made.ids[2] in made.ids
    opened = stoa.Table(Point, ids=True, open=True)
    opened.append(1)
    known = stoa.id_of(opened[0])
    opened[0].name = "first"  # type: ignore[attr-defined]
    assert opened.by_id(known).name == "first"  # type: ignore[attr-defined]
    with pytest.raises(stoa.FullError):
        stoa.Table(Point, ids=True, max_rows=2**32)


def test_a_field_may_be_called_ids() -> None:
    made = stoa.Table({"ids": "int32", "by_id": "int32"}, [(1, 2)], ids=True)
    assert made["ids"].tolist() == [1]
    assert made.ids[0] in made.ids
    assert made.by_id(made.ids[0]).by_id == 2
