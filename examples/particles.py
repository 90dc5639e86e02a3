"""A million particles that are born and die, and know their parents.

    python examples/particles.py [PARTICLES] [STEPS]

They move on a torus and share the food of the cell they are in. Who has none left dies; who has
plenty has a child, which refers to its parent for as long as that lives. All is integer arithmetic,
so that the other programs beside this one (particles_kinds.py) come to the same numbers.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy

import stoa
from stoa import int16, int32

SIDE, CELL = 500, 2048  # cells in a row, and the length of one
SIZE = SIDE * CELL
FOOD, COST, SPLIT = 40, 9, 30  # for a cell and step, of a step, that a parent needs


class Particle(stoa.Record):
    x: int32
    y: int32
    vx: int16
    vy: int16
    energy: int16
    cell: int32 = 0
    parent: Particle | None = None


def beginning(count: int) -> dict[str, Any]:
    """Where all programs begin."""
    dice = numpy.random.default_rng(1)
    place = {name: dice.integers(SIZE, size=count, dtype="int32") for name in ("x", "y")}
    speed = {name: dice.integers(-999, 1000, size=count, dtype="int16") for name in ("vx", "vy")}
    return {**place, **speed, "energy": dice.integers(10, SPLIT, size=count, dtype="int16")}


class World:
    def __init__(self, count: int) -> None:
        self.all = stoa.Table(Particle, ids=True)
        self.all.extend(**beginning(count))

    def facts(self) -> tuple[int, int, int, int]:
        """How many there are, their energy; how many of their parents live, with what energy."""
        return self.all.compute("count(), sum(energy), count(parent.energy), sum(parent.energy)")


class Columns(World):
    """A step is a handful of operations on columns."""

    def step(self) -> None:
        p = self.all
        p.update(x=(p.x + p.vx) % SIZE, y=(p.y + p.vy) % SIZE)
        p.cell = p.y // CELL * SIDE + p.x // CELL
        cell = numpy.asarray(p.cell)
        share = FOOD // numpy.maximum(numpy.bincount(cell, minlength=SIDE * SIDE), 1)
        p.energy += share[cell] - COST
        p.where(p.energy < 0).delete()
        self.bear(p.where(p.energy >= SPLIT))

    def bear(self, parents: Any) -> None:
        at = {name: numpy.asarray(parents[name]) for name in ("x", "y", "vx", "vy", "energy")}
        at["vx"], at["vy"], at["energy"] = -at["vy"], at["vx"], at["energy"] // 2
        self.all.extend(**at, parent=parents.ids)
        parents.energy -= parents.energy // 2


class Rows(World):
    """The same row by row, as one would write it for objects."""

    def step(self) -> None:
        p = self.all
        crowd = [0] * (SIDE * SIDE)
        for each in p:
            each.x = x = (each.x + each.vx) % SIZE
            each.y = y = (each.y + each.vy) % SIZE
            each.cell = cell = y // CELL * SIDE + x // CELL
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
            p.append(each.x, each.y, -each.vy, each.vx, half, parent=each)
            each.energy -= half


def main() -> None:
    count, steps = (int(text) for text in [*sys.argv[1:], "1000000", "10"][:2])
    world = Columns(count)
    x = numpy.asarray(world.all.x)  # held all along: columns never move
    for number in range(steps):
        start = time.perf_counter()
        world.step()
        seconds = time.perf_counter() - start
        people, energy, parents, _ = world.facts()
        print(f"step {number + 1}: {people:,} particles, energy {energy:,}, ", end="")
        print(f"{parents:,} with a living parent, {seconds * 1e3:.0f} ms")
    assert numpy.shares_memory(x, numpy.asarray(world.all.x))


if __name__ == "__main__":
    main()
