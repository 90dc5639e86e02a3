"""What leaves by Arrow: capsules, streams and arrays, read by pyarrow and, everywhere, by cffi."""

from __future__ import annotations

import datetime
import gc
import random
import threading
from enum import Enum, IntFlag
from typing import Any, Literal

import pytest

import stoa
from stoa import Vector, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64
from stoa._lib.ffi import ffi
from stoa._store import arrow


class Color(Enum):
    RED = 1
    GREEN = 2


class All(stoa.Record):
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
    v: Vector[float32, Literal[3]]
    maybe: int32 | None = None
    perhaps: bool | None = None
    text: str | None = None


def record(i: int) -> tuple[Any, ...]:
    numbers = tuple((i * 7) % top for top in (100, 30000, 2**31, 2**62, 200, 60000, 2**32, 2**64))
    color = Color.GREEN if i % 3 else Color.RED
    nullable = (None, None, None) if i % 4 == 0 else (-i, i % 3 == 0, "é" * (i % 3))
    floats = i / 2, i / 3
    return (i % 2 == 0, *numbers, *floats, f"n{i % 5}", color, (i, i + 1, i + 2), *nullable)


def table(rows: int) -> Any:
    return stoa.Table(All, [record(i) for i in range(rows)])


def plain(value: Any) -> Any:
    return value.name if isinstance(value, Enum) else tuple(value) if is_vector(value) else value


def is_vector(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str)


def values(rows: Any) -> list[dict[str, Any]]:
    """The rows as dicts of what Arrow has for them."""
    return [{name: plain(value) for name, value in stoa.to_dict(row).items()} for row in rows]


def read(made: Any) -> list[dict[str, Any]]:
    """The rows of a table or batch of pyarrow, validated."""
    made.validate(full=True)
    return [{name: plain(value) for name, value in row.items()} for row in made.to_pylist()]


# ---- with pyarrow ----


@pytest.fixture
def pa() -> Any:
    return pytest.importorskip("pyarrow")


def test_tables_windows_and_selections_are_read_by_pyarrow(pa: Any) -> None:
    points = table(70)
    for part in (points, points[10:50:3], points[::-1], points[5:5], points.where(points.c > 200)):
        assert read(pa.table(part)) == values(part)
        assert read(pa.record_batch(part)) == values(part)


def test_a_table_without_rows_has_its_schema(pa: Any) -> None:
    made = pa.table(stoa.Table(All))
    assert made.num_rows == 0
    assert made.schema == pa.table(table(1)).schema == pa.schema(stoa.Table(All))
    assert made.schema.field("maybe").nullable
    assert not made.schema.field("c").nullable


class Bits(IntFlag):
    ONE = 1
    TWO = 2


Many = Enum("Many", [f"M{i}" for i in range(300)])  # type: ignore[misc]

# As docs/guide/arrow.md lists them, in pyarrow's words.
TYPES: list[tuple[Any, str]] = [
    ("bool", "bool"),
    *((f"{sign}int{bits}", f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)),
    ("float32", "float"),
    ("float64", "double"),
    ("str", "string"),
    ("date", "date32[day]"),
    (datetime.datetime, "timestamp[us]"),
    ("timestamp[ns, Europe/Berlin]", "timestamp[ns, tz=Europe/Berlin]"),
    ("timestamp[s]", "timestamp[s]"),
    (datetime.timedelta, "duration[us]"),
    ("duration[ms]", "duration[ms]"),
    (Color, "dictionary<values=string, indices=uint8, ordered=0>"),
    (Many, "dictionary<values=string, indices=uint16, ordered=0>"),
    (Bits, "uint8"),
    (("int16", (4,)), "fixed_size_list<item: int16 not null>[4]"),
]


@pytest.mark.parametrize(("of", "expected"), TYPES)
def test_each_type_is_the_one_that_the_guide_says(pa: Any, of: Any, expected: str) -> None:
    points = stoa.Table({"a": of})
    field = pa.schema(points).field("a")
    assert (str(field.type), field.nullable) == (expected, False)
    if of not in (Color, Many, Bits):
        assert stoa.from_arrow(points).fields == points.fields


def test_columns_and_expressions_are_arrays(pa: Any) -> None:
    points = table(50)
    some = points.where(points.c < 100)
    for of in (points.c, points.c[3:40:5], points.c[::-1], some.c, points.maybe, points.perhaps):
        assert pa.array(of).to_pylist() == list(of)
        assert pa.chunked_array(of).to_pylist() == list(of)
    for computed in (points.c * 2 + points.i, points.c > 30, points.maybe + 1, some.j / 2):
        assert pa.array(computed).to_pylist() == list(computed)
    assert pa.array(points.text).to_pylist() == list(points.text)
    assert pa.array(points.color).to_pylist() == [each.name for each in points.color]
    assert pa.array(points.v).to_pylist() == [list(each) for each in points.v.tolist()]
    assert pa.array(points.v * 2).to_pylist() == [[x * 2 for x in each] for each in points.v]


def test_large_tables_leave_in_batches(pa: Any) -> None:
    points = stoa.Table({"x": "int32"}, 200_000)
    points.x = range(200_000)
    reader = pa.RecordBatchReader.from_stream(points)
    lengths = [batch.num_rows for batch in reader]
    assert lengths == [65536, 65536, 65536, 200_000 - 3 * 65536]
    assert pa.chunked_array(points.x).to_pylist() == list(range(200_000))


def test_strings_leave_in_the_form_that_is_requested(pa: Any) -> None:
    points = table(20)
    texts = list(points.text)
    for asked in (pa.string(), pa.large_string(), pa.dictionary(pa.uint32(), pa.large_string())):
        made = pa.array(points.text, type=asked)
        assert made.type == asked
        assert made.to_pylist() == texts
    colors = pa.array(points.color, type=pa.string())
    assert colors.to_pylist() == [each.name for each in points.color]
    schema = pa.table(points).schema
    at = schema.get_field_index("name")
    asked = schema.set(at, pa.field("name", pa.dictionary(pa.uint32(), pa.large_string()), False))
    made = pa.RecordBatchReader.from_stream(points, schema=asked).read_all()
    assert made.schema == asked
    assert read(made) == values(points)
    with pytest.raises((pa.ArrowInvalid, stoa.ArgumentError)):
        pa.RecordBatchReader.from_stream(points, schema=pa.schema([("x", pa.int32())]))


def test_a_stream_ends_with_an_error_where_the_table_was_written_to(pa: Any) -> None:
    points = stoa.Table({"x": "int32"}, 100_000)
    reader = pa.RecordBatchReader.from_stream(points)
    first = reader.read_next_batch()
    points.append(7)  # no row of the stream
    second = reader.read_next_batch()
    assert first.num_rows + second.num_rows == 100_000
    for change in (lambda: points.x.__setitem__(3, 4), lambda: points.pop(), points.clear):
        reader = pa.RecordBatchReader.from_stream(points)
        reader.read_next_batch()
        change()
        with pytest.raises(pa.ArrowInvalid, match="the table was changed since"):
            reader.read_next_batch()
    assert first.column(0)[3].as_py() == 0


def test_streams_are_pulled_and_released_by_other_threads(pa: Any) -> None:
    points = table(300)
    expected, found = values(points), []

    def pull(reader: Any) -> None:
        found.append(read(reader.read_all()))

    readers = [pa.RecordBatchReader.from_stream(points) for _ in range(4)]
    threads = [threading.Thread(target=pull, args=(each,)) for each in readers]
    del points, readers
    gc.collect()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [expected] * 4


def test_a_stream_and_appends_of_another_thread(pa: Any) -> None:
    points = stoa.Table({"x": "int64"}, 300_000)
    points.x = range(300_000)
    is_over = False

    def append() -> None:
        while not is_over:
            points.append(-1)

    other = threading.Thread(target=append)
    other.start()
    try:
        for _ in range(5):
            made = pa.chunked_array(points.x)
            assert made.slice(0, 300_000).to_pylist() == list(range(300_000))
    finally:
        is_over = True
        other.join()


def test_numbers_without_a_member_are_refused(pa: Any) -> None:
    points = table(3)
    points.color._raw()[1] = 9
    with pytest.raises(pa.ArrowInvalid, match="holds a number without a label in row 1"):
        pa.table(points)
    with pytest.raises(stoa.RangeError, match="color"):
        pa.array(points.color)


# ---- without ----


def test_object_fields_are_refused_by_name() -> None:
    things = stoa.Table({"x": "int32", "thing": "object"}, 3)
    for call in (things.__arrow_c_schema__, things.__arrow_c_stream__, things.__arrow_c_array__):
        with pytest.raises(stoa.WrongTypeError, match="field 'thing' is an object field"):
            call()
    things.x.__arrow_c_array__()
    with pytest.raises(stoa.WrongTypeError, match="object field"):
        things.thing.__arrow_c_array__()


def test_stale_windows_and_selections_are_refused() -> None:
    points = table(9)
    window, near = points[2:5], points.where(points.c > 20)
    points.c[0] = 3
    with pytest.raises(stoa.StaleError):
        near.__arrow_c_stream__()
    points.pop()
    with pytest.raises(stoa.StaleError):
        window.__arrow_c_stream__()


def test_what_is_requested_must_be_a_schema() -> None:
    points = table(2)
    with pytest.raises(stoa.WrongTypeError, match="arrow_schema"):
        points.__arrow_c_stream__(3)
    with pytest.raises(stoa.WrongTypeError, match="arrow_schema"):
        points.__arrow_c_array__(points.__arrow_c_stream__())


def stream_in(capsule: Any) -> Any:
    return arrow.pointer_in(capsule, "arrow_array_stream")


def test_a_consumer_in_c_reads_the_cells() -> None:
    points = stoa.Table({"x": "int32", "y": "float64"}, [(i, i / 2) for i in range(100)])
    capsule = points.__arrow_c_stream__()
    stream, schema, array = (
        stream_in(capsule),
        ffi.new("struct ArrowSchema *"),
        ffi.new("struct ArrowArray *"),
    )
    assert stream.get_schema(stream, schema) == 0
    assert ffi.string(schema.format) == b"+s"
    assert [ffi.string(schema.children[i].name) for i in range(2)] == [b"x", b"y"]
    schema.release(schema)
    del points
    gc.collect()
    assert stream.get_next(stream, array) == 0
    cells = ffi.cast("int32_t *", array.children[0].buffers[1])
    assert ffi.unpack(cells, array.length) == list(range(100))
    stream.release(stream)
    assert stream.release == ffi.NULL
    assert ffi.unpack(cells, 100)[99] == 99  # a copy
    array.release(array)


def test_a_stream_that_failed_says_why() -> None:
    points = stoa.Table({"x": "int32"}, 5)
    capsule = points.__arrow_c_stream__()
    stream, array = stream_in(capsule), ffi.new("struct ArrowArray *")
    points.x = 3
    assert stream.get_next(stream, array) != 0
    assert array.release == ffi.NULL
    assert b"the table was changed" in ffi.string(stream.get_last_error(stream))


def test_each_call_gives_a_stream_of_its_own() -> None:
    points = stoa.Table({"x": "int32"}, 5)
    array = ffi.new("struct ArrowArray *")
    for _ in range(3):
        capsule = points.__arrow_c_stream__()  # which owns the stream
        stream = stream_in(capsule)
        assert stream.get_next(stream, array) == 0
        assert array.length == 5
        array.release(array)


def test_capsules_that_nobody_takes_are_released() -> None:
    points = stoa.Table({"x": "int64", "name": "string"}, 1000)
    for _ in range(3):
        points.__arrow_c_schema__()
        points.__arrow_c_stream__()
        points.__arrow_c_array__()
    gc.collect()


# ---- what comes in ----


def test_a_table_makes_the_round_trip() -> None:
    points = table(70)
    for part in (points, points[10:50:3], points.where(points.c > 200), points[:0]):
        made = stoa.from_arrow(part, All)
        assert made == (part.copy() if part is not points else points)
        same = stoa.from_arrow(part)
        assert same.fields["color"] == "string"
        assert {**same.fields, "color": ""} == {**points.fields, "color": ""}
        assert [stoa.to_dict(row) for row in same] == [
            {**stoa.to_dict(row), "color": row.color.name} for row in part
        ]


def test_columns_and_expressions_become_tables_of_one_field() -> None:
    points = table(20)
    assert stoa.from_arrow(points.maybe).maybe.tolist() == points.maybe.tolist()
    assert stoa.from_arrow(points.c * 2)["values"].tolist() == (points.c * 2).tolist()


def test_times_make_the_round_trip() -> None:
    utc = datetime.timezone.utc
    fields = {"day": "date", "t": "timestamp[ns]", "z": "timestamp[ms, UTC]", "d": "duration[s]"}
    moment = datetime.datetime(2024, 2, 29, 12, 30)
    row = moment.date(), moment, moment.replace(tzinfo=utc), datetime.timedelta(3, 5)
    points = stoa.Table(fields, [row] * 3)
    made = stoa.from_arrow(points)
    assert made.fields == points.fields
    assert [stoa.to_tuple(each) for each in made] == [row] * 3


def test_rows_are_added_all_or_none() -> None:
    points = table(5)
    points.extend_arrow(points)
    points.extend_arrow(points[2:4])
    assert values(points) == values(table(5)) * 2 + values(table(5)[2:4])
    before = values(points)
    small = stoa.Table({"a": "int64"}, [(1,), (300,)])
    with pytest.raises(stoa.WrongTypeError, match="has no default and must be given"):
        points.extend_arrow(small)
    bytes_ = stoa.Table({"a": ("int8", 0)})
    with pytest.raises(stoa.RangeError, match="300, does not fit int8"):
        bytes_.extend_arrow(small)
    assert len(bytes_) == 0
    with pytest.raises(stoa.FieldNameError, match="b"):
        bytes_.extend_arrow(stoa.Table({"b": "int8"}, 1))
    with pytest.raises(stoa.WrongTypeError, match="not list"):
        points.extend_arrow([1, 2])
    colors = stoa.Table({"color": "string"}, [("BLUE",)])
    kinds = stoa.Table({"color": Color})
    with pytest.raises(stoa.RangeError, match="'BLUE' in row 0 is no label of field 'color'"):
        kinds.extend_arrow(colors)
    assert values(points) == before


class Failing:
    """A stream of a table that is written to once its first batch was pulled."""

    def __init__(self) -> None:
        self.points = stoa.Table({"x": "int32"}, 100_000)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        capsule = self.points.__arrow_c_stream__()
        array = ffi.new("struct ArrowArray *")
        stream = stream_in(capsule)
        assert stream.get_next(stream, array) == 0
        array.release(array)
        self.points.x[0] = 1
        return capsule


def test_streams_that_fail_change_nothing() -> None:
    points = stoa.Table({"x": "int32"}, 3)
    for call in (points.extend_arrow, stoa.from_arrow):
        with pytest.raises(stoa.RefusedError, match="the table was changed since"):
            call(Failing())
    capsule = points.__arrow_c_stream__()
    stream = stream_in(capsule)
    stream.release(stream)

    class Released:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return capsule

    with pytest.raises(stoa.RefusedError, match="read before, or released"):
        stoa.from_arrow(Released())
    capsule = points.__arrow_c_stream__()
    assert stoa.from_arrow(Released()).to_dicts() == points.to_dicts()
    with pytest.raises(
        stoa.RefusedError, match="read before, or released"
    ):  # not a table of nothing
        points.extend_arrow(Released())
    assert len(points) == 3


def test_streams_without_their_functions_and_pairs_that_are_none_are_refused() -> None:
    points = stoa.Table({"x": "int32"}, 3)

    class Given:
        def __init__(self, **missing: Any) -> None:
            self.capsule = points.__arrow_c_stream__()
            for name in missing:
                setattr(stream_in(self.capsule), name, ffi.NULL)

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.capsule

    class Pair:
        def __init__(self, pair: Any) -> None:
            self.pair = pair

        def __arrow_c_array__(self, requested_schema: object = None) -> Any:
            return self.pair

    for name in ("get_schema", "get_next"):
        with pytest.raises(stoa.RefusedError, match=f"has no {name}"):
            stoa.from_arrow(Given(**{name: None}))
    failing = Given(get_last_error=None)
    points.reverse()
    with pytest.raises(stoa.RefusedError, match=r"failed: error \d+"):
        points.extend_arrow(failing)
    for pair in (None, (1,), "ab"):
        with pytest.raises(stoa.WrongTypeError, match="gives two capsules"):
            stoa.from_arrow(Pair(pair))
    assert len(points) == 3


def test_streams_of_many_arrays_come_whole_or_not_at_all() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    schema = pyarrow.schema([("x", pyarrow.int32()), ("name", pyarrow.string())])
    lengths = [0, 1, 3, 70_000, 0, *range(60)]
    columns = {"x": list(range(sum(lengths))), "name": [f"n{i % 9}" for i in range(sum(lengths))]}
    whole = pyarrow.table(columns, schema=schema)

    def batches(last: int) -> Any:
        at = 0
        for number, length in enumerate(lengths):
            if number == last:
                raise ValueError("no more")
            yield from whole.slice(at, length).combine_chunks().to_batches() or [
                pyarrow.record_batch([[], []], schema=schema)
            ]
            at += length

    def reader(last: int = -1) -> Any:
        return pyarrow.RecordBatchReader.from_batches(schema, batches(last))

    made = stoa.from_arrow(reader(), {"x": "int32", "name": "string"})
    assert made.x.tolist() == columns["x"]
    assert made.name.tolist() == columns["name"]
    for last in (0, 1, 15, 16, 17, 40):
        for call in (stoa.from_arrow, made.extend_arrow):
            with pytest.raises(stoa.RefusedError, match="no more"):
                call(reader(last))
    assert len(made) == whole.num_rows


class Again:
    """Gives the same capsules every time."""

    def __init__(self, rows: Any) -> None:
        self.capsules = rows.__arrow_c_array__()

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        return self.capsules


def test_capsules_that_were_taken_and_damaged_schemas_are_refused() -> None:
    points = stoa.Table({"x": ("int32", 0)}, [(1,), (2,)])
    calls = stoa.from_arrow, lambda data: stoa.from_arrow(data, {"x": "int32"}), points.extend_arrow
    again = Again(points)
    schema = arrow.pointer_in(again.capsules[0], "arrow_schema")
    for name, value in {"children": ffi.NULL, "n_children": -1, "format": ffi.NULL}.items():
        before = getattr(schema, name)
        setattr(schema, name, value)
        for call in calls:
            with pytest.raises(stoa.ArgumentError, match="column ''"):
                call(again)
        setattr(schema, name, before)
    for call in calls:
        call(again)
    assert points.x.tolist() == [1, 2] * 2
    schema.release(schema)
    for call in calls:
        with pytest.raises(stoa.ArgumentError, match="released"):
            call(again)


def test_a_table_may_change_while_what_it_is_given_is_pulled() -> None:
    points = stoa.Table({"x": "int32"}, 3)

    class Nasty:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            points.append(9)
            points.pop(0)
            return stoa.Table({"x": "int32"}, [(7,)]).__arrow_c_stream__()

    points.extend_arrow(Nasty())
    assert points.x.tolist() == [0, 0, 9, 7]

    class Worse:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            points.add_field("y", "int8")
            return stoa.Table({"x": "int32"}, [(7,)]).__arrow_c_stream__()

    with pytest.raises(stoa.BusyError):
        points.extend_arrow(Worse())
    assert len(points) == 4


def test_what_pyarrow_has_comes_in(pa: Any) -> None:
    chunks = pa.chunked_array([pa.array([1, None, 3], pa.int16()), pa.array([4], pa.int16())])
    texts = ["a", None, "a longer text than twelve", ""]
    made = stoa.from_arrow(
        pa.table(
            {
                "n": chunks,
                "view": pa.array(texts, pa.string_view()),
                "large": pa.array(texts, pa.large_string()),
                "coded": pa.array(texts).dictionary_encode(),
                "none": pa.nulls(4),
                "day": pa.array([0, 86_400_000, None, 1_728_000_000], pa.date64()),
                "list": pa.array([[1, 2]] * 4, pa.list_(pa.int8(), 2)),
                "flags": pa.array([True, None, False, True]),
            }
        )
    )
    assert made.n.tolist() == [1, None, 3, 4]
    for name in ("view", "large", "coded"):
        assert made[name].tolist() == texts
    assert made.none.tolist() == [None] * 4
    assert [each and each.day for each in made.day] == [1, 2, None, 21]
    assert made.list.tolist() == [(1, 2)] * 4
    assert made.flags.tolist() == [True, None, False, True]
    for name, of in {
        "list": pa.list_(pa.int8()),
        "struct": pa.struct([("a", pa.int8())]),
        "binary": pa.binary(),
        "decimal": pa.decimal128(5),
        "time32": pa.time32("s"),
        "float16": pa.float16(),
        "map": pa.map_(pa.int8(), pa.int8()),
    }.items():
        with pytest.raises(stoa.WrongTypeError, match=f"column 'bad' is of Arrow's type {name}"):
            stoa.from_arrow(pa.table({"bad": pa.nulls(2, of)}))


def test_random_slices_of_pyarrow_come_in_as_they_are(pa: Any) -> None:
    dice = random.Random(5)
    whole = pa.table(table(300))
    for _ in range(40):
        first = dice.randrange(300)
        part = whole.slice(first, dice.randrange(300))
        part = pa.concat_tables([part, whole.slice(dice.randrange(300), dice.randrange(20))])
        made = stoa.from_arrow(part, All)
        assert values(made) == read(part)
        assert read(pa.table(made)) == read(part)
