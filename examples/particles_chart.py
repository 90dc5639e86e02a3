"""Pictures of the particles: of a run, and of what each way of keeping them costs."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")  # needs no display

from typing import Any

import numpy
from matplotlib import pyplot
from matplotlib.collections import LineCollection
from particles import CELL, SPLIT
from points_chart import OTHER, STOA
from points_tables import number

CROWDED, SHOWN = 80, 12  # cells in a row whose crowd is drawn, and whose particles are
COSTS = {
    "bytes_per_particle": "bytes a particle",
    "step_ms": "step, ms",
    "pause_ms": "longest pause of the collector, ms",
    "lines": "lines of code",
}


def draw_run(world: Any, history: list[Any], path: Any) -> None:
    """The crowd of some cells; fewer with their particles and parents; the numbers by step."""
    canvas = pyplot.figure(figsize=(15, 5.2), layout="constrained")
    axes = canvas.subplots(1, 3)
    draw_crowd(axes[0], canvas, world)
    draw_part(axes[1], canvas, world)
    draw_history(axes[2], history)
    canvas.savefig(path, dpi=110)
    pyplot.close(canvas)


def draw_crowd(axes: Any, canvas: Any, world: Any) -> None:
    cell = numpy.asarray(world.all.cell)
    crowd = numpy.bincount(cell, minlength=world.side**2).reshape(world.side, world.side)
    part = crowd[:CROWDED, :CROWDED]
    shown = axes.imshow(part, origin="lower", cmap="viridis")
    canvas.colorbar(shown, ax=axes, shrink=0.7, label="particles in a cell")
    title = f"{part.size:,} of {crowd.size:,} cells, with {len(world.all):,} particles in all"
    axes.set_title(title, loc="left", fontsize=10)


def draw_part(axes: Any, canvas: Any, world: Any) -> None:
    """Paths read the parents' places: no loop over rows."""
    end = min(SHOWN, world.side) * CELL
    here = world.all.where("x < $end and y < $end", end=end)
    born = world.all.where("x < $end and y < $end and not is_null(parent)", end=end)
    own = zip(born.x, born.y)
    theirs = zip(born.parent.x, born.parent.y)
    near = [pair for pair in zip(own, theirs) if numpy.abs(numpy.subtract(*pair)).max() < end]
    axes.add_collection(LineCollection(near, colors="0.6", linewidths=0.6, zorder=1))
    x, y, energy = map(numpy.asarray, (here.x, here.y, here.energy))
    dots = axes.scatter(x, y, s=9, c=energy, cmap="plasma", vmin=0, vmax=SPLIT, zorder=2)
    canvas.colorbar(dots, ax=axes, shrink=0.7, label="energy")
    ticks = range(0, end + 1, CELL)
    axes.set(xlim=(0, end), ylim=(0, end), xticks=ticks, yticks=ticks, aspect="equal")
    axes.tick_params(labelbottom=False, labelleft=False, length=0)
    axes.grid(color="0.9", zorder=0)
    axes.set_title("particles, with lines to living parents", loc="left", fontsize=10)


def draw_history(axes: Any, history: list[Any]) -> None:
    steps = range(1, len(history) + 1)
    people, energy, parents, _ = zip(*history)
    axes.plot(steps, people, color=STOA, label="particles")
    axes.plot(steps, parents, color=STOA, linestyle="--", label="with a living parent")
    axes.plot(steps, numpy.divide(energy, 10), color=OTHER, label="energy / 10")
    axes.set(xlabel="step", ylim=(0, None))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def draw_costs(rows: list[Any], title: str, path: Any) -> None:
    """A panel for each cost: above by columns, below by rows."""
    groups = [[row for row in rows if row.by_rows == kind] for kind in (False, True)]
    groups = [found for group in groups if (found := [row for row in group if row.step_ms])]
    heights = [len(group) + 1.5 for group in groups]
    canvas = pyplot.figure(figsize=(12, 0.6 + 0.33 * sum(heights)), layout="constrained")
    panels = len(groups), len(COSTS)
    axes = canvas.subplots(*panels, height_ratios=heights, sharey="row", squeeze=False)
    for places, group in zip(axes, groups):
        for place, (name, heading) in zip(places, COSTS.items()):
            draw_cost(place, group, name, heading)
        places[0].set_yticks(range(len(group)), [row.kind for row in group])
        places[0].invert_yaxis()
    canvas.suptitle(title, x=0.01, ha="left", fontweight="bold")
    canvas.savefig(path, dpi=110)
    pyplot.close(canvas)


def draw_cost(axes: Any, rows: list[Any], name: str, heading: str) -> None:
    values = [getattr(row, name) for row in rows]
    colours = [STOA if row.is_stoa else OTHER for row in rows]
    axes.barh(range(len(rows)), [value or 0 for value in values], color=colours, height=0.7)
    for place, value in enumerate(values):
        text = "" if value is None else number(value) if name != "lines" else str(value)
        axes.text(value or 0, place, f" {text}", va="center", fontsize=9)
    axes.set_title(heading, loc="left", fontsize=10)
    axes.set_xlim(0, 1.3 * max(value or 0 for value in values) or 1)
    axes.set_xticks([])
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
