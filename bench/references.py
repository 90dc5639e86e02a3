"""What does it cost to follow references? sum(owner.weight) over many pets and a tenth as many
owners, beside a loop in C that looks each id up by hand, and beside a join and a sum in Polars and
DuckDB on the same data.

    python bench/references.py [ROWS]

All sides compute on the same values in one run, in turn; a figure is the median of seven. One
thread stands beside one, two beside two; the loop has one. Needs a C compiler, as `cc`.
"""

import ctypes
import os
import subprocess
import tempfile
from pathlib import Path

from timing import medians, on_one_and_two_threads

ROUNDS = 7
HERE = Path(__file__).parent


def by_hand():
    """The loop of references.c, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "references.so")
        include = f"-I{HERE.parent / 'include'}"
        source = str(HERE / "references.c")
        told = ["cc", "-std=c11", "-O3", "-march=native", "-shared", "-fPIC", include]
        subprocess.run([*told, source, "-o", made], check=True)
        loop = ctypes.CDLL(made).sum_by_hand
    loop.restype = ctypes.c_double
    loop.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    return loop


def told(what, threads, seconds, least=None):
    own = seconds["stoa"]
    for name, each in seconds.items():
        bar = (
            {"by hand": 1 / 1.5, "Polars": 2.0, "DuckDB": 2.0}.get(name) if least is None else None
        )
        mark = "" if bar is None else "ok" if each / own >= bar else "--"
        print(
            f"{what:24} {threads} thread(s) {name:10} {each * 1e3:9.1f} ms "
            f"{each / own:6.2f} times stoa's {mark}"
        )


def measure(rows, threads):
    import duckdb
    import numpy
    import polars

    import stoa

    class Owner(stoa.Record):
        weight: stoa.float64
        age: stoa.int32
        pets: stoa.int32 = 0

    class Pet(stoa.Record):
        weight: stoa.float64
        owner: "Owner | None"

    globals()["Owner"] = Owner
    stoa.set_threads(threads)
    random = numpy.random.default_rng(7)
    count = max(rows // 10, 1)
    weight, age = random.random(count), random.integers(0, 90, count, dtype="int32")
    place, own = random.integers(0, count, rows), random.random(rows)
    owners = stoa.Table(Owner, ids=True)
    owners.extend(weight=weight, age=age)
    pets = stoa.Table(Pet, targets={"owner": owners})
    ids = numpy.asarray(owners.ids)[place].astype("uint64")
    pets.extend(weight=own, owner=ids)
    left = polars.DataFrame({"own": own, "owner": place}).lazy()
    right = polars.DataFrame({"id": numpy.arange(count), "weight": weight, "age": age}).lazy()
    joined = left.join(right, left_on="owner", right_on="id")
    database = duckdb.connect()
    database.execute(f"set threads to {threads}")
    database.register("l", left.collect().to_arrow())
    database.register("r", right.collect().to_arrow())
    database.execute("create table pets as select * from l")
    database.execute("create table owners as select * from r")
    loop, column = by_hand(), polars.col
    core = int(stoa._lib.ffi.ffi.cast("uintptr_t", owners._store.c))
    cells = [numpy.asarray(ids).ctypes.data, numpy.asarray(owners.weight).ctypes.data]

    def ask(text):
        return database.execute(
            f"select {text} from pets join owners on pets.owner = owners.id"
        ).fetchone()[0]

    questions = {
        "sum(owner.weight)": {
            "stoa": lambda: pets.compute("sum(owner.weight)"),
            "by hand": lambda: loop(core, *cells, rows),
            "Polars": lambda: joined.select(column("weight").sum()).collect().item(),
            "DuckDB": lambda: ask("sum(weight)"),
        },
        "sum(weight * owner.age)": {
            "stoa": lambda: pets.compute("sum(weight * owner.age)"),
            "Polars": lambda: joined.select((column("own") * column("age")).sum()).collect().item(),
            "DuckDB": lambda: ask("sum(own * age)"),
        },
        "sum(owner.age > 30)": {
            "stoa": lambda: pets.compute("sum(owner.age > 30)"),
            "Polars": lambda: joined.select((column("age") > 30).sum()).collect().item(),
            "DuckDB": lambda: ask("count(*) filter (where age > 30)"),
        },
    }
    for what, sides in questions.items():
        values = [work() for work in sides.values()]
        assert all(abs(each - values[0]) <= 1e-9 * abs(values[0]) for each in values), values
        told(what, threads, medians(sides, ROUNDS))

    def scatter():
        owners.pets = 0
        pets.scatter_add("owner.pets", 1)

    sides = {"stoa": scatter, "numpy": lambda: numpy.add.at(numpy.zeros(count, "int32"), place, 1)}
    told("scatter_add(owner.pets)", threads, medians(sides, ROUNDS), least=0)


if __name__ == "__main__":
    on_one_and_two_threads(measure)
