"""Tables in pyarrow, Polars, pandas, DuckDB and Narwhals, and back."""

from __future__ import annotations

import datetime
import gc
import sys
import types
from enum import Enum, IntFlag
from typing import Any, Literal

import pytest

import stoa
from stoa import Vector, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

Berlin = stoa.timestamp("ms", "Europe/Berlin")
UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, 1, 5000)


class Color(Enum):
    RED = 1
    GREEN = 2


class Bits(IntFlag):
    ONE = 1
    TWO = 2


class Person(stoa.Record):
    name: str
    type: int32 = 0  # as what a column has, too
    tolist: int32 = 0


class Pet(stoa.Record):
    owner: Person | None


class Plain(stoa.Record):
    truth: bool
    a: int8
    b: int16
    c: int32
    d: int64
    e: uint8
    f: uint16
    g: uint32
    h: uint64
    i: float32
    j: float64
    name: str
    color: Color
    size: Literal["s", "m"]
    bits: Bits
    v: Vector[float32, Literal[3]]
    day: datetime.date
    moment: datetime.datetime
    zoned: Berlin  # type: ignore[valid-type]
    time: datetime.timedelta


class Nullable(stoa.Record):
    truth: bool | None
    a: int8 | None
    d: int64 | None
    h: uint64 | None
    i: float32 | None
    j: float64 | None
    name: str | None
    color: Color | None
    day: datetime.date | None
    moment: datetime.datetime | None
    zoned: Berlin | None  # type: ignore[valid-type]
    time: datetime.timedelta | None


def plain(i: int) -> tuple[Any, ...]:
    numbers = tuple((i * 7) % top for top in (100, 30000, 2**31, 2**62, 200, 60000, 2**32, 2**64))
    day = MOMENT + datetime.timedelta(i)
    rest = "sm"[i % 2], Bits(i % 4), (i, i + 1, i + 2), day.date(), day, day.replace(tzinfo=UTC)
    color = Color.GREEN if i % 3 else Color.RED
    return (i % 2 == 0, *numbers, i / 2, i / 3, f"é{i % 5}", color, *rest, day - MOMENT)


def nullable(i: int) -> tuple[Any, ...]:
    row = stoa.to_dict(Plain(*plain(i)))
    if i % 5 == 0:
        row["j"] = float("nan")  # which is not None
    return tuple(
        None if (i + at) % 3 == 0 else row[n] for at, n in enumerate(Nullable.__dataclass_fields__)
    )


def parts(record: Any, rows: int = 70) -> list[Any]:
    """A table, windows and selections of it."""
    row = plain if record is Plain else nullable
    whole = stoa.Table(record, [row(i) for i in range(rows)])
    some = whole.where("row() % 3 == 1")
    return [whole, whole[10:50:3], whole[::-1], whole[5:5], some, whole.where("row() < 0")]


RECORDS = pytest.mark.parametrize("record", [Plain, Nullable])


def values(rows: Any) -> list[list[Any]]:
    """The values of each row, as other libraries have them; NaN as a text."""
    return [[simple(value) for value in row] for row in rows.values()]


def simple(value: Any) -> Any:
    if isinstance(value, Enum) and not isinstance(value, IntFlag):
        return value.name
    if isinstance(value, float) and value != value:
        return "NaN"
    is_vector = isinstance(value, tuple) or getattr(value, "ndim", 0) or hasattr(value, "to_list")
    return list(value) if is_vector else value


def seen(rows: Any) -> list[list[Any]]:
    return [[simple(value) for value in row] for row in rows]


@RECORDS
def test_pyarrow_gets_every_type(record: Any) -> None:
    pytest.importorskip("pyarrow")
    for part in parts(record):
        for dictionary in (False, True):
            made = part.to_arrow(dictionary=dictionary)
            made.validate(full=True)
            assert seen(row.values() for row in made.to_pylist()) == values(part)
            assert values(stoa.from_arrow(made, record)) == values(part)
            text = "dictionary<values=large_string, indices=uint32, ordered=0>"
            assert str(made.schema.field("name").type) == (text if dictionary else "string")


@RECORDS
def test_polars_gets_every_type(record: Any) -> None:
    polars = pytest.importorskip("polars")
    for part in parts(record):
        for dictionary in (False, True):
            made = part.to_polars(dictionary=dictionary)
            assert seen(made.rows()) == values(part)
            assert made.schema["d"] == polars.Int64
            assert made.schema["name"] == (polars.Categorical if dictionary else polars.String)
            assert values(stoa.from_arrow(made, record)) == values(part)


DTYPES = {
    Plain: "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 str category "
    "category uint8 object datetime64[s] datetime64[us] datetime64[ms,Europe/Berlin] "
    "timedelta64[us]",
    Nullable: "boolean Int8 Int64 UInt64 Float32 Float64 str category datetime64[s] "
    "datetime64[us] datetime64[ms,Europe/Berlin] timedelta64[us]",
}


@RECORDS
def test_pandas_gets_every_type(record: Any) -> None:
    pandas = pytest.importorskip("pandas")
    text = "str" if int(pandas.__version__.split(".")[0]) >= 3 else "object"
    expected = [each.replace("str", text) for each in DTYPES[record].split()]
    for part in parts(record):
        made = part.to_pandas()
        assert [str(each).replace(", ", ",") for each in made.dtypes] == expected
        assert list(made.columns) == list(record.__dataclass_fields__)
        assert pandas_values(pandas, made) == [
            [midnight(value) for value in row] for row in values(part)
        ]


def midnight(value: Any) -> Any:
    is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return datetime.datetime(value.year, value.month, value.day) if is_date else value


def pandas_values(pandas: Any, frame: Any) -> list[list[Any]]:
    """The values of each row; None for what pandas has for it: NA, NaT and, in text, NaN."""

    def is_nan_of(kind: str, value: Any) -> bool:
        return kind in ("str", "category") and value != value

    def value_of(value: Any, kind: str) -> Any:
        if value is pandas.NA or value is pandas.NaT or is_nan_of(kind, value):
            return None
        python = getattr(value, "to_pydatetime", getattr(value, "to_pytimedelta", lambda: value))()
        return simple(python)

    kinds = [str(each) for each in frame.dtypes]
    columns = [[value_of(v, kind) for v in frame[name]] for name, kind in zip(frame, kinds)]
    return [list(row) for row in zip(*columns)]


@RECORDS
def test_pandas_gives_back_what_it_got(record: Any) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    fields = [n for n in record.__dataclass_fields__ if n not in ("v", "day")]
    for part in parts(record)[:1]:
        made = stoa.from_arrow(part.to_pandas()[fields])
        assert seen(made.values()) == seen(
            [simple(value) for value in row] for row in part.values(*fields)
        )
        assert isinstance(made.where(made.d > 3).to_pandas(), pandas.DataFrame)


def dated() -> Any:
    days = (2024, 2, 29), (1, 1, 1), (1969, 12, 31), (9999, 12, 31)
    rows = [(datetime.date(*day), i) for i, day in enumerate(days)]
    return stoa.Table({"day": "date | None", "x": "int32"}, [*rows, (None, 4)])


def test_dates_come_back_from_pandas() -> None:
    pandas, pyarrow = map(pytest.importorskip, ("pandas", "pyarrow"))
    table, fields = dated(), {"day": "date | None", "x": "int32"}
    frame = table.to_pandas()
    assert stoa.from_arrow(frame, fields) == table
    assert stoa.from_arrow(frame[:0], fields) == table[:0]
    for kind in ("M8[ms]", "M8[us]", pandas.ArrowDtype(pyarrow.timestamp("s"))):
        given = frame.assign(day=frame.day.copy().astype(kind))  # which pandas 3.0 writes to
        assert stoa.from_arrow(given, fields) == table
        assert given.day.dtype == kind
        given.columns = ["self", "x"]
        assert stoa.from_arrow(given, {"self": "date | None", "x": "int32"})["self"].tolist()
        assert given["self"].dtype == kind
    days: Any = stoa.Table({"day": "date", "x": "int32"}, [(datetime.date(2000, 1, 1), 7)])
    days.extend_arrow(frame[1:4])
    assert days[1:] == table[1:4]
    with pytest.raises(stoa.WrongTypeError, match="'day' is null"):
        days.extend_arrow(frame)
    assert len(days) == 4


def test_only_midnights_without_a_zone_are_dates() -> None:
    pandas, numpy = map(pytest.importorskip, ("pandas", "numpy"))
    pytest.importorskip("pyarrow")
    frame, fields = dated().to_pandas(), {"day": "date | None", "x": "int32"}
    noon = frame.copy()
    noon.loc[2, "day"] = pandas.Timestamp("1969-12-31 12:00")
    with pytest.raises(stoa.RangeError, match="day is date: .*1969-12-31 12:00"):
        stoa.from_arrow(noon, fields)
    for count, unit in ((2**50, "s"), (-1, "ns")):
        values = numpy.array([count] * 5, f"M8[{unit}]")
        with pytest.raises(stoa.RangeError, match="day is date"):
            stoa.from_arrow(frame.assign(day=values), fields)
    zoned = frame.assign(day=pandas.to_datetime(["2024-02-29"] * 5).tz_localize("UTC"))
    with pytest.raises(stoa.WrongTypeError, match="'day' is date and takes no values of timestamp"):
        stoa.from_arrow(zoned, fields)


FIELDS = pytest.mark.parametrize("fields", [None, {"x": "int64"}])


@FIELDS
def test_the_numbers_of_the_rows_of_a_pandas_frame_are_left_out(fields: Any) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"x": [1, 2, 3, 5]})
    for part in (
        frame[frame.x != 3],
        frame[frame.x != 2],
        frame.sort_values("x", ascending=False),
        pandas.concat([frame, frame]),
        frame.set_axis(pandas.Index([5, 6, 9, 9], dtype="UInt8")),
    ):
        index = part.index
        assert stoa.from_arrow(part, fields).x.tolist() == part.x.tolist()
        assert part.index is index
        table: Any = stoa.Table({"x": "int64"})
        table.extend_arrow(part)
        assert table.x.tolist() == part.x.tolist()
    named = frame.rename_axis("id")[frame.x > 2].sort_values("id")
    assert stoa.from_arrow(named.set_axis(pandas.Index([7, 4], name="id"))).id.tolist() == [7, 4]


@FIELDS
def test_another_index_without_a_name_is_named_as_such(fields: Any) -> None:
    pandas, pyarrow = map(pytest.importorskip, ("pandas", "pyarrow"))
    frame = pandas.DataFrame({"x": [1, 2]})
    for part in (
        frame.set_axis(["a", "b"]),
        frame.set_axis(pandas.to_datetime(["2024-02-29", "2024-03-01"])),
        pandas.concat([frame, frame], keys=["a", "b"]),
        pyarrow.Table.from_pandas(frame.set_axis([3, 7])),
    ):
        for take in (
            lambda given: stoa.from_arrow(given, fields),
            stoa.Table({"x": "int64"}).extend_arrow,
        ):
            with pytest.raises(
                stoa.BadNameError, match=r"is the frame's index.*reset_index\(drop="
            ):
                take(part)


@RECORDS
def test_duckdb_sees_every_type(record: Any) -> None:
    duckdb = pytest.importorskip("duckdb")
    # DuckDB has zoned times in its session's zone, and of its own type of durations.
    names = [each for each in record.__dataclass_fields__ if each != "zoned"]
    for part in parts(record):
        found = duckdb.sql(f"select {', '.join(names)} from part").fetchall()
        expected = [[simple(value) for value in row] for row in part.values(*names)]
        assert seen(found) == expected
        assert len(duckdb.from_arrow(part).fetchall()) == len(part)


def test_duckdb_sees_loans_columns_and_expressions() -> None:
    duckdb = pytest.importorskip("duckdb", "2", reason="takes no columns by themselves")
    points = stoa.Table({"x": "int32", "name": "string"}, [(i, f"n{i % 3}") for i in range(1000)])
    doubled, xs, lent = points.x * 2, points.x, points.lend()  # DuckDB finds them by their names
    asked = "select sum(x), count(distinct name) from lent"
    assert duckdb.sql(asked).fetchall() == [(499500, 3)]
    assert (len(doubled), len(xs), len(lent)) == (1000, 1000, 1000)
    assert duckdb.sql('select sum("values") from doubled').fetchall() == [(999000,)]
    assert duckdb.sql("select max(x) from xs").fetchall() == [(999,)]
    made = stoa.from_arrow(
        duckdb.sql("select name, sum(x)::int64 as x from points group by name order by 1")
    )
    assert made.name.tolist() == ["n0", "n1", "n2"]


def test_a_query_of_duckdb_reads_the_table_as_it_is_when_it_runs() -> None:
    duckdb = pytest.importorskip("duckdb", "2", reason="takes the stream before the query runs")
    points = stoa.Table({"x": "int32"}, [(1,), (2,)])
    relation = duckdb.sql("select sum(x) from points")
    points.append(3)
    points[0].x = 10
    assert relation.fetchall() == [(15,)]


@pytest.mark.parametrize("backend", ["pyarrow", "polars", "pandas"])
def test_narwhals_takes_tables(backend: str) -> None:
    narwhals = pytest.importorskip("narwhals")
    pytest.importorskip("pyarrow")
    pytest.importorskip(backend)
    if backend == "pandas":
        pytest.importorskip("pyarrow", "22", reason="gives pandas no unsigned dictionaries")
    for part in parts(Plain):
        is_sequence = isinstance(part, (stoa.Table, stoa.Window))
        made = narwhals.from_arrow(part.to_arrow() if is_sequence else part, backend=backend)
        assert made.columns == list(Plain.__dataclass_fields__)
        assert made["c"].to_list() == part.c.tolist()
        assert made["name"].to_list() == part.name.tolist()


def test_frames_are_copies() -> None:
    points = stoa.Table({"x": "int32", "w": "float64"}, [(1, 0.5), (2, 1.5)])
    for library in ("pyarrow", "polars", "pandas"):
        pytest.importorskip(library)
    made = points.to_arrow(), points.to_polars(), points.to_pandas()
    made[2].loc[0, "x"] = 9
    points.x = 7
    points.pop()
    assert [list(each["x"]) for each in made[1:]] == [[1, 2], [9, 2]]
    assert made[0]["x"].to_pylist() == [1, 2]


def test_objects_go_to_pandas_alone() -> None:
    pytest.importorskip("pandas")
    things = stoa.Table({"x": "int8", "o": "object"}, [(1, [1, 2]), (2, [3, 4]), (3, None)])
    assert things.to_pandas()["o"].tolist() == [[1, 2], [3, 4], None]
    for library in ("pyarrow", "polars"):
        pytest.importorskip(library)
        with pytest.raises(stoa.WrongTypeError, match="field 'o' is an object field"):
            getattr(things, f"to_{library[2:] if library == 'pyarrow' else library}")()


def test_references_go_to_pandas_as_ids() -> None:
    pandas = pytest.importorskip("pandas")
    people = stoa.Table(Person, [("Ann",), ("Bob",)], ids=True)
    pets = stoa.Table(Pet, [(people[1],), (None,)], targets={"owner": people})
    made = pets.to_pandas()
    people.swap(0, 1)
    assert made["owner"].dtype == "UInt64"
    assert made["owner"].tolist() == [stoa.id_of(people[0]), pandas.NA]
    pets.extend_arrow(made)
    assert [each.owner and each.owner.name for each in pets] == ["Bob", None] * 2
    assert pets[1:3].to_pandas()["owner"].isna().tolist() == [True, False]


def test_references_leave_as_ids_and_come_back_where_the_target_is() -> None:
    numpy, pyarrow, polars = map(pytest.importorskip, ("numpy", "pyarrow", "polars"))
    people = stoa.Table(Person, [(f"p{i}",) for i in range(600)], ids=True)
    pets = stoa.Table(Pet, [(people[i % 600],) for i in range(1200)], targets={"owner": people})
    pets[7].owner = None
    people.remove_ids(people.ids[100:600:3])
    ids = [None if each.owner is None else stoa.id_of(each.owner) for each in pets]
    made = pets.to_arrow()
    made.validate(full=True)
    assert made["owner"].type == pyarrow.uint64()
    assert made["owner"].to_pylist() == ids
    assert made["owner"].null_count == ids.count(None) > 300
    assert polars.Series(pets[::-7].owner).to_list() == ids[::-7]
    assert polars.Series(pets.where("is_null(owner)").owner).to_list() == [None] * ids.count(None)
    again = stoa.Table(Pet, targets={"owner": people})
    again.extend_arrow(made)
    assert again == pets
    names = people.to_polars().with_columns(id=numpy.array(people.ids, "uint64"))
    joined = pets.to_polars().join(names, left_on="owner", right_on="id", how="left")
    assert joined["name"].to_list() == [each.owner and each.owner.name for each in pets]


def test_a_stream_of_references_ends_with_an_error_once_rows_of_the_target_are_gone() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    people = stoa.Table(Person, [("Ann",), ("Bob",)], ids=True)
    pets = stoa.Table(Pet, [(people[1],), (None,)], targets={"owner": people})
    reader = pyarrow.RecordBatchReader.from_stream(pets)
    wanted = [stoa.id_of(people[1]), None]
    other = stoa.Table(Person, [("Cid",)], ids=True)
    with pytest.raises(stoa.RowIdError, match="no row of the table that it refers to"):
        stoa.Table(Pet, targets={"owner": other}).extend_arrow(pets)
    del pets, people[0]
    with pytest.raises(pyarrow.ArrowInvalid, match="was changed"):
        reader.read_all()
    pets = stoa.Table(Pet, [(people[0],), (None,)], targets={"owner": people})
    whole = pyarrow.RecordBatchReader.from_stream(pets)
    del pets, people, reader  # the stream holds both tables
    gc.collect()
    assert whole.read_all()["owner"].to_pylist() == wanted


def test_what_from_arrow_refuses_changes_nothing_for_the_record_class() -> None:
    people = stoa.Table(Person, [("Ann",)], ids=True)
    pets = stoa.Table(Pet, [(people[0],)], targets={"owner": people})
    with pytest.raises(stoa.ArgumentError, match="extend_arrow"):
        stoa.from_arrow(pets, Pet)
    assert stoa.Table(Pet, [(people[0],)], targets={"owner": people}) == pets
    assert stoa.from_arrow(pets).to_dicts() == [{"owner": people.ids[0]}]


def test_a_number_without_a_member_is_refused() -> None:
    pytest.importorskip("pandas")
    points = stoa.Table({"color": Color}, 3)
    points.color._raw()[1] = 200
    with pytest.raises(stoa.RangeError, match="200"):
        points.to_pandas()


def test_stale_windows_and_selections_are_refused() -> None:
    pytest.importorskip("pandas")
    points = stoa.Table({"x": "int32"}, range(9) and [(i,) for i in range(9)])
    window, near = points[2:5], points.where(points.x > 3)
    points.pop()
    for part in (window, near):
        with pytest.raises(stoa.StaleError):
            part.to_pandas()


@pytest.mark.parametrize("name", ["pyarrow", "polars", "pandas"])
def test_a_library_that_is_missing_or_old_is_named(name: str, monkeypatch: Any) -> None:
    points = stoa.Table({"x": "int32"}, 2)
    convert = getattr(points, "to_arrow" if name == "pyarrow" else f"to_{name}")
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(stoa.LibraryError, match=f"{name} is needed .* not installed"):
        convert()
    old = types.ModuleType(name)
    old.__version__ = "0.20rc1"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, old)
    with pytest.raises(ImportError, match=f"{name} is needed .* 0.20rc1 is installed"):
        convert()


@pytest.mark.parametrize("name", ["pyarrow", "polars", "pandas", "duckdb"])
def test_frames_in_the_place_of_records_are_told_where_they_go(name: str) -> None:
    points = stoa.Table({"x": "int32", "y": ("int32", 0)}, [(1, 2)])
    library = pytest.importorskip(name)
    columns = {"x": [1], "y": [2]}
    if name == "duckdb":
        frame = library.sql("select 1 as x, 2 as y")
    else:
        frame = library.table(columns) if name == "pyarrow" else library.DataFrame(columns)
    for call in (points.extend, lambda data: stoa.Table({"x": "int32"}, data)):
        with pytest.raises(stoa.WrongTypeError, match=r"from_arrow\(data, Record\).*extend_arrow"):
            call(frame)
    with pytest.raises(stoa.DeclarationError, match=r"is made by stoa.from_arrow\(data\)"):
        stoa.Table(frame)
    with pytest.raises(AttributeError, match=r"stoa.from_arrow\(frame\)"):
        points.from_pandas(frame)
    assert points.x.tolist() == [1]
    points.extend([points[0], {"x": 3}])
    points.extend(points.where("x > 1"))  # rows, though they have Arrow's interface
    assert points.x.tolist() == [1, 1, 3, 3]
