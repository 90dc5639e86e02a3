"""Fields of enum.Enum, IntFlag and Literal."""

from __future__ import annotations

import copy
import enum
import pickle
from typing import Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stoa
from stoa import int32


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    BLUE = 3
    AZURE = 3  # noqa: PIE796  (an alias)


class Fruit(enum.Enum):
    RED = 1


class Perm(enum.IntFlag):
    R = 1
    W = 2
    X = 64


Many = enum.Enum("Many", [f"M{i}" for i in range(300)])  # type: ignore[misc]
Size = Literal["small", "large"]


class Item(stoa.Record):
    x: int32
    color: Color = Color.GREEN
    perm: Perm = Perm.R
    size: Size = "large"
    many: Many = Many.M0  # type: ignore[valid-type, attr-defined]


VALUES: dict[str, list[Any]] = {
    "color": list(Color),
    "perm": [Perm(0), Perm.R, Perm.W, Perm.X, Perm.R | Perm.W, Perm.R | Perm.W | Perm.X],
    "size": ["small", "large"],
    "many": list(Many),
}


def test_a_cell_holds_a_place_or_a_flag() -> None:
    fields = stoa.Table(Item).fields
    assert {name: each.width for name, each in fields.items()} == {
        "x": 4,
        "color": 1,
        "perm": 1,
        "size": 1,
        "many": 2,
    }
    assert fields["color"] == "Color"
    assert repr(fields["size"]) == "Literal['small', 'large']"


def test_rows_and_records_give_members_back() -> None:
    items = stoa.Table(Item, [(1,), Item(2, Color.BLUE, Perm.R | Perm.W, "small")])
    items.append(3, Color.AZURE, many=Many.M299)  # type: ignore[attr-defined]
    assert items[0].color is Color.GREEN
    assert items[2].color is Color.BLUE
    assert items[1] == (2, Color.BLUE, Perm.R | Perm.W, "small", Many.M0)  # type: ignore[attr-defined]
    assert isinstance(items[1].perm, Perm)
    assert items[2].many is Many.M299  # type: ignore[attr-defined]
    assert items.color.tolist() == [Color.GREEN, Color.BLUE, Color.BLUE]
    assert list(items.perm) == [Perm.R, Perm.R | Perm.W, Perm.R]
    assert next(items.values("size", "color")) == ("large", Color.GREEN)


def test_a_flag_that_was_inverted_is_stored_and_one_beyond_its_cell_refused() -> None:
    items = stoa.Table(Item, [(1,)])
    items[0].perm = ~Perm.R
    assert items[0].perm & (Perm.R | Perm.W | Perm.X) == Perm.W | Perm.X
    with pytest.raises(stoa.RangeError, match="perm is Perm, in 8 bits"):
        items[0].perm = Perm(256)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("color", 1),
        ("color", "RED"),
        ("color", Fruit.RED),
        ("color", None),
        ("perm", 1),
        ("perm", Fruit.RED),
        ("size", "huge"),
        ("size", 1),
        ("many", 0),
        ("many", Color.RED),
    ],
)
def test_what_is_no_member_is_refused(name: str, value: Any) -> None:
    items = stoa.Table(Item, [(1,), (2,)])
    before = items.copy()
    tries: list[Any] = [
        lambda: setattr(items[0], name, value),
        lambda: setattr(Item(1), name, value),
        lambda: items.append(3, **{name: value}),
        lambda: items.extend([{"x": 3, name: value}]),
        lambda: items.extend({"x": each, name: value} for each in range(3)),
        lambda: setattr(items, name, value),
        lambda: setattr(items, name, [value, value]),
        lambda: Item(1, **{name: value}),
    ]
    for each in tries:
        with pytest.raises(stoa.WrongTypeError, match=name):
            each()
    assert items == before


@pytest.mark.parametrize(
    "written",
    [enum.Enum("Empty", []), Literal[1, 2], Literal["a", 1], enum.IntFlag("Wide", {"A": 1 << 64})],
)
def test_types_that_no_field_can_have_are_refused(written: Any) -> None:
    with pytest.raises(stoa.DeclarationError, match="'kind'"):
        stoa.Table({"kind": written})


def test_a_class_may_be_named_in_a_description() -> None:
    assert stoa.Table({"color": Color}, 1)[0].color is Color.RED
    assert stoa.Table({"size": Size}, 1)[0].size == "small"


def test_tables_are_pickled_and_copied_with_their_members() -> None:
    items = stoa.Table(Item, [(1, Color.RED, Perm.X), (2,)])
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(items, protocol)) == items
    assert pickle.loads(pickle.dumps(items[0])) == items[0]
    assert copy.deepcopy(items) == items
    assert pickle.loads(pickle.dumps(items.fields["color"])) is items.fields["color"]


rows = st.tuples(st.integers(-5, 5), *(st.sampled_from(VALUES[name]) for name in VALUES))


@given(st.lists(rows, max_size=8), st.data())
def test_a_table_is_as_a_list_of_tuples(model: list[tuple[Any, ...]], data: Any) -> None:
    items = stoa.Table(Item)
    items.extend(iter(model))
    names = ["x", *VALUES]
    for _ in range(data.draw(st.integers(0, 4))):
        name = data.draw(st.sampled_from(list(VALUES)))
        value = data.draw(st.sampled_from(VALUES[name]))
        place = names.index(name)
        if model and data.draw(st.booleans()):
            row = data.draw(st.integers(0, len(model) - 1))
            setattr(items[row], name, value)
            model[row] = (*model[row][:place], value, *model[row][place + 1 :])
        else:
            setattr(items, name, value)
            model = [(*each[:place], value, *each[place + 1 :]) for each in model]
    assert list(items.values()) == model
    assert items.copy() == items
    assert [tuple(row) for row in items] == model


def test_columns_of_another_type_are_refused() -> None:
    items = stoa.Table({"x": "uint8", "color": Color, "other": Color, "fruit": Fruit}, 2)
    items.color = [Color.BLUE, Color.GREEN]
    items.other = items.color
    assert items.other.tolist() == [Color.BLUE, Color.GREEN]
    places = items.color.buffer
    for name, value in (
        ("fruit", items.color),
        ("x", items.color),
        ("color", items.x),
        ("color", places),
    ):
        with pytest.raises(stoa.WrongTypeError, match=f"{name} is .* takes no values of"):
            setattr(items, name, value)


def test_a_place_without_a_member_that_was_written_past_stoa_is_an_error() -> None:
    items = stoa.Table({"color": Color}, 1)
    items.color.buffer[0] = 200
    for read in (lambda: items[0].color, lambda: items.color[0], items.color.tolist):
        with pytest.raises(stoa.RangeError, match="the cell holds 200"):
            read()


def test_typed_tables_may_name_the_class() -> None:
    class Items(stoa.Table[Item]):
        color: stoa.Column[Color]
        size: stoa.Column[Size]

    assert Items(1).color[0] is Color.GREEN
    with pytest.raises(stoa.DeclarationError, match=r"Wrong\.color is a column of Color"):

        class Wrong(stoa.Table[Item]):
            color: stoa.Column[Fruit]


def test_a_table_shows_names() -> None:
    text = str(stoa.Table(Item, [(1, Color.BLUE, Perm.R)]))
    assert "BLUE" in text
    assert "<" not in text
    assert stoa.Table(Item, [(1,)]).describe()[1].to_tuple() == ("color", "Color", 1, *[None] * 5)


# ---- expressions ----


def made() -> stoa.Table[Item]:
    colors = [Color.RED, Color.BLUE, Color.GREEN, Color.BLUE]
    sizes = ["small", "large", "small", "small"]
    return stoa.Table(Item, list(zip(range(4), colors, [Perm.R, Perm.W, Perm.X, Perm(3)], sizes)))


def test_members_are_compared() -> None:
    items = made()
    assert (items.color == Color.BLUE).tolist() == [False, True, False, True]
    assert (items.color != Color.AZURE).sum() == 2
    assert (items.size == "large").tolist() == [False, True, False, False]
    assert items.where(items.color == Color.BLUE).color.tolist() == [Color.BLUE] * 2
    assert list(items.where("color != 'BLUE'").color) == [Color.RED, Color.GREEN]
    assert items.compute("sum(color in ('RED', 'GREEN'))") == 2
    assert items.compute("sum(color == $c)", c=Color.BLUE) == 2
    assert items.where("size == $s", s="small").x.tolist() == [0, 2, 3]
    assert ((items.perm & Perm.W) != 0).tolist() == [False, True, False, True]


def test_results_are_members() -> None:
    items = made()
    assert items.color.first() is Color.RED
    assert items.compute("last(color), first(size), sum(x)") == (Color.BLUE, "small", 6)
    assert stoa.Table(Item).color.last() is None
    chosen = stoa.where(items.x > 1, items.color, Color.RED)
    assert chosen.tolist() == [Color.RED, Color.RED, Color.GREEN, Color.BLUE]
    assert list(chosen) == chosen.tolist()
    assert chosen[2] is Color.GREEN
    assert items.where(items.x > 1).expression("color").tolist() == [Color.GREEN, Color.BLUE]


def test_members_are_assigned() -> None:
    items = made()
    items.where(items.x > 1).color = Color.RED
    assert items.color.tolist() == [Color.RED, Color.BLUE, Color.RED, Color.RED]
    items.where(items.x < 2).color = [Color.GREEN, Color.BLUE]
    assert items.color.tolist()[:2] == [Color.GREEN, Color.BLUE]
    items.update(color=stoa.where(items.x == 0, Color.RED, items.color), size="large")
    assert items.color[0] is Color.RED
    assert items.size.tolist() == ["large"] * 4
    items.assign("color", "where(x == 3, 'BLUE', color)")
    assert items.color[3] is Color.BLUE


@pytest.mark.parametrize(
    "refused",
    [
        lambda items: (items.color + 1).tolist(),
        lambda items: (items.color == 1).sum(),
        lambda items: (items.color == Fruit.RED).sum(),
        lambda items: (items.color == "RED").sum(),
        lambda items: (items.size == Color.RED).sum(),
        lambda items: (items.color < Color.RED).sum(),
        lambda items: items.color.sum(),
        lambda items: items.color.max(),
        lambda items: items.compute("mean(color)"),
        lambda items: items.update(x=items.color),
        lambda items: items.update(color=items.x),
        lambda items: items.update(color=items.perm),
        lambda items: items.where(items.x > 0).update(color=Fruit.RED),
    ],
)
def test_what_has_no_meaning_is_refused(refused: Any) -> None:
    items = made()
    before = items.copy()
    with pytest.raises(stoa.WrongTypeError, match="color|size|operand"):
        refused(items)
    assert items == before


class Word(str, enum.Enum):  # whose values are names of one another
    ONE = "TWO"
    TWO = "ONE"


def test_a_choice_among_members_alone_is_of_their_class() -> None:
    table: Any = stoa.Table(
        {"x": int, "color": Color, "maybe": Optional[Color], "word": Word, "name": str}
    )
    table.resize(5)
    table.x = range(5)
    members = list(Color)[:2]
    one, other = members
    choice = stoa.where(table.x > 2, one, other)
    expected = [other] * 3 + [one] * 2
    assert choice.tolist() == list(choice) == expected
    assert choice[0] is other
    assert (choice == one).tolist() == [each is one for each in expected]
    table.color = choice
    assert table.color.tolist() == expected
    assert (table.color == stoa.where(table.x > 3, one, other)).tolist().count(False) == 1
    table.maybe = stoa.where(table.x > 2, one, None)
    assert table.maybe.tolist() == [None] * 3 + [one] * 2
    table.where(table.x < 2).color = stoa.where(
        table.x > 0, stoa.where(table.x > 9, one, one), other
    )
    assert table.color.tolist()[:2] == [other, one]
    table.assign("color", f"where(x > 1, '{one.name}', '{other.name}')")
    assert table.color.tolist() == [other] * 2 + [one] * 3
    table.name = stoa.where(table.x > 1, Word.ONE, Word.TWO)  # which are texts
    assert table.name.tolist() == ["ONE"] * 2 + ["TWO"] * 3
    before = table.to_dicts()
    refused: list[Any] = [
        lambda: setattr(table, "color", stoa.where(table.x > 1, Fruit.RED, Fruit.RED)),
        lambda: setattr(table, "name", choice),
        lambda: setattr(table, "x", choice),
        lambda: setattr(table, "word", stoa.where(table.x > 1, Word.ONE, Word.TWO)),
        lambda: stoa.where(table.x > 1, one, next(iter(Fruit))),
        lambda: stoa.where(table.x > 1, Word.ONE, Word.TWO) == table.word,
        lambda: table.x + one,
        lambda: choice + 1,
        lambda: choice.lower(),
        lambda: choice.first(),
    ]
    for call in refused:
        with pytest.raises(TypeError):
            call()
        assert table.to_dicts() == before


def test_a_name_that_no_member_has_is_refused() -> None:
    with pytest.raises(stoa.ArgumentError, match="no such label; it has: RED, GREEN, BLUE"):
        made().compute("sum(color == 'PINK')")
