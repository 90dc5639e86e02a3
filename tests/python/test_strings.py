"""Fields of str, beside a list of dicts that does the same slowly."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from trials import writes_of_name

import stoa
from stoa._store import strings

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", "a", "b", "Köln", "\0", "😀" * 3, "x" * 300]
)


class Person(stoa.Record):
    name: str
    age: stoa.int32 = 0
    city: str = "Oslo"


class People(RuleBasedStateMachine):
    """A table and a list of dicts, which are changed alike."""

    def __init__(self) -> None:
        super().__init__()
        self.table = stoa.Table(Person)
        self.rows: list[dict[str, Any]] = []

    def place(self, number: int) -> int:
        return number % len(self.rows)

    @rule(name=TEXTS, city=TEXTS)
    def append(self, name: str, city: str) -> None:
        self.table.append(name, 1, city)
        self.rows.append({"name": name, "age": 1, "city": city})

    @rule(names=st.lists(TEXTS, max_size=6))
    def extend(self, names: list[str]) -> None:
        self.table.extend(name=names, age=range(len(names)))
        self.rows += [{"name": n, "age": i, "city": "Oslo"} for i, n in enumerate(names)]

    @rule(names=st.lists(TEXTS, max_size=3), bad=st.sampled_from([None, "\ud800", 1, "good"]))
    def extend_by_records(self, names: list[str], bad: Any) -> None:
        records = [("a new one", 1, "and another"), *((each, 2) for each in names), (bad, 3)]
        if bad == "good":
            self.table.extend(records)
            self.rows += [dict(zip(("name", "age", "city"), (*r, "Oslo"))) for r in records]
            return
        with pytest.raises(stoa.Error):
            self.table.extend(records)

    @rule(number=st.integers(0, 99), name=TEXTS)
    def insert(self, number: int, name: str) -> None:
        self.table.insert(number, Person(name))
        self.rows.insert(number, {"name": name, "age": 0, "city": "Oslo"})

    @rule(number=st.integers(0, 99), name=TEXTS)
    def write(self, number: int, name: str) -> None:
        if self.rows:
            self.table[self.place(number)].name = name
            self.rows[self.place(number)]["name"] = name

    @rule(number=st.integers(0, 99), name=TEXTS)
    def replace(self, number: int, name: str) -> None:
        if self.rows:
            self.table[self.place(number)] = Person(name, 5)
            self.rows[self.place(number)] = {"name": name, "age": 5, "city": "Oslo"}

    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        if self.rows:
            del self.table[self.place(number)]
            del self.rows[self.place(number)]

    @rule(first=st.integers(0, 9), step=st.sampled_from([1, 2, -1]), name=TEXTS)
    def write_column(self, first: int, step: int, name: str) -> None:
        self.table.city[first::step] = name
        for row in self.rows[first::step]:
            row["city"] = name

    @rule()
    def move_columns(self) -> None:
        self.table.city = self.table.name
        for row in self.rows:
            row["city"] = row["name"]

    @rule(name=TEXTS)
    def write_selected(self, name: str) -> None:
        self.table.where(self.table.age == 1).name = name
        for row in self.rows:
            if row["age"] == 1:
                row["name"] = name

    @rule()
    def compact(self) -> None:
        self.table.compact()

    @rule(how=st.sampled_from([copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]))
    def copy_table(self, how: Any) -> None:
        self.table = how(self.table)

    @invariant()
    def is_the_same(self) -> None:
        names = [row["name"] for row in self.rows]
        assert self.table.name.tolist() == names
        assert list(self.table.city) == [row["city"] for row in self.rows]
        assert [row.to_dict() for row in self.table] == self.rows
        assert list(self.table.values("name")) == [(name,) for name in names]
        assert [row.name for row in reversed(self.table)] == names[::-1]


TestPeople = People.TestCase
TestPeople.settings = settings(max_examples=60, stateful_step_count=20)


def test_a_string_is_made_once_where_there_are_few() -> None:
    people = stoa.Table(Person)
    people.extend(name=["Ann", "Bob"] * 3)
    assert people[0].name is people[2].name
    assert people.name.tolist()[1] is people[3].name


def test_strings_of_later_handles_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    people = stoa.Table(Person)
    names = [str(i) for i in range(strings.KEPT + 10)]
    people.extend(name=names)
    assert people.name.tolist() == names
    assert people[-1].name == names[-1]
    assert len(people._store.texts.kept) <= strings.KEPT


@pytest.mark.parametrize("bad", ["\ud800", "a\udfff", 5, None, b"a"])
def test_what_is_no_text_is_refused_and_nothing_is_stored(bad: Any) -> None:
    people = stoa.Table(Person, [("Ann", 1, "Rom")])
    calls = [
        *writes_of_name(people, Person, bad),
        lambda: people.insert(0, (bad, 1, "x")),
        lambda: people.extend([("new", 1, "x"), (bad, 1, "x")]),
    ]
    for call in calls:
        with pytest.raises((TypeError, ValueError), match="string"):
            call()
        assert list(people) == [Person("Ann", 1, "Rom")]


def test_numbers_and_strings_do_not_mix() -> None:
    people = stoa.Table(Person, [("Ann", 1, "Rom")])
    with pytest.raises(TypeError):
        people.age = people.name
    with pytest.raises(TypeError):
        people.name = people.age
    with pytest.raises(TypeError):
        people.age = ["1"]
    assert list(people) == [Person("Ann", 1, "Rom")]


@pytest.mark.parametrize("bad", [None, 1, b"x", "\ud800", "x\udfff", "😀\ud800"])
def test_no_string_of_a_refused_record_enters_the_pool(bad: Any) -> None:
    table = stoa.Table(Person, [("a",)])
    table.reserve(100)
    before = table.compute("count_distinct(name)"), table._store.c.strings.count
    for record in (("new", 1, bad), ("new", "x", "other"), (bad, 1, "new")):
        for act in (
            lambda record=record: table.append(*record),
            lambda record=record: table.append(record),
            lambda record=record: table.extend([("good",), record]),
            lambda record=record: table.extend(iter([("good",), record])),
        ):
            with pytest.raises((stoa.Error, UnicodeEncodeError)):
                act()
    for value in (bad, "new"):
        with pytest.raises((stoa.Error, UnicodeEncodeError)):
            table.append(value, "x")
    with pytest.raises((stoa.Error, UnicodeEncodeError)):
        table[0].name = bad
    assert (table.compute("count_distinct(name)"), table._store.c.strings.count) == before
    assert list(table) == [Person("a")]


@pytest.mark.parametrize("limit", [{"max_count": 4}, {"max_bytes": 6}])
def test_a_string_that_the_pool_refuses_changes_no_cell(limit: dict[str, int]) -> None:
    table = stoa.Table(Person, [("a", 1, "b")], strings=stoa.StringPool(**limit))
    table.reserve(10)
    seen = table.name == "a"
    for act in (
        lambda: setattr(table[0], "name", "new"),
        lambda: table.append("new", 1, "a"),
        lambda: table.append("a", 1, "new"),
        lambda: table.extend([("b", 1, "a"), ("a", 1, "new")]),
        lambda: table.__setitem__(0, ("new", 1, "a")),
    ):
        with pytest.raises(stoa.FullError):
            act()
        assert list(table) == [Person("a", 1, "b")]
    assert seen.sum() == 1


def test_rows_are_copied_between_tables_with_other_pools() -> None:
    pool = stoa.StringPool()
    first, second = stoa.Table(Person, strings=pool), stoa.Table(Person, strings=pool)
    other = stoa.Table(Person)
    other.append("of another", 1, "pool")
    first.append("Ann", 2, "Köln")
    for table in (first, second, other):
        table.reserve(10)
        for row in (first[0], other[0]):
            table.append(row)
            table.extend([row])
    assert [each.name for each in first] == ["Ann"] * 3 + ["of another"] * 2
    assert [each.name for each in second] == ["Ann"] * 2 + ["of another"] * 2
    assert [each.city for each in other] == ["pool", "Köln", "Köln", "pool", "pool"]


@given(left=st.lists(TEXTS, max_size=8), right=st.lists(TEXTS, max_size=8))
@settings(max_examples=50)
def test_columns_of_other_tables_are_taken(left: list[str], right: list[str]) -> None:
    one, other = stoa.Table(Person), stoa.Table(Person)
    one.extend(name=left)
    other.extend(name=right)
    one.extend(name=other.name[::-1])
    assert one.name.tolist() == left + right[::-1]


def test_a_text_subclass_becomes_a_plain_str() -> None:
    class Text(str):
        def __str__(self) -> str:
            return "something else"

    people = stoa.Table(Person)
    people.append(Text("Ann"))
    people.extend(name=[Text("Bob")])
    assert people.name.tolist() == ["Ann", "Bob"]
    assert {type(name) for name in people.name} == {str}
    assert type(Person(Text("Ann")).name) is str


def test_types_are_written_in_many_ways() -> None:
    for written in ("str", "string", str):
        table = stoa.Table({"s": written}, 2)
        assert table.fields["s"] == "string"
        assert table.s.tolist() == ["", ""]


def test_a_field_of_strings_is_added_with_its_default() -> None:
    people = stoa.Table(Person, [("Ann", 1, "Rom")])
    people.add_field("mail", str, default="none ä")
    assert people[0].mail == "none ä"
    people.add_field("empty", str)
    assert people.empty.tolist() == [""]


def test_compaction_leaves_rows_and_other_tables_alone() -> None:
    people = stoa.Table(Person)
    people.extend(name=[f"name {i}" for i in range(1000)])
    row, other = people[999], people.copy()
    people.name[:999] = "x"
    before = people._store.c.strings.count
    people.compact()
    assert people._store.c.strings.count == 4 < before
    assert row.name == "name 999"
    assert people.name[0] == "x"
    assert other.name[5] == "name 5"


def test_numpy_gives_and_takes_strings() -> None:
    numpy = pytest.importorskip("numpy")
    people = stoa.Table(Person)
    for array in (numpy.array(["a", "bä"]), numpy.array(["a", "bä"], dtype=object)):
        people.extend(name=array)
    found = numpy.asarray(people.name)
    assert found.dtype == object
    assert found.tolist() == ["a", "bä"] * 2
    assert numpy.asarray(people.name, dtype="U2").tolist() == found.tolist()
    assert stoa.Table(numpy.dtype([("s", "U5"), ("x", "i4")]), 1).fields["s"] == "string"
