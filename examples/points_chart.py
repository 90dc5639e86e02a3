"""memory.png and memory.svg: bytes per record of every way, and the article's figure drawn anew.

Above, the ways in C and in the first Python, largest first; below, the article's classes and stoa
on every interpreter. Bars are measured, stoa's in blue; what an article published is an orange
diamond, or two with a line between where it gives a range. The numbers stand at the right in two
columns. The colours are told apart by people who see no red or no green, and the shapes differ.
"""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")  # needs no display

from dataclasses import dataclass

import points_published as published
from matplotlib import pyplot
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

STOA, OTHER, ARTICLE = "#0072B2", "#B8B8B8", "#D55E00"
WIDTH, ROW, MARGINS = 10, 0.26, 2.9  # inches
MEASURED_AT, ARTICLE_AT = 1.08, 1.24  # right edges of the columns, in widths of a panel
HEADINGS = {
    "class": "Point3D",
    "slots": "Point3DSlot",
    "slots-uncached": "Point3DSlot, uncached integers",
    "stoa": "stoa",
}


@dataclass
class Bar:
    """A heading where it has no value."""

    label: str
    value: float | None = None
    article: tuple | None = None
    stoa: bool = False

    @property
    def bold(self):
        return self.stoa or self.value is None


def draw(rows, records, folder):
    panels = [
        (ways(rows), "Every way of keeping a point", f"bytes per record, {records:,} records"),
        (figure(rows), "The article's classes, by interpreter", "MiB for 10,000,000 records"),
    ]
    panels = [panel for panel in panels if panel[0]]
    if not panels:
        return
    heights = [len(bars) + 2 for bars, _, _ in panels]
    canvas, axes = pyplot.subplots(
        len(panels),
        figsize=(WIDTH, MARGINS + ROW * sum(heights)),
        squeeze=False,
        height_ratios=heights,
        layout="constrained",
    )
    for place, panel in zip(axes[:, 0], panels):
        draw_panel(place, *panel)
    title = "Memory of points with x, y and z (growth of the unique set size)"
    canvas.suptitle(title, x=0.01, ha="left", fontweight="bold")
    canvas.legend(handles=legend(), loc="outside lower center", ncols=1, frameon=False)
    for suffix in ("png", "svg"):
        canvas.savefig(folder / f"memory.{suffix}", dpi=150, bbox_inches="tight", pad_inches=0.15)
    pyplot.close(canvas)


def ways(rows):
    first = next((row.interpreter for row in rows if row.language == "Python"), None)
    shown = [
        row
        for row in rows
        if row.interpreter in ("C", first)
        and row.measured
        and row.kind not in ("stoa-cursor", "stoa-values")
    ]
    shown.sort(key=lambda row: -row.bytes_per_record)
    return [Bar(named(row), row.bytes_per_record, pair(row), row.is_stoa) for row in shown]


def named(row):
    return f"C: {row.label}" if row.language == "C" else row.label


def pair(row):
    article = row.article_bytes_per_record
    return (article, article) if article else None


def figure(rows):
    """A heading for each class, then a bar for each interpreter."""
    bars = []
    for kind, heading in HEADINGS.items():
        group = [row for row in rows if row.kind == kind and row.measured and row.language != "C"]
        bars += [Bar(heading)] if group else []
        bars += [
            Bar(row.interpreter, row.mib_for_ten_million, row.article_range, row.is_stoa)
            for row in sorted(group, key=lambda row: row.interpreter_order)
        ]
    return bars


def draw_panel(axes, bars, title, unit):
    colours = [STOA if bar.stoa else OTHER for bar in bars]
    axes.barh(range(len(bars)), [bar.value or 0 for bar in bars], color=colours, height=0.72)
    for place, bar in enumerate(bars):
        if bar.article:
            axes.plot(bar.article, (place, place), color=ARTICLE, marker="D", ms=5, zorder=3)
            write(axes, ARTICLE_AT, place, published.range_text(bar.article), color=ARTICLE)
        if bar.value is not None:
            weight = "bold" if bar.stoa else "normal"
            write(axes, MEASURED_AT, place, number(bar.value), fontweight=weight)
    write(axes, MEASURED_AT, -1, "measured", fontweight="bold")
    write(axes, ARTICLE_AT, -1, "published", fontweight="bold", color=ARTICLE)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(unit)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(bars)), [bar.label for bar in bars])
    for tick, bar in zip(axes.get_yticklabels(), bars):
        tick.set_fontweight("bold" if bar.bold else "normal")


def write(axes, column, place, text, **style):
    """Text that ends at a column, on a bar's line."""
    where = axes.get_yaxis_transform()
    axes.text(column, place, text, transform=where, ha="right", va="center", fontsize=9, **style)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def legend():
    return [
        Patch(color=STOA, label="stoa, measured"),
        Patch(color=OTHER, label="other ways, measured; in Python with the list's 8-byte pointer"),
        Line2D(
            [],
            [],
            color=ARTICLE,
            marker="D",
            label="published; bytes per record are of one object, without the list's pointer",
        ),
    ]
