"""Fields of date, datetime and timedelta, and of timestamps with a unit and a zone."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Optional
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stoa
from stoa import int32

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


class Event(stoa.Record):
    number: int32
    day: date = date(2000, 1, 1)
    at: datetime = datetime(2000, 1, 1)
    took: timedelta = timedelta()
    zoned: Annotated[datetime, stoa.timestamp("ms", "Europe/Berlin")] = datetime(
        2000, 1, 1, tzinfo=timezone.utc
    )
    ended: datetime | None = None


def table_of(field: str, values: list[Any]) -> Any:
    made = stoa.Table({"v": field})
    made.extend(v=values)
    return made


# ---- types ----


def test_types_have_a_unit_and_a_zone() -> None:
    fields = stoa.Table(Event).fields
    assert fields == {
        "number": "int32",
        "day": "date",
        "at": "timestamp[us]",
        "took": "duration[us]",
        "zoned": "timestamp[ms, Europe/Berlin]",
        "ended": "timestamp[us] | None",
    }
    assert [each.width for each in fields.values()] == [4, 4, 8, 8, 8, 8]
    assert stoa.timestamp("ms", "Europe/Berlin") is fields["zoned"]
    assert stoa.Table({"v": "timestamp[ms, Europe/Berlin]"}).fields["v"] is fields["zoned"]
    either = Annotated[Optional[datetime], stoa.timestamp("ns")]
    assert stoa.Table({"v": either}).fields["v"] == "timestamp[ns] | None"
    assert stoa.Table({"v": stoa.duration("s")}).fields["v"] == "duration[s]"
    assert stoa.Table({"v": datetime, "w": "timedelta"}).fields == {
        "v": "timestamp[us]",
        "w": "duration[us]",
    }


@pytest.mark.parametrize(
    "written",
    [
        "timestamp",
        "timestamp[d]",
        "timestamp[us, Mars/Olympus]",
        "timestamp[us, +25:00]",
        "timestamp[us, ]",
        "duration[us, UTC]",
        "duration",
        "date[us]",
        "date[3]",
        Annotated[datetime, 1],
    ],
)
def test_a_type_that_does_not_exist_is_refused(written: Any) -> None:
    with pytest.raises(stoa.DeclarationError, match=r"field 'v'|time zone|unit of time"):
        stoa.Table({"v": written})


@pytest.mark.parametrize("zone", [1, "", "../etc/passwd", "a\0b", "\ud800"])
def test_a_name_that_is_no_zone_is_refused(zone: Any) -> None:
    with pytest.raises(stoa.DeclarationError, match="time zone"):
        stoa.timestamp("us", zone)
    with pytest.raises(stoa.DeclarationError, match="unit of time"):
        stoa.timestamp(zone)


# ---- storing and reading ----

NAIVE = st.datetimes()


def aware(zone: Any) -> st.SearchStrategy[datetime]:
    utc = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=st.just(timezone.utc))
    return utc.map(lambda moment: moment.astimezone(zone))


def whole(values: st.SearchStrategy[datetime], exact: int) -> st.SearchStrategy[datetime]:
    return values.map(lambda t: t.replace(microsecond=t.microsecond // exact * exact))


SHORT = st.datetimes(datetime(1678, 1, 1), datetime(2262, 1, 1))
CASES: dict[str, st.SearchStrategy[Any]] = {
    "date": st.dates(),
    "timestamp[s]": whole(NAIVE, 10**6),
    "timestamp[ms]": whole(NAIVE, 1000),
    "timestamp[us]": NAIVE,
    "timestamp[ns]": SHORT,
    "timestamp[us, UTC]": aware(timezone.utc),
    "timestamp[s, Europe/Berlin]": whole(aware(BERLIN), 10**6),
    "timestamp[us, +02:00]": aware(timezone(timedelta(hours=2))),
    "duration[s]": st.timedeltas().map(lambda d: timedelta(d.days, d.seconds)),
    "duration[us]": st.timedeltas(timedelta(days=-106_000_000), timedelta(days=106_000_000)),
    "duration[ns]": st.timedeltas(timedelta(days=-106_000), timedelta(days=106_000)),
}


@pytest.mark.parametrize("field", CASES)
@given(data=st.data())
@settings(max_examples=10)
def test_what_was_stored_is_read(field: str, data: Any) -> None:
    values = data.draw(st.lists(CASES[field], min_size=1, max_size=5))
    table = table_of(field, values)
    assert table.v.tolist() == values == [row.v for row in table] == list(table.v)
    for value in values:
        table.append(value)
    assert table.v.tolist() == values * 2
    table[0].v, table.v[1] = values[-1], values[0]
    assert table[0].v == values[-1]
    assert table.v[1] == values[0]
    assert (values[0],) in table
    record = table.record(values[0])
    assert record.v == values[0]
    assert record == table[1]
    record.v = values[-1]
    assert record == table[0]
    assert pickle.loads(pickle.dumps(table)) == table == table.copy()
    assert repr(record)
    assert repr(table)
    assert repr(table.v)
    with_none = table_of(f"{field} | None", [*values, None])
    assert with_none.v.tolist() == [*values, None]
    assert with_none[len(values)].v is None
    with_none[len(values)].v = values[0]
    assert with_none.v[-1] == values[0]
    assert with_none.v.fill_null(values[0]).tolist() == [*values, values[0]]


def test_zoned_values_are_of_the_zone_of_their_field() -> None:
    table = stoa.Table(Event)
    noon = datetime(2020, 7, 1, 12, tzinfo=timezone.utc)
    table.append(1, zoned=noon)
    read = table[0].zoned
    assert read == noon
    assert read.hour == 14
    assert read.tzinfo is BERLIN
    assert Event(1, zoned=noon).zoned.hour == 14


def test_both_meanings_of_an_hour_that_comes_twice_are_kept() -> None:
    table = stoa.Table(Event)
    for fold in (0, 1):
        table.append(1, zoned=datetime(2020, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN))
    assert [row.zoned.fold for row in table] == [0, 1]
    assert table.zoned[1].utcoffset() == timedelta(hours=1)
    assert (table.zoned - table.zoned[0]).tolist() == [timedelta(), timedelta(hours=1)]


# field, value, error, words of its message
REFUSED: list[tuple[str, Any, type[Exception], str]] = [
    ("date", datetime(2000, 1, 1), TypeError, "take its date"),
    ("date", "2000-01-01", TypeError, "takes dates"),
    ("date", 5, TypeError, "takes dates"),
    ("timestamp[us]", date(2000, 1, 1), TypeError, "takes naive datetimes"),
    ("timestamp[us]", 946684800, TypeError, "takes naive datetimes"),
    ("timestamp[us]", datetime(2000, 1, 1, tzinfo=timezone.utc), TypeError, "naive"),
    ("timestamp[us, UTC]", datetime(2000, 1, 1), TypeError, "takes aware datetimes"),
    ("timestamp[s]", datetime(2000, 1, 1, 0, 0, 0, 1), OverflowError, "not exactly"),
    ("timestamp[ms]", datetime(2000, 1, 1, 0, 0, 0, 1), OverflowError, "not exactly"),
    ("timestamp[ns]", datetime(1600, 1, 1), OverflowError, "does not fit"),
    ("timestamp[ns]", datetime(2300, 1, 1), OverflowError, "does not fit"),
    (
        "timestamp[us, +02:00]",
        datetime(9999, 12, 31, 23, tzinfo=timezone.utc),
        OverflowError,
        "fit",
    ),
    ("timestamp[us, UTC]", datetime(1, 1, 1, tzinfo=BERLIN), OverflowError, "does not fit"),
    ("duration[us]", timedelta.max, OverflowError, "does not fit"),
    ("duration[ns]", timedelta(days=200_000), OverflowError, "does not fit"),
    ("duration[s]", timedelta(microseconds=1), OverflowError, "not exactly"),
    ("duration[us]", 5, TypeError, "takes timedeltas"),
    ("timestamp[us]", None, TypeError, "takes naive datetimes"),
]


@pytest.mark.parametrize(("field", "value", "error", "words"), REFUSED)
def test_what_does_not_fit_is_refused_everywhere(
    field: str, value: Any, error: type[Exception], words: str
) -> None:
    good = {"date": date(2000, 1, 1), "duration": timedelta(days=1)}.get(field.partition("[")[0])
    if good is None:
        good = datetime(2000, 1, 1, tzinfo=timezone.utc if "," in field else None)  # type: ignore[assignment]
    table = table_of(field, [good])
    record = table.record(good)

    def set_row() -> None:
        table[0].v = value

    def set_record() -> None:
        record.v = value

    def set_column() -> None:
        table.v = value

    def set_item() -> None:
        table.v[0] = value

    for attempt in (
        set_row,
        set_record,
        set_column,
        set_item,
        lambda: table.append(value),
        lambda: table.extend([(value,)]),
        lambda: table.extend(v=[good, value]),
        lambda: table.update(v=value),
        lambda: table.record(value),
    ):
        with pytest.raises(error, match=words):
            attempt()
    assert table.v.tolist() == [good]
    assert record.v == good


# ---- expressions, beside Python's own arithmetic ----

MOMENTS = st.datetimes(datetime(1500, 1, 1), datetime(2600, 1, 1))
SPANS = st.timedeltas(-timedelta(days=100_000), timedelta(days=100_000))
PARTS = ("year", "month", "day", "hour", "minute", "second")


@given(st.lists(st.tuples(MOMENTS, MOMENTS, SPANS), min_size=1, max_size=6), MOMENTS, SPANS)
@settings(max_examples=25)
def test_expressions_are_as_exact_python(rows: Any, moment: datetime, span: timedelta) -> None:
    table = stoa.Table({"t": datetime, "u": datetime, "d": timedelta}, rows)
    t, u, d = table.t, table.u, table.d
    assert (t - u).tolist() == [a - b for a, b, _ in rows]
    assert (t + d).tolist() == (d + t).tolist() == [a + c for a, _, c in rows]
    assert (t - span).tolist() == [a - span for a, _, _ in rows]
    assert (moment - t).tolist() == [moment - a for a, _, _ in rows]
    assert (d * 3 + span).tolist() == [c * 3 + span for _, _, c in rows]
    assert (d // 7).tolist() == [
        timedelta(microseconds=c // timedelta(microseconds=1) // 7) for _, _, c in rows
    ]
    assert (d / timedelta(hours=1)).tolist() == pytest.approx(
        [c / timedelta(hours=1) for _, _, c in rows]
    )
    assert (t < moment).tolist() == [a < moment for a, _, _ in rows]
    assert (moment <= t).tolist() == [moment <= a for a, _, _ in rows]
    assert (t == u).tolist() == [a == b for a, b, _ in rows]
    assert stoa.where(t < u, t, u).tolist() == [min(a, b) for a, b, _ in rows]
    assert stoa.maximum(t, moment).tolist() == [max(a, moment) for a, _, _ in rows]
    for part in PARTS:
        assert getattr(t, part)().tolist() == [getattr(a, part) for a, _, _ in rows], part
    assert t.weekday().tolist() == [a.weekday() for a, _, _ in rows]
    assert t.yearday().tolist() == [a.timetuple().tm_yday for a, _, _ in rows]
    assert t.trunc("hour").tolist() == [
        a.replace(minute=0, second=0, microsecond=0) for a, _, _ in rows
    ]
    assert t.cast("date").tolist() == [a.date() for a, _, _ in rows]
    assert t.min() == min(a for a, _, _ in rows)
    assert t.argmax() == max(range(len(rows)), key=lambda i: (rows[i][0], -i))
    assert d.sum() == sum((c for _, _, c in rows), timedelta())
    assert t.first() == rows[0][0]
    assert t[0] == rows[0][0]
    assert table.compute("max(t), sum(t >= $m)", m=moment) == (
        max(a for a, _, _ in rows),
        sum(a >= moment for a, _, _ in rows),
    )
    assert [row.t for row in table.where(t > moment)] == [a for a, _, _ in rows if a > moment]


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=8))
@settings(max_examples=20)
def test_parts_of_zoned_timestamps_are_of_their_clocks(moments: list[datetime]) -> None:
    table = table_of(
        "timestamp[us, Europe/Berlin]", [each.replace(tzinfo=timezone.utc) for each in moments]
    )
    local = [each.replace(tzinfo=timezone.utc).astimezone(BERLIN) for each in moments]
    for part in PARTS:
        assert getattr(table.v, part)().tolist() == [getattr(each, part) for each in local], part
    days = table.v.trunc("day").tolist()
    assert [day.date() for day in days] == [each.date() for each in local]
    assert (table.v - table.v[0]).tolist() == [
        (each - moments[0]) for each in moments
    ]  # of UTC, not of the clocks


@pytest.fixture
def events() -> Any:
    made = stoa.Table(Event)
    for i in range(5):
        made.append(i, date(2013, 1, 1) + i * DAY, datetime(2013, 1, 1, 5) + i * DAY, i * DAY)
    return made


def test_assignments_take_times(events: Any) -> None:
    events.at = datetime(2014, 1, 1)
    events.at += DAY
    assert set(events.at) == {datetime(2014, 1, 2)}
    events.update(took=events.at - datetime(2014, 1, 1), zoned=datetime(2020, 1, 1, tzinfo=BERLIN))
    assert set(events.took) == {DAY}
    events.where(events.number > 2).ended = datetime(2015, 1, 1)
    assert events.ended.tolist() == [None] * 3 + [datetime(2015, 1, 1)] * 2
    events.where(events.ended.is_null()).ended = [datetime(2016, 1, i) for i in (1, 2, 3)]
    assert events.ended[2] == datetime(2016, 1, 3)
    events.assign("day", "date(at)", where="number == $n", n=1)
    assert events[1].day == date(2014, 1, 2)
    events.ended = None
    assert events.ended.tolist() == [None] * 5
    assert events.ended.max() is None
    chosen = events.where("at >= $since and day < date'2013-01-04'", since=datetime(2014, 1, 1))
    assert len(chosen) == 2
    assert events.filter(events.day == date(2013, 1, 4)).number.tolist() == [3]
    events.add_field("made", datetime, values=events.at)
    assert events.made.tolist() == events.at.tolist()


def test_units_convert_exactly_or_not_at_all(events: Any) -> None:
    assert events.at.cast(stoa.timestamp("s"))[0] == events.at[0]
    assert events.at.cast("int64")[0] == 1356998400000000 + 5 * 3600 * 10**6
    assert events.took.cast("duration[ms]").sum() == 10 * DAY
    events.at += timedelta(microseconds=1)
    with pytest.raises(stoa.RangeError):
        events.at.cast("timestamp[s]").tolist()
    with pytest.raises(stoa.WrongTypeError, match="not its zone"):
        events.at.cast("timestamp[us, UTC]")


def test_what_has_no_meaning_is_an_error_that_names_both(events: Any) -> None:
    for attempt, words in (
        (lambda: events.at > date(2013, 1, 1), "field 'at'.*and date"),
        (lambda: events.at > datetime(2013, 1, 1, tzinfo=timezone.utc), "belongs to a zone"),
        (lambda: (events.at + events.at).tolist(), "difference is a duration"),
        (lambda: events.at.sum(), "sum has no meaning"),
        (lambda: events.at + 1, "field 'at'"),
        (lambda: events.at.lower().tolist(), "lower has no meaning"),
        (lambda: (events.number + events.took).tolist(), "field 'took'"),
        (lambda: events.number > DAY, "field 'number'"),
        (lambda: events.at == "2013-01-01", "field 'at'"),
        (lambda: events.number.year().tolist(), "year"),
    ):
        with pytest.raises(stoa.WrongTypeError, match=words):
            attempt().tolist()  # type: ignore[attr-defined]


def test_a_cell_that_holds_no_time_is_an_error_where_it_is_read(events: Any) -> None:
    events.at.buffer[0] = 2**63 - 1
    events.day.buffer[1] = -(2**31)
    for attempt in (
        lambda: events[0].at,
        lambda: events.at[0],
        lambda: events[1].day,
        lambda: events.at.tolist(),
        lambda: events.at.year().tolist(),
    ):
        with pytest.raises(stoa.RangeError):
            attempt()
    assert "9223372036854775807" in repr(events)
    assert "9223372036854775807" in repr(events.at)


def test_nanoseconds_are_read_where_they_are_whole_microseconds() -> None:
    table = table_of("timestamp[ns]", [datetime(2000, 1, 1)] * 2)
    table.v.buffer[1] += 1
    assert table[0].v == datetime(2000, 1, 1)
    with pytest.raises(stoa.RangeError, match="nanoseconds"):
        _ = table[1].v
    assert (table.v == datetime(2000, 1, 1)).tolist() == [True, False]
    assert "946684800000000001" in repr(table)


def test_describe_has_the_least_and_the_greatest(events: Any) -> None:
    found = {row.name: row for row in events.describe()}
    assert found["day"].min == date(2013, 1, 1)
    assert found["took"].max == 4 * DAY
    assert found["at"].mean is None
    assert found["ended"].count == 0


# ---- numpy ----


def test_numpy_shares_the_memory_of_timestamps(events: Any) -> None:
    numpy = pytest.importorskip("numpy")
    at, took = numpy.asarray(events.at), numpy.asarray(events.took)
    assert at.dtype == "M8[us]"
    assert took.dtype == "m8[us]"
    assert at.tolist() == events.at.tolist()
    assert took.tolist() == events.took.tolist()
    at[0] = numpy.datetime64("2020-01-01")
    assert events[0].at == datetime(2020, 1, 1)
    assert numpy.asarray(events.zoned).dtype == "M8[ms]"
    days = numpy.asarray(events.day)
    assert days.dtype == "M8[D]"
    assert days.tolist() == events.day.tolist()
    part = numpy.asarray(events.at[1:4:2])
    assert part.tolist() == events.at.tolist()[1:4:2]
    assert numpy.asarray(events.at - events.at[1]).dtype == "m8[us]"
    assert numpy.asarray(events.at.trunc("day").cast("date")).dtype == "M8[D]"
    events.ended[1] = datetime(2000, 1, 1)
    assert numpy.isnat(numpy.asarray(events.ended)).tolist() == [True, False, True, True, True]


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns"])
def test_arrays_of_numpy_are_taken_in_every_unit(events: Any, unit: str) -> None:
    numpy = pytest.importorskip("numpy")
    days = numpy.array([f"2001-01-0{i}" for i in range(1, 6)], "M8[D]")
    expected = [datetime(2001, 1, i) for i in range(1, 6)]
    for array in (days.astype(f"M8[{unit}]"), days.astype(f">M8[{unit}]")):
        events.at = array
        assert events.at.tolist() == expected
        events.took = array - days[0]
        assert events.took.tolist() == [each - expected[0] for each in expected]
        assert (events.at == array).all() or unit == "D"
        assert (events.at >= array[2]).tolist() == [i >= 2 for i in range(5)]
        events[0].at = array[3]
        assert events[0].at == expected[3]
    events.day = days
    assert events.day.tolist() == [each.date() for each in expected]
    events[0].day = days[4]
    assert events[0].day == date(2001, 1, 5)


def test_nat_is_none_where_a_field_takes_none(events: Any) -> None:
    numpy = pytest.importorskip("numpy")
    given = numpy.array(["NaT", "2001-01-01", "NaT", "2001-01-03", "NaT"], "M8[D]")
    events.ended = given
    expected = [None, datetime(2001, 1, 1), None, datetime(2001, 1, 3), None]
    assert events.ended.tolist() == expected
    events.ended = None
    events.ended = numpy.ma.masked_array(given.astype("M8[s]"), mask=[0, 1, 0, 0, 0])
    assert events.ended.tolist() == [None, None, None, datetime(2001, 1, 3), None]
    before = events.at.tolist()
    for value in (given, given[0]):
        with pytest.raises(stoa.WrongTypeError, match="NaT"):
            events.at = value
    with pytest.raises(stoa.WrongTypeError, match="NaT"):
        _ = events.at > numpy.datetime64("NaT", "us")
    with pytest.raises(stoa.WrongTypeError, match=r"datetime64\[ps\]"):
        events.at = numpy.array(["2001-01-01"] * 5, "M8[ps]")
    with pytest.raises(stoa.WrongTypeError, match="no zone"):
        events.zoned = numpy.array(["2001-01-01"] * 5, "M8[s]")
    with pytest.raises(stoa.RangeError):
        events.day = numpy.array([2**40] * 5, "M8[D]")
    with pytest.raises(stoa.RangeError):
        events.at = numpy.array([2**62] * 5, "M8[h]")
    with pytest.raises(stoa.ColumnBufferError):
        events.number = given
    assert events.at.tolist() == before


def test_values_of_pandas_are_datetimes(events: Any) -> None:
    pandas = pytest.importorskip("pandas")
    events[0].at = pandas.Timestamp("2001-01-01 05:00")
    assert events[0].at == datetime(2001, 1, 1, 5)
    assert type(events[0].at) is datetime
    with pytest.raises(stoa.RangeError, match="nanoseconds"):
        events[0].at = pandas.Timestamp(1)
    with pytest.raises(stoa.WrongTypeError):
        events[0].at = pandas.NaT
    events.at = pandas.Series(pandas.date_range("2001-01-01", periods=5))
    assert events.at[4] == datetime(2001, 1, 5)
    events.zoned = pandas.Series(pandas.date_range("2001-07-01", periods=5, tz="UTC"))
    assert events.zoned[0].hour == 2
    assert events.at.tolist() == list(pandas.Series(numpy_of(events.at)))


def numpy_of(column: Any) -> Any:
    import numpy

    return numpy.asarray(column)


def test_an_array_beside_times_means_what_these_are(events: Any) -> None:
    numpy = pytest.importorskip("numpy")
    days = numpy.array([f"2001-01-0{i}" for i in range(1, 6)], "M8[D]")
    chosen = stoa.where(events.number > 2, events.at, days)  # the condition comes first
    assert chosen.tolist()[:3] == [datetime(2001, 1, i) for i in (1, 2, 3)]
    assert chosen.tolist()[3:] == events.at.tolist()[3:]
    chosen = stoa.where(events.number > 2, events.day, days)
    assert chosen.tolist()[0] == date(2001, 1, 1)


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m"])
def test_times_of_numpy_that_64_bits_do_not_hold_are_refused(events: Any, unit: str) -> None:
    numpy = pytest.importorskip("numpy")
    before = events.at.tolist(), events.day.tolist()
    for count in (2**62, -(2**62), 2**40 if unit in "YMWD" else 2**61):
        value = numpy.datetime64(count, unit)
        for attempt in (
            lambda value=value: (events.at > value).tolist(),
            lambda value=value: events.__setattr__("at", value),
            lambda value=value: events.__setattr__("at", numpy.array([value] * 5)),
            lambda value=value: events.__setattr__("day", numpy.array([value] * 5)),
            lambda value=value: events.compute("sum(at > $t)", t=value),
        ):
            with pytest.raises((stoa.RangeError, stoa.WrongTypeError)):
                attempt()
    assert (events.at.tolist(), events.day.tolist()) == before
