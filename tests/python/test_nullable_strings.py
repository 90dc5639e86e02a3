"""Fields of `str | None`: what is not in the model of test_nullable.py."""

import pickle
from typing import Optional

import pytest
from trials import writes_of_name

import stoa


class Person(stoa.Record):
    name: Optional[str]
    city: Optional[str] = "Oslo"
    age: int = 0


ROWS = [("Ann", "Rom", 1), (None, "", 2), ("", None, 3), ("Köln", "Oslo", 4)]


@pytest.fixture
def people():
    return stoa.Table(Person, ROWS)


def test_every_spelling_makes_the_same_type():
    for written in ("str | None", Optional[str], "None | string", "string | None"):
        table = stoa.Table({"s": written}, 2)
        assert table.fields["s"] == "string | None"
        assert table.fields["s"].nullable
        assert table.s.tolist() == [None, None]
    assert stoa.Table(Person, 1).city.tolist() == ["Oslo"]
    assert pickle.loads(pickle.dumps(table.fields["s"])) is table.fields["s"]


def test_none_and_the_empty_text_are_different(people):
    assert people.name.tolist() == ["Ann", None, "", "Köln"]
    assert people.city.is_null().tolist() == [False, False, True, False]
    assert people.name.count() == 3
    assert people.where(people.name == "").age.tolist() == [3]
    assert people.compute("count(city), min(city), max(city), count_distinct(city)") == (
        3,
        "",
        "Rom",
        3,
    )
    assert repr(people.name) == "<Column name: string | None, 4 rows: 'Ann', None, '', 'Köln'>"
    assert repr(people[1]) == "Person(name=None, city='', age=2)"
    assert people[1] == Person(None, "", 2)
    assert "None" in str(people)


def test_none_is_stored_in_every_way(people):
    people[0].name = None
    people.name[3] = None
    assert people.name.tolist() == [None, None, "", None]
    people.name[::2] = None
    people.update(city=None)
    assert people.name.tolist() == [None] * 4
    assert people.city.tolist() == [None] * 4
    people.city[1:3] = ["a", None]
    people.where("age > 2").name = "x"
    people.where("age > 3").name = None
    assert people.to_dicts()[1:3] == [
        {"name": None, "city": "a", "age": 2},
        {"name": "x", "city": None, "age": 3},
    ]
    people.name = people.city
    assert people.name.tolist() == [None, "a", None, None]
    people.insert(1, (None, None))
    people[0] = ("new", None, 7)
    people.extend(name=[None, "n"], age=[8, 9])
    assert people.name.tolist() == ["new", None, "a", None, None, None, "n"]
    assert people.city.tolist() == [None, None, "a", None, None, "Oslo", "Oslo"]


def test_computed_texts_are_none_where_they_are_made_of_none(people):
    assert people.name.upper().tolist() == ["ANN", None, "", "KÖLN"]
    assert stoa.concat(people.name, "-", people.city).tolist() == [
        "Ann-Rom",
        None,
        None,
        "Köln-Oslo",
    ]
    assert people.name.length().tolist() == [3, None, 0, 4]
    assert stoa.coalesce(people.name, people.city, "z").tolist() == ["Ann", "", "", "Köln"]
    assert people.name.fill_null("z").slice(0, 1).tolist() == ["A", "z", "", "K"]
    assert people.where(people.age > 1).name.upper().tolist() == [None, "", "KÖLN"]
    assert stoa.where(people.age > 2, people.city, people.name).tolist() == [
        "Ann",
        None,
        None,
        "Oslo",
    ]
    people.city = people.name.upper()
    people.where("age == 4").city = people.name.lower()
    assert people.city.tolist() == ["ANN", None, "", "köln"]
    people.add_field("more", "str | None")
    people.more = people.city
    assert people.more.tolist() == people.city.tolist()


def test_a_plain_field_takes_no_none(people):
    people.add_field("plain", str, default="p")
    before = people.to_dicts()
    attempts = [
        lambda: setattr(people, "plain", people.name),
        lambda: setattr(people, "plain", people.name.upper()),
        lambda: setattr(people, "plain", None),
        lambda: people.plain.__setitem__(slice(None), people.name),
        lambda: people.append(None, None, 1, None),
        lambda: people.insert(0, (None, None, 1, None)),
        lambda: people.extend(name=["a"], plain=[None]),
        lambda: people.assign("plain", "name"),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError, match="plain"):
            attempt()
        assert people.to_dicts() == before
    people.plain = people.name.fill_null("?")
    assert people.plain.tolist() == ["Ann", "?", "", "Köln"]


@pytest.mark.parametrize("bad", ["\ud800", 5, b"a"])
def test_what_is_no_text_is_refused(people, bad):
    attempts = [
        *writes_of_name(people, Person, bad),
        lambda: people.extend(name=[None, bad]),
        lambda: people.name.__setitem__(1, bad),
    ]
    for attempt in attempts:
        with pytest.raises((TypeError, ValueError), match="name"):
            attempt()
        assert people == stoa.Table(Person, ROWS)


def test_copies_pickles_and_compaction_keep_none(people):
    people.name[0] = "vanished later"
    people.name[0] = None
    for each in (people.copy(), pickle.loads(pickle.dumps(people)), people[:].copy()):
        assert each == people
        each.compact()
        assert each.name.tolist() == [None, None, "", "Köln"]
        assert len(each.drop_nulls()) == 1
        assert each.drop_nulls("city").name.tolist() == [None, None, "Köln"]


def test_numpy_gives_and_takes_none(people):
    numpy = pytest.importorskip("numpy")
    array = numpy.asarray(people.name)
    assert array.dtype == object
    assert array.tolist() == people.name.tolist()
    people.name = array[::-1]
    assert people.name.tolist() == ["Köln", "", None, "Ann"]
    people.name = numpy.ma.array(["a", "b", "c", "d"], mask=[True, False, False, True])
    assert people.name.tolist() == [None, "b", "c", None]
    assert numpy.asarray(people.name.lower()).tolist() == [None, "b", "c", None]
