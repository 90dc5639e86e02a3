"""Dates, timestamps and durations: fields of date, datetime and timedelta.

A cell is a count: of days since 1970-01-01, or of a unit, "s", "ms", "us" or "ns". A timestamp
counts from the beginning of 1970 on: where it has a zone, of UTC, and its values are aware
datetimes of that zone; else local time, and naive datetimes. Python's own types resolve
microseconds: what nanoseconds do not divide evenly has no datetime (RangeError). Calendar and zones
are those of the datetime and zoneinfo modules; numpy's datetime64 and timedelta64 are read by their
counts.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any, Callable, NamedTuple, get_args, get_origin

from stoa._lib.ffi import lib
from stoa._schema.extension import rows as extension
from stoa._schema.types import (
    PARSERS,
    FieldType,
    base_type,
    derived_type,
    optional_type,
    refusal,
    type_written,
    without_none,
)
from stoa.errors import DeclarationError, RangeError, WrongTypeError, shown

UNITS = {
    "s": lib.STOA_SECOND,
    "ms": lib.STOA_MILLISECOND,
    "us": lib.STOA_MICROSECOND,
    "ns": lib.STOA_NANOSECOND,
}
UNIT_NAMES = {number: name for name, number in UNITS.items()}
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
DATE = base_type(lib.STOA_DATE, "t", "i")
TIMESTAMP = base_type(lib.STOA_TIMESTAMP, "t", "q")
DURATION = base_type(lib.STOA_DURATION, "t", "q")
CLASSES = {DATE: date, TIMESTAMP: datetime, DURATION: timedelta}

EPOCH, EPOCH_UTC = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST_DAY = EPOCH.toordinal()  # of 1970, as date.toordinal() counts
MICROSECOND = timedelta(microseconds=1)
DAY = 86400
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
WRITTEN = re.compile(r"(timestamp|duration)\[(\w+)(?:, *([^\]]+))?\]")

made: dict[tuple[str, str, str | None], FieldType] = {}


def timestamp(unit: str = "us", zone: str | None = None) -> FieldType:
    """The type of a field of datetimes: `Annotated[datetime, stoa.timestamp("us", "UTC")]`.

    unit is "s", "ms", "us" or "ns"; a zone is named as "Europe/Berlin", "UTC" or "+02:00". With a
    zone values are aware datetimes, of that zone when they are read; without one, naive. Raises
    DeclarationError for a unit or a zone that does not exist.
    """
    return time_type(TIMESTAMP, unit, zone)


def duration(unit: str = "us") -> FieldType:
    """The type of a field of timedeltas, in that unit: "s", "ms", "us" or "ns".

    Raises DeclarationError for another unit.
    """
    return time_type(DURATION, unit)


timestamp.__module__ = duration.__module__ = "stoa"


def time_type(base: FieldType, unit: str, zone: str | None = None) -> FieldType:
    """The type of that unit and zone; there is one of each."""
    key = (base, unit, zone)
    found = made.get(key) if isinstance(unit, str) else None
    if found is None:
        if unit not in UNITS:
            raise DeclarationError(f"a unit of time is 's', 'ms', 'us' or 'ns', not {shown(unit)}")
        found = made[key] = make_time_type(base, unit, zone)
    return found


def type_of(base: FieldType, unit: int, zone: str | None) -> FieldType:
    """The same by the library's number of a unit; of dates, which have none, that of dates."""
    return DATES if base is DATE else time_type(base, UNIT_NAMES[unit], zone)


def make_time_type(base: FieldType, unit: str, zone: str | None) -> FieldType:
    name = f"{base}[{unit}]" if zone is None else f"{base}[{unit}, {zone}]"
    of = None if zone is None else zone_named(zone)
    encoder: Any = span_encoder(unit) if base is DURATION else instant_encoder(unit, of)
    decoder: Any = Spans(unit) if base is DURATION else Instants(unit, of)
    decoder = in_c(2 if base is DURATION else 1, PER_SECOND[unit], of, decoder)
    new = derived_type(
        name, base, name, kind="t", convert=base.convert, encoder=encoder, decoder=decoder
    )
    new.unit, new.zone = UNITS[unit], zone
    new.convert = duration_converter(new) if base is DURATION else timestamp_converter(new, of)
    return new


def zone_named(name: Any) -> tzinfo:
    """The zone of that name. Raises DeclarationError."""
    if name == "UTC":
        return timezone.utc
    offset = OFFSET.fullmatch(name) if isinstance(name, str) else None
    if offset is not None and int(offset[2]) < 24 and int(offset[3]) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except Exception:  # of many kinds, for names of many kinds
        raise DeclarationError(
            f"there is no time zone {shown(name)}: a zone is named as 'Europe/Berlin', 'UTC' or "
            "'+02:00'"
        ) from None


def time_written(written: Any, name: str) -> FieldType | None:
    """The type that was written as date, datetime, timedelta, "timestamp[us, UTC]", a dtype of
    numpy, or Annotated[datetime, timestamp(...)]; None: it is something else."""
    if get_origin(written) is Annotated:
        of, *given = get_args(written)
        given = [each for each in given if isinstance(each, FieldType)]
        if len(given) != 1:
            return None
        return given[0] if without_none(of) is None else optional_type(given[0])
    if isinstance(written, type):
        return OF_CLASSES.get(written)
    if isinstance(written, str):
        found = WRITTEN.fullmatch(written)
        if found is None:
            return OF_NAMES.get(written.rpartition(".")[2])
        base = TIMESTAMP if found[1] == "timestamp" else DURATION
        if base is DURATION and found[3]:
            raise DeclarationError(f"field {name!r}: a duration has no zone")
        return time_type(base, found[2], found[3])
    unit = numpy_unit(written)
    if unit == "D" and written.kind == "M":
        return DATES
    base = TIMESTAMP if unit in UNITS and written.kind == "M" else DURATION
    return time_type(base, unit) if unit in UNITS else None


PARSERS.append(time_written)


# ---- values ----


def is_nat(value: Any) -> bool:
    """Whether it is "not a time" of numpy or pandas."""
    return bool(value != value)


def is_numpy_time(value: Any) -> bool:
    """Whether it is a time of numpy, or an array of them."""
    return getattr(getattr(value, "dtype", None), "kind", "") in ("M", "m")


def is_one_numpy_time(value: Any) -> bool:
    return is_numpy_time(value) and getattr(value, "ndim", None) == 0


def date_converter(value: Any, name: str) -> date:
    if type(value) is date:
        return value
    if is_one_numpy_time(value):
        return from_numpy(value, name, DATES)  # type: ignore[no-any-return]
    if isinstance(value, datetime) and not is_nat(value):
        raise WrongTypeError(f"{name} is date and takes dates, not datetimes: take its date()")
    if not isinstance(value, date) or is_nat(value):
        raise refusal(name, "date", "dates", value)
    return date(value.year, value.month, value.day)


def timestamp_converter(to: FieldType, zone: tzinfo | None) -> Callable[[Any, str], datetime]:
    kind = "naive datetimes" if zone is None else "aware datetimes"
    exact = EXACT.get(to.unit, 1)
    is_short = to.unit == UNITS["ns"]  # as 64 bits hold only some centuries

    def convert(value: Any, name: str) -> datetime:
        if type(value) is not datetime:
            if is_one_numpy_time(value):
                return from_numpy(value, name, to)  # type: ignore[no-any-return]
            value = plain_datetime(value, name, to, kind)
        if (value.utcoffset() is None) != (zone is None):
            raise refusal(name, to, kind, value)
        if zone is not None:
            value = in_zone(value, name)
        if value.microsecond % exact or (is_short and not is_of_short(value)):
            raise beyond(name, to, value)
        return value  # type: ignore[no-any-return]

    def in_zone(value: datetime, name: str) -> datetime:
        try:
            value.astimezone(timezone.utc)
            return value.astimezone(zone)
        except OverflowError:
            raise beyond(name, to, value) from None

    return convert


def is_of_short(value: datetime) -> bool:
    """Whether 64 bits hold its nanoseconds."""
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)
    return FIRST_NS <= value <= LAST_NS


FIRST_NS = datetime(1677, 9, 21, 0, 12, 43, 145225)
LAST_NS = datetime(2262, 4, 11, 23, 47, 16, 854775)
EXACT = {UNITS["s"]: 10**6, UNITS["ms"]: 10**3}  # microseconds; of other units 1


def plain_datetime(value: Any, name: str, to: str, kind: str) -> datetime:
    """The datetime that a value of a subclass is. Raises for other values."""
    if not isinstance(value, datetime) or is_nat(value):
        raise refusal(name, to, kind, value)
    if getattr(value, "nanosecond", 0):  # of pandas
        raise RangeError(f"{name} takes datetimes, which have no nanoseconds: {shown(value)}")
    parts = value.year, value.month, value.day, value.hour, value.minute, value.second
    return datetime(*parts, value.microsecond, value.tzinfo, fold=value.fold)


def duration_converter(to: FieldType) -> Callable[[Any, str], timedelta]:
    most = (1 << 63) // PER_SECOND[UNIT_NAMES[to.unit]] // DAY  # days
    exact = EXACT.get(to.unit, 1)

    def convert(value: Any, name: str) -> timedelta:
        if type(value) is not timedelta:
            if is_one_numpy_time(value):
                return from_numpy(value, name, to)  # type: ignore[no-any-return]
            value = plain_timedelta(value, name, to)
        if not -most < value.days < most or value.microseconds % exact:
            raise beyond(name, to, value)
        return value  # type: ignore[no-any-return]

    return convert


def plain_timedelta(value: Any, name: str, to: str) -> timedelta:
    """The timedelta that a value of a subclass is. Raises for other values."""
    if not isinstance(value, timedelta) or is_nat(value):
        raise refusal(name, to, "timedeltas", value)
    if getattr(value, "nanoseconds", 0):  # of pandas
        raise RangeError(f"{name} takes timedeltas, which have no nanoseconds: {shown(value)}")
    return timedelta(value.days, value.seconds, value.microseconds)


def beyond(name: str, to: str, value: Any) -> RangeError:
    return RangeError(f"{name} is {to}: {shown(value)} does not fit, or not exactly")


# ---- cells ----


class Days:
    """The dates by their days since 1970-01-01."""

    __slots__ = ()

    def __getitem__(self, days: int) -> date:
        try:
            return date.fromordinal(days + FIRST_DAY)
        except (ValueError, OverflowError):
            raise no_date("date", days) from None


class Instants:
    """The datetimes by their counts."""

    __slots__ = ("epoch", "numerator", "zone")

    def __init__(self, unit: str, zone: tzinfo | None) -> None:
        self.zone = zone
        self.epoch = EPOCH if zone is None else EPOCH_UTC
        self.numerator = 10**6 // PER_SECOND[unit]  # microseconds; 0: parts of one

    def __getitem__(self, count: int) -> datetime:
        whole = microseconds(count, self.numerator)
        try:
            moment = self.epoch + timedelta(0, 0, whole)
            return moment if self.zone is None else moment.astimezone(self.zone)
        except OverflowError:
            raise no_date("datetime", count) from None


class Spans:
    """The timedeltas by their counts."""

    __slots__ = ("numerator",)

    def __init__(self, unit: str) -> None:
        self.numerator = 10**6 // PER_SECOND[unit]

    def __getitem__(self, count: int) -> timedelta:
        whole = microseconds(count, self.numerator)
        try:
            return timedelta(0, 0, whole)
        except OverflowError:
            raise no_date("timedelta", count) from None


def in_c(kind: int, per_second: int, zone: tzinfo | None, decoder: Any) -> Any:
    """The same mapping by the extension, which asks `decoder` for what is not plain."""
    if extension is None:
        return decoder
    return extension.Moments(kind, max(1, 10**6 // per_second), per_second // 10**6, zone, decoder)


def microseconds(count: int, numerator: int) -> int:
    if numerator:
        return count * numerator
    whole, rest = divmod(count, 1000)
    if rest:
        raise RangeError(
            f"{count} nanoseconds are no whole microseconds, which is what Python's datetimes and "
            "timedeltas count: numpy.asarray() gives them exactly"
        )
    return whole


def no_date(what: str, count: int) -> RangeError:
    return RangeError(f"the cell holds {count}, which is beyond what a {what} can be")


def days_of(value: date) -> int:
    return value.toordinal() - FIRST_DAY


def whole_microseconds(span: timedelta) -> int:
    return (span.days * DAY + span.seconds) * 10**6 + span.microseconds


def instant_encoder(unit: str, zone: tzinfo | None) -> Callable[[datetime], int]:
    epoch = EPOCH if zone is None else EPOCH_UTC
    span = span_encoder(unit)

    def encode(value: datetime) -> int:
        return span(value - epoch)

    def encode_utc(value: datetime) -> int:
        return span(value.astimezone(timezone.utc) - epoch)

    return encode if zone is None else encode_utc


def span_encoder(unit: str) -> Callable[[timedelta], int]:
    factor, divisor = max(1, PER_SECOND[unit] // 10**6), max(1, 10**6 // PER_SECOND[unit])
    if factor == divisor:
        return whole_microseconds
    return lambda span: whole_microseconds(span) * factor // divisor


DATES = derived_type(
    "date",
    DATE,
    "date",
    kind="t",
    convert=date_converter,
    encoder=days_of,
    decoder=in_c(0, 1, None, Days()),
)
OF_CLASSES: dict[Any, FieldType] = {
    date: DATES,
    datetime: time_type(TIMESTAMP, "us"),
    timedelta: time_type(DURATION, "us"),
}
OF_NAMES = {each.__name__: made for each, made in OF_CLASSES.items()}


def type_for(value: Any) -> FieldType | None:
    """The type of a field that is to hold a value and others like it; None: it is no time."""
    if is_one_numpy_time(value):
        return type_written(value.dtype)
    if type(value) is not datetime or value.tzinfo is None:
        return OF_CLASSES.get(type(value))
    name = "UTC" if value.tzinfo is timezone.utc else getattr(value.tzinfo, "key", None)
    return time_type(TIMESTAMP, "us", name) if name else None


# ---- values in expressions ----


class Moment(NamedTuple):
    """A date, timestamp or duration, as the library takes a constant."""

    type: int
    number: int
    unit: int = lib.STOA_NO_UNIT
    is_zoned: bool = False


def moment_in(value: Any, of: FieldType) -> Moment:
    """A converted value of a field as a constant."""
    return Moment(of.number, of.encoder(value), of.unit, of.zone is not None)  # type: ignore[misc]


def moment_of(value: Any) -> Moment | None:
    """A value as a Moment, in the coarsest unit that holds it; None: it is no time."""
    if is_one_numpy_time(value):
        return numpy_moment(value, "the operand", DATES)
    if not isinstance(value, (date, timedelta)):
        return None
    if is_nat(value):
        raise WrongTypeError("NaT is no operand: is_null() asks for what is missing")
    if getattr(value, "nanosecond", 0) or getattr(value, "nanoseconds", 0):  # of pandas
        raise RangeError(f"{shown(value)} has nanoseconds: give its to_numpy()")
    if isinstance(value, timedelta):
        return Moment(DURATION.number, *in_coarsest(whole_microseconds(value)))
    if not isinstance(value, datetime):
        return Moment(DATE.number, days_of(value))
    if value.utcoffset() is None:
        span = value.replace(tzinfo=None) - EPOCH
        return Moment(TIMESTAMP.number, *in_coarsest(whole_microseconds(span)))
    span = value.astimezone(timezone.utc) - EPOCH_UTC
    return Moment(TIMESTAMP.number, *in_coarsest(whole_microseconds(span)), True)


def in_coarsest(count: int) -> tuple[int, int]:
    """Microseconds as a count, and its unit."""
    for unit, size in (("s", 10**6), ("ms", 10**3)):
        if count % size == 0:
            return count // size, UNITS[unit]
    if not -(1 << 63) < count < 1 << 63:
        raise RangeError(f"a duration of {count} microseconds does not fit in 64 bits")
    return count, UNITS["us"]


# ---- numpy ----

DAYS_OF_UNITS = ("Y", "M", "W", "D")
SECONDS = {"W": 7 * DAY, "D": DAY, "h": 3600, "m": 60}  # of units that columns do not have


def numpy_unit(dtype: Any) -> str:
    """The unit of datetime64 or timedelta64; "" of another dtype, or of several units at once."""
    text = getattr(dtype, "str", "")
    return text[4:-1] if text[1:3] in ("M8", "m8") and text[3:4] == "[" else ""


def numpy_moment(value: Any, name: str, beside: FieldType) -> Moment:
    """A scalar of numpy, beside values of another type. Raises RangeError and WrongTypeError."""
    if is_nat(value):
        raise WrongTypeError(f"{name} takes no NaT: a missing value is None, in a nullable field")
    [count], of = countable(value.reshape(1), beside, name)
    return Moment(of.number, int(count), of.unit)


def refused_unit(name: str, dtype: Any) -> WrongTypeError:
    return WrongTypeError(
        f"{name} takes no {dtype}: convert it to one in s, ms, us or ns, or in days, before"
    )


def from_numpy(value: Any, name: str, to: FieldType) -> Any:
    """A scalar of numpy as a value of a field."""
    moment = numpy_moment(value, name, to)
    if to.zone is not None and moment.type == TIMESTAMP.number:
        raise WrongTypeError(f"{name} is {to}, and numpy's datetimes belong to no zone")
    if moment.type != to.number:
        raise refusal(name, to, f"{CLASSES[to.base].__name__}s", value)
    if moment.unit == to.unit:
        return to.decoder[moment.number]
    count, rest = divmod(
        moment.number * PER_SECOND[UNIT_NAMES[to.unit]], PER_SECOND[UNIT_NAMES[moment.unit]]
    )
    if rest:
        raise beyond(name, to, value)
    return to.decoder[count]


def numpy_dtype(of: FieldType) -> str:
    """The dtype of numpy for a column of times."""
    if of.base is DATE:
        return "M8[D]"
    return f"{'M' if of.base is TIMESTAMP else 'm'}8[{UNIT_NAMES[of.unit]}]"


def numpy_times(cells: Any, of: FieldType) -> Any:
    """An array of counts as one of times; of days, a copy."""
    dtype = numpy_dtype(of)
    return cells.astype(dtype) if of.base is DATE else cells.view(dtype)


def countable(array: Any, to: FieldType, name: str) -> tuple[Any, FieldType]:
    """An array of numpy's times as counts that a column may hold, and their type. Those of other
    units than columns have are converted, exactly; days too beside timestamps, which `to` is."""
    kind, unit = array.dtype.kind, numpy_unit(array.dtype)
    base = TIMESTAMP if kind == "M" else DURATION
    if unit in UNITS and array.dtype.isnative:
        return array.view("int64"), time_type(base, unit)
    if unit in UNITS:
        return array.astype(array.dtype.newbyteorder("=")).view("int64"), time_type(base, unit)
    if kind == "M" and unit in DAYS_OF_UNITS:
        in_bounds(array.astype("int64"), 1 << 31, name)  # numpy does not tell what overflows
        days = in_bounds(array.astype("M8[D]").astype("int64"), 1 << 31, name)
        if to.base is not TIMESTAMP:
            return days.astype("int32"), DATES
        return days * DAY, time_type(TIMESTAMP, "s")
    if unit not in SECONDS:
        raise refused_unit(name, array.dtype)
    counts = in_bounds(array.astype("int64"), (1 << 63) // SECONDS[unit], name)
    return counts * SECONDS[unit], time_type(base, "s")


def in_bounds(counts: Any, limit: int, name: str) -> Any:
    if len(counts) and not (-limit < counts.min() and counts.max() < limit):
        raise RangeError(f"{name}: a time is beyond what a column holds, or NaT")
    return counts
