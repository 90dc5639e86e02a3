"""Points on a cluster: more rows than one worker holds, filtered, aggregated and grouped.

    python examples/distributed_points.py [ROWS]

Needs dask[distributed]. Two worker processes have a limit of memory that their share of the rows
fits, and the whole does not. The rows are made in the workers, part by part, and stay there; what
comes back are partials. Then the same is done anew, and a worker is killed half-way: Dask makes its
parts again. At last one process does it with one table of all rows. All three results are the same
bits, and the time that both workers took together stands beside that of the one process.
"""

import os
import signal
import sys
import time

import stoa
from stoa import float64, int32

WORKERS, PARTS = 2, 16
AGGREGATES = "count(), sum(x), mean(w), var(w), min(w), max(x)"
CONDITION = "w < 0.25 and x % 3 != 0"
ROW_BYTES, PROCESS_BYTES = 16, 200 << 20
FULL = 0.7  # of its limit: from there on Dask writes a worker's data to disk


class Point(stoa.Record):
    x: int32
    y: int32
    w: float64


def points_of(first, rows):
    """Rows first to first + rows - 1: whoever makes them makes the same."""
    stoa.set_threads(1)  # a worker has one core
    points = stoa.Table(Point, rows)
    points.assign("x", f"int32((row() + {first}) * 7919 % 10007)")
    points.assign("y", f"int32((row() + {first}) % 1000)")
    points.assign("w", f"sin((row() + {first}) * 0.001) * cos((row() + {first}) * 0.37)")
    return points


def work(points):
    """The partials of these rows, and the seconds that they took."""
    stoa.set_threads(1)
    began = time.thread_time()
    near = points.where(CONDITION)
    found = near.partial(AGGREGATES), near.partial("count(), sum(w)", by="y % 7")
    return (*found, time.thread_time() - began)


def merged(parts):
    """The results of all parts, in their order, and the seconds of all together."""
    wholes, groups, seconds = zip(*parts)
    return stoa.merge(wholes).result(), stoa.merge(groups).result(), sum(seconds)


def on_cluster(client, rows, kill=False):
    size = rows // PARTS
    lengths = [size] * (PARTS - 1) + [rows - size * (PARTS - 1)]
    firsts = [part * size for part in range(PARTS)]
    tables = client.map(points_of, firsts, lengths, pure=False)
    parts = client.map(work, tables, pure=False)
    if kill:
        parts[PARTS // 4].result()
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        print(f"killed worker process {victim}")
    return merged(client.gather(parts))


def main():
    from dask.distributed import Client, LocalCluster

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000_000
    share = rows * ROW_BYTES // WORKERS
    limit = int((PROCESS_BYTES + share) / FULL)
    print(
        f"{rows:,} rows of {rows * ROW_BYTES >> 20} MiB; each worker has a share of {share >> 20} "
        f"MiB, and with its program may take {limit >> 20} MiB"
    )
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, memory_limit=limit, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        found, groups, seconds = on_cluster(client, rows)
        again, groups_again, _ = on_cluster(client, rows, kill=True)
    whole, whole_groups, alone = merged([work(points_of(0, rows))])
    print(f"aggregates: {found}\ngroups:\n{groups}")
    assert found == again == whole, (found, again, whole)
    assert groups == groups_again == whole_groups
    print("the same bits with a worker killed, and in one process of one table")
    print(f"both workers {seconds:.2f} s, one process {alone:.2f} s: {seconds / alone:.2f} times")


if __name__ == "__main__":
    main()
