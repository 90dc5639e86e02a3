"""Questions to strings: count where carrier == 'UA', and where name starts with 'N'; the different
carriers and names, and how many rows have each.

    python bench/strings_queries.py [rows]

Beside Polars (String and Categorical) and DuckDB on the same 10,000,000 rows, in turn; on one
thread (STOA_THREADS=1 POLARS_MAX_THREADS=1) or on as many as the settings say.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from typing import Any, Callable

import duckdb
import polars

import stoa

ROUNDS = 7


def median(call: Callable[[], Any], rounds: list[float]) -> None:
    start = time.perf_counter()
    call()
    rounds.append(time.perf_counter() - start)


def counts_of(frame: polars.DataFrame, column: polars.Expr) -> list[tuple[str, int]]:
    """How many rows have each value, by value."""
    counts = frame.select(column.value_counts()).unnest(column.meta.output_name())
    return sorted((str(value), count) for value, count in counts.iter_rows())


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    threads = int(os.environ.get("POLARS_MAX_THREADS", "2"))
    dice = random.Random(1)
    carriers = [a + b for a in "UDABWEF" for b in "ALXNV9"][:16]
    tails = [f"{dice.choice('NNND')}{dice.randrange(1000, 9999)}UA" for _ in range(4000)]
    carrier, name = dice.choices(carriers, k=rows), dice.choices(tails, k=rows)
    table = stoa.Table({"carrier": str, "name": str})
    table.extend(carrier=carrier, name=name)
    frame = polars.DataFrame({"carrier": carrier, "name": name})
    categorical = frame.with_columns(polars.all().cast(polars.Categorical))
    base = duckdb.connect(config={"threads": threads})
    base.execute("create table flights as select * from frame")
    c, n = polars.col("carrier"), polars.col("name")
    questions: dict[str, dict[str, Callable[[], Any]]] = {
        "carrier == 'UA'": {
            "stoa": lambda: (table.carrier == "UA").sum(),
            "polars String": lambda: frame.select((c == "UA").sum()).item(),
            "polars Categorical": lambda: categorical.select((c == "UA").sum()).item(),
            "duckdb": lambda: base.sql(
                "select count(*) from flights where carrier = 'UA'"
            ).fetchall()[0][0],
        },
        "name starts with 'N'": {
            "stoa": lambda: table.name.starts_with("N").sum(),
            "polars String": lambda: frame.select(n.str.starts_with("N").sum()).item(),
            "polars Categorical": lambda: categorical.select(n.cat.starts_with("N").sum()).item(),
            "duckdb": lambda: base.sql(
                "select count(*) from flights where starts_with(name, 'N')"
            ).fetchall()[0][0],
        },
    }
    for field in ("carrier", "name"):
        column, of = table[field], polars.col(field)
        questions[f"{field}.value_counts()"] = {
            "stoa": lambda column=column: sorted(column.value_counts().items()),
            "polars String": lambda of=of: counts_of(frame, of),
            "polars Categorical": lambda of=of: counts_of(categorical, of),
            "duckdb": lambda field=field: sorted(
                base.sql(f"select {field}, count(*) from flights group by {field}").fetchall()
            ),
        }
    for question, sides in questions.items():
        assert len({str(side()) for side in sides.values()}) == 1
        times: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(ROUNDS):
            for side, call in sides.items():
                median(call, times[side])
        ours = statistics.median(times["stoa"])
        print(f"{question}: {rows:,} rows, {threads} threads")
        for side, taken in times.items():
            middle = statistics.median(taken)
            print(f"  {side:20} {middle * 1000:8.2f} ms   {middle / ours:6.2f}")
        reached = all(statistics.median(each) >= ours for each in times.values())
        print("  ahead of all: " + ("yes" if reached else "no"))


if __name__ == "__main__":
    main()
