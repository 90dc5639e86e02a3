"""Nullable fields: declarations, and a table beside a list of dicts under random operations."""

import copy
import enum
import pickle
from typing import Literal, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa
from stoa import float64, int8, int16, int32


class Color(enum.Enum):
    RED = "r"
    GREEN = "g"


class Bare(stoa.Record):  # of which rows are appended in C
    plain: int16
    x: int32 | None
    small: Optional[int8] = 5
    w: "float64 | None" = None
    truth: Optional[bool] = True
    color: Optional[Color] = None


class Row(Bare):
    name: Optional[str] = "Ann"


FIELDS = tuple(Row(0, None).to_dict())
VALUES = {
    "plain": st.integers(-(2**15), 2**15 - 1),
    "x": st.none() | st.integers(-(2**31), 2**31 - 1),
    "small": st.none() | st.integers(-128, 127),
    "w": st.none() | st.floats(allow_nan=False),
    "truth": st.none() | st.booleans(),
    "color": st.none() | st.sampled_from(Color),
    "name": st.none() | st.sampled_from(["", "Ann", "Köln", "b"]) | st.text("ab\0", max_size=3),
}
DEFAULTS = {"small": 5, "w": None, "truth": True, "color": None, "name": "Ann"}
ROWS = st.fixed_dictionaries(VALUES).map(lambda row: {name: row[name] for name in FIELDS})


def fields_of(record):
    return tuple(record(0, None).to_dict())


# ---- declarations ----


def test_every_spelling_makes_the_same_type():
    kind = int32 | None
    assert kind == "int32 | None"
    assert kind is (None | int32)
    assert kind is (kind | None)
    assert kind is stoa.Table(Row).fields["x"]
    assert kind.nullable
    assert not int32.nullable
    for written in (kind, "int32 | None", "None | int32", Optional[int32]):
        table = stoa.Table({"a": written})
        assert table.fields["a"] is kind
        table.append(None)
        assert table[0].a is None
    assert stoa.Table({"a": Optional[int]}).fields["a"] == "int64 | None"
    assert stoa.Table({"a": Optional[Literal["p", "q"]]}, [("q",), (None,)]).a.tolist() == [
        "q",
        None,
    ]
    assert stoa.Table({"a": Optional[object]}).fields["a"] == "object"
    assert pickle.loads(pickle.dumps(kind)) is kind


@pytest.mark.parametrize("written", [Optional[str.upper], "nothing | None", "int32 | int8 | None"])
def test_other_unions_are_refused(written):
    with pytest.raises(TypeError):
        stoa.Table({"a": written})


def test_being_nullable_gives_no_default():
    table = stoa.Table(Row)
    with pytest.raises(TypeError, match="'x' has no default"):
        table.append(1)
    table.append(1, None)
    assert table[0].to_dict() == {"plain": 1, "x": None, **DEFAULTS}
    filled = stoa.Table(Row, 2)
    assert filled.x.tolist() == [None, None]
    assert filled.small.tolist() == [5, 5]
    filled.add_field("more", "int8 | None")
    filled.add_field("zero", "int8 | None", default=0)
    assert filled.more.tolist() == [None, None]
    assert filled.zero.tolist() == [0, 0]


def test_none_is_refused_by_other_fields_and_nothing_is_stored():
    table = stoa.Table(Row, [(1, None), (2, 3)])
    before = table.to_dicts()
    attempts = [
        lambda: table.append(None, 1),
        lambda: table.extend(plain=[1, None], x=[1, 2]),
        lambda: setattr(table[0], "plain", None),
        lambda: setattr(table, "plain", None),
        lambda: setattr(table, "plain", table.x),
        lambda: setattr(table, "plain", table.x + 1),
        lambda: table.plain.__setitem__(0, None),
        lambda: table.__setitem__(0, (None, 1)),
        lambda: table.assign("plain", "x"),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError, match="plain"):
            attempt()
        assert table.to_dicts() == before


def test_typed_tables_say_that_values_may_be_none():
    class Rows(stoa.Table[Row]):
        x: stoa.Column[Optional[int]]

    assert Rows(Row, [(1, None)]).x[0] is None
    with pytest.raises(TypeError, match="int32"):

        class Wrong(stoa.Table[Row]):
            x: stoa.Column[int]


# ---- beside a list of dicts ----


class Model:
    def __init__(self, record) -> None:
        self.record, self.fields = record, fields_of(record)
        self.table = stoa.Table(record)
        self.rows = []

    def row(self, draw):
        row = draw(ROWS)
        return {name: row[name] for name in self.fields}

    def check(self) -> None:
        table, rows = self.table, self.rows
        assert len(table) == len(rows)
        assert [row.to_dict() for row in table] == rows
        for name in self.fields:
            values = [row[name] for row in rows]
            column = table[name]
            assert column.tolist() == list(column) == values
            assert column[1::2].tolist() == values[1::2]
            assert column[::-1].tolist() == values[::-1]
            there = [value is not None for value in values]
            assert column.validity.tolist() == there
            assert column.count() == sum(there)
            assert column.is_null().tolist() == [not each for each in there]

    # ---- operations; each draws what it needs ----

    def append(self, draw):
        row = self.row(draw)
        given = dict(row)
        for name in draw(st.sets(st.sampled_from(self.fields[2:]))):
            row[name] = DEFAULTS[name]
            del given[name]
        self.table.append(**given)
        self.rows.append(row)

    def extend(self, draw):
        rows = [self.row(draw) for _ in range(draw(st.integers(0, 5)))]
        kind = draw(st.sampled_from(["dicts", "tuples", "records", "rows", "columns"]))
        records = {
            "dicts": rows,
            "tuples": [tuple(row.values()) for row in rows],
            "records": [self.record(**row) for row in rows],
            "rows": list(stoa.Table(self.record, rows)) if kind == "rows" else [],
        }
        if kind == "columns":
            self.table.extend(**{name: [row[name] for row in rows] for name in self.fields})
        elif draw(st.booleans()):
            self.table.extend(records[kind])
        else:
            self.table.extend(each for each in records[kind])
        self.rows.extend(rows)

    def append_one(self, draw):
        row = self.row(draw)
        records = [tuple(row.values()), row, self.record(**row), stoa.Table(self.record, [row])[0]]
        self.table.append(draw(st.sampled_from(records)))
        self.rows.append(row)

    def append_what_does_not_fit(self, draw):
        row = {**self.row(draw), draw(st.sampled_from(["plain", "small", "truth"])): 2**31}
        for call in (
            lambda: self.table.append(tuple(row.values())),
            lambda: self.table.extend([row, row]),
            lambda: self.table.extend(iter([row])),
        ):
            with pytest.raises(OverflowError):
                call()

    def resize(self, draw):
        count = draw(st.integers(0, len(self.rows) + 3))
        self.table.resize(count)
        zeros = {"plain": 0, "x": None, **DEFAULTS}
        more = {name: zeros[name] for name in self.fields}
        self.rows = [*self.rows[:count], *[more] * (count - len(self.rows))]

    def insert(self, draw):
        at, row = draw(st.integers(0, len(self.rows))), self.row(draw)
        self.table.insert(at, tuple(row.values()))
        self.rows.insert(at, row)

    def replace(self, draw):
        at, row = self.index(draw), self.row(draw)
        self.table[at] = tuple(row.values())
        self.rows[at] = row

    def write(self, draw):
        at, name = self.index(draw), draw(st.sampled_from(self.fields))
        value = draw(VALUES[name])
        if draw(st.booleans()):
            setattr(self.table[at], name, value)
        else:
            self.table[name][at] = value
        self.rows[at] = {**self.rows[at], name: value}

    def write_slice(self, draw):
        name, step = draw(st.sampled_from(self.fields)), draw(st.sampled_from([1, 2, -1, -3]))
        part = slice(None, None, step)
        count = len(self.rows[part])
        values = draw(st.lists(VALUES[name], min_size=count, max_size=count))
        self.table[name][part] = values
        for row, value in zip(range(len(self.rows))[part], values):
            self.rows[row] = {**self.rows[row], name: value}

    def write_column(self, draw):
        name = draw(st.sampled_from(self.fields[1:]))
        value = draw(VALUES[name])
        self.table[name] = value
        self.rows = [{**row, name: value} for row in self.rows]

    def write_lists(self, draw):
        values = {
            name: draw(st.lists(VALUES[name], min_size=len(self.rows), max_size=len(self.rows)))
            for name in self.fields[1:]
        }
        for name in values:
            self.table[name] = values[name]
        self.rows = [
            {**row, **dict(zip(values, new))} for row, new in zip(self.rows, zip(*values.values()))
        ]

    def exchange(self, draw):
        self.table.update(x=self.table.small, small=self.table.truth)
        self.rows = [
            {**row, "x": row["small"], "small": None if row["truth"] is None else int(row["truth"])}
            for row in self.rows
        ]

    def shift(self, draw):
        self.table.x[1:] = self.table.x[:-1]
        xs = [row["x"] for row in self.rows]
        self.rows = [{**row, "x": x} for row, x in zip(self.rows, [xs[0], *xs])]

    def write_selected(self, draw):
        least, name = draw(st.integers(-2, 2)), draw(st.sampled_from(self.fields[3:]))
        value = draw(VALUES[name])
        near = self.table.where(self.table.x >= least)
        near[name] = value
        self.rows = [
            {**row, name: value} if row["x"] is not None and row["x"] >= least else row
            for row in self.rows
        ]
        assert near[name].tolist() == [value] * len(near)

    def remove(self, draw):
        first = self.index(draw)
        last = draw(st.integers(first, len(self.rows)))
        del self.table[first:last]
        del self.rows[first:last]

    def delete_selected(self, draw):
        least = draw(st.integers(-2, 2))
        self.table.where(self.table.x < least).delete()
        self.rows = [row for row in self.rows if row["x"] is None or not row["x"] < least]

    def pop(self, draw):
        at = self.index(draw)
        assert self.table.pop(at).to_dict() == self.rows.pop(at)

    def swap(self, draw):
        a, b = self.index(draw), self.index(draw)
        self.table.swap(a, b)
        self.rows[a], self.rows[b] = self.rows[b], self.rows[a]

    def reverse(self, draw):
        self.table.reverse()
        self.rows.reverse()

    def keep(self, draw):
        mask = draw(st.lists(st.booleans(), min_size=len(self.rows), max_size=len(self.rows)))
        self.table.keep(mask)
        self.rows = [row for row, kept in zip(self.rows, mask) if kept]

    def copies(self, draw):
        table = self.table
        assert table.copy() == table == copy.deepcopy(table)
        for protocol in (2, 5):
            assert pickle.loads(pickle.dumps(table, protocol)) == table
        assert table.drop_nulls("x", "w").to_dicts() == [
            row for row in self.rows if row["x"] is not None and row["w"] is not None
        ]
        assert table[::2].copy().to_dicts() == self.rows[::2]

    def compute(self, draw):
        sums = [
            None if row["x"] is None or row["small"] is None else row["x"] + row["small"]
            for row in self.rows
        ]
        table = self.table
        assert (table.x + table.small).tolist() == sums
        assert table.compute("sum(x + small)") == sum(each for each in sums if each is not None)
        assert stoa.coalesce(table.x, table.small, 7).tolist() == [
            next(each for each in (row["x"], row["small"], 7) if each is not None)
            for row in self.rows
        ]
        if self.record is Row:
            self.compute_names()
        either = table.where((table.x > 0) | table.truth).indices().tolist()
        assert either == [
            i
            for i, row in enumerate(self.rows)
            if row["truth"] or (row["x"] is not None and row["x"] > 0)
        ]

    def compute_names(self):
        table = self.table
        lowered = [row["name"] and row["name"].lower() for row in self.rows]
        assert table.name.lower().tolist() == lowered
        assert table.name.fill_null("no").tolist() == [
            "no" if row["name"] is None else row["name"] for row in self.rows
        ]
        first = table.where(table.name == "Ann").indices().tolist()
        assert first == [i for i, row in enumerate(self.rows) if row["name"] == "Ann"]
        assert table.where("not (name < 'b')").name.tolist() == [
            row["name"] for row in self.rows if row["name"] is not None and row["name"] >= "b"
        ]

    def index(self, draw):
        return draw(st.integers(0, len(self.rows) - 1))


ALWAYS = ["append", "append_one", "extend", "insert", "resize", "copies", "compute"]
WITH_ROWS = sorted(
    name
    for name, value in vars(Model).items()
    if callable(value) and name[0] != "_" and name not in ("check", "index", "row", "compute_names")
)


@pytest.mark.parametrize("record", [Bare, Row])
@settings(max_examples=40)
@given(data=st.data())
def test_a_table_holds_what_a_list_of_dicts_does(record, data):
    model = Model(record)
    model.extend(data.draw)
    for _ in range(data.draw(st.integers(3, 12))):
        name = data.draw(st.sampled_from(WITH_ROWS if model.rows else ALWAYS))
        getattr(model, name)(data.draw)
        model.check()


# ---- None in expressions ----


def test_none_is_an_operand_of_every_type():
    table = stoa.Table(Row, [(1, 3), (2, None, None, None, None, None, None), (3, 5)])
    table.color = [Color.RED, None, Color.GREEN]
    for name in FIELDS[1:]:
        column = table[name]
        values = column.tolist()
        assert (column == None).tolist() == [None] * 3  # noqa: E711
        assert stoa.where(table.plain > 1, column, None).tolist() == [None, *values[1:]]
        assert stoa.where(table.plain > 1, None, column).tolist() == [values[0], None, None]
        assert stoa.coalesce(None, column, None).tolist() == values
        assert column.fill_null(None).tolist() == values
        assert column.is_in([None]).tolist() == [None] * 3
    assert (table.x + None).tolist() == [None] * 3
    assert table.compute("sum(coalesce(x, $other))", other=None) == 8
    assert table.compute("sum(coalesce(x, $other))", other=2) == 10
    assert table.where("x == $x", x=None).indices().tolist() == []
    assert table.where("name == $name or is_null(name)", name=None).plain.tolist() == [2]
    assert table.expression("where(plain > 1, plain, null)").tolist() == [None, 2, 3]


def test_none_is_stored_as_text_and_as_a_value():
    table = stoa.Table(Row, [(1, 3), (2, 4), (3, 5)])
    table.update(x=None, w=table.plain * 1.0)
    assert table.x.tolist() == [None] * 3
    for name in FIELDS[1:]:
        table.assign(name, "null", where="plain == 2")
        table.where(table.plain == 3)[name] = None
        assert table[name].is_null().tolist()[1:] == [True, True]
    table.assign("x", "$value", value=None)
    table.x = stoa.where(table.plain > 1, table.plain, None)
    assert table.x.tolist() == [None, 2, 3]
    before = table.to_dicts()
    attempts = [
        lambda: table.assign("plain", "null"),
        lambda: table.assign("plain", "$value", value=None),
        lambda: table.update(x=1, plain=None),
        lambda: table.update(x=1, plain=stoa.where(table.plain > 1, None, 1)),
        lambda: table.where(None),
        lambda: table.filter("x > $where", where=None),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError, match=r"plain|None"):
            attempt()
        assert table.to_dicts() == before


def test_a_row_that_is_given_up_leaves_no_trace():
    for bad in (lambda t, r: t.append(*r), lambda t, r: t.extend([(*r[:-1], True), r])):
        table = stoa.Table(Bare, [(1, 1)])
        with pytest.raises(OverflowError):
            bad(table, (7, 7, 7, 7.0, 2**31))
        table.resize(4)
        assert table.x.tolist() == [1, None, None, None]
        assert table.w.tolist() == [None] * 4
        assert table.small.tolist() == [5] * 4
        table.clear()
        table.append(1, None)
        assert table.x._raw().tolist() == [0]


# ---- standalone records ----


@given(row=ROWS, other=ROWS)
def test_a_standalone_record_holds_none(row, other):
    record = Row(**row)
    assert record.to_dict() == row
    assert pickle.loads(pickle.dumps(record)) == record
    for name, value in other.items():
        setattr(record, name, value)
    assert record.to_dict() == other
    with pytest.raises(TypeError, match="plain"):
        record.plain = None


# ---- numpy ----


def test_arrays_of_numpy_have_nan_for_none_or_are_refused():
    numpy = pytest.importorskip("numpy")
    table = stoa.Table(Row, [(1, None, 1, 0.5), (2, 3, None, None), (3, 4, 2, 1.5)])
    assert numpy.isnan(numpy.asarray(table.w)).tolist() == [False, True, False]
    assert numpy.isnan(numpy.asarray(table.w * 2)).tolist() == [False, True, False]
    for column in (table.x, table.x + 1, table.truth.fill_null(True) & (table.x > 3)):
        with pytest.raises(BufferError, match="fill_null"):
            numpy.asarray(column)
    assert numpy.asarray(table.x.validity).tolist() == [False, True, True]
    assert numpy.asarray(table.x[1:]).tolist() == [3, 4]
    table.x[0] = 9
    shared = numpy.asarray(table.x)
    shared[1] = 7
    assert table.x.tolist() == [9, 7, 4]
    table.x = numpy.ma.array([1, 2, 3], mask=[False, True, False])
    assert table.x.tolist() == [1, None, 3]
    with pytest.raises(TypeError):
        table.plain = numpy.ma.array([1, 2, 3], mask=[False, True, False])
    table.extend(plain=[4], x=numpy.ma.array([5], mask=[True]))
    assert table.x.tolist() == [1, None, 3, None]


def test_many_rows_of_none_and_values():
    table = stoa.Table({"x": "int64 | None"})
    values = [None if i % 7 == 0 or i > 150_000 else i for i in range(200_000)]
    table.extend(x=values)
    assert table.x.tolist() == values
    assert table.x[3:-3:3].tolist() == values[3:-3:3]
    there = [each for each in values if each is not None]
    assert table.compute("sum(x), count(x), min(x), max(x)") == (
        sum(there),
        len(there),
        min(there),
        max(there),
    )
    assert table.where("x % 2 == 0").copy().x.tolist() == [v for v in there if v % 2 == 0]
    assert pickle.loads(pickle.dumps(table)) == table
    table.x = table.x[::-1]
    assert table.x.tolist() == values[::-1]
