"""Runs every way of keeping points in a process of its own and tells what each costs.

A plan is a list of (interpreter, kind). The interpreter that runs this and every PyPy measure all
kinds; further CPythons measure the article's three classes and stoa, where it is installed. The C
program gives its rows as CSV. A kind that would not fit in the free memory runs with fewer
records, which the tables mark; costs are per record, so they stand beside the others.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import points_published as published
import points_tables
from points_kinds import KINDS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

WORKER = Path(__file__).with_name("points_kinds.py")
FURTHER_KINDS = [*published.FIGURE_KINDS, "stoa"]
STEPS = ["make", "read", "sum", "append", "free"]

# Generous bytes per record at a kind's peak; PyPy's collector holds old and new at once.
PEAK_BYTES = {"dict": 450, "class": 450}
PEAK_BYTES_ELSE = 300
PEAK_BYTES_C = 64
PEAK_FACTOR_PYPY = 1.5
SHARE_OF_FREE_MEMORY = 0.8


@dataclass
class Interpreter:
    path: str
    implementation: str
    version: str

    @property
    def name(self):
        return f"{self.implementation} {self.version}"

    @property
    def is_further(self):
        """A CPython that measures the article's classes only."""
        return self.path != sys.executable and self.implementation != "PyPy"


@dataclass
class Measurement:
    """One row of memory.csv. Times are nanoseconds per record."""

    language: str
    interpreter: str
    kind: str
    label: str
    records: int
    bytes_per_record: float | None = None
    article_bytes_per_record: int | None = None
    mib_for_ten_million: float | None = None
    article_mib: str = ""
    make_ns: float | None = None
    read_ns: float | None = None
    sum_ns: float | None = None
    append_ns: float | None = None
    free_ns: float | None = None
    further: bool = False  # an interpreter that measures the article's classes only
    scaled: bool = False  # fewer records than asked for
    note: str = ""

    @property
    def measured(self):
        return self.bytes_per_record is not None

    @property
    def is_stoa(self):
        return self.kind.startswith("stoa")

    @property
    def article_range(self):
        """What the article's figure shows for this, in MiB for ten million: (low, high)."""
        return published.figure_mib(self.interpreter, self.kind)

    @property
    def interpreter_order(self):
        """CPython 3.9 comes before CPython 3.10."""
        implementation, _, version = self.interpreter.partition(" ")
        return implementation, [int(part) for part in version.split(".") if part.isdigit()]

    def take(self, bytes_per_record, times):
        self.bytes_per_record = bytes_per_record
        self.mib_for_ten_million = bytes_per_record * published.FIGURE_RECORDS / published.MIB
        for step, nanoseconds in times.items():
            setattr(self, f"{step}_ns", nanoseconds)


def this_interpreter():
    return Interpreter(sys.executable, platform.python_implementation(), platform.python_version())


def interpreter_at(path):
    code = (
        "import platform, sys; sys.stdout.write(platform.python_implementation() + ' '"
        " + '.'.join(map(str, getattr(sys, 'pypy_version_info', sys.version_info)[:3])))"
    )
    try:
        told = subprocess.run([path, "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"points: {path} is no Python that runs: {error}")
    return Interpreter(path, *told.stdout.split())


def plan(interpreters, only):
    every = [name for name, _, _ in KINDS]
    unknown = set(only or ()) - set(every)
    if unknown:
        sys.exit(f"points: no kind {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    for interpreter in interpreters:
        for kind in FURTHER_KINDS if interpreter.is_further else every:
            if not only or kind in only:
                yield interpreter, kind


def free_memory():
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def records_that_fit(records, peak_bytes):
    return max(1, min(records, int(free_memory() * SHARE_OF_FREE_MEMORY / peak_bytes)))


def peak_bytes(interpreter, kind):
    peak = PEAK_BYTES.get(kind, PEAK_BYTES_ELSE)
    return peak * PEAK_FACTOR_PYPY if interpreter.implementation == "PyPy" else peak


def environment():
    """PyPy's nursery is a few MiB, not as large as this machine's cache: it isn't the records'."""
    return {"PYPY_GC_NURSERY": "4M", **os.environ}


def worker_answer(command):
    """What a worker says, as a dictionary; a "note" where there is nothing measured."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    if done.returncode < 0:
        return {"note": f"failed: killed by signal {-done.returncode}"}
    return {"note": "failed: " + (done.stderr.strip().splitlines() or ["no message"])[-1]}


def measured_kind(interpreter, kind, records, modules):
    label = next(label for name, label, _ in KINDS if name == kind)
    fitting = records_that_fit(records, peak_bytes(interpreter, kind))
    row = Measurement("Python", interpreter.name, kind, label, fitting)
    row.further = interpreter.is_further
    row.scaled = fitting < records
    if interpreter.path == sys.executable:
        row.article_bytes_per_record = published.OBJECT_BYTES.get(kind)
    row.article_mib = published.range_text(row.article_range)
    command = [interpreter.path, str(WORKER), kind, str(fitting)]
    answer = worker_answer([*command, *([str(modules)] if modules else [])])
    if "note" in answer:
        row.note = answer["note"]
    else:
        row.take(answer["bytes_per_record"], answer["ns"])
    return row


def c_measurements(program, records):
    """The rows that points.c prints with --csv."""
    fitting = records_that_fit(records, PEAK_BYTES_C)
    done = subprocess.run([program, "--csv", str(fitting)], capture_output=True, text=True)
    if done.returncode != 0:
        return [Measurement("C", "C", "c", "C", records, note=f"failed: {done.stderr.strip()}")]
    lines = csv.DictReader(done.stdout.splitlines())
    return [c_measurement(line, fitting < records) for line in lines]


def c_measurement(line, scaled):
    row = Measurement("C", "C", line["kind"], line["label"], int(line["records"]), scaled=scaled)
    times = {step: float(line[f"{step}_ns"]) for step in STEPS}
    row.take(float(line["bytes_per_record"]), times)
    return row


def one_line(row):
    if not row.measured:
        return f"{row.interpreter}, {row.label}: {row.note}"
    return f"{row.interpreter}, {row.label}: {row.bytes_per_record:,.1f} bytes per record"


def progress_on(console):
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def measure_all(arguments, steps, console):
    rows = []
    with progress_on(console) as progress:
        task = progress.add_task("", total=len(steps) + bool(arguments.c_program))

        def done(new):
            rows.extend(new)
            for row in new:
                progress.console.print(f"  {one_line(row)}", highlight=False)
            progress.advance(task)

        if arguments.c_program:
            progress.update(task, description="C")
            done(c_measurements(arguments.c_program, arguments.records))
        for interpreter, kind in steps:
            progress.update(task, description=f"{interpreter.name}, {kind}")
            done([measured_kind(interpreter, kind, arguments.records, arguments.modules)])
    return rows


def write_csv(rows, path):
    names = [column.name for column in fields(rows[0])]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for row in rows:
            cells = asdict(row).items()
            writer.writerow({k: round(v, 3) if isinstance(v, float) else v for k, v in cells})


def draw(rows, records, folder):
    try:
        import points_chart
    except ImportError as error:
        return f"no chart: {error}"
    points_chart.draw(rows, records, folder)
    return f"chart: {folder / 'memory.png'} and {folder / 'memory.svg'}"


def interpreters_of(paths):
    """This one and those at the paths, each version once."""
    found = {}
    for interpreter in (this_interpreter(), *map(interpreter_at, paths)):
        found.setdefault(interpreter.name, interpreter)
    return list(found.values())


def main(arguments):
    console = Console() if sys.stdout.isatty() else Console(width=120)
    steps = list(plan(interpreters_of(arguments.python), arguments.only))
    arguments.output.mkdir(parents=True, exist_ok=True)
    console.print(f"{arguments.records:,} points, each way in a process of its own")
    rows = measure_all(arguments, steps, console)
    points_tables.show(rows, arguments.records, console)
    write_csv(rows, arguments.output / "memory.csv")
    console.print(f"table: {arguments.output / 'memory.csv'}", soft_wrap=True)
    console.print(draw(rows, arguments.records, arguments.output), soft_wrap=True)
    return any(row.note.startswith("failed") for row in rows)
