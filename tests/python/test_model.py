"""A table and a list of dicts that is changed in the same way, step by step."""

from __future__ import annotations

import copy
import enum
import pickle
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import stoa
from stoa import float64, int8, uint16


class Base(stoa.Record):
    a: int8
    b: uint16 = 7
    c: float64 = 0.5
    d: object = None


class Same:
    def __init__(self, value: Any) -> None:
        self.value = value


OBJECTS = [Same(i) for i in range(4)] + [None, "text", 5]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
Color = enum.Enum("Color", "RED GREEN BLUE")


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Rich(stoa.Record):
    a: str
    b: str | None
    c: date = date(2000, 1, 1)
    d: datetime | None = None
    f: Annotated[datetime, stoa.timestamp("ms", "America/New_York")] = EPOCH
    g: timedelta = timedelta()
    h: Color = Color.GREEN
    i: Color | None = None
    j: Literal["small", "large"] = "small"
    k: stoa.Vector[float64, Literal[2]] = (0.0, 1.0)
    l: int8 | None = 5  # noqa: E741
    m: float64 | None = None
    n: bool | None = None
    o: Access = Access(0)


floats = st.floats(allow_nan=False)
rich_values = st.tuples(
    st.text(max_size=3),
    st.none() | st.text(max_size=3),
    st.dates(),
    st.none() | st.datetimes(),
    st.integers(-(2**45), 2**45).map(lambda count: EPOCH + timedelta(milliseconds=count)),
    st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)),
    st.sampled_from(list(Color)),
    st.none() | st.sampled_from(list(Color)),
    st.sampled_from(["small", "large"]),
    st.tuples(floats, floats),
    st.none() | st.integers(-128, 127),
    st.none() | floats,
    st.none() | st.booleans(),
    st.integers(0, 3).map(Access),
)
values = st.tuples(
    st.integers(-128, 127),
    st.integers(0, 2**16 - 1),
    st.floats(allow_nan=False, width=32),
    st.sampled_from(OBJECTS),
)
indices = st.integers(-12, 12)
slices = st.builds(
    slice,
    st.none() | indices,
    st.none() | indices,
    st.none() | st.integers(-3, 3).filter(bool),
)


def machine_of(base: Any, values: Any, blank: dict[str, Any]) -> Any:
    """Random changes of a table of `base`; `blank` are the values of rows that resize() adds."""
    names = [each.name for each in base._stoa_fields]
    blank = {**blank, "e": 3}

    class TableMachine(RuleBasedStateMachine):
        @initialize(rows=st.lists(values, max_size=6))
        def start(self, rows: Any) -> None:
            self.table: Any = stoa.Table(base, rows)
            self.names = list(names)
            self.model = [dict(zip(names, row)) for row in rows]
            self.order = self.table.order
            self.held: list[Any] = []

        def record(self, row: Any) -> dict[str, Any]:
            """A row for the current fields."""
            whole = dict(zip(names, row))
            return {name: whole.get(name, 0) for name in self.names}

        def both(self, change: Any, modelled: Any, *, moves: bool) -> None:
            """Makes the change on both; if the model fails, the table must fail alike and stay
            unchanged."""
            try:
                modelled()
            except (IndexError, ValueError) as problem:
                before = self.table.to_dicts()
                with pytest.raises(type(problem)):
                    change()
                assert self.table.to_dicts() == before
                return
            before_order = self.table.order
            change()
            assert moves or self.table.order == before_order

        @rule(row=values, how=st.sampled_from(["positions", "names", "tuple", "mapping"]))
        def append(self, row: Any, how: str) -> None:
            record = self.record(row)
            if how == "positions" and (len(record) > 1):
                self.table.append(*record.values())
            elif how == "names":
                self.table.append(**record)
            elif how == "mapping":
                self.table.append(record)
            else:
                self.table.append(tuple(record.values()))
            self.model.append(record)

        @rule(row=values, index=indices)
        def insert(self, row: Any, index: int) -> None:
            record = self.record(row)
            self.table.insert(index, record)
            self.model.insert(index, record)

        @rule(rows=st.lists(values, max_size=5), by_columns=st.booleans())
        def extend(self, rows: Any, by_columns: bool) -> None:
            records = [self.record(row) for row in rows]
            if by_columns:
                self.table.extend(**{name: [r[name] for r in records] for name in self.names})
            else:
                self.table.extend(records)
            self.model.extend(records)

        @rule(index=indices)
        def pop(self, index: int) -> None:
            self.both(lambda: self.table.pop(index), lambda: self.model.pop(index), moves=True)

        @rule(index=indices | slices)
        def delete(self, index: Any) -> None:
            def table() -> None:
                del self.table[index]

            def model() -> None:
                del self.model[index]

            self.both(table, model, moves=True)

        @rule(index=indices, row=values)
        def assign(self, index: int, row: Any) -> None:
            record = self.record(row)
            self.both(
                lambda: self.table.__setitem__(index, record),
                lambda: self.model.__setitem__(index, record),
                moves=False,
            )

        @rule(part=slices, rows=st.lists(values, max_size=5))
        def assign_slice(self, part: slice, rows: Any) -> None:
            records = [self.record(row) for row in rows]
            self.both(
                lambda: self.table.__setitem__(part, records),
                lambda: self.model.__setitem__(part, records),
                moves=True,
            )

        @rule(index=indices, row=values, field=st.integers(0, len(names) - 1))
        def write_cell(self, index: int, row: Any, field: int) -> None:
            name = self.names[field % len(self.names)]
            value = self.record(row)[name]
            self.both(
                lambda: setattr(self.table[index], name, value),
                lambda: self.model[index].__setitem__(name, value),
                moves=False,
            )

        @rule(part=slices, row=values, field=st.integers(0, len(names) - 1))
        def write_column(self, part: slice, row: Any, field: int) -> None:
            name = self.names[field % len(self.names)]
            value = self.record(row)[name]
            self.table[name][part] = value
            for record in self.model[part]:
                record[name] = value

        @rule(a=indices, b=indices)
        def swap(self, a: int, b: int) -> None:
            def model() -> None:
                self.model[a], self.model[b] = self.model[b], self.model[a]

            self.both(lambda: self.table.swap(a, b), model, moves=True)

        @rule(index=indices)
        def swap_remove(self, index: int) -> None:
            def model() -> None:
                self.model[index]
                self.model[index], self.model[-1] = self.model[-1], self.model[index]
                self.model.pop()

            self.both(lambda: self.table.swap_remove(index), model, moves=True)

        @rule()
        def reverse(self) -> None:
            self.table.reverse()
            self.model.reverse()

        @rule(bits=st.integers(0, 2**20))
        def keep(self, bits: int) -> None:
            mask = [bool(bits >> i & 1) for i in range(len(self.model))]
            self.table.keep(mask)
            self.model = [record for record, kept in zip(self.model, mask) if kept]

        @rule(rows=st.integers(0, 12))
        def resize(self, rows: int) -> None:
            self.table.resize(rows)
            del self.model[rows:]
            while len(self.model) < rows:
                self.model.append({name: blank[name] for name in self.names})

        @precondition(lambda self: "e" not in self.names)
        @rule()
        def add_field(self) -> None:
            self.table.add_field("e", "int8", 3)
            self.names.append("e")
            for record in self.model:
                record["e"] = 3

        @precondition(lambda self: len(self.names) > 1)
        @rule(field=st.integers(0, len(names)))
        def drop_field(self, field: int) -> None:
            name = self.names[field % len(self.names)]
            self.table.drop_field(name)
            self.names.remove(name)
            for record in self.model:
                del record[name]

        @rule(how=st.sampled_from(["copy", "pickle", "take", "deepcopy", "window"]))
        def replace_by_a_copy(self, how: str) -> None:
            if how == "copy":
                self.table = self.table.copy()
            elif how == "pickle" and not any(isinstance(r.get("d"), Same) for r in self.model):
                self.table = pickle.loads(pickle.dumps(self.table))
            elif how == "take":
                self.table = self.table[list(range(len(self.model)))]
            elif how == "window":
                self.table = self.table[:].copy()
            elif not any(isinstance(r.get("d"), Same) for r in self.model):
                self.table = copy.deepcopy(self.table)
            self.model = [dict(record) for record in self.model]
            self.held = []
            self.order = self.table.order

        @precondition(lambda self: self.model)
        @rule(index=indices)
        def hold_a_row(self, index: int) -> None:
            if -len(self.model) <= index < len(self.model):
                self.held.append((self.table[index], index % len(self.model), self.table.order))

        @rule(index=indices)
        def read_beyond(self, index: int) -> None:
            if not -len(self.model) <= index < len(self.model):
                with pytest.raises(IndexError):
                    self.table[index]

        @invariant()
        def is_like_the_model(self) -> None:
            if not hasattr(self, "table"):
                return
            assert list(self.table.fields) == self.names
            assert len(self.table) == len(self.model)
            assert self.table.to_dicts() == self.model
            assert [stoa.to_dict(row) for row in self.table] == self.model
            for name in self.names:
                assert self.table[name].tolist() == [record[name] for record in self.model]

        @invariant()
        def held_rows_are_right_or_stale(self) -> None:
            for row, index, order in getattr(self, "held", []):
                if order != self.table.order:
                    with pytest.raises(stoa.StaleError):
                        stoa.index_of(row)
                    for name in type(row).__match_args__:
                        with pytest.raises((stoa.StaleError, AttributeError)):
                            getattr(row, name)
                    continue
                record = self.model[index]
                for name in type(row).__match_args__:
                    if name in record and name != "e":
                        assert getattr(row, name) == record[name]

    return TableMachine


def case_of(machine: Any, examples: int) -> Any:
    machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=40,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    return machine.TestCase


TestTable = case_of(machine_of(Base, values, {"a": 0, "b": 7, "c": 0.5, "d": None}), 40)
TestTableOfOtherTypes = case_of(
    machine_of(
        Rich,
        rich_values,
        {
            "a": "",
            "b": None,
            "c": date(2000, 1, 1),
            "d": None,
            "f": EPOCH,
            "g": timedelta(),
            "h": Color.GREEN,
            "i": None,
            "j": "small",
            "k": (0.0, 1.0),
            "l": 5,
            "m": None,
            "n": None,
            "o": Access(0),
        },
    ),
    25,
)
