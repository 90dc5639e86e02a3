"""The measurements as tables: one for C, for each full Python, and one of the article's figure."""

import points_published as published
from rich.table import Table

NOTES = """\
Memory is the growth of the unique set size, as the article measures it. It includes the list of
pointers that holds the objects, 8 bytes a record; the first article's figures are for one object,
without that pointer. Integers are small ones that CPython shares, except where "uncached" is said:
values from 257 on add up to 96 bytes a record there. CPython's cyclic collector is off, PyPy's
nursery is 4 MiB. Times are nanoseconds per record: make allocates and fills, read visits every row
and adds its fields, sum adds up x, append adds one record at a time (numpy copies its array for
that)."""
SCALED = "* measured with fewer records, since all of them would not have fitted in free memory"
STOA_STYLE = "bold cyan"


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def costs_table(title, rows):
    steps = ["make", "read", "sum", "append", "free"]
    steps = [step for step in steps if any(nanoseconds(row, step) is not None for row in rows)]
    table = Table(title=title, title_justify="left")
    table.add_column("kept as", no_wrap=True)
    for heading in ["bytes per record", "article", *(f"{step} ns" for step in steps)]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.label,
            bytes_cell(row),
            number(row.article_bytes_per_record),
            *(number(nanoseconds(row, step)) for step in steps),
            style=STOA_STYLE if row.is_stoa else None,
        )
    return table


def nanoseconds(row, step):
    return getattr(row, f"{step}_ns")


def bytes_cell(row):
    """Why a row is empty stands below the tables."""
    if not row.measured:
        return "failed" if row.note.startswith("failed") else "not here"
    return number(row.bytes_per_record) + ("*" if row.scaled else "")


def figure_table(rows):
    """Interpreters down, the article's classes and stoa across: measured, then published."""
    kinds = [*published.FIGURE_KINDS, "stoa"]
    table = Table(title="MiB for 10,000,000 (article's MB)", title_justify="left")
    table.add_column("interpreter")
    for heading in ["Point3D", "Point3DSlot", "Point3DSlot, uncached", "stoa"]:
        table.add_column(heading, justify="right")
    ordered = sorted(rows, key=lambda row: row.interpreter_order)
    for interpreter in dict.fromkeys(row.interpreter for row in ordered):
        cells = {row.kind: row for row in rows if row.interpreter == interpreter}
        table.add_row(interpreter, *(figure_cell(cells.get(kind)) for kind in kinds))
    return table


def figure_cell(row):
    if row is None or not row.measured:
        return "-"
    article = f" ({row.article_mib})" if row.article_mib else ""
    return f"{row.mib_for_ten_million:,.0f}{'*' if row.scaled else ''}{article}"


def notes(rows):
    """Why something is not measured: the rows that each reason is about."""
    found = {}
    for row in rows:
        if row.note:
            found.setdefault(row.note, []).append(f"{row.interpreter}, {row.label}")
    return found


def show(rows, records, console):
    groups = {}
    for row in rows:
        groups.setdefault(row.interpreter, []).append(row)
    for interpreter, group in groups.items():
        if not group[0].further:
            console.print(costs_table(f"{interpreter}, {records:,} records", group))
    python = [row for row in rows if row.language == "Python"]
    if any(row.kind in published.FIGURE_KINDS for row in python):
        console.print(figure_table(python))
    for note, names in notes(rows).items():
        console.print(f"{note}: {'; '.join(names)}", highlight=False)
    console.print(NOTES, highlight=False)
    if any(row.scaled for row in rows):
        console.print(SCALED, highlight=False)
