"""A million particles that are born and die, and know their parents.

    python examples/particles.py [PARTICLES] [STEPS] [--picture PATH]

They move on a torus and share the food of the cell they are in with their neighbours there. Who has
none left dies; who has plenty has a child, which refers to its parent for as long as that lives.
The model is written twice on one table: for columns, and for rows. All is integer arithmetic, so
that particles.c and the programs of particles_kinds.py come to the same numbers;
particles_compare.py measures them beside one another.
"""

from __future__ import annotations

import argparse
import time
from math import isqrt
from pathlib import Path
from typing import Any

import numpy

import stoa
from stoa import int16, int32

CELL = 2048  # the length of a cell
FOOD, COST, SPLIT = 40, 9, 30  # for a cell and step, of a step, that a parent needs


def side_of(count: int) -> int:
    """Cells in a row: four particles begin in each cell."""
    return max(1, isqrt(count // 4))


class Particle(stoa.Record):
    x: int32
    y: int32
    vx: int16
    vy: int16
    energy: int16
    cell: int32 = 0
    parent: Particle | None = None


def dice(count: int, which: int, sides: int) -> Any:
    """Numbers below `sides`, always the same (SplitMix64)."""
    z = (numpy.arange(count, dtype="uint64") * 5 + which + 1) * 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    return ((z ^ (z >> 31)) % sides).astype("int32")


def beginning(count: int) -> dict[str, Any]:
    """The columns that all programs begin with."""
    size = side_of(count) * CELL
    place = {"x": dice(count, 0, size), "y": dice(count, 1, size)}
    rest = {"vx": dice(count, 2, 1999) - 999, "vy": dice(count, 3, 1999) - 999}
    rest["energy"] = 10 + dice(count, 4, SPLIT - 10)
    return {**place, **{name: values.astype("int16") for name, values in rest.items()}}


class World:
    """The particles, and what both ways ask of them."""

    def __init__(self, count: int) -> None:
        self.side = side_of(count)
        self.all = stoa.Table(Particle, ids=True)
        self.all.extend(**beginning(count))

    def facts(self) -> tuple[int, int, int, int]:
        """How many there are, their energy; how many of their parents live, with what energy."""
        return self.all.compute("count(), sum(energy), count(parent.energy), sum(parent.energy)")


class Columns(World):
    """A step is a handful of operations on columns."""

    def step(self) -> None:
        p, size = self.all, self.side * CELL
        x, y = (p.x + p.vx) % size, (p.y + p.vy) % size
        p.update(x=x, y=y, cell=y // CELL * self.side + x // CELL)  # one pass
        cell = numpy.asarray(p.cell)  # the table's own memory
        crowd = numpy.bincount(cell, minlength=self.side**2)
        share = (FOOD // numpy.maximum(crowd, 1)).astype("int16")
        p.energy += share[cell] - COST
        p.where(p.energy < 0).delete()
        self.bear(p.where(p.energy >= SPLIT))

    def bear(self, parents: Any) -> None:
        names = "x", "y", "vx", "vy", "energy", "cell"
        at = {name: numpy.asarray(parents[name]) for name in names}
        at["vx"], at["vy"], at["energy"] = -at["vy"], at["vx"], at["energy"] // 2
        parents.energy -= parents.energy // 2  # the same rows: they were found above
        self.all.extend(**at, parent=parents.ids)


class Rows(World):
    """The same row by row, as one would write it for objects."""

    def step(self) -> None:
        p, side, size = self.all, self.side, self.side * CELL
        crowd = [0] * side**2
        for each in p:
            each.x = x = (each.x + each.vx) % size
            each.y = y = (each.y + each.vy) % size
            each.cell = cell = y // CELL * side + x // CELL
            crowd[cell] += 1
        dead, parents = [], []
        for each in p:
            each.energy = energy = each.energy + FOOD // crowd[each.cell] - COST
            if energy < 0:
                dead.append(stoa.id_of(each))
            elif energy >= SPLIT:
                parents.append(stoa.id_of(each))
        p.remove_ids(dead)
        for each in map(p.by_id, parents):
            half = each.energy // 2
            p.append(each.x, each.y, -each.vy, each.vx, half, each.cell, each)
            each.energy -= half


def tell(world: World, number: int, seconds: float) -> None:
    people, energy, parents, theirs = world.facts()
    print(f"step {number}: {people} particles of energy {energy}, ", end="")
    print(f"{parents} with a living parent, of energy {theirs}: {seconds * 1e3:.1f} ms")


def neighbours(world: World, each: Particle) -> Any:
    """The particles that are in the same cell."""
    return world.all.where("cell == $cell", cell=each.cell)


def tell_of_child(world: World) -> None:
    """Of the youngest whose parent lives: rows lead to rows."""
    child = next((each for each in reversed(world.all) if each.parent is not None), None)
    if child is not None and child.parent is not None:
        at, parent = (child.x, child.y), child.parent
        beside = len(neighbours(world, child)) - 1
        print(f"the youngest, at {at}, has {beside} neighbours in its cell; ", end="")
        print(f"its parent, at {(parent.x, parent.y)}, has energy {parent.energy}")


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Particles that are born and die.")
    parser.add_argument("particles", nargs="?", type=int, default=1_000_000)
    parser.add_argument("steps", nargs="?", type=int, default=10)
    parser.add_argument("--picture", type=Path, metavar="PATH", help="where to draw the run")
    return parser.parse_args()


def main() -> None:
    given = parsed_arguments()
    world = Columns(given.particles)
    energy = numpy.asarray(world.all.energy)  # held all along: a column never moves
    history = []
    for number in range(1, given.steps + 1):
        start = time.perf_counter()
        world.step()
        tell(world, number, time.perf_counter() - start)
        together = min(len(energy), len(world.all))
        assert energy[:together].sum() == world.all[:together].energy.sum()
        history.append(world.facts())
    tell_of_child(world)
    if given.picture:
        import particles_chart

        particles_chart.draw_run(world, history, given.picture)


if __name__ == "__main__":
    main()
