"""Makes programs for transcript.py: lines with holes, and texts that fill the holes.

A template is a line of Python with {holes}; each hole has a list of texts for a given record class.
Some texts have holes themselves. Every program starts with a table t, another table u of the same
class, rows r and q, a record d, a window w, selections s and f, an iterator i, a cursor c and an
expression e.
"""

from __future__ import annotations

from string import Formatter
from typing import Any

import transcript
from hypothesis import strategies as st

import stoa

# ---- tables ----

DESCRIBED = {
    "described": "{'x y': 'int32', 'class': ('int8', 3), 'é': ('float64', 0.5)}",
    "one object": "{'thing': ('object', 'nothing')}",
}
RECORDS = [
    "Point",
    "Deep",
    "Narrow",
    "Every",
    "Item",
    "Thing",
    "One",
    "Odd",
    "Wide",
    "Shy",
    "Custom",
    "Child",
]
SCHEMAS = [*RECORDS, *DESCRIBED]
# Record classes that are made in unusual ways.
MADE_ODDLY = ["Noted", "Strict", "Picky", "Called", "Unfinished", "Finished"]

FITTING = {
    "bool": ["True", "False", "1"],
    "float32": ["0.5", "-2.0", "3"],
    "float64": ["0.1", "float('inf')", "-3", "1e300"],
    "object": ["things[0]", "things[1]", "None", "'text'", "t", "[1]"],
}
INTEGERS = ["0", "1", "2", "100"]


def class_text(schema: str) -> str:
    return DESCRIBED.get(schema, schema)


def fields_of(schema: str) -> dict[str, Any]:
    """Names and types."""
    described = DESCRIBED.get(schema)
    made: Any = eval(described) if described else getattr(transcript, schema)
    return dict(stoa.Table(made).fields)


def fitting(kind: str) -> list[str]:
    return FITTING.get(kind, INTEGERS)


def record_text(schema: str, i: int) -> str:
    """A tuple of fitting values."""
    kinds = [str(kind) for kind in fields_of(schema).values()]
    values = [fitting(kind)[i % (3 if kind != "object" else 4)] for kind in kinds]
    return "({},)".format(", ".join(values))


def start(schema: str) -> list[str]:
    records = ", ".join(record_text(schema, i) for i in range(5))
    made = class_text(schema)
    numeric = [repr(name) for name, kind in fields_of(schema).items() if kind != "object"]
    expressions = [f"e, f = t[{name}] + 1, t.where(t[{name}] > 0)" for name in numeric[:1]]
    return [
        f"t = stoa.Table({made}, [{records}])",
        f"u = stoa.Table({made}, [{records}][:2])",
        "d = stoa.copy(u[0])",
        "r, q, w = t[1], t[-1], t[1:4]",
        "s = t[1:4].where('1 == 1')",
        "i, c = iter(t), t.cursor()",
        *expressions,
    ]


# ---- values ----

BOUNDS = [2**7, 2**8, 2**15, 2**16, 2**31, 2**32, 2**63, 2**64]
NUMBERS = sorted(
    {sign * (bound + d) for bound in BOUNDS for d in (-1, 0, 1) for sign in (1, -1)} | {0, 1, -1, 2}
)
FLOATS = [
    "0.0",
    "-0.0",
    "1.0",
    "0.1",
    "-2.5",
    "2.0**53 + 2",
    "float('nan')",
    "-float('nan')",
    "float('inf')",
    "float('-inf')",
    "5e-324",
    "1e-46",
    "1e39",
    "3.4028235677973362e38",
    "3.4028235677973366e38",
    "-3.4028235677973366e38",
    "1.7976931348623157e308",
]
ODD_VALUES = [
    "2**53 + 1",
    "2**128",
    "2**128 - 2**103",
    "2**128 - 2**103 - 1",
    "-(10**400)",
    "10**400",
    "True",
    "False",
    "None",
    "...",
    "''",
    "'1'",
    "'text'",
    "b'1'",
    "1j",
    "[]",
    "(1,)",
    "{}",
    "Index(5)",
    "Index(0)",
    "Index(2**40)",
    "Index(-1)",
    "Index(True)",
    "Index('5')",
    "Index(2.0)",
    "Index(ZeroDivisionError('by index'))",
    "Index(TypeError('by index'))",
    "Index(OverflowError('by index'))",
    "Float(2.5)",
    "Float(1e39)",
    "Float(5)",
    "Float('x')",
    "Float(ZeroDivisionError('by float'))",
    "Float(TypeError('by float'))",
    "Float(OverflowError('by float'))",
    "Scalar(3, 4.5)",
    "Scalar('a', 4.5)",
    "Scalar(3, 'b')",
    "Scalar(2**70, 1.5)",
    "Int(5)",
    "Int(2**70)",
    "PlainInt(5)",
    "PlainInt(300)",
    "PlainFloat(2.5)",
    "PlainFloat(1e39)",
    "OddFloat(2.5)",
    "Text('5')",
    "Decimal('1.5')",
    "Decimal(3)",
    "Fraction(1, 2)",
    "things[0]",
    "things[5]",
    "t",
    "r",
    "t[0]",
    "int",
    "memoryview(b'a')",
]
NUMPY_VALUES = [
    "numpy.int8(5)",
    "numpy.int64(2**40)",
    "numpy.uint64(2**64 - 1)",
    "numpy.float16(1.5)",
    "numpy.float32(0.1)",
    "numpy.float64(0.1)",
    "numpy.longdouble(1.5)",
    "numpy.complex128(1)",
    "numpy.bool_(True)",
    "numpy.array(5)",
    "numpy.array(5.5)",
    "numpy.array([5])",
    "numpy.datetime64(5, 's')",
    "numpy.str_('5')",
]
VALUES = [*map(str, NUMBERS), *FLOATS, *ODD_VALUES]
if transcript.numpy is not None:
    VALUES += NUMPY_VALUES

# ---- names ----

ODD_NAMES = [
    "'q'",
    "''",
    "'nothing'",
    "'__class__'",
    "'__dict__'",
    "'__weakref__'",
    "'__slots__'",
    "'__match_args__'",
    "'__doc__'",
    "'__hash__'",
    "'__module__'",
    "'norm'",
    "'doubled'",
    "'broken'",
    "'kind'",
    "'to_tuple'",
    "'replace'",
    "'a\\0b'",
    "'é'",
    "'e\\u0301'",
    "'\\ud800'",
    "'x' * 300",
    "Text('x')",
    "Text('q')",
    "made_anew('x')",
    "made_anew('thing')",
    "5",
    "None",
    "b'x'",
    "('x',)",
]

# ---- lines ----

READS = [
    "{row}.{field}",
    "{row}.{field}, {row}.{field}",
    "getattr({row}, {name})",
    "getattr({row}, {name}, 'none')",
    "hasattr({row}, {name})",
    "{row}.norm()",
    "{row}.doubled",
    "{row}.broken",
    "{row}.moved()",
    "{row}.origin()",
    "{row}.shown()",
    "type({row})(*{record})",
    "{row}.__class__, type({row}).__name__, isinstance({row}, stoa.Record)",
    "{row}.__doc__, {row}.__module__, {row}.__match_args__",
    "{row}.__init__(1, 2, 3, 4)",
    "{row}.__sizeof__() < 200",
]
WRITES = [
    "{row}.{field} = {value}",
    "{row}.{field} = {value}",
    "{row}.{field} = {row}.{field}",
    "{row}.{field} += 1",
    "{row}.{field} = Act({change!r})",
    "setattr({row}, {name}, {value})",
    "{row}.__setattr__({name}, {value})",
    "{row}.doubled = {value}",
    "fails(lambda: delattr({row}, {name}))",
    "fails(lambda: {row}.__delattr__({name}))",
    "{row}.__class__ = {row}.__class__",
    "{row}.__class__ = {cls}",
    "{row}.__dict__ = {{}}",
]
WHOLES = [
    "{row} == {record}",
    "{record} == {row}",
    "{row} == {row}",
    "{row} != {row}",
    "{row} == {cls}(*{record})",
    "{row} == {value}",
    "{row} < {row}",
    "{row} in t, {row} in {rows}",
    "{rows}.index({row}), {rows}.count({row})",
    "{rows}.index({record})",
    "hash({row})",
    "bool({row})",
    "len({row})",
    "{row}[0]",
    "{row}()",
    "{row} + 1",
    "[*{row}]",
    "tuple({row}), list({row})",
    "a, b = {row}",
    "a, b, *rest = {row}",
    "a, b, rest",
    "a, *rest, b = {row}",
    "iter({row})",
    "dict({row})",
    "repr({row}), str({row}), format({row})",
    "{row}.to_tuple(), stoa.to_tuple({row})",
    "{row}.to_dict()",
    "stoa.to_dict({row})",
    "stoa.copy({row})",
    "copy.copy({row})",
    "copy.deepcopy({row})",
    "pickle.loads(pickle.dumps({row}, {small}))",
    "{row}.replace({field}={value})",
    "stoa.replace({row}, **{{{name}: {value}}})",
    "{row}.__replace__({field}={value})",
    "list({row}.__dataclass_fields__)",
    "stoa.index_of({row}), stoa.table_of({row}) is t",
    "names({row})",
    "vars({row})",
    "gc.is_tracked({row}) in (True, False)",
    "kept({row})",
    "{row} is {row}",
    "(lambda *v: v)(*{row})",
    "(lambda **v: v)(**{row}.to_dict())",
]
APPENDS = [
    "t.append(*{record})",
    "t.append(*{record})",
    "t.append({record})",
    "t.append(list({record}))",
    "t.append(Pair({record}))",
    "t.append(dict(zip(t.fields, {record})))",
    "t.append(Mapped(zip(t.fields, {record})))",
    "t.append(**dict(zip(t.fields, {record})))",
    "t.append(**dict(reversed(list(zip(t.fields, {record})))))",
    "t.append({row})",
    "t.append({cls}(*{record}))",
    "t.append(u[0])",
    "t.append(*{row})",
    "t.append(Point(1, 2))",
    "t.append({value})",
    "t.append({value}, {value})",
    "t.append({field}={value})",
    "t.append(*{record}, {value})",
    "t.append(*{record}[:-1])",
    "t.append(*{record}[:1])",
    "t.append(*{record}, {field}={value})",
    "t.append(*{record}, nothing=1)",
    "t.append(**{{made_anew(n): v for n, v in zip(t.fields, {record})}})",
    "t.append(**{{{name}: {value}}})",
    "t.append(*{bad})",
    "t.append({bad})",
    "t.append()",
    "t.append(Act({change!r}), *{record}[1:])",
    "t.append(*{record}[:-1], Act({change!r}))",
]
EXTENDS = [
    "t.extend([{record}, {record}])",
    "t.extend(({record}, {record}))",
    "t.extend(x for x in [{record}, {record}])",
    "t.extend([{record}] * 5000)",
    "t.extend(iter([{row}, {record}]))",
    "t.extend([{cls}(*{record}), dict(zip(t.fields, {record})), Pair({record})])",
    "t.extend([{record}, {bad}, {record}])",
    "t.extend(x for x in [{record}, {bad}])",
    "t.extend([{record}, {value}, {record}])",
    "t.extend([{record}, {record}[:-1]])",
    "t.extend([{record}, (*{record}, 1)])",
    "t.extend([{record}, None])",
    "t.extend([Point(1, 2)])",
    "t.extend({rows})",
    "t.extend({rows}.values())",
    "t.extend(reversed(t))",
    "t.extend(t)",
    "t.extend(i)",
    "t.extend(c)",
    "t.extend({value})",
    "t.extend([])",
    "t.extend({{}})",
    "t.extend('')",
    "t.extend(failing([{record}] * 3, 2))",
    "t.extend(acting([{record}] * 3, do({change!r})))",
    "t.extend([(*{record}[:-1], Act({change!r}))])",
    "t.extend([{record}], {field}=[1])",
    "t.extend(**{{n: [v] for n, v in zip(t.fields, {record})}})",
    "t += [{record}]",
]
PLACES = [
    "t[{index}]",
    "w[{index}]",
    "t[{slice}]",
    "w[{slice}]",
    "t[{index}] = {record}",
    "t[{index}] = {bad}",
    "t[{index}] = {row}",
    "t[{index}] = {cls}(*{record})",
    "t[{index}] = {value}",
    "w[{index}] = {record}",
    "t[Act({change!r})]",
    "t[Act({change!r})] = {record}",
    "r = {row}",
    "q = {row}",
    "w = t[{slice}]",
    "i, c = iter({rows}), {rows}.cursor()",
    "s = t.where(t[{name}] > 0)",
    "s.pin()",
]
LOOPS = [
    "walk({loop})",
    "walk({loop}, keep=True)",
    "walk({loop}, {{1: {change!r}}})",
    "walk({loop}, {{2: {change!r}}}, keep=True)",
    "walk({loop}, {{0: {change!r}, 3: {change!r}}})",
    "[x for x in {loop}]",
    "next(i)",
    "next(c)",
    "(lambda x, y: (x is y, x == y))(next(i), next(i))",
    "next(c) is next(c)",
    "a, b, *rest = {loop}",
    "list(zip({rows}, {rows}))",
    "[*{rows}.values()], len(list({rows}.values()))",
    "list({rows}.values({name}))",
    "list({rows}.values({name}, {name}))",
    "{rows}.values({value})",
    "sorted(t, key=lambda row: row.{field})",
    "max({rows}, key=lambda row: row.{field})",
    "t == u, t == t.copy(), w == t[1:4], t == t[:]",
    "t.to_dicts(), w.to_dicts()",
]
MOMENTS = [
    "e = t[{name}] + 1",
    "e = t[{name}] * 2 + t[{name}]",
    "e.sum()",
    "f.indices().tolist()",
    "list(e)",
    "list(f)",
    "f[{name}].sum()",
    "f = t.where(t[{name}] > 0)",
    "t[{name}][0] = {value}",
    "t[{name}] = {value}",
    "t[{name}].tolist()",
]
# Lines about d, a standalone record.
MAKES = [
    "{cls}(*{record})",
    "{cls}(*{record}[:1])",
    "{cls}(*{record}[:-1])",
    "{cls}(**dict(zip(t.fields, {record})))",
    "{cls}(**dict(reversed(list(zip(t.fields, {record})))))",
    "{cls}(**{{made_anew(n): v for n, v in zip(t.fields, {record})}})",
    "{cls}(**{{Text(n): v for n, v in zip(t.fields, {record})}})",
    "{cls}()",
    "{cls}({value})",
    "{cls}({field}={value})",
    "{cls}(*{record}, {value})",
    "{cls}(*{record}, {field}={value})",
    "{cls}(*{record}[:1], nothing=1)",
    "{cls}(**{{{name}: {value}}})",
    "{cls}(*{bad})",
    "{cls}(Act({change!r}), *{record}[1:])",
    "type(d)(*{record})",
    "type(d)({value})",
    "type(r)(*{record}[:2])",
    "type.__call__({cls}, *{record})",
    "{cls}.__call__(*{record})",
    "{cls}.__new__({cls}, *{record})",
    "fails(lambda: {cls}.__new__(type(d)))",
    "fails(lambda: object.__new__({cls}))",
    "fails(lambda: object.__new__(type(d)))",
    "fails(lambda: object.__new__(type(d)) == d)",
    "fails(lambda: t.append(object.__new__(type(d))))",
    "fails(lambda: t.extend([object.__new__(type(d))] * 2))",
    "d.__init__(*{record})",
    "d.{field} = {value}",
    "d.{field}, d.{field}",
    "d.{field} = {row}.{field}",
    "d.{field} = Act({change!r})",
    "d.note = {value}",
    "d.note, vars(d)",
    "setattr(d, {name}, {value})",
    "d.__setattr__({name}, {value})",
    "getattr(d, {name})",
    "fails(lambda: delattr(d, {name}))",
    "fails(lambda: d.__delattr__({name}))",
    "fails(lambda: d.__dict__.update({{{name}: 1}}))",
    "d.__class__ = d.__class__",
    "d.__class__ = type(r)",
    "d.__class__ = type(Point(1, 2))",
    "t.append(d)",
    "t.extend([d, d])",
    "t.extend(d for _ in range(3))",
    "t[0] = d",
    "d == {row}, {row} == d, d != d, d == copy.copy(d)",
    "d == {value}, d in t",
    "a, *rest = d",
    "d.to_dict(), d.to_tuple(), stoa.to_dict(d), [*d]",
    "copy.deepcopy(d), pickle.loads(pickle.dumps(d, {small}))",
    "d.replace({field}={value})",
    "names(d), kept(d)",
    "fails(lambda: hash(d))",
    "d = {cls}(*{record})",
    "d = stoa.copy({row})",
]
CHANGES = [
    "t.append(*{record})",
    "t.extend([{record}] * 3)",
    "t.pop()",
    "t.pop(0)",
    "del t[{index}]",
    "t.clear()",
    "t.resize(2)",
    "t.resize(7)",
    "t.swap(0, 1)",
    "t.reverse()",
    "t.insert(0, {record})",
    "t.swap_remove(0)",
    "t.drop_field({fieldname})",
    "t.drop_field(list(t.fields)[-1])",
    "t.rename_field({fieldname}, 'new')",
    "t.add_field('more', 'int8', 3)",
    "t.add_field('thing', 'object')",
    "t[{fieldname}] = {value}",
    "{row}.{field} = {value}",
    "t.shrink()",
    "gc.collect() and None or None",
]
OF_ROWS = [*READS, *WRITES, *WHOLES, *APPENDS, *EXTENDS, *PLACES, *LOOPS, *MOMENTS]
TEMPLATES = [*OF_ROWS, *MAKES]

INDICES = ["0", "1", "-1", "4", "-5", "5", "-6", "99", "2**70", "True", "Index(1)", "Int(1)"]
INDICES += ["1.0", "None", "'x'", "Index(ZeroDivisionError())", "Index('x')", "PlainInt(1)"]
SLICES = [":", "1:4", "::-1", "1::2", "3:1", "-2:", ":99", "Index(1):", "::0", "'a':", ":2**70"]
ROWS = ["r", "q", "t[0]", "t[1]", "t[-1]", "w[0]", "w[-1]", "u[0]", "next(iter(t))"]
ROWS += ["next(t.cursor())", "next(i)", "next(c)", "{cls}(*{record})", "d", "next(iter(s))"]


def holes_of(schema: str) -> dict[str, list[str]]:
    """The texts for each hole, for a table of this class."""
    fields = fields_of(schema)
    quoted = [repr(name) for name in fields]
    plain = [name for name in fields if name.isidentifier() and name != "class"]
    return {
        "cls": ["type(u[0])" if schema in DESCRIBED else schema, "type(r)"],
        "row": ROWS,
        "rows": ["t", "t", "w", "u", "s", "t[::-1]", "t[:0]"],
        "loop": ["t", "t", "w", "s", "t.cursor()", "w.cursor()", "i", "c", "t.values()"],
        "field": plain or ["x"],
        "fieldname": quoted,
        "name": quoted * 5 + ODD_NAMES,
        "value": VALUES,
        "index": INDICES,
        "slice": SLICES,
        "small": ["0", "2", "4"],
        "change": CHANGES,
        "record": [],  # made from the fields: see records
        "bad": [],
    }


@st.composite
def records(draw: Any, schema: str, bad: bool) -> str:
    """A tuple of values that fit, except perhaps one."""
    kinds = list(fields_of(schema).values())
    values = [draw(st.sampled_from(fitting(str(kind)))) for kind in kinds]
    if bad:
        values[draw(st.integers(0, len(values) - 1))] = draw(st.sampled_from(VALUES))
    return "({},)".format(", ".join(values))


@st.composite
def filled(draw: Any, template: str, schema: str, holes: dict[str, list[str]]) -> str:
    """The template with all holes filled."""
    parts: list[str] = []
    for text, hole, _, conversion in Formatter().parse(template):
        parts.append(text)
        if hole is None:
            continue
        if hole in ("record", "bad"):
            value = draw(records(schema, hole == "bad"))
        else:
            value = draw(st.sampled_from(holes[hole]))
            if "{" in value and hole in ("change", "row"):
                value = draw(filled(value, schema, holes))
        parts.append(repr(value) if conversion == "r" else value)
    return "".join(parts)


@st.composite
def programs(draw: Any) -> list[str]:
    """The starting lines and some random ones, of which about one in five changes the table."""
    schema = draw(st.sampled_from([*SCHEMAS, *MADE_ODDLY]))
    holes = holes_of(schema)
    templates = st.one_of(*[st.sampled_from(TEMPLATES)] * 4, st.sampled_from(CHANGES))
    lines = draw(st.lists(templates, min_size=1, max_size=15))
    return [*start(schema), *(draw(filled(line, schema, holes)) for line in lines)]
