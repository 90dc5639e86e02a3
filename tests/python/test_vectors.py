"""Vectors: fields of several numbers, beside a list of dicts of tuples."""

# ruff: noqa: RUF005
from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stoa
from stoa import Vector, float32, float64, int32

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

needs_numpy = pytest.mark.skipif(numpy is None, reason="needs numpy")


class Body(stoa.Record):
    id: int32
    position: Vector[float32, Literal[3]]
    velocity: Vector[float64, Literal[2]] = (0.5, 1)


def three() -> Any:
    return stoa.Table(Body, [(1, (1, 2, 3)), (2, (4, 5, 6), (7, 8)), (3, [7, 8, 9])])


# ---- declarations ----


def test_a_vector_is_written_in_several_ways() -> None:
    written: list[Any] = [Vector[float32, Literal[3]], Vector[float32, 3], Vector["float32", 3]]
    written += ["float32[3]", ("float32", (3,)), (float32, (3,))]
    for each in written:
        made = stoa.Table({"v": each}, 1)
        assert made.fields == {"v": "float32[3]"}
        assert made.fields["v"].length == 3
        assert made.fields["v"].width == 12
        assert made.v.tolist() == [(0, 0, 0)]
    made = stoa.Table({"v": ("int16[2]", (4, 5)), "w": ("float32", 3)}, 2)
    assert made.v.tolist() == [(4, 5)] * 2
    assert made.w.tolist() == [3, 3]
    assert pickle.loads(pickle.dumps(made.fields["v"])) is made.fields["v"]


@pytest.mark.parametrize(
    "written",
    ["float32[1]", "float32[1025]", "object[2]", "x[2]", Vector[float32, 0], Vector[object, 2],
     Vector[float32, Literal[2, 3]], Vector[float32, "3"], ("float32", (2, 2)), Vector[float32]],
)  # fmt: skip
def test_what_is_no_vector_is_refused(written: Any) -> None:
    with pytest.raises(stoa.DeclarationError):
        stoa.Table({"v": written})


# ---- rows ----


def test_a_rows_vector_is_a_sequence_that_writes_through() -> None:
    bodies = three()
    p = bodies[1]
    v = p.position
    assert isinstance(v, stoa.Vector)
    assert len(v) == 3
    assert v == (4, 5, 6)
    assert v == [4, 5, 6]
    assert v != (4, 5)
    assert v != 4
    assert (v[0], v[-1], v[1:], list(v), repr(v)) == (4, 6, (5, 6), [4, 5, 6], "(4.0, 5.0, 6.0)")
    assert 5 in v
    assert v.index(6) == 2
    assert v.tolist() == [4, 5, 6]
    v[0] = 40
    v[1:] = 50, 60
    p.velocity[1] += 1
    assert bodies.position.tolist()[1] == (40, 50, 60)
    assert p.velocity == (7, 9)
    p.position = bodies[0].position
    assert p == (2, (1, 2, 3), (7, 9))
    assert bodies[0] != p
    assert tuple(p)[1] == (1, 2, 3)
    assert type(stoa.to_dict(p)["position"]) is tuple
    with pytest.raises(TypeError):
        hash(v)


@pytest.mark.parametrize(
    ("value", "error"),
    [((1, 2), stoa.LengthError), ((1, 2, 3, 4), stoa.LengthError), (5, TypeError),
     ("abc", TypeError), (None, TypeError), ((1, 2, "x"), TypeError), ((1, 2, None), TypeError),
     ((1, 2, 1e300), OverflowError), (iter([1, 2]), stoa.LengthError), ({1, 2, 3}, TypeError)],
)  # fmt: skip
def test_a_vector_that_does_not_fit_changes_nothing(value: Any, error: type[Exception]) -> None:
    bodies, alone = three(), Body(1, (1, 2, 3))
    before = bodies.copy()

    def set_row() -> None:
        bodies[0].position = value

    def set_item() -> None:
        bodies.position[0] = value

    def set_alone() -> None:
        alone.position = value

    acts = [set_row, set_item, set_alone, lambda: bodies.append(1, value)]
    acts += [lambda: bodies.extend(id=[1], position=[value]), lambda: Body(1, value)]
    for act in acts:
        with pytest.raises(error):
            act()
        if hasattr(value, "__next__"):
            value = iter([1, 2])
    assert bodies == before
    assert alone.position == (1, 2, 3)


def test_vectors_are_stale_with_their_rows() -> None:
    bodies = three()
    p, v = bodies[2], bodies[2].position
    del bodies[0]
    for act in (lambda: v[0], lambda: p.position, lambda: v.__setitem__(0, 1)):
        with pytest.raises(stoa.StaleError):
            act()


def test_a_standalone_record_holds_a_tuple() -> None:
    one = Body(1, [1, 2, 3])
    assert one.position == (1.0, 2.0, 3.0)
    assert type(one.position) is tuple
    assert one.velocity == (0.5, 1)
    assert dataclasses.asdict(one)["position"] == (1, 2, 3)
    assert dataclasses.asdict(three()[0])["position"] == (1, 2, 3)
    assert stoa.replace(three()[0], position=(0, 0, 0)) == (1, (0, 0, 0), (0.5, 1))


def test_copies_and_pickles_have_tuples() -> None:
    bodies = three()
    v = bodies[0].position
    for made in (copy.copy(v), copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert type(made) is tuple
        assert made == v
    assert pickle.loads(pickle.dumps(bodies[0])) == bodies[0]
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        assert pickle.loads(pickle.dumps(bodies, protocol)) == bodies
    assert copy.deepcopy(bodies) == bodies
    assert bodies[1:].copy() == bodies[1:]
    assert pickle.loads(pickle.dumps(stoa.Table(Body))) == stoa.Table(Body)


# ---- columns ----


def test_a_column_of_vectors_gives_vectors_and_components() -> None:
    bodies = three()
    column = bodies.position
    assert column[1] == (4, 5, 6)
    assert column[-1] == (7, 8, 9)
    assert len(column) == 3
    assert column[::2].tolist() == [(1, 2, 3), (7, 8, 9)] == list(column[::2])
    assert column[:, 1].tolist() == column.component(-2).tolist() == [2, 5, 8]
    assert bodies["position[1]"].tolist() == [2, 5, 8]
    assert column.component(0).name == "position[0]"
    assert bodies[1:].position.component(2).tolist() == [6, 9]
    assert (4, 5, 6) in column
    assert column.index((7, 8, 9)) == 2
    assert column.count() == 3
    assert column.nbytes == 36
    assert column.type == "float32[3]"
    assert column.name == "position"
    column[0] = 0, 0, 0
    column[1:] = 1
    column[:, 2] = 5
    column[1:2, 0] = [9]
    assert column.tolist() == [(0, 0, 5), (9, 1, 5), (1, 1, 5)]
    column[:] = (1, 2, 3)
    bodies["position[0]"] += 1
    assert column.tolist() == [(2, 2, 3)] * 3
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            column.component(wrong)
    with pytest.raises(BufferError):
        column.buffer  # noqa: B018
    with pytest.raises(AttributeError):
        bodies.id.component(0)


def test_a_whole_column_is_assigned() -> None:
    bodies = three()
    bodies.position = 2
    assert bodies.position.tolist() == [(2, 2, 2)] * 3
    bodies.position = 1, 2, 3
    assert bodies.position.tolist() == [(1, 2, 3)] * 3
    bodies.position = [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
    bodies.position += (0, 1, 2)
    bodies.position *= 2
    assert bodies.position.tolist() == [(2, 4, 6), (4, 6, 8), (6, 8, 10)]
    bodies.update(position=bodies.position - 1, velocity=(0, 0))
    assert bodies[0] == (1, (1, 3, 5), (0, 0))
    before = bodies.copy()
    wrong: list[Any] = [(1, 2), [(1, 2)] * 3, [(1, 2, 3)] * 2, "abc", bodies.velocity]
    wrong += [bodies.id < 3, [(0, 0, 1e300)] * 3]
    for each in wrong[:-2] + wrong[-1:]:
        with pytest.raises((TypeError, ValueError, OverflowError)):
            bodies.position = each
    with pytest.raises(stoa.Error):
        bodies.id = bodies.position
    assert bodies == before


@needs_numpy
def test_numpy_shares_the_memory_of_vectors_both_ways() -> None:
    for bodies in (three(), stoa.Table({"a": "int8"}, 3), stoa.Table({"a": "int8"}, 100_000)):
        if "position" not in bodies.fields:
            bodies.add_field("position", "float32[3]")
        array = numpy.asarray(bodies.position)
        assert array.shape == (len(bodies), 3)
        assert array.dtype == "f4"
        array[1, 2] = 42
        bodies[2].position[0] = 43
        assert bodies[1].position[2] == 42
        assert array[2, 0] == 43
        assert numpy.asarray(bodies.position[::2])[1, 0] == 43
        assert numpy.asarray(bodies.position.component(2))[1] == 42
        assert numpy.asarray(bodies[1].position).tolist() == list(bodies[1].position)
        bodies.drop_field("position")
        array.sum()  # unspecified, but mapped


@needs_numpy
def test_arrays_of_two_dimensions_are_vectors() -> None:
    bodies = three()
    wide = numpy.arange(18.0).reshape(3, 6)
    bodies.position = wide[:, ::2]
    assert bodies.position.tolist() == [(0, 2, 4), (6, 8, 10), (12, 14, 16)]
    bodies.extend(id=[1, 2], position=numpy.ones((2, 3), "i2"))
    bodies[:2].position = numpy.zeros((2, 3))
    assert bodies.position.tolist()[1:4] == [(0, 0, 0), (12, 14, 16), (1, 1, 1)]
    assert ((bodies.position + numpy.ones((5, 3))).tolist())[0] == (1, 1, 1)
    made = numpy.asarray(bodies.position * 2)
    assert made.shape == (5, 3)
    assert made[3].tolist() == [2, 2, 2]
    before = bodies.copy()
    late = numpy.zeros((5, 3))
    late[4, 2] = 1e300
    for wrong in (numpy.ones((5, 2)), numpy.ones((4, 3)), numpy.ones((5, 3, 1)), late):
        for rows in (bodies, bodies[:]):
            with pytest.raises((ValueError, OverflowError)):
                rows.position = wrong
    with pytest.raises(OverflowError):
        bodies.extend(id=[0] * 5, position=late)
    assert bodies == before
    kind = numpy.dtype([("p", "f4", 3), ("i", "i8")])
    assert stoa.Table(kind).fields == {"p": "float32[3]", "i": "int64"}


# ---- expressions ----


def test_operators_go_by_component() -> None:
    bodies = three()
    p, v = bodies.position, bodies.velocity
    assert (p + 1).tolist()[0] == (2, 3, 4)
    assert (-p).tolist()[1] == (-4, -5, -6)
    assert (p * (1, 0, 2) - p).tolist()[2] == (0, -8, 9)
    assert (p == (4, 5, 6)).tolist() == [False, True, False]
    assert p.sum() == (12, 15, 18)
    assert v.mean() == (8 / 3, 10 / 3)
    assert p.count() == 3
    assert p.min() == (1, 2, 3)
    assert bodies.compute("max(position), sum(id)") == ((7, 8, 9), 6)
    assert p.norm().tolist() == [math.sqrt(14), math.sqrt(77), math.sqrt(194)]
    assert stoa.norm(p - 1).max() == math.sqrt(149)
    assert p.dot(p).tolist() == [14, 77, 194]
    assert p.dot((1, 0, 0)).tolist() == [1, 4, 7]
    assert bodies.id.dot(bodies.id) == 14
    assert stoa.where(bodies.id > 1, p, 0).tolist()[:2] == [(0, 0, 0), (4, 5, 6)]
    assert (p * 2).component(1).tolist() == [4, 10, 16]
    assert (p * 2)[1] == (8, 10, 12)
    assert bodies.expression("position[0] * $k", k=2).tolist() == [2, 8, 14]
    assert bodies.compute("sum(vector($a, id))", a=1.5) == (4.5, 6)
    assert list(p + 1)[2] == (8, 9, 10)


def test_what_has_no_meaning_for_vectors_is_refused() -> None:
    bodies = three()
    p, v = bodies.position, bodies.velocity
    for act in (
        lambda: (p < 1).tolist(), lambda: (p + v).tolist(), lambda: p.dot(v), lambda: p.dot(1),
        lambda: stoa.norm(bodies.id), lambda: bodies.where(p), lambda: bodies.where("position"),
        lambda: bodies.expression("id[0]"), lambda: bodies.id + (1, 2, 3),
        lambda: (bodies.id + 1).component(0),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            act()
    with pytest.raises(IndexError):
        bodies.compute("sum(position[3])")


def test_selections_take_vectors() -> None:
    bodies = three()
    near = bodies.where("norm(position) < 10")
    assert near.position.tolist() == [(1, 2, 3), (4, 5, 6)]
    assert near.position.sum() == (5, 7, 9)
    near.position = near.position + (1, 1, 1)
    assert bodies.position.tolist() == [(2, 3, 4), (5, 6, 7), (7, 8, 9)]
    near.position = [(0, 0, 0), (1, 1, 1)]
    assert bodies.position.tolist() == [(0, 0, 0), (1, 1, 1), (7, 8, 9)]
    near.velocity = 5
    assert near.copy()[1] == (2, (1, 1, 1), (5, 5))
    assert list(near.values("velocity", "id")) == [((5, 5), 1), ((5, 5), 2)]


def test_a_write_to_a_component_makes_expressions_of_the_vector_stale() -> None:
    bodies = three()
    made = bodies.position * 2
    bodies[0].position[2] = 7
    with pytest.raises(stoa.StaleError, match="position"):
        made.tolist()


# ---- fields ----


def test_vectors_are_added_renamed_and_dropped_as_a_whole() -> None:
    bodies = three()
    bodies.add_field("spin", "int8[2]", default=(1, 2))
    assert bodies.spin.tolist() == [(1, 2)] * 3
    p = bodies[0]
    bodies.rename_field("spin", "turn")
    bodies.append(4, (0, 0, 0), turn=(3, 4))
    assert bodies.turn.tolist()[3] == (3, 4)
    with pytest.raises(AttributeError):
        p.spin  # noqa: B018
    with pytest.raises(stoa.Error, match="as a whole"):
        bodies.drop_field("turn[0]")
    p = bodies[0]
    bodies.drop_field("position")
    with pytest.raises(AttributeError):
        p.position  # noqa: B018
    assert list(bodies.fields) == ["id", "velocity", "turn"]
    assert bodies[3].turn == (3, 4)
    bodies.resize(6)
    assert bodies[5] == (0, (0.5, 1), (1, 2))


def test_describe_and_repr_show_vectors() -> None:
    bodies = three()
    assert "(1.0, 2.0, 3.0)" in repr(bodies)
    assert "float32[3]" in repr(bodies)
    assert bodies.describe()[1].max == (7, 8, 9)
    assert repr(bodies[0]).startswith("Body(id=1, position=(1.0, 2.0, 3.0)")


def test_a_typed_table_names_vector_columns() -> None:
    class Bodies(stoa.Table[Body]):
        id: stoa.Column[int]
        position: stoa.Column[Any]

    assert Bodies([(1, (1, 2, 3))]).position.tolist() == [(1, 2, 3)]


# ---- a model ----

NUMBERS = some.integers(-100, 100).map(float)
VECTORS = some.tuples(NUMBERS, NUMBERS, NUMBERS)
ACTS = some.one_of(
    some.tuples(some.just("append"), VECTORS),
    some.tuples(some.just("extend"), some.lists(VECTORS, max_size=4)),
    some.tuples(some.just("set"), some.integers(0, 9), VECTORS),
    some.tuples(some.just("item"), some.integers(0, 9), some.integers(0, 2), NUMBERS),
    some.tuples(some.just("add"), VECTORS),
    some.tuples(some.just("fill"), some.integers(0, 9), VECTORS),
    some.tuples(some.just("delete"), some.integers(0, 9)),
    some.tuples(some.just("reverse")),
    some.tuples(some.just("near"), NUMBERS),
)


def act(table: Any, rows: list[dict[str, Any]], name: str, *told: Any) -> list[dict[str, Any]]:
    """Does the same to the table and to the list; gives the list as it is then."""
    if name == "append":
        table.append(len(rows), told[0])
        return [*rows, {"id": len(rows), "position": told[0], "velocity": (0.5, 1)}]
    if name == "extend":
        table.extend(id=[7] * len(told[0]), position=told[0])
        return rows + [{"id": 7, "position": v, "velocity": (0.5, 1)} for v in told[0]]
    if name == "add":
        table.position = table.position + told[0]
        sums = [tuple(a + b for a, b in zip(each["position"], told[0])) for each in rows]
        return [{**each, "position": v} for each, v in zip(rows, sums)]
    if name == "reverse":
        table.reverse()
        return rows[::-1]
    if name == "near":
        table.where("position[1] > $y", y=told[0]).velocity = 1, 2
        return [{**r, "velocity": (1, 2)} if r["position"][1] > told[0] else r for r in rows]
    at = told[0] % len(rows) if rows else 0
    if not rows:
        return rows
    if name == "delete":
        del table[at]
        return rows[:at] + rows[at + 1 :]
    if name == "fill":
        table[at:].position = told[1]
        return rows[:at] + [{**each, "position": told[1]} for each in rows[at:]]
    vector = list(rows[at]["position"])
    if name == "set":
        table[at].position = vector = list(told[1])
    else:
        table[at].position[told[1]] = told[2]
        vector[told[1]] = told[2]
    return rows[:at] + [{**rows[at], "position": tuple(vector)}] + rows[at + 1 :]


@settings(max_examples=60)
@given(some.lists(ACTS, max_size=25))
def test_a_table_of_vectors_does_what_a_list_of_dicts_does(acts: list[tuple[Any, ...]]) -> None:
    table: Any = stoa.Table(Body)
    rows: list[dict[str, Any]] = []
    for name, *told in acts:
        rows = act(table, rows, name, *told)
        assert [stoa.to_dict(each) for each in table] == rows
    assert table.position.tolist() == [each["position"] for each in rows]
    assert list(table.values("position")) == [(each["position"],) for each in rows]
    assert table.position.sum() == tuple(sum(v["position"][i] for v in rows) for i in range(3))
    assert pickle.loads(pickle.dumps(table)) == table
