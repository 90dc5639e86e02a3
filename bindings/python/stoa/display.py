"""The display of tables and windows: first and last rows, types and bytes."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import Any

from stoa._store.cells import text_at
from stoa.errors import ShortRepr, shown

EDGE = 5
UNITS = ["bytes", "kB", "MB", "GB", "TB"]
COLUMNS = 12

shortened = ShortRepr()
shortened.maxstring = shortened.maxother = 24


def size_text(size: float) -> str:
    """A number of bytes for people: 1 MB is 1,000,000 bytes."""
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.0f} {UNITS[unit]}" if unit == 0 else f"{size:.1f} {UNITS[unit]}"


def title(rows: Any) -> str:
    kind = type(rows).__name__
    count = len(rows)
    noun = "row" if count == 1 else "rows"
    return f"{kind} of {rows._store.record.__name__}: {count:,} {noun}, {size_text(rows.nbytes)}"


def value_text(value: Any) -> str:
    if isinstance(value, Enum):
        return value.name or str(value)  # before Python 3.11, flags together have no name
    if isinstance(value, (date, timedelta)):
        return str(value)
    if not isinstance(value, float):
        return shown(value, shortened)
    text = f"{value:.6g}"
    return text if not text.lstrip("-").isdigit() else text + ".0"


def grid(rows: Any) -> tuple[list[str], list[str], list[list[str]]]:
    """The names, the types, and a list of texts for each row shown, its number first."""
    fields = list(rows._store.fields.values())
    shown = fields[:COLUMNS]
    more = ["…"] if len(fields) > COLUMNS else []
    names = ["", *(each.name for each in shown), *more]
    types = ["", *(str(each.type) for each in shown), *more]
    count = len(rows)
    if count <= 2 * EDGE:
        return names, types, lines(rows, shown, range(count), more)
    dots = ["…"] * len(names)
    first, last = range(EDGE), range(count - EDGE, count)
    return names, types, [*lines(rows, shown, first, more), dots, *lines(rows, shown, last, more)]


def lines(rows: Any, shown: list[Any], numbers: range, more: list[str]) -> list[list[str]]:
    columns = [rows._column(each.name) for each in shown]
    return [
        [str(number), *(text_at(column, number, value_text) for column in columns), *more]
        for number in numbers
    ]


def as_text(rows: Any) -> str:
    names, types, body = grid(rows)
    table = [names, types, *body]
    widths = [max(len(line[i]) for line in table) for i in range(len(names))]
    texts = (
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths)).rstrip() for line in table
    )
    return "\n".join([title(rows), *texts])


def as_html(rows: Any) -> str:
    from html import escape  # slow to import, as are others within functions

    names, types, body = grid(rows)
    head = "".join(
        f"<th>{escape(name)}<br><small>{escape(kind)}</small></th>"
        for name, kind in zip(names, types)
    )
    lines_html = "".join(
        f"<tr><th>{escape(line[0])}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in line[1:])
        + "</tr>"
        for line in body
    )
    return (
        f"<div><p>{escape(title(rows))}</p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines_html}</tbody></table></div>"
    )
