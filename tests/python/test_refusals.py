"""Unusual programs: every refusal is both a stoa.Error and a builtin exception."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import Any

import pytest

import stoa
from stoa import float64, int32


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64 = 1.0

    def moved(self) -> Point:
        return type(self)(self.x + 1, self.y)

    @classmethod
    def origin(cls) -> Point:
        return cls(0, y=0)


def ten() -> Any:
    return stoa.Table(Point, [(i, i * i) for i in range(10)])


def test_the_class_of_a_row_and_of_a_record_makes_records() -> None:
    made = 0

    class Counted(Point):
        def __post_init__(self) -> None:
            nonlocal made
            made += 1

    for record in (stoa.Table(Counted, [(3, 4)])[0], Counted(3, 4)):
        made = 0
        assert record.moved() == (4, 4, 1.0)
        assert record.origin() == (0, 0, 1.0)
        assert made == 2
        other = type(record)(w=2, x=1, y=0)
        assert isinstance(other, Counted)
        with pytest.raises(OverflowError):
            other.x = 2**31
        with pytest.raises(AttributeError):
            other.q = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "named", "error", "words"),
    [
        ((), {}, TypeError, "'x'"),
        ((1,), {}, TypeError, "'y'"),
        ((1, 2, 3, 4), {}, TypeError, "3 fields"),
        ((1,), {"x": 1}, TypeError, "twice"),
        ((1, 2), {"q": 1}, TypeError, "x, y, w"),
        ((1, 2), {"q": 1}, AttributeError, "x, y, w"),
        ((), {"x": 1, "w": 2}, TypeError, "'y'"),
    ],
)
def test_wrong_arguments_are_refused_in_words_of_fields(
    values: Any, named: Any, error: type[Exception], words: str
) -> None:
    for make in (Point, stoa.Table(Point).append):
        with pytest.raises(error, match=words) as caught:
            make(*values, **named)
        assert isinstance(caught.value, stoa.Error)


def test_what_a_factory_raises_comes_through() -> None:
    class Broken(stoa.Record):
        a: int32
        b: object = stoa.field(default_factory=lambda: int("no number"))
        c: object = stoa.field(default_factory=lambda: len(5))  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="no number"):
        Broken(1)
    rows = stoa.Table(Broken)
    with pytest.raises(TypeError, match="no len") as caught:
        rows.append(1, 2)
    assert not isinstance(caught.value, stoa.Error)
    assert len(rows) == 0


@pytest.mark.parametrize("index", [1.0, None, "1", b"1", [1], 1j, object()])
def test_what_is_no_index_is_refused_everywhere(index: Any) -> None:
    points = ten()
    uses = [
        lambda: points.__setitem__(index, (1, 2)) if index != "1" else points.swap(index, 0),
        lambda: points.__delitem__(index),
        lambda: points.pop(index),
        lambda: points.insert(index, 1, 2),
        lambda: points.swap(0, index),
        lambda: points.swap_remove(index),
        lambda: points.head(index),
        lambda: points.tail(index),
        lambda: points.x[index],
        lambda: points.x.__setitem__(index, 1),
    ]
    if index is not None:
        uses += [
            lambda: points[index:],
            lambda: points[::index],
            lambda: points.x[:index],
            lambda: points.__delitem__(slice(index)),
            lambda: points.index((1, 1), index),
        ]
    for use in uses:
        with pytest.raises(TypeError) as caught:
            use()
        assert isinstance(caught.value, stoa.Error)
    whole = slice(None, None, 0)
    for use in (lambda: points[::0], lambda: points.x[::0], lambda: points.__delitem__(whole)):
        with pytest.raises(ValueError, match="step of a slice") as zero:
            use()
        assert isinstance(zero.value, stoa.Error)
    assert points == ten()


def test_what_is_no_iterable_of_records_is_refused() -> None:
    for given in (1.5, None, object()):
        for use in (lambda value: stoa.Table(Point, value), ten().extend):
            with pytest.raises(TypeError) as caught:
                use(given)
            assert isinstance(caught.value, stoa.Error)
    with pytest.raises(MemoryError, match=r"2\*\*63"):
        stoa.Table(Point, 2**63)


def test_a_window_is_within_its_table() -> None:
    points = ten()
    assert len(stoa.Window(points, range(9, -1, -3))) == 4
    assert len(stoa.Window(points, range(20, 20))) == 0
    for wrong in (range(11), range(-1, 5), range(10**6), range(50, 5, -5)):
        with pytest.raises(IndexError):
            stoa.Window(points, wrong)


def test_fields_of_any_name_are_given_by_name() -> None:
    names = ["self", "index", "records", "cls", "record", "values", "named", "x y", "class", "None"]
    names += ["ﬁ", "fi", "_stoa", "made", "epoch", "store", "changes"]
    rows: Any = stoa.Table(dict.fromkeys(names, "int8"))
    values = {name: i for i, name in enumerate(names)}
    rows.append(**values)
    rows.insert(0, **values)
    rows.append(values)
    rows.extend(**{name: [i] for name, i in values.items()})
    assert rows.to_dicts() == [values] * 4

    class Plain(stoa.Record):
        self: int32
        cls: int32

    assert Plain(1, cls=2) == Plain(self=1, cls=2)  # type: ignore[misc]
    plain: Any = stoa.Table(dict.fromkeys(["self", "index", "cls", "record"], "int8"))
    plain.append(self=1, index=2, cls=3, record=4)
    plain.insert(0, self=1, index=2, cls=3, record=4)
    assert plain[0].replace(self=5) == (5, 2, 3, 4)
    assert stoa.replace(plain[1], record=6) == (1, 2, 3, 6)


def test_a_description_that_is_none_is_refused() -> None:
    for wrong in ((), ("int8", 1, 2)):
        with pytest.raises(stoa.DeclarationError, match="default"):
            stoa.Table({"a": wrong})
    with pytest.raises(TypeError, match="type"):

        class Untyped(stoa.Record):
            a: int32
            b = stoa.field(default=1)


class Holder(stoa.Record):
    n: int32
    payload: object = None


def copies_of(thing: Any) -> Any:
    yield deepcopy(thing)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(thing, protocol))


def test_what_contains_itself_is_shown_copied_and_pickled() -> None:
    rows = stoa.Table(Holder, [(i,) for i in range(20)])
    rows.payload = [rows] * 20  # type: ignore[assignment]
    assert repr(rows).count("...") == 10
    assert "..." in rows._repr_html_()
    for copied in copies_of(rows):
        assert all(each is copied for each in copied.payload)
    record = Holder(1)
    record.payload = [record]
    assert repr(record) == "Holder(n=1, payload=[...])"
    for copied in copies_of(record):
        assert copied.payload[0] is copied
        assert copied.n == 1
        with pytest.raises(TypeError):
            copied.n = "a"
    rows[0].payload = rows[0]
    rows[1].payload = rows[:3]
    rows[2].payload = rows.payload
    for shown in (rows, rows[0], rows[:3], rows.payload):
        assert "..." in repr(shown)
