"""Records and rows with Python's dataclasses functions; keyword-only fields."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import pprint
import subprocess
import sys
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import stoa
from stoa import float64, int32
from stoa._access.rows import Row
from stoa._schema.record import Record

if sys.version_info >= (3, 10) or TYPE_CHECKING:
    from dataclasses import KW_ONLY


class Point(stoa.Record):
    x: int32
    y: int32 = 3
    w: float64 = stoa.field(default=1, metadata={"unit": "m"})
    tags: object = stoa.field(default_factory=list)

    kind: ClassVar[str] = "point"

    def norm(self) -> int:
        return abs(self.x)


class Named(stoa.Record):
    """x and z by position, in this order; y and w by keyword."""

    x: int32
    y: int32 = stoa.field(kw_only=True)
    z: int32 = 7
    w: float64 = stoa.field(default=1.5, kw_only=True)


def of(record_class: Any, *records: Any) -> Any:
    return stoa.Table(record_class, records)


def both(record: Any) -> list[Any]:
    """A standalone record, and a row with the same values."""
    return [record, of(type(record), record)[0]]


# ---- functions of dataclasses ----


def test_fields_are_those_of_a_dataclass() -> None:
    for point in (Point, *both(Point(1))):
        fields = dataclasses.fields(point)
        assert [each.name for each in fields] == ["x", "y", "w", "tags"]
        assert [each.type for each in fields] == ["int32", "int32", "float64", "object"]
        assert fields[0].type is stoa.int32
        assert fields[0].default is fields[0].default_factory is dataclasses.MISSING
        assert [each.default for each in fields[1:3]] == [3, 1.0]
        assert type(fields[2].default) is float
        assert fields[3].default_factory is list
        assert [dict(each.metadata) for each in fields] == [{}, {}, {"unit": "m"}, {}]
        assert all(each.init and each.repr and each.compare for each in fields)
        assert dataclasses.is_dataclass(point)
    assert dataclasses.fields(Point) is not dataclasses.fields(Named)
    assert [each.name for each in dataclasses.fields(Named)] == ["x", "y", "z", "w"]
    if sys.version_info >= (3, 10):
        assert [each.kw_only for each in dataclasses.fields(Named)] == [False, True, False, True]


def test_each_class_has_its_own_fields_whichever_is_asked_first() -> None:
    for first in (0, 1, 2):

        class Base(stoa.Record):
            x: int32

        class More(Base):
            y: int32

        class Same(More):
            pass

        wanted = [(Base, ["x"]), (More, ["x", "y"]), (Same, ["x", "y"])]
        for made, names in wanted[first:] + wanted[:first]:
            assert [each.name for each in dataclasses.fields(made)] == names
            row = stoa.Table(made, 1)[0]
            assert [each.name for each in dataclasses.fields(row)] == names
    assert dataclasses.fields(stoa.Record) == ()


def test_who_comes_second_among_threads_gets_what_the_first_has_made() -> None:
    class Base(stoa.Record):
        x: int32

    class More(Base):
        y: int32

    later = More.__dict__["__dataclass_fields__"]
    first = More.__dataclass_fields__
    for kind in (More, type(stoa.Table(More, 1)[0])):
        assert later.__get__(None, kind) is first
    assert list(later.__get__(None, Base)) == ["x"]


def test_asdict_astuple_and_replace_work_on_records_and_rows() -> None:
    for point in both(Point(1, 2, tags=["a"])):
        assert dataclasses.asdict(point) == {"x": 1, "y": 2, "w": 1.0, "tags": ["a"]}
        assert dataclasses.astuple(point) == (1, 2, 1.0, ["a"])
        assert list(dataclasses.asdict(point, dict_factory=lambda pairs: dict(pairs[:1]))) == ["x"]
        assert dataclasses.asdict(point)["tags"] is not point.tags
        other = dataclasses.replace(point, y=5)
        assert type(other) is type(Point(1))
        assert other == (1, 5, 1.0, ["a"])
        assert other.tags is point.tags
        assert point.y == 2
        with pytest.raises(TypeError, match="'q'; the fields are: x, y, w, tags"):
            dataclasses.replace(point, q=1)
        with pytest.raises(OverflowError):
            dataclasses.replace(point, x=2**31)


def test_replace_of_copy_works_on_records_and_rows() -> None:
    for point in both(Point(1, 2, tags=None)):
        for replace in (point.__replace__, getattr(copy, "replace", stoa.replace)):
            made = replace(x=9) if replace == point.__replace__ else replace(point, x=9)
            assert made == (9, 2, 1.0, None)
            assert not isinstance(made, Row)
        with pytest.raises(TypeError, match="'q'"):
            point.__replace__(q=1)
        with pytest.raises(AttributeError, match="'q'"):
            stoa.replace(point, q=1)


def test_records_within_dataclasses_and_records_are_taken_apart_too() -> None:
    @dataclasses.dataclass
    class Holder:
        point: Any

    for point in both(Point(1, tags=[])):
        inner = {"x": 1, "y": 3, "w": 1.0, "tags": []}
        assert dataclasses.asdict(Holder(point)) == {"point": inner}
        assert dataclasses.asdict(Point(0, tags=[point]))["tags"] == [inner]


def test_a_field_may_have_any_name() -> None:
    names = ["replace", "self", "class", "odd name", "x" * 200, "field_0"]
    table = stoa.Table(dict.fromkeys(names, "int32"), [tuple(range(6))])
    for record in (table[0], stoa.copy(table[0])):
        assert [each.name for each in dataclasses.fields(record)] == names
        assert dataclasses.asdict(record) == dict(zip(names, range(6)))
        assert dataclasses.replace(record, **{"odd name": 9}) == (0, 1, 2, 9, 4, 5)
        assert record.__replace__(self=8) == (0, 8, 2, 3, 4, 5)


def test_fields_of_a_table_that_changed_are_those_of_now() -> None:
    table = of(Point, (1, 2, 3.0, None))
    before = table[0]
    assert len(dataclasses.fields(before)) == 4
    table.add_field("more", "int8", stoa.field(default=4, kw_only=True, metadata={"a": 1}))
    table.drop_field("tags")
    table.rename_field("y", "why")
    found = dataclasses.fields(table[0])
    assert [each.name for each in found] == ["x", "why", "w", "more"]
    assert found[3].metadata == {"a": 1}
    assert dataclasses.asdict(table[0]) == {"x": 1, "why": 2, "w": 3.0, "more": 4}
    table.append(1, 2, 3.0, more=5)
    with pytest.raises(TypeError, match="3 fields by position, but 4 were given"):
        table.append(1, 2, 3.0, 5)
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert dataclasses.fields(again[0])[3].metadata == {"a": 1}
    with pytest.raises(TypeError, match="by position"):
        again.append(1, 2, 3.0, 5)
    assert len(dataclasses.fields(Point)) == 4


def test_records_are_pickled_copied_and_printed_after_dataclasses_has_seen_them() -> None:
    point = Point(1, tags=[])
    dataclasses.fields(point)
    assert pickle.loads(pickle.dumps(point)) == copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(Point)) is Point
    assert pprint.pformat([point] * 3, width=20).count("Point(x=1, y=3, w=1.0, tags=[])") == 3
    row = of(Point, point)[0]
    assert list(type(point).__dataclass_fields__) == list(type(row).__dataclass_fields__)
    # orjson looks only into the class itself, and crashes on values missing in the object
    assert "__dataclass_fields__" in type(point).__dict__
    assert "__dataclass_fields__" not in type(row).__dict__
    assert not Point.__dataclass_params__.frozen


def test_the_decorator_is_refused_and_the_class_stays_as_it_was() -> None:
    class Plain(stoa.Record):
        x: int32

    options: list[dict[str, Any]] = [{}, {"init": False, "repr": False, "eq": False}]
    options += [{"frozen": True}, {"order": True}]
    if sys.version_info >= (3, 10):
        options += [{"slots": True}]
    for each in options:
        with pytest.raises(stoa.DeclarationError, match="leave @dataclass out"):
            dataclasses.dataclass(**each)(Plain)
    assert Plain(1) == (1,)
    assert [each.name for each in dataclasses.fields(Plain)] == ["x"]


def test_a_field_of_dataclasses_is_refused() -> None:
    with pytest.raises(stoa.DeclarationError, match=r"tags.*use stoa\.field"):

        class Wrong(stoa.Record):
            tags: object = dataclasses.field(default_factory=list)


def test_dataclasses_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, stoa\n"
        "class P(stoa.Record):\n"
        "    x: 'stoa.int32' = 1\n"
        "t = stoa.Table(P, [P(), P(2)])\n"
        "print('dataclasses' in sys.modules, t[0].replace(x=5), hasattr(t[0], 'q'))\n"
        "print(len(t[0].__dataclass_fields__))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert done.stdout == "False P(x=5) False\n1\n"


# ---- keyword-only fields ----


def test_a_record_takes_its_fields_by_position_but_for_those_by_name() -> None:
    assert Named(1, y=2) == (1, 2, 7, 1.5)
    assert Named(1, 3, y=2) == (1, 2, 3, 1.5)
    assert Named(w=4, z=3, y=2, x=1) == (1, 2, 3, 4.0)
    for wrong, message in (
        (lambda: Named(1), "'y' has no default"),
        (lambda: Named(y=1), "'x' has no default"),
        (lambda: Named(1, 2), "'y' has no default"),
        (lambda: Named(1, 2, 3), "2 fields by position, but 3 were given: y, w only by name"),
        (lambda: Named(1, 2, 3, 4), "2 fields by position, but 4 were given"),
        (lambda: Named(1, 2, 3, y=4), "2 fields by position, but 3 were given"),
        (lambda: Named(1, 2, z=3, y=4), "'z' was given twice"),
        (lambda: Named(1, x=3, y=4), "'x' was given twice"),
        (lambda: Named(1, y=4, q=5), "'q'; the fields are: x, y, z, w"),
    ):
        for _ in range(2):
            with pytest.raises(TypeError, match=message):
                wrong()
    assert str(inspect.signature(Named)) == "(x, z=7, *, y, w=1.5)"
    assert Named.__match_args__ == ("x", "z")
    assert Record.__match_args__ == ()
    assert list(Named(1, y=2)) == [1, 2, 7, 1.5]
    assert repr(Named(1, y=2)) == "Named(x=1, y=2, z=7, w=1.5)"
    assert Named(1, y=2).to_dict() == {"x": 1, "y": 2, "z": 7, "w": 1.5}
    undocumented = type(Record)("U", (Named,), {})
    assert undocumented.__doc__ in (
        Named.__doc__,
        "U(x: int32, z: int32 = 7, *, y: int32, w: float64 = 1.5)",
    )


def test_a_table_appends_and_inserts_as_the_class_is_called() -> None:
    table = of(Named)
    table.append(1, y=2)
    table.append(1, 3, y=2)
    table.append(w=4, z=3, y=2, x=1)
    table.append(Named(5, y=6))
    table.append({"x": 7, "y": 8})
    table.insert(0, 0, y=0)
    assert [stoa.to_tuple(row) for row in table] == [
        (0, 0, 7, 1.5),
        (1, 2, 7, 1.5),
        (1, 2, 3, 1.5),
        (1, 2, 3, 4.0),
        (5, 6, 7, 1.5),
        (7, 8, 7, 1.5),
    ]
    for append in (table.append, lambda *values, **named: table.insert(1, *values, **named)):
        for wrong, message in (
            (lambda: append(1), "'y' has no default"),
            (lambda: append(1, 2), "'y' has no default"),
            (lambda: append(1, 2, 3), "2 fields by position, but 3 were given"),
            (lambda: append(1, 2, 3, 4), "2 fields by position, but 4 were given"),
            (lambda: append(1, 2, z=3, y=4), "'z' was given twice"),
            (lambda: append(1, y=4, q=5), "'q'; the fields are: x, y, z, w"),
        ):
            with pytest.raises(TypeError, match=message):
                wrong()
    assert len(table) == 6


def test_a_tuple_of_all_values_is_a_row_whatever_is_by_name() -> None:
    table = of(Named, (1, 2, 3, 4.0))
    table.append((5, 6, 7, 8.0))
    table.extend([(9, 10, 11, 12.0)] * 2)
    table.extend(iter([(9, 10, 11, 12.0)]))
    table[0] = (0, 0, 0, 0.0)
    table[1:2] = [(1, 1, 1, 1.0)]
    assert list(table.x) == [0, 1, 9, 9, 9]
    assert list(table.y) == [0, 1, 10, 10, 10]
    assert (0, 0, 0, 0.0) in table
    with pytest.raises(TypeError, match="'y' has no default"):
        table.append((1, 2))
    table.extend(x=[1], y=[2])
    assert table[-1] == (1, 2, 7, 1.5)


def test_one_field_by_name_alone() -> None:
    class One(stoa.Record):
        x: int32 = stoa.field(kw_only=True)

    assert One(x=1) == (1,)
    table = of(One, (1,), One(x=2))
    table.append(x=3)
    table.append((4,))
    table.append(One(x=5))
    assert list(table.x) == [1, 2, 3, 4, 5]
    for wrong in (lambda: One(1), lambda: table.append(1), lambda: table.append(1, x=1)):
        with pytest.raises(TypeError, match="0 fields by position, but 1 were given"):
            wrong()


def test_factories_of_fields_by_name_run_in_the_order_of_the_fields() -> None:
    made: list[str] = []

    class Made(stoa.Record):
        a: object = stoa.field(default_factory=lambda: made.append("a"), kw_only=True)
        b: object = stoa.field(default_factory=lambda: made.append("b"))
        c: object = stoa.field(default_factory=lambda: made.append("c"), kw_only=True)

    Made()
    assert made == ["a", "b", "c"]
    Made(1, c=2)
    assert made == ["a", "b", "c", "a"]
    table = of(Made)
    table.append()
    assert made == ["a", "b", "c", "a", "a", "b", "c"]
    table.append(None, a=None)
    assert made[7:] == ["c"]


def test_a_class_may_have_all_its_own_fields_by_name_and_bases_keep_theirs() -> None:
    class Base(stoa.Record):
        a: int32
        b: int32 = 2

    class All(Base, kw_only=True):
        c: int32
        d: int32 = stoa.field(default=4, kw_only=False)

    class More(All):
        e: int32 = 5
        b: int32 = stoa.field(default=20, kw_only=True)

    assert All.__match_args__ == ("a", "b", "d")
    assert str(inspect.signature(All)) == "(a, b=2, d=4, *, c)"
    assert All(1, c=3) == (1, 2, 3, 4)
    assert All(1, 0, 9, c=3) == (1, 0, 3, 9)
    assert More.__match_args__ == ("a", "d", "e")
    assert More(1, 6, 7, c=3) == (1, 20, 3, 6, 7)
    assert [each.name for each in dataclasses.fields(More)] == ["a", "b", "c", "d", "e"]
    assert of(More, More(1, c=3))[0] == (1, 20, 3, 4, 5)
    with pytest.raises(stoa.DeclarationError, match="'f' without a default follows 'e'"):

        class Wrong(More):
            f: int32


def test_options_of_a_class_that_are_not_kw_only_reach_its_init_subclass() -> None:
    seen = []

    class Base(stoa.Record):
        def __init_subclass__(cls, colour: str, **options: Any) -> None:
            super().__init_subclass__(**options)
            seen.append(colour)

    class Red(Base, colour="red", kw_only=True):
        x: int32

    assert seen == ["red"]
    assert of(Red, Red(x=1))[0].x == 1
    assert seen == ["red"]


def test_what_follows_kw_only_is_given_by_name() -> None:
    class Marked(stoa.Record):
        a: int32
        _: KW_ONLY
        b: int32
        c: int32 = stoa.field(default=3, kw_only=False)

    assert Marked.__match_args__ == ("a", "c")
    assert Marked(1, b=2) == (1, 2, 3)
    with pytest.raises(stoa.DeclarationError, match="'_' and 'two' are KW_ONLY"):

        class Twice(stoa.Record):
            _: KW_ONLY
            two: dataclasses.KW_ONLY

    if sys.version_info >= (3, 10):
        real = type(Record)("Real", (Record,), {"__annotations__": {"_": KW_ONLY, "b": "int32"}})
        assert real(b=1) == (1,)  # type: ignore[call-arg]


def test_match_args_of_the_users_stay() -> None:
    class Mine(stoa.Record):
        x: int32
        y: int32

        __match_args__ = ("y",)

    assert Mine.__match_args__ == of(Mine, (1, 2))[0].__match_args__ == ("y",)
    assert of(Mine, (1, 2))[0].to_dict() == Mine(1, 2).to_dict() == {"x": 1, "y": 2}
    assert repr(Mine(1, 2)).endswith("Mine(x=1, y=2)")
    table = of(Mine, Mine(1, 2))
    table.extend([Mine(3, 4)])
    assert list(table.x) == [1, 3]


def test_a_classvar_takes_no_field() -> None:
    with pytest.raises(stoa.DeclarationError, match="is a ClassVar"):

        class Wrong(stoa.Record):
            x: int32
            kind: ClassVar[str] = stoa.field(default="a")


def test_metadata_must_be_a_mapping() -> None:
    with pytest.raises(stoa.DeclarationError, match="metadata"):
        stoa.field(metadata=[1])  # type: ignore[call-overload]


def test_many_fields_by_name() -> None:
    names = [f"a{i}" for i in range(100)]
    body = {"__annotations__": dict.fromkeys(names, "int32")}
    body.update({name: stoa.field(default=i, kw_only=i % 2 == 0) for i, name in enumerate(names)})
    wide: Any = type(Record)("Wide", (Record,), body)
    assert list(wide(-1, a0=-2))[:3] == [-2, -1, 2]
    table = of(wide)
    table.append(-1, a0=-2)
    assert list(table[0])[:4] == [-2, -1, 2, 3]
    with pytest.raises(TypeError, match="50 fields by position, but 51"):
        table.append(*range(51))
