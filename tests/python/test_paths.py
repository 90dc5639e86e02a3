"""Fields of the rows that references refer to: pets.owner.age, in operators and in text."""

# ruff: noqa: UP037, UP045
from __future__ import annotations

import random
import threading
from datetime import date
from typing import Literal, Optional

import pytest

import stoa
from stoa import float64, int32, uint8


class Person(stoa.Record):
    age: int32
    name: str
    born: date = date(1970, 1, 1)
    size: Literal["small", "large"] = "small"
    score: Optional[int32] = None
    weight: float64 = 0.0
    boss: "Optional[Person]" = None


class Pet(stoa.Record):
    weight: int32
    owner: Optional[Person]
    kind: uint8 = 0
    name: str = ""


SIZES = ["small", "large"]


def world(rows: int = 300, seed: int = 1) -> tuple[stoa.Table, stoa.Table]:
    """People, some of whom are gone again, and pets."""
    dice = random.Random(seed)
    people = stoa.Table(Person, ids=True)
    for i in range(60):
        people.append(
            i * 7 % 90,
            dice.choice(["Ann", "Bob", "Zoë", ""]),
            date(1970 + i, 1, 1),
            SIZES[i % 2],
            None if i % 4 == 0 else i,
            i / 4,
            None if i % 5 == 0 else people[i // 2],
        )
    pets = stoa.Table(Pet, targets={"owner": people})
    for i in range(rows):
        owner = None if dice.random() < 0.1 else people[dice.randrange(60)]
        pets.append(i % 50, owner, i % 3, dice.choice(["Ann", "Rex"]))
    for _ in range(10):
        people.swap_remove(dice.randrange(len(people)))
    people.reverse()
    return people, pets


def owners(pets: stoa.Table) -> list:
    return [each.owner for each in pets]


def test_a_path_gives_what_rows_give() -> None:
    _, pets = world()
    rows = owners(pets)
    for name in ("age", "name", "born", "size", "score", "weight"):
        expected = [None if each is None else getattr(each, name) for each in rows]
        assert pets.owner[name].tolist() == expected, name
        assert getattr(pets.owner, name).tolist() == expected, name
        assert list(pets.expression(f"owner.{name}")) == expected, name
    bosses = [None if each is None or each.boss is None else each.boss.age for each in rows]
    assert pets.owner.boss.age.tolist() == bosses
    assert pets.expression("owner.boss.age").tolist() == bosses
    again = [each and each.boss and each.boss.boss for each in rows]
    assert [each and stoa.id_of(each) for each in pets.owner.boss.boss] == [
        each and stoa.id_of(each) for each in again
    ]


def test_paths_are_computed_with() -> None:
    _, pets = world()
    rows = list(zip(pets, owners(pets)))
    there = [(pet, owner) for pet, owner in rows if owner is not None]
    total = sum(pet.weight * owner.age for pet, owner in there)
    assert (pets.weight * pets.owner.age).sum() == total
    assert pets.compute("sum(weight * owner.age)") == total
    assert pets.owner.count() == len(there) == pets.owner.age.count()
    assert pets.owner.is_null().sum() == len(rows) - len(there)
    old = pets.where(pets.owner.age > 30)
    assert old.weight.sum() == sum(pet.weight for pet, owner in there if owner.age > 30)
    assert old.owner.age.sum() == sum(owner.age for _, owner in there if owner.age > 30)
    assert pets.where("owner.age > $age", age=30).owner.age.min() > 30
    named = pets.where(pets.owner.name == "Ann")
    assert len(named) == sum(owner.name == "Ann" for _, owner in there)
    assert len(pets.where(pets.owner.name == pets.name)) == sum(
        owner.name == pet.name for pet, owner in there
    )
    assert len(pets.where(pets.owner.size == "large")) == sum(
        owner.size == "large" for _, owner in there
    )
    filled = stoa.where(pets.owner.is_null(), -1, pets.owner.age.fill_null(0))
    assert filled.tolist() == [-1 if owner is None else owner.age for _, owner in rows]
    assert pets.owner.name.value_counts()["Ann"] == sum(owner.name == "Ann" for _, owner in there)
    assert pets.where(pets.owner.age > 1000).owner.age.max() is None


def test_references_are_compared_with_rows() -> None:
    people, pets = world()
    ann = people[3]
    assert len(pets.where(pets.owner == ann)) == sum(each == ann for each in owners(pets))
    assert pets.compute("sum(owner == $id)", id=stoa.id_of(ann)) == (pets.owner == ann).sum()
    assert (pets.owner == pets.owner.boss).sum() == sum(
        each is not None and each.boss == each for each in owners(pets)
    )
    other = stoa.Table(Person, ids=True)
    other.append(1, "Eve")
    with pytest.raises(stoa.WrongTypeError, match="another table"):
        pets.owner == other[0]  # noqa: B015
    with pytest.raises(stoa.WrongTypeError, match="takes no reference"):
        pets.owner.boss.sum()


def test_paths_are_stored() -> None:
    people, pets = world()
    pets.weight = pets.owner.age.fill_null(-1)
    assert pets.weight.tolist() == [-1 if each is None else each.age for each in owners(pets)]
    pets.name = pets.owner.name.fill_null("nobody")
    assert pets.name.tolist() == ["nobody" if each is None else each.name for each in owners(pets)]
    before = [each.boss and each.boss.age for each in people]
    people.update(age=people.boss.age.fill_null(0))
    assert people.age.tolist() == [each or 0 for each in before]
    again = [each.boss and each.boss.boss and stoa.id_of(each.boss.boss) for each in people]
    people.boss = people.boss.boss
    assert [each.boss and stoa.id_of(each.boss) for each in people] == again


def test_paths_become_stale_with_their_target() -> None:
    people, pets = world()
    for write in (
        lambda: setattr(people[0], "age", 3),
        lambda: people.update(age=1),
        lambda: people.swap_remove(0),
        lambda: people.reverse(),
    ):
        by_operator, by_text = pets.owner.age > 30, pets.expression("owner.age > 30")
        selected = pets.where(pets.owner.age > 30)
        by_operator.sum(), by_text.sum()
        write()
        for each in (by_operator.sum, by_text.sum, selected.weight.sum):
            with pytest.raises(stoa.StaleError):
                each()
    kept = pets.owner.age
    people[0].weight = 7.0
    people.append(1, "Eve")
    kept.sum()
    count = pets.expression("count(owner)")
    people.swap_remove(1)
    with pytest.raises(stoa.StaleError):
        count[0]


def test_what_a_path_cannot_be_says_so() -> None:
    _, pets = world()
    with pytest.raises(stoa.FieldNameError, match="owner refers to rows of Person, which have no"):
        pets.owner.agee  # noqa: B018
    with pytest.raises(stoa.FieldNameError, match="owner.boss refers to rows of Person"):
        pets.owner.boss["agee"]
    with pytest.raises(stoa.FieldNameError, match="in the row that 'owner' refers to"):
        pets.compute("sum(owner.agee)")
    with pytest.raises(stoa.WrongTypeError, match="'weight' is no reference"):
        pets.compute("sum(weight.age)")
    with pytest.raises(AttributeError):
        pets.weight.age  # noqa: B018
    with pytest.raises(stoa.WrongTypeError, match="scatter_add"):
        pets.owner.age = 3
    with pytest.raises(stoa.WrongTypeError, match="scatter_add"):
        pets.owner.age += 1
    with pytest.raises(stoa.WrongTypeError, match="a part of its column"):
        pets[:3].owner.age  # noqa: B018
    assert "age" in dir(pets.owner)
    assert "owner.boss.age" in repr(pets.owner.boss.age)


def test_fields_win_over_methods_of_the_column() -> None:
    _, pets = world()
    assert pets.owner.name.tolist()[:1] != ["owner"]
    assert repr(pets.owner).startswith("<Column owner")
    assert pets.owner.type == "Person | None"
    with pytest.raises(AttributeError):
        pets.owner.__nothing__  # noqa: B018


def test_other_threads_do_not_change_a_target_meanwhile() -> None:
    people = stoa.Table(Person, 1000, ids=True)
    pets = stoa.Table(Pet, targets={"owner": people})
    pets.extend(weight=[1] * 200_000, owner=[None] * 200_000)
    pets.owner = [people[i % 1000] for i in range(1000)] * 200
    people.age = range(1000)
    wrong, refused = [], []
    stop = threading.Event()

    def write() -> None:
        i = 0
        while not stop.is_set():
            i += 1
            try:
                people.update(age=people.age + 1)
                if i % 3 == 0:
                    people.reverse()
            except (stoa.BusyError, stoa.InUseError) as error:
                refused.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(30):
            try:
                total = pets.compute("sum(owner.age)")
            except stoa.BusyError:
                continue
            if (total - sum(range(1000)) * 200) % 200_000:
                wrong.append(total)
    finally:
        stop.set()
        thread.join()
    assert not wrong


def test_values_are_scattered() -> None:
    people, pets = world()
    rows = list(zip(pets, owners(pets)))
    expected = {stoa.id_of(each): each.age for each in people}
    for pet, owner in rows:
        if owner is not None and pet.weight > 10:
            expected[stoa.id_of(owner)] += pet.weight
    pets.scatter_add("owner.age", pets.weight, where=pets.weight > 10)
    assert {stoa.id_of(each): each.age for each in people} == expected
    pets.where(pets.weight > 10).scatter_add("owner.age", "-weight")
    pets.scatter_add("owner.age", "$n * weight", where="weight > $n", n=10)
    pets.scatter_add("owner.age", -10 * pets.weight, where="weight > 10")
    for pet, owner in rows:
        if owner is not None and pet.weight > 10:
            expected[stoa.id_of(owner)] -= pet.weight
    assert {stoa.id_of(each): each.age for each in people} == expected
    degrees = {stoa.id_of(each): sum(other == each for other in owners(pets)) for each in people}
    people.score = 0
    pets.scatter_add("owner.score")
    assert {stoa.id_of(each): each.score for each in people} == degrees
    people.weight = 25.0
    pets.scatter_min("owner.weight", pets.weight)
    assert people.weight.min() == min(p.weight for p, o in rows if o is not None and o.weight < 26)
    pets.scatter_max("owner.born", date(2100, 1, 1))
    assert (people.born == date(2100, 1, 1)).sum() == sum(each > 0 for each in degrees.values())
    people.scatter_add("boss.boss.weight", people.weight)


def test_what_does_not_fit_is_not_scattered() -> None:
    people, pets = world()
    before = people.age.tolist()
    stale = people.age + 1
    with pytest.raises(stoa.RangeError, match="does not fit field 'age'"):
        pets.scatter_add("owner.age", 2**31 - 1)
    for error, path, value in (
        (stoa.WrongTypeError, "owner.age", 1.5),
        (stoa.WrongTypeError, "owner.name", 1),
        (stoa.FieldNameError, "owner.agee", 1),
        (stoa.ArgumentError, "weight", 1),
        (stoa.ExpressionError, "owner.", 1),
        (stoa.DivisionByZeroError, "owner.age", "weight // 0"),
    ):
        with pytest.raises(error):
            pets.scatter_add(path, value)
    assert people.age.tolist() == before
    assert stale.sum() == sum(before) + len(before)
    pets.scatter_add("owner.age", 1)
    with pytest.raises(stoa.StaleError):
        stale.sum()
    with pytest.raises(stoa.FieldNameError, match="scatter_add"):
        pets.assign("owner.age", "owner.age + 1")
    with pytest.raises(stoa.FieldNameError, match="scatter_add"):
        pets.update({"owner.age": 3})


def test_the_rows_and_values_of_a_selection_are_scattered() -> None:
    people, pets = world()
    heavy, weights = pets.where(pets.weight > 10), pets.weight.tolist()

    def sums(values: dict[int, int]) -> list[int]:
        made = [0] * len(people)
        for i, value in values.items():
            if pets[i].owner is not None:
                made[stoa.index_of(pets[i].owner)] += value
        return made

    chosen = [i for i, weight in enumerate(weights) if weight > 10]
    running = [sum(weights[: i + 1]) for i in range(len(weights))]
    for act, expected in (
        (lambda: pets.scatter_add("owner.age", heavy.weight, where=heavy), chosen),
        (lambda: heavy.scatter_add("owner.age", heavy.weight, where=heavy.weight > 20), None),
        (lambda: heavy.scatter_add("owner.age", pets.weight.cumsum()), running),
        (
            lambda: pets.scatter_add("owner.age", pets.weight.cumsum(), where="weight > 10"),
            running,
        ),
    ):
        people.age = 0
        act()
        wanted = {
            None: {i: weights[i] for i in chosen if weights[i] > 20},
            id(chosen): {i: weights[i] for i in chosen},
            id(running): {i: running[i] for i in chosen},
        }[None if expected is None else id(expected)]
        assert people.age.tolist() == sums(wanted)


class Place(stoa.Record):
    at: stoa.Vector[float64, Literal[2]]


class Good(stoa.Record):
    n: int32
    place: Optional[Place]


def test_vectors_are_read_and_scattered_into_by_component() -> None:
    places = stoa.Table(Place, [((1.0, 2.0),), ((3.0, 4.0),)], ids=True)
    rows = [(1, places[0]), (2, None), (3, places[1])]
    goods = stoa.Table(Good, rows, targets={"place": places})
    assert goods.expression("place.at[1]").tolist() == [2.0, None, 4.0]
    assert goods.expression("norm(place.at)").tolist() == [5**0.5, None, 5.0]
    for made in (lambda: goods.place.at.tolist(), lambda: goods.expression("place.at")):
        with pytest.raises(stoa.WrongTypeError, match="None where a reference is: take its comp"):
            made()
    goods.scatter_add("place.at[1]", "n")
    assert places.at.tolist() == [(1.0, 3.0), (3.0, 7.0)]
    with pytest.raises(stoa.ArgumentError, match="'at' has the components 0 to 1"):
        goods.scatter_add("place.at[2]", 1)
    with pytest.raises(stoa.WrongTypeError, match="name one of its components"):
        goods.scatter_add("place.at", 1)
