"""The chart of bench/rows.py: what a field, a loop, an append and the memory cost, side by side.

A panel for each question, its bars in the order of their length, stoa's in blue. A bar of more than
six times a `__slots__` object's is cut off there and ends in an arrow. The numbers stand at the
right. Blue and grey differ in lightness too, and stoa's names are bold.
"""

import matplotlib

matplotlib.use("Agg")  # needs no display

from matplotlib import pyplot
from rows_rivals import SLOTS, STOA

STOA_COLOUR, OTHER = "#0072B2", "#B8B8B8"
WIDTH, ROW, MARGINS = 13, 0.24, 0.8  # inches
CUT, ARROW = 6, 0.03
NUMBER_AT = 1.16  # right edge of the numbers, in widths of a panel
PANELS = (
    {
        "read": "p.x: ns",
        "write": "p.x = value: ns",
        "bytes": "memory: bytes a record, its integers aside",
    },
    {
        "loop": "a loop that adds two fields: ns a record",
        "append": "append(x, y, z), or of an object to a list: ns",
    },
)
LEFT_OUT = {"the loop alone", "__slots__ object, collector off"}


def draw(figures, file, title):
    columns = [
        [(name, bars_of(figures[question])) for question, name in panels.items()]
        for panels in PANELS
    ]
    rows = max(sum(len(bars) + 2 for _, bars in column) for column in columns)
    canvas = pyplot.figure(figsize=(WIDTH, MARGINS + ROW * rows), layout="constrained")
    canvas.suptitle(title, x=0.01, ha="left", fontweight="bold")
    for part, column in zip(canvas.subfigures(1, 2, wspace=0.03), columns):
        heights = [len(bars) + 2 for _, bars in column]
        axes = part.subplots(len(column), 1, height_ratios=heights)
        for place, (name, bars) in zip(axes, column):
            draw_panel(place, name, bars)
    canvas.savefig(file, dpi=150, bbox_inches="tight", pad_inches=0.15)
    pyplot.close(canvas)


def bars_of(found):
    """(name, value, whether it is cut off, how long it is drawn), the shortest first."""
    limit = CUT * found[SLOTS]
    bars = sorted((value, name) for name, value in found.items() if name not in LEFT_OUT)
    return [(name, value, value > limit, min(value, limit)) for value, name in bars]


def draw_panel(axes, title, bars):
    colours = [STOA_COLOUR if is_stoa(name) else OTHER for name, *_ in bars]
    axes.barh(range(len(bars)), [length for *_, length in bars], color=colours, height=0.72)
    for place, (name, value, cut, length) in enumerate(bars):
        where = axes.get_yaxis_transform()
        weight = "bold" if is_stoa(name) else "normal"
        style = {"ha": "right", "va": "center", "fontsize": 9, "fontweight": weight}
        axes.text(NUMBER_AT, place, number(value), transform=where, **style)
        if cut:
            axes.plot(
                length * (1 + ARROW), place, marker=">", color=colours[place], ms=7, clip_on=False
            )
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, max(length for *_, length in bars) * (1 + 2 * ARROW))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(bars)), [name for name, *_ in bars])
    for tick, (name, *_) in zip(axes.get_yticklabels(), bars):
        tick.set_fontweight("bold" if is_stoa(name) else "normal")


def number(value):
    if value >= 1e6:
        return f"{value / 1e6:.1f} ms"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def is_stoa(name):
    return name.startswith(STOA)
