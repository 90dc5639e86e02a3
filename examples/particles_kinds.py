"""The particles of particles.py, kept in other ways; and a worker that measures one of them.

    python examples/particles_kinds.py KIND [PARTICLES] [STEPS]

prints a line of JSON: bytes a particle, seconds a step, the collector's longest pause in seconds,
lines of the class, and the facts at the end, which are the same for all kinds.
"""

from __future__ import annotations

import ctypes
import gc
import inspect
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import numpy
from particles import CELL, COST, FOOD, SPLIT, Columns, Particle, Rows, World, beginning, side_of
from points_kinds import unique_set_size


class Arrays:
    """A dict of numpy arrays. A parent is a number that is never given again."""

    def __init__(self, count: int) -> None:
        self.all, self.side = beginning(count), side_of(count)
        self.all["id"] = numpy.arange(1, count + 1)
        self.all["parent"] = numpy.zeros(count, dtype="int64")
        self.next = count + 1

    def step(self) -> None:
        p, size = self.all, self.side * CELL
        p["x"] = (p["x"] + p["vx"]) % size
        p["y"] = (p["y"] + p["vy"]) % size
        p["cell"] = p["y"] // CELL * self.side + p["x"] // CELL
        crowd = numpy.bincount(p["cell"], minlength=self.side**2)
        share = (FOOD // numpy.maximum(crowd, 1)).astype("int16")
        p["energy"] += share[p["cell"]] - COST
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
        self.side = side_of(count)

    def step(self) -> None:
        side, size = self.side, self.side * CELL
        crowd = [0] * side**2
        for each in self.all:
            each.x = x = (each.x + each.vx) % size
            each.y = y = (each.y + each.vy) % size
            each.cell = cell = y // CELL * side + x // CELL
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
                side = self.model.side
                self.x = x = (self.x + self.vx) % (side * CELL)
                self.y = y = (self.y + self.vy) % (side * CELL)
                self.cell = cell = y // CELL * side + x // CELL
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
        self.model.side = side_of(count)
        columns = [values.tolist() for values in beginning(count).values()]
        for values in zip(*columns):
            Agent(self.model, *values)

    def step(self) -> None:
        self.model.crowd = [0] * self.model.side**2
        for part in ("move", "eat", "forget", "bear"):
            self.model.agents.do(part)

    def facts(self) -> tuple[int, int, int, int]:
        agents = list(self.model.agents)
        parents = [each.parent for each in agents if each.parent is not None]
        energy = sum(each.energy for each in agents), sum(each.energy for each in parents)
        return len(agents), energy[0], len(parents), energy[1]


class Frames:
    """A set of agents of mesa-frames: a frame of Polars. A parent is a number, as in Arrays."""

    def __init__(self, count: int) -> None:
        from mesa_frames import AgentSetPolars, ModelDF
        from polars import DataFrame, Int16, Series, col, lit, when

        side, size = side_of(count), side_of(count) * CELL

        class Particles(AgentSetPolars):
            def __init__(self, model):
                super().__init__(model)
                ids, nobody = numpy.arange(1, count + 1), numpy.zeros(count, dtype="int64")
                self.add(DataFrame({"unique_id": ids, **beginning(count), "parent": nobody}))
                self.next = count + 1

            def step(self):
                x, y = (col.x + col.vx) % size, (col.y + col.vy) % size
                self.agents = self.agents.with_columns(x=x, y=y)
                self.agents = self.agents.with_columns(cell=col.y // CELL * side + col.x // CELL)
                cell = self.agents["cell"].to_numpy()
                crowd = numpy.bincount(cell, minlength=side**2)
                share = (FOOD // numpy.maximum(crowd, 1)).astype("int16")
                energy = col.energy + Series(share[cell]) - lit(COST, Int16)
                self.agents = self.agents.with_columns(energy=energy).filter(col.energy >= 0)
                self.select()  # all of them: the mask does not follow the frame
                self.bear(col.energy >= SPLIT)

            def bear(self, parents):
                half = col.energy // 2
                born = self.agents.filter(parents).with_columns(
                    vx=-col.vy, vy=col.vx, energy=half, parent=col.unique_id
                )
                left = when(parents).then(col.energy - half).otherwise(col.energy)
                self.agents = self.agents.with_columns(energy=left)
                ids = numpy.arange(self.next, self.next + len(born))
                self.add(born.with_columns(unique_id=Series(ids)))
                self.next += len(born)
                self.select()

        self.model = ModelDF()
        self.all = Particles(self.model)
        self.model.agents += self.all

    def step(self) -> None:
        self.model.step()

    def facts(self) -> tuple[int, int, int, int]:
        p = self.all.agents
        living = p.select("unique_id", "energy")
        known = p.select("parent").join(living, left_on="parent", right_on="unique_id")
        return len(p), p["energy"].sum(), len(known), known["energy"].sum()


@dataclass
class Kind:
    """A way of keeping particles, and what its lines of code are."""

    world: Any
    sources: list[Any] = field(default_factory=list)  # besides the world's
    needs: tuple[str, ...] = ()  # modules
    by_rows: bool = False


KINDS = {
    "stoa, by columns": Kind(Columns, [Particle, World]),
    "dict of numpy arrays": Kind(Arrays),
    "mesa-frames": Kind(Frames, needs=("mesa_frames",)),
    "stoa, by rows": Kind(Rows, [Particle, World], by_rows=True),
    "__slots__": Kind(Slots, [Slotted], by_rows=True),
    "mesa": Kind(Mesa, needs=("mesa",), by_rows=True),
}


class Pauses:
    """The collector's longest pause while it is watched."""

    def __init__(self) -> None:
        self.longest = self.start = 0.0
        getattr(gc, "callbacks", []).append(self.note)  # PyPy has none

    def note(self, phase: str, _info: Any) -> None:
        now = time.perf_counter()
        if phase == "stop":
            self.longest = max(self.longest, now - self.start)
        self.start = now

    def end(self) -> float:
        if hasattr(gc, "callbacks"):
            gc.callbacks.remove(self.note)
        return self.longest


def lines_of(kind: Kind) -> int:
    """Lines that are not empty."""
    texts = map(inspect.getsource, [*kind.sources, kind.world])
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def memory() -> int:
    """What this process alone holds, once malloc has given back what it keeps for later."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)
    return unique_set_size()


def measure(name: str, count: int, steps: int) -> dict[str, Any]:
    kind = KINDS[name]
    kind.world(1000).step()  # what is imported and prepared at the first use is not counted
    before, pauses, seconds = memory(), Pauses(), []
    world = kind.world(count)
    for _ in range(steps):
        start = time.perf_counter()
        world.step()
        seconds.append(time.perf_counter() - start)
    longest, facts = pauses.end(), tuple(map(int, world.facts()))
    return {
        "bytes": (memory() - before) / facts[0],
        "step": statistics.median(seconds),
        "pause": longest,
        "lines": lines_of(kind),
        "facts": facts,
    }


if __name__ == "__main__":
    words = [*sys.argv[1:], "1000000", "10"][:3]
    print(json.dumps(measure(words[0], int(words[1]), int(words[2]))))
