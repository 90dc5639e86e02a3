"""Record classes and standalone records."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
import types
from collections import namedtuple
from typing import Any, ClassVar

import pytest

import stoa
from stoa import float32, float64, int8, int32, uint8


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

    kind: ClassVar[str] = "point"

    def norm(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    @property
    def doubled(self) -> float:
        return 2 * self.w

    @doubled.setter
    def doubled(self, value: float) -> None:
        self.w = value / 2

    @classmethod
    def origin(cls) -> Point:
        return cls(0, 0)


class Tagged(Point):
    tag: object = None
    tags: object = stoa.field(default_factory=list)

    def __post_init__(self) -> None:
        self.tags.append(self.x)  # type: ignore[attr-defined]


Three = namedtuple("Three", "x y z")


class Three32(stoa.Record):
    x: int32
    y: int32
    z: int32


def test_a_record_takes_its_fields_by_position_and_by_name() -> None:
    assert stoa.to_tuple(Point(1, 2)) == (1, 2, 1.0)
    assert stoa.to_tuple(Point(y=2, w=3, x=1)) == (1, 2, 3.0)
    assert type(Point(1, 2, 3).w) is float


def test_a_record_is_of_its_class() -> None:
    point = Point(1, 2)
    assert isinstance(point, Point)
    assert type(point).__name__ == "Point"
    assert type(point).__qualname__ == Point.__qualname__
    assert repr(point) == "Point(x=1, y=2, w=1.0)"
    assert point.norm() == 5**0.5
    assert Point.kind == point.kind == "point"
    assert Point.origin() == (0, 0, 1.0)


def test_a_property_of_the_user_reads_and_stores() -> None:
    point = Point(1, 2)
    point.doubled = 8.0
    assert (point.w, point.doubled) == (4.0, 8.0)


def test_fields_have_the_order_of_their_declaration_and_bases_come_first() -> None:
    assert Tagged.__match_args__ == ("x", "y", "w", "tag", "tags")
    record = Tagged(1, 2, tag="t")
    assert list(record) == [1, 2, 1.0, "t", [1]]


def test_a_field_that_is_declared_anew_stays_where_it_was() -> None:
    class Narrow(Point):
        y: int8 = 3

    assert Narrow.__match_args__ == ("x", "y", "w")
    assert Narrow(1) == (1, 3, 1.0)
    with pytest.raises(OverflowError):
        Narrow(1, 128)


def test_a_factory_makes_a_value_for_each_record_and_post_init_runs() -> None:
    one, two = Tagged(1, 2), Tagged(3, 4)
    assert (one.tags, two.tags) == ([1], [3])


def test_records_equal_records_and_tuples_by_value() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) == (1, 2, 1.0)
    assert (1, 2, 1.0) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != [1, 2, 1.0]


def test_records_have_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Point(1, 2))


def test_records_unpack_and_convert() -> None:
    point = Point(1, 2)
    x, y, w = point
    assert (x, y, w) == (1, 2, 1.0)
    assert point.to_tuple() == stoa.to_tuple(point) == (1, 2, 1.0)
    assert point.to_dict() == stoa.to_dict(point) == {"x": 1, "y": 2, "w": 1.0}
    assert stoa.replace(point, y=5) == point.replace(y=5) == (1, 5, 1.0)
    assert point == (1, 2, 1.0)


def test_records_are_copied_and_pickled() -> None:
    record = Tagged(1, 2, tag=["t"])
    shallow, deep = copy.copy(record), copy.deepcopy(record)
    assert record == shallow == deep == stoa.copy(record)
    assert shallow.tag is record.tag
    assert deep.tag is not record.tag
    assert shallow.tags == [1], "a copy does not run __post_init__"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(record, protocol))
        assert again == record
        assert isinstance(again, Tagged)


def test_a_store_into_a_record_is_checked() -> None:
    point = Point(1, 2)
    for value, error in [(2**31, OverflowError), (1.5, TypeError), ("a", TypeError)]:
        with pytest.raises(error) as raised:
            point.x = value  # type: ignore[assignment]
        assert isinstance(raised.value, stoa.Error)
    point.w = 3
    assert type(point.w) is float
    assert point == (1, 2, 3.0)


def test_an_unknown_attribute_can_neither_be_read_nor_set() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError, match="q"):
        point.q  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="x, y, w"):
        point.q = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_a_float32_is_rounded_when_it_is_stored() -> None:
    class Small(stoa.Record):
        f: float32

    small = Small(0.1)
    assert small.f != 0.1
    assert small.f == pytest.approx(0.1)
    small.f = 3.4e38
    with pytest.raises(OverflowError):
        small.f = 3.5e38
    small.f = float("inf")
    small.f = 16777217
    assert small.f == 16777216.0


def test_wrong_arguments_are_refused() -> None:
    for arguments, named in [((), {}), ((1,), {}), ((1, 2, 3, 4), {}), ((1, 2), {"x": 1})]:
        with pytest.raises(TypeError):
            Point(*arguments, **named)
    with pytest.raises(TypeError, match="q"):
        Point(1, 2, q=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("default", [[], {}, set(), bytearray()])
def test_a_default_that_can_change_is_refused(default: object) -> None:
    with pytest.raises((TypeError, ValueError), match="default_factory"):
        type(stoa.Record)("Bad", (stoa.Record,), {"__annotations__": {"a": object}, "a": default})


def test_a_default_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):

        class Bad(stoa.Record):
            a: uint8 = 256


def test_a_field_without_default_behind_one_with_default_is_refused() -> None:
    with pytest.raises(TypeError, match="follows"):

        class Bad(stoa.Record):
            a: uint8 = 1
            b: uint8  # type: ignore[misc]


def test_types_that_are_none_are_refused() -> None:
    with pytest.raises(TypeError, match="int32"):

        class Bad(stoa.Record):
            a: list[int]


@pytest.mark.parametrize(
    "body", ["__init__", "__new__", "__setattr__", "__delattr__", "__getattribute__", "__class__"]
)
def test_methods_that_a_record_cannot_have_are_refused(body: str) -> None:
    with pytest.raises(TypeError, match=body):
        type(stoa.Record)("Bad", (stoa.Record,), {body: lambda self: None})
    with pytest.raises(TypeError, match="__slots__"):
        type(stoa.Record)("Bad", (stoa.Record,), {"__slots__": ("a",)})


def test_a_mixin_with_a_dict_is_refused_and_one_with_slots_is_not() -> None:
    class Loose:
        pass

    class Tight:
        __slots__ = ()

        def sum(self) -> int:
            return self.x + self.y  # type: ignore[attr-defined,no-any-return]

    with pytest.raises(TypeError, match="__slots__"):
        type(stoa.Record)("Bad", (Loose, stoa.Record), {})

    class Good(Tight, Point):
        pass

    assert Good(1, 2).sum() == 3


def test_names_of_methods_keywords_and_builtins_can_be_fields() -> None:
    class Odd(stoa.Record):
        to_dict: int32
        copy: int32
        self: int32
        type: int32
        int: int32
        values: int32
        replace: int32 = 7

    odd = Odd(1, 2, 3, 4, 5, 6)
    assert odd == (1, 2, 3, 4, 5, 6, 7)
    assert odd.to_dict == 1
    assert stoa.to_dict(odd)["to_dict"] == 1
    assert stoa.replace(odd, replace=8).replace == 8
    row = stoa.Table(Odd, [odd])[0]
    assert row == odd
    assert row.copy == 2
    assert stoa.copy(row) == odd


def test_reserved_names_are_refused() -> None:
    for name in ["__class__", "__x__", "_stoa_index", "", "a\0b", "x" * 256, "\ud800"]:
        with pytest.raises(ValueError, match="name"):
            stoa.Table({name: "int32"})
    with pytest.raises(ValueError, match="name"):
        stoa.Table({3: "int32"})
    assert stoa.Table({"x" * 255: "int32", "é ñ": "int8", "class": "bool"}, 1)[0] == (0, 0, False)


def test_python_types_are_fields_too() -> None:
    class Plain(stoa.Record):
        a: int
        b: float
        c: bool
        d: object
        e: Any

    assert list(stoa.Table(Plain).fields.values()) == [
        "int64",
        "float64",
        "bool",
        "object",
        "object",
    ]
    assert Plain(2**62, 1, 1, None, "e") == (2**62, 1.0, True, None, "e")


def test_annotations_as_text_find_local_names() -> None:
    from stoa import int16 as tiny

    class Local(stoa.Record):
        a: tiny

    assert Local(1).a == 1
    assert stoa.Table(Local).fields == {"a": "int16"}


def test_annotations_may_name_types_that_only_checkers_import() -> None:
    module = types.ModuleType("checked_only")
    source = (
        "import stoa\nclass R(stoa.Record):\n    a: 'st.uint8'\n    b: 'cv.ClassVar[int]' = 1\n"
    )
    sys.modules["checked_only"] = module
    try:
        exec(source, module.__dict__)
    finally:
        del sys.modules["checked_only"]
    assert stoa.Table(module.R).fields == {"a": "uint8"}


def test_a_record_is_at_most_a_named_tuple_and_16_bytes() -> None:
    if sys.implementation.name == "pypy":
        pytest.skip("PyPy does not tell sizes")
    assert sys.getsizeof(Three32(1, 2, 3)) <= sys.getsizeof(Three(1, 2, 3)) + 16


def test_a_record_class_tells_its_signature_and_fields() -> None:
    assert list(inspect.signature(Point).parameters) == ["x", "y", "w"]
    assert inspect.signature(Point).parameters["w"].default == 1.0
    assert Point.__doc__ == "Point(x: int32, y: int32, w: float64 = 1.0)"
    assert not hasattr(Point, "x")


def test_hidden_classes_are_not_the_business_of_init_subclass() -> None:
    seen = []

    class Base(stoa.Record):
        x: int32

        def __init_subclass__(cls) -> None:
            seen.append(cls)

    class Sub(Base):
        pass

    Sub(1)
    points = stoa.Table(Sub, 1)
    points.add_field("y", int8)
    assert points[0] == (0, 0)
    assert seen == [Sub]


def test_a_record_without_fields_is_no_use() -> None:
    with pytest.raises(TypeError, match="fields"):
        stoa.Record()
    with pytest.raises(TypeError, match="fields"):
        stoa.Table(stoa.Record)


def test_a_property_that_fails_tells_what_it_missed() -> None:
    class Failing(Point):
        @property
        def bad(self) -> int:
            return self.nothing  # type: ignore[attr-defined,no-any-return]

    with pytest.raises(AttributeError, match="nothing"):
        Failing(1, 2).bad  # noqa: B018


@pytest.mark.skipif(sys.version_info < (3, 10), reason="there is no match statement")
def test_records_and_rows_match_patterns() -> None:
    names: dict[str, Any] = {"Point": Point}
    source = """
def matched(value):
    match value:
        case Point(1, y): return y
        case Point(x=2, w=w): return w
        case _: return None
"""
    exec(source, names)
    assert names["matched"](Point(1, 5)) == 5
    assert names["matched"](stoa.Table(Point, [(2, 0, 7.0)])[0]) == 7.0
    assert names["matched"](Point(3, 3)) is None


def test_numpys_booleans_are_never_asked_for_an_index() -> None:
    """A name about which numpy before 2.1 warns."""

    def index(self: object) -> int:
        raise AssertionError("asked for an index")

    names = {"__module__": "numpy", "__index__": index}
    names.update({"__int__": lambda self: 1, "__float__": lambda self: 1.0})
    truth: Any = type("bool_", (), names)()
    table: Any = stoa.Table({"x": "int32", "w": "float64", "u": "uint64", "b": bool})
    table.append(truth, truth, truth, truth)
    table.insert(0, (truth,) * 4)
    table[0] = (truth,) * 4
    table.extend([(truth,) * 4])
    table[0].x = truth
    table.x = truth
    table.u[1] = truth
    table.b = [truth] * 3
    assert list(table.values()) == [(1, 1.0, 1, True)] * 3
    objects: Any = stoa.Table({"x": "int32", "o": object}, [(truth, truth)])
    assert objects[0] == (1, truth)
    assert Point(truth, 0).x == 1


def test_a_table_of_the_class_of_a_record_or_row_is_one_of_the_class_as_written() -> None:
    class Points(stoa.Table[Point]):
        pass

    row = stoa.Table(Point, [(1, 2)])[0]
    for kind in (type(row), type(Point(1, 2))):
        for table in (stoa.Table(kind, [(1, 2)]), Points(kind, [(1, 2)])):
            assert table.record is Point
            assert table[0] == (1, 2, 1.0)
