"""The particles of particles.py, kept in other ways; and a worker that measures one of them.

    python examples/particles_kinds.py KIND [PARTICLES] [STEPS]

prints a line of JSON: bytes a particle, seconds a step, the collector's longest pause in seconds,
lines of the class, and the facts at the end, which are the same for all kinds.
"""

from __future__ import annotations

import gc
import inspect
import json
import statistics
import sys
import time
from typing import Any

import numpy
from particles import CELL, COST, FOOD, SIDE, SIZE, SPLIT, Columns, Particle, Rows, World, beginning


class Arrays:
    """A dict of numpy arrays. A parent is a number that is never given again."""

    def __init__(self, count: int) -> None:
        self.all = beginning(count)
        self.all["id"] = numpy.arange(1, count + 1)
        self.all["parent"] = numpy.zeros(count, dtype="int64")
        self.next = count + 1

    def step(self) -> None:
        p = self.all
        p["x"] = (p["x"] + p["vx"]) % SIZE
        p["y"] = (p["y"] + p["vy"]) % SIZE
        p["cell"] = p["y"] // CELL * SIDE + p["x"] // CELL
        share = FOOD // numpy.maximum(numpy.bincount(p["cell"], minlength=SIDE * SIDE), 1)
        p["energy"] = (p["energy"] + share[p["cell"]] - COST).astype("int16")
        lives = p["energy"] >= 0
        for name, values in p.items():
            p[name] = values[lives]
        self.bear(p["energy"] >= SPLIT)

    def bear(self, parents: Any) -> None:
        p = self.all
        born = {name: values[parents] for name, values in p.items()}
        born["vx"], born["vy"], born["energy"] = -born["vy"], born["vx"], born["energy"] // 2
        p["energy"][parents] -= born["energy"]
        born["parent"] = born["id"]
        born["id"] = numpy.arange(self.next, self.next + len(born["id"]))
        self.next += len(born["id"])
        for name, values in p.items():
            p[name] = numpy.concatenate([values, born[name]])

    def facts(self) -> tuple[int, int, int, int]:
        p = self.all
        at = numpy.minimum(numpy.searchsorted(p["id"], p["parent"]), len(p["id"]) - 1)
        known = at[p["id"][at] == p["parent"]]
        total = int(p["energy"].sum()), len(known), int(p["energy"][known].sum())
        return (len(p["x"]), *total)


class Slotted:
    __slots__ = ("cell", "energy", "lives", "parent", "vx", "vy", "x", "y")

    def __init__(self, x, y, vx, vy, energy, parent=None):
        self.x, self.y, self.vx, self.vy, self.energy = x, y, vx, vy, energy
        self.cell, self.parent, self.lives = 0, parent, True


class Slots:
    """A list of objects with __slots__. Who refers to a dead parent lets go of it."""

    kind: Any = Slotted

    def __init__(self, count: int) -> None:
        columns = [values.tolist() for values in beginning(count).values()]
        self.all = [self.kind(*values) for values in zip(*columns)]

    def step(self) -> None:
        crowd = [0] * (SIDE * SIDE)
        for each in self.all:
            each.x = x = (each.x + each.vx) % SIZE
            each.y = y = (each.y + each.vy) % SIZE
            each.cell = cell = y // CELL * SIDE + x // CELL
            crowd[cell] += 1
        parents = []
        for each in self.all:
            each.energy = energy = each.energy + FOOD // crowd[each.cell] - COST
            each.lives = energy >= 0
            if energy >= SPLIT:
                parents.append(each)
        self.all = [each for each in self.all if each.lives]
        for each in self.all:
            if each.parent is not None and not each.parent.lives:
                each.parent = None
        for each in parents:
            half = each.energy // 2
            self.all.append(self.kind(each.x, each.y, -each.vy, each.vx, half, each))
            each.energy -= half

    def facts(self) -> tuple[int, int, int, int]:
        parents = [each.parent for each in self.all if each.parent is not None]
        energy = sum(each.energy for each in self.all), sum(each.energy for each in parents)
        return len(self.all), energy[0], len(parents), energy[1]


class Mesa:
    """Agents of a model of mesa: each does its part of the step, and mesa keeps the set of them."""

    def __init__(self, count: int) -> None:
        import mesa

        class Agent(mesa.Agent):
            def __init__(self, model, x, y, vx, vy, energy, parent=None):
                super().__init__(model)
                self.x, self.y, self.vx, self.vy, self.energy = x, y, vx, vy, energy
                self.parent = parent

            def move(self):
                self.x = x = (self.x + self.vx) % SIZE
                self.y = y = (self.y + self.vy) % SIZE
                self.cell = cell = y // CELL * SIDE + x // CELL
                self.model.crowd[cell] += 1

            def eat(self):
                self.energy += FOOD // self.model.crowd[self.cell] - COST
                if self.energy < 0:
                    self.remove()

            def forget(self):
                if self.parent is not None and self.parent.energy < 0:
                    self.parent = None

            def bear(self):
                if self.energy >= SPLIT:
                    half = self.energy // 2
                    Agent(self.model, self.x, self.y, -self.vy, self.vx, half, self)
                    self.energy -= half

        self.model = mesa.Model()
        columns = [values.tolist() for values in beginning(count).values()]
        for values in zip(*columns):
            Agent(self.model, *values)

    def step(self) -> None:
        self.model.crowd = [0] * (SIDE * SIDE)
        for part in ("move", "eat", "forget", "bear"):
            self.model.agents.do(part)

    def facts(self) -> tuple[int, int, int, int]:
        agents = list(self.model.agents)
        parents = [each.parent for each in agents if each.parent is not None]
        energy = sum(each.energy for each in agents), sum(each.energy for each in parents)
        return len(agents), energy[0], len(parents), energy[1]


KINDS: dict[str, Any] = {
    "stoa": Columns,
    "stoa, by rows": Rows,
    "dict of numpy arrays": Arrays,
    "__slots__": Slots,
    "mesa": Mesa,
}


def own_bytes() -> int:
    """Memory of this process alone."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private")) << 10


class Pauses:
    """The collector's longest pause while it is watched."""

    def __init__(self) -> None:
        self.longest = self.start = 0.0
        gc.callbacks.append(self.note)

    def note(self, phase: str, _info: Any) -> None:
        now = time.perf_counter()
        if phase == "stop":
            self.longest = max(self.longest, now - self.start)
        self.start = now


def measure(kind: str, count: int, steps: int) -> dict[str, Any]:
    KINDS[kind](1000).step()  # what is imported and prepared at the first use is not counted
    gc.collect()
    before, pauses, seconds = own_bytes(), Pauses(), []
    world = KINDS[kind](count)
    for _ in range(steps):
        start = time.perf_counter()
        world.step()
        seconds.append(time.perf_counter() - start)
    longest, facts = pauses.longest, tuple(map(int, world.facts()))
    gc.collect()
    with_others = {"stoa": [Particle, World], "stoa, by rows": [Particle, World]}
    with_others["__slots__"] = [Slotted]
    sources = map(inspect.getsource, [*with_others.get(kind, []), KINDS[kind]])
    return {
        "kind": kind,
        "bytes": (own_bytes() - before) / facts[0],
        "step": statistics.median(seconds),
        "pause": longest,
        "lines": sum(1 for text in sources for line in text.splitlines() if line.strip()),
        "facts": facts,
    }


if __name__ == "__main__":
    words = [*sys.argv[1:], "1000000", "10"][:3]
    print(json.dumps(measure(words[0], int(words[1]), int(words[2]))))
