"""References: rows that refer to rows; what they read as once these are gone; what is refused."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from array import array
from typing import Any, Optional

import pytest

import stoa
from stoa import float64, int32


class Person(stoa.Record):
    name: str
    age: int32 = 30


class Pet(stoa.Record):
    weight: float64
    owner: Person
    friend: Person | None = None


class Node(stoa.Record):
    name: str
    parent: Node | None = None


class Wheel(stoa.Record):
    size: int32
    car: Car  # which comes later


class Car(stoa.Record):
    price: int32


def two_people() -> stoa.Table[Person]:
    return stoa.Table(Person, [("Ann", 41), ("Bob", 7)], ids=True)


def pets_of(people: stoa.Table[Person]) -> stoa.Table[Pet]:
    return stoa.Table(Pet, targets={"owner": people, "friend": people})


def chain(count: int) -> stoa.Table[Node]:
    nodes = stoa.Table(Node, ids=True)
    for i in range(count):
        nodes.append(f"n{i}", nodes[-1] if i else None)
    return nodes


def test_a_row_refers_to_rows_and_reads_and_writes_them():
    people = two_people()
    pets = pets_of(people)
    pets.append(8.5, people[0])
    pets.append(2.5, owner=people[1], friend=people[0])
    assert pets[0].owner.name == "Ann"
    assert pets[0].friend is None
    assert isinstance(pets[1].owner, Person)
    assert stoa.table_of(pets[1].owner) is people
    pets[0].friend = people[1]
    assert pets[0].friend.age == 7
    pets[0].owner.age += 1
    assert people[0].age == 42
    pets[0].friend = None
    assert pets[0].friend is None
    people.swap(0, 1)
    assert [pet.owner.name for pet in pets] == ["Ann", "Bob"]


def test_references_walk_through_proxies_and_cycles():
    nodes = chain(4)
    assert nodes[3].parent.parent.parent.name == "n0"
    assert nodes[0].parent is None
    nodes[0].parent = nodes[3]
    assert nodes[3].parent.parent.parent.parent.name == "n3"
    assert repr(nodes[0]) == "Node(name='n0', parent=<row 3 of Node>)"
    assert nodes[0] == nodes[0]
    assert nodes[0] != nodes[1]
    assert nodes[0] == ("n0", nodes[3])
    assert nodes[0] != ("n0", nodes[2])
    assert nodes[0] == Node("n0", nodes[3])


def test_a_reference_to_a_removed_row_is_none():
    people = two_people()
    pets = pets_of(people)
    pets.extend([(1, people[1], people[0]), (2, people[1], people[1])])
    people.remove_ids([stoa.id_of(people[0])])
    assert pets.friend.tolist() == [None, people[0]]
    assert pets[0] == (1, people[0], None)
    people.append("Cid")
    assert pets[0].friend is None


@pytest.mark.parametrize(
    "value", [None, 3, "Ann", Person("Ann"), ("Ann", 1), 1.5, stoa.Table(Person, ids=True)]
)
def test_what_is_no_row_of_the_target_is_refused(value: Any):
    people = two_people()
    pets = pets_of(people)
    pets.append(1, people[0])
    pet = pets[0]
    with pytest.raises(TypeError, match="owner"):
        pet.owner = value
    with pytest.raises(TypeError, match="owner"):
        pets.append(1, value)
    with pytest.raises(TypeError, match="owner"):
        pets.extend([(1, value)])
    with pytest.raises(TypeError, match="owner"):
        pets.owner[0] = value
    assert pets.owner.tolist() == [people[0]]


def test_rows_of_other_tables_and_stale_rows_are_refused():
    people, others = two_people(), two_people()
    pets = pets_of(people)
    pets.append(1, people[0])
    with pytest.raises(stoa.RowIdError, match="owner"):
        pets[0].owner = others[0]
    with pytest.raises(stoa.RowIdError, match="owner"):
        pets.append(2, others[0])
    with pytest.raises(stoa.RowIdError):
        pets.owner = others[0]
    with pytest.raises(stoa.RowIdError):
        pets.extend([(2, people[1]), (2, others[1])])
    late = people[1]
    people.reverse()
    with pytest.raises(stoa.StaleError):
        pets[0].owner = late
    without_ids = stoa.Table(Person, [("Zoe", 1)])
    with pytest.raises(stoa.RowIdError):
        pets[0].owner = without_ids[0]
    with pytest.raises(TypeError, match="in no table"):
        pets[0].owner = Person("new")
    assert len(pets) == 1
    assert pets[0].owner.name == "Ann"


def test_columns_are_rows_one_by_one_and_ids_as_an_array():
    numpy = pytest.importorskip("numpy")
    people = two_people()
    pets = pets_of(people)
    pets.extend(weight=[1, 2, 3], owner=numpy.asarray(people.ids)[[0, 1, 1]])
    ids = numpy.asarray(pets.owner)
    assert ids.dtype == numpy.uint64
    assert ids.tolist() == [*people.ids, people.ids[1]]
    assert pets.friend.tolist() == [None] * 3
    pets.friend = [people[0], None, people[1]]
    assert [None if each is None else each.name for each in pets.friend] == ["Ann", None, "Bob"]
    pets[1:].friend = people[0]
    assert pets[1:].friend.tolist() == [people[0]] * 2
    pets.where("weight > 2").friend = people[1]
    assert pets.friend[2] == people[1]
    pets.friend = pets.owner
    assert pets.friend.tolist() == pets.owner.tolist()
    with pytest.raises(TypeError, match="owner"):
        pets.owner = numpy.array([0.5, 1.5, 2.5])
    with pytest.raises(stoa.RowIdError):
        pets.owner = numpy.array([1, 2, 3])
    with pytest.raises(TypeError):
        pets.owner = None
    pets.friend = None
    assert numpy.asarray(pets.friend).tolist() == [0, 0, 0]
    assert pets.to_dicts()[0]["owner"] == people[0]


def test_targets_are_named_when_a_table_is_made():
    people, nodes = two_people(), chain(1)
    with pytest.raises(ValueError, match="owner.*Person.*targets"):
        stoa.Table(Pet, targets={"friend": people})
    with pytest.raises(stoa.RowIdError, match="ids=True"):
        stoa.Table(Node)
    with pytest.raises(TypeError, match="Node"):
        stoa.Table(Pet, targets={"owner": nodes, "friend": people})
    with pytest.raises(stoa.RowIdError, match="ids=True"):
        stoa.Table(Pet, targets={"owner": stoa.Table(Person), "friend": people})
    with pytest.raises(KeyError, match="other"):
        stoa.Table(Pet, targets={"owner": people, "friend": people, "other": people})
    with pytest.raises(TypeError, match="weight"):
        stoa.Table(Pet, targets={"owner": people, "friend": people, "weight": people})
    for wrong in (people, people[0], 3):
        with pytest.raises(TypeError):
            stoa.Table(Pet, targets=wrong)  # type: ignore[arg-type]
        if wrong is not people:
            with pytest.raises(TypeError):
                stoa.Table(Pet, targets={"owner": wrong, "friend": people})
    other = stoa.Table(Node, ids=True, targets={"parent": nodes})
    other.append("child", nodes[0])
    assert stoa.table_of(other[0].parent) is nodes


def test_classes_may_come_later_and_what_is_no_class_is_refused():
    cars = stoa.Table(Car, [(5,)], ids=True)
    wheels = stoa.Table(Wheel, [(1, cars[0])], targets={"car": cars})
    assert wheels[0].car.price == 5
    assert str(wheels.fields["car"]) == "Car"
    with pytest.raises(TypeError):
        stoa.Table(Wheel, targets={"car": two_people()})
    with pytest.raises(stoa.DeclarationError, match="int3"):

        class Wrong(stoa.Record):
            x: int3  # noqa: F821

    with pytest.raises(stoa.DeclarationError, match="on_remove"):
        stoa.field(on_remove="delete")  # type: ignore[call-overload]
    with pytest.raises(stoa.DeclarationError, match="references"):

        class Odd(stoa.Record):
            x: int32 = stoa.field(on_remove="null")

    with pytest.raises(stoa.DeclarationError, match="None"):

        class Never(stoa.Record):
            owner: Person = stoa.field(on_remove="null")


def test_a_field_that_refers_can_be_added_dropped_and_renamed():
    people = two_people()
    points = stoa.Table({"x": "int32"}, [(1,), (2,)])
    points.add_field("owner", Optional[Person], target=people)
    assert points.owner.tolist() == [None, None]
    points[1].owner = people[0]
    points.rename_field("owner", "keeper")
    assert points[1].keeper.name == "Ann"
    points.add_field("second", Person, values=[people[1], people[0]], target=people)
    points.drop_field("keeper")
    assert [row.second.name for row in points.copy()] == ["Bob", "Ann"]
    with pytest.raises(TypeError, match="target"):
        points.add_field("y", "int32", target=people)
    with pytest.raises(ValueError, match="target=…"):
        points.add_field("third", Person)


def test_references_can_be_null_to_whatever_asks():
    nodes = chain(5)
    nodes[2].parent = None
    assert nodes.drop_nulls("parent").name.tolist() == ["n1", "n3", "n4"]
    assert nodes.drop_nulls() == nodes.drop_nulls("parent")
    assert [each.count for each in nodes.describe()] == [5, 3]
    people = two_people()
    pets = pets_of(people)
    pets.extend([(1, people[0], people[1]), (2, people[1], None)])
    assert pets.drop_nulls("friend").weight.tolist() == [1]
    for by in ("owner", "weight, friend"):
        with pytest.raises(stoa.WrongTypeError, match="a reference is no value"):
            pets.partial("sum(weight)", by=by)
    with pytest.raises(TypeError, match="a reference is no value"):
        pets.expression("owner")
    with pytest.raises(stoa.WrongTypeError, match="text or texts"):
        pets.partial("sum(weight)", by=pets.weight)
    before = pets.owner.age + 0
    people.swap(0, 1)
    with pytest.raises(
        stoa.StaleError, match="'owner' was written to since .* or rows that it refers"
    ):
        before.tolist()


def test_windows_are_no_targets_and_find_no_ids():
    people = two_people()
    with pytest.raises(AttributeError):
        people[:1].by_id(people.ids[1])
    with pytest.raises(stoa.WrongTypeError, match="is a table, not Window"):
        stoa.Table(Pet, targets={"owner": people[:], "friend": people})


def test_copies_of_tables_that_refer_to_themselves_refer_to_their_own_rows():
    nodes = chain(5)
    for made in (nodes.copy(), nodes[:], nodes.where("True").copy(), copy.copy(nodes)):
        made = made if isinstance(made, stoa.Table) else made.copy()
        assert made[4].parent.parent.name == "n2"
        assert stoa.table_of(made[4].parent) is made
    last = nodes[[4, 3, 0]]
    assert [each.parent and each.parent.name for each in last] == ["n3", None, None]
    people = two_people()
    pets = pets_of(people)
    pets.append(1, people[0])
    assert pets.copy()[0].owner == people[0]


def test_pickles_take_the_targets_along():
    people = two_people()
    pets = pets_of(people)
    pets.extend([(1, people[1], people[1]), (2, people[1], people[0])])
    pets.resize(3)  # its owner is None, though it is declared without
    people.remove_ids([people.ids[0]])
    again, others = pickle.loads(pickle.dumps((pets, people)))
    assert again[1].owner.name == "Bob"
    assert again[1].friend is None
    assert again[2].owner is None
    assert stoa.table_of(again[1].owner) is others
    alone = pickle.loads(pickle.dumps(pets))
    assert alone[0].friend.name == "Bob"
    nodes = chain(4)
    nodes.pop(1)
    made = pickle.loads(pickle.dumps(nodes))
    assert [each.parent and each.parent.name for each in made] == [None, None, "n2"]
    made.append("more", made[0])
    assert made[-1].parent.name == "n0"


class Only(stoa.Record):
    parent: Only | None = None
    other: Person | None = None


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_table_of_references_alone_is_pickled(protocol: int):
    people = two_people()
    only = stoa.Table(Only, ids=True, targets={"other": people})
    for i in range(3):
        only.append(only[-1] if i else None, people[i % 2])
    made = pickle.loads(pickle.dumps(only, protocol))
    assert [each.parent and made.index(each.parent) for each in made] == [None, 0, 1]
    assert [each.other.name for each in made] == ["Ann", "Bob", "Ann"]


def test_the_references_of_a_pickle_go_out_of_band():
    nodes = chain(3)
    buffers: list[pickle.PickleBuffer] = []
    small = pickle.dumps(nodes, protocol=5, buffer_callback=buffers.append)
    assert [memoryview(each).nbytes for each in buffers] == [12, 24]
    made = pickle.loads(small, buffers=buffers)
    assert [each.parent and each.parent.name for each in made] == [None, "n0", "n1"]


def test_tables_that_refer_to_each_other_are_not_pickled():
    people = two_people()
    pets = stoa.Table(Pet, ids=True, targets={"owner": people, "friend": people})
    people.add_field("pet", Optional[Pet], target=pets)
    for each in (people, pets, (pets, people)):
        with pytest.raises(stoa.ArgumentError, match=r"refers back to the table.*drop that field"):
            pickle.dumps(each)
    people.drop_field("pet")
    assert pickle.loads(pickle.dumps(people))[0].name == "Ann"


def test_a_selection_takes_an_array_of_ids():
    people = two_people()
    pets = pets_of(people)
    pets.extend([(i, people[0], None) for i in range(4)])
    chosen = pets.where(pets.weight > 1)
    chosen.owner = people.ids
    assert [each.owner.name for each in pets] == ["Ann", "Ann", "Ann", "Bob"]
    with pytest.raises(stoa.RowIdError):
        chosen.owner = array("q", [people.ids[1], 5])
    assert [each.owner.name for each in pets] == ["Ann", "Ann", "Ann", "Bob"]
    chosen.friend = array("q", [0, people.ids[1]])
    assert [each.friend and each.friend.name for each in pets] == [None, None, None, "Bob"]


def test_a_table_lives_as_long_as_what_refers_to_it_and_no_longer():
    people = two_people()
    pets = pets_of(people)
    pets.append(1, people[0])
    alive = weakref.ref(people)
    del people
    gc.collect()
    assert alive() is not None
    assert pets[0].owner.name == "Ann"
    del pets
    gc.collect()
    assert alive() is None
    nodes = chain(3)
    gone, parents = weakref.ref(nodes), nodes.parent
    del nodes
    gc.collect()
    assert gone() is None
    assert parents[1].name == "n0"


def test_expressions_and_arrow_refuse_references_by_name():
    nodes = chain(2)
    with pytest.raises(TypeError, match="parent"):
        nodes.compute("max(parent)")
    with pytest.raises(TypeError, match="parent"):
        nodes.update(parent=nodes.name)


def test_a_row_is_copied_only_where_its_references_are_of_the_same_table():
    people, others = two_people(), two_people()
    pets, strays, same = pets_of(people), pets_of(others), pets_of(people)
    pets.append(1, people[0])
    same.append(pets[0])
    same.extend([pets[0], (3, people[1])])
    assert [each.owner for each in same] == [people[0], people[0], people[1]]
    for write in (lambda: strays.append(pets[0]), lambda: strays.extend([pets[0]])):
        with pytest.raises(stoa.Error):
            write()
    assert len(strays) == 0


def test_a_row_whose_reference_may_not_be_none_is_not_copied_without_it():
    people = two_people()
    pets, others = pets_of(people), pets_of(people)
    pets.resize(1)
    for write in (lambda: others.append(pets[0]), lambda: others.extend([pets[0]])):
        with pytest.raises(stoa.WrongTypeError, match="owner"):
            write()
    assert len(others) == 0


def test_a_field_that_was_dropped_or_not_added_lets_its_target_go():
    pets = stoa.Table(Pet, targets={"owner": two_people(), "friend": two_people()})
    target = weakref.ref(pets._store.targets[1])
    pets.drop_field("owner")
    gc.collect()
    gc.collect()
    assert target() is None
    assert list(pets._store.targets) == [2]


def test_a_field_that_is_refused_lets_its_target_go():
    nodes, people = chain(3), two_people()
    key, alive = object(), weakref.ref(people)
    nodes._store.gate.enter_run(key)
    try:
        with pytest.raises(stoa.BusyError):
            nodes.add_field("friend", Optional[Person], target=people)
    finally:
        nodes._store.gate.runs.pop(key)
    del people
    gc.collect()
    gc.collect()
    assert alive() is None


def test_what_was_taken_of_a_field_says_that_it_was_dropped():
    pets = pets_of(two_people())
    pets.resize(1)
    column, chosen = pets.owner, pets.where(pets.weight == 0).owner
    pets.drop_field("owner")
    for act in (
        lambda: column.tolist(),
        lambda: chosen.tolist(),
        lambda: column.name,
        lambda: column.name.tolist(),
        lambda: chosen.name,
        lambda: column[0],
    ):
        with pytest.raises(stoa.FieldNameError, match="dropped"):
            act()


def test_none_of_several_references_is_stored_unless_all_can_be():
    people = two_people()
    pets = pets_of(people)
    pets.extend([(1, people[0]), (2, people[0])])
    stale = people[1]
    people.append("Cid")
    people.swap_remove(1)
    with pytest.raises(stoa.StaleError):
        pets.where("weight > 0").owner = [people[1], stale]
    assert [each.owner for each in pets] == [people[0], people[0]]
