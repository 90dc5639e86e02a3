"""The particles of particles.py kept in every way, each in a process of its own: what it costs.

    pip install -r examples/particles_requirements.txt
    python examples/particles_compare.py [PARTICLES] [STEPS] [--output FOLDER] [--c-program PATH]

prints a table and writes it as particles.csv and as a chart, particles.png. All must come to the
same numbers. mesa-frames needs a numpy before 2: without it, or without mesa, the others run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from particles_kinds import KINDS
from points import positive
from points_compare import progress_on, worker_answer, write_csv
from points_tables import STOA_STYLE, number
from rich.console import Console
from rich.table import Table

WORKER = Path(__file__).with_name("particles_kinds.py")
MEMORY_SHARE, LONGEST_PAUSE = 1 / 4, 10  # of __slots__; in milliseconds


@dataclass
class Measurement:
    """A row of particles.csv."""

    kind: str
    by_rows: bool
    bytes_per_particle: float | None = None
    step_ms: float | None = None
    pause_ms: float | None = None
    lines: int | None = None
    facts: str = ""
    note: str = ""

    @property
    def is_stoa(self) -> bool:
        return self.kind.startswith("stoa")


def measured(kind: str, count: int, steps: int) -> Measurement:
    row = Measurement(kind, KINDS[kind].by_rows)
    answer = worker_answer([sys.executable, str(WORKER), kind, str(count), str(steps)])
    if "note" in answer:
        row.note = answer["note"]
        return row
    row.bytes_per_particle, row.lines = answer["bytes"], answer["lines"]
    row.step_ms, row.pause_ms = 1e3 * answer["step"], 1e3 * answer["pause"]
    row.facts = " ".join(map(str, answer["facts"]))
    return row


def measured_in_c(program: Path, count: int, steps: int) -> Measurement:
    """By what particles.c prints of each step."""
    row = Measurement("stoa in C", False)
    done = subprocess.run([program, str(count), str(steps)], capture_output=True, text=True)
    if done.returncode != 0:
        row.note = f"failed: {done.stderr.strip()}"
        return row
    words = [line.split() for line in done.stdout.splitlines()]
    row.step_ms = statistics.median(float(line[-2]) for line in words)
    found = [word.strip(",:") for word in words[-1] if word.strip(",:").isdigit()]
    row.facts = " ".join(found[1:5])
    return row


def measure_all(given: argparse.Namespace, console: Console) -> list[Measurement]:
    rows = []
    with progress_on(console) as progress:
        task = progress.add_task("", total=len(given.only) + bool(given.c_program))
        for kind in given.only:
            progress.update(task, description=kind)
            rows.append(measured(kind, given.particles, given.steps))
            progress.advance(task)
        if given.c_program:
            progress.update(task, description="C")
            rows.append(measured_in_c(given.c_program, given.particles, given.steps))
            progress.advance(task)
    return rows


def table_of(rows: list[Measurement], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("kept as", no_wrap=True)
    for heading in ("bytes a particle", "step, ms", "longest pause, ms", "lines"):
        table.add_column(heading, justify="right")
    for row in rows:
        cells = [number(row.bytes_per_particle), number(row.step_ms), number(row.pause_ms)]
        lines = "" if row.lines is None else str(row.lines)
        style = STOA_STYLE if row.is_stoa else None
        table.add_row(row.kind, *cells, lines, style=style, end_section=row.note != "")
    return table


def bars(rows: list[Measurement]) -> list[tuple[str, bool]]:
    """What stoa is to reach beside the others, and whether it does."""
    found: dict[str, Any] = {row.kind: row for row in rows if row.step_ms is not None}
    told = []
    for name in ("stoa, by columns", "stoa, by rows"):
        mine = found.get(name)
        if mine is None:
            continue
        if "__slots__" in found:
            share = mine.bytes_per_particle / found["__slots__"].bytes_per_particle
            told.append((f"{name}: {share:.2f} of the memory of __slots__", share <= MEMORY_SHARE))
        pause = f"{name}: no collection above {LONGEST_PAUSE} ms"
        told.append((pause, mine.pause_ms <= LONGEST_PAUSE))
        for other in found.values():
            if not other.is_stoa and other.by_rows == mine.by_rows:
                times = other.step_ms / mine.step_ms
                told.append((f"{name}: {times:.2f} times as fast as {other.kind}", times > 1))
    told.append(("all come to the same numbers", len({row.facts for row in found.values()}) <= 1))
    return told


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Particles, kept in every way.")
    parser.add_argument("particles", nargs="?", type=positive, default=1_000_000)
    parser.add_argument("steps", nargs="?", type=positive, default=10)
    parser.add_argument("--only", action="append", choices=list(KINDS), metavar="KIND")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER")
    parser.add_argument("--c-program", type=Path, metavar="PATH", help="particles.c, compiled")
    given = parser.parse_args()
    given.only = given.only or list(KINDS)
    return given


def main() -> bool:
    given = parsed_arguments()
    console = Console() if sys.stdout.isatty() else Console(width=120)
    title = f"{given.particles:,} particles, {given.steps} steps, each way in a process of its own"
    rows = measure_all(given, console)
    console.print(table_of(rows, title))
    for row in rows:
        if row.note:
            console.print(f"{row.kind}: {row.note}", highlight=False)
    told = bars(rows)
    for text, is_reached in told:
        console.print(f"{'reached' if is_reached else 'MISSED '}  {text}", highlight=False)
    given.output.mkdir(parents=True, exist_ok=True)
    write_csv(rows, given.output / "particles.csv")
    try:
        import particles_chart
    except ImportError as error:
        console.print(f"no chart: {error}")
    else:
        particles_chart.draw_costs(rows, title, given.output / "particles.png")
    return not all(is_reached for _, is_reached in told)


if __name__ == "__main__":
    sys.exit(main())
