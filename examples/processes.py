"""Tables in other processes: parts of a table go to workers as pickles and come back as tables.

    python examples/processes.py [ROWS]

Each worker gets some rows, adds what it computes as a field, and gives them back; the parent puts
the parts together. First by concurrent.futures, then by multiprocessing, and by joblib if it is
installed. A pickle has the columns as bytes.
"""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import stoa
from stoa import float64, int32

WORKERS = 2


class Point(stoa.Record):
    x: int32
    y: int32


def with_distance(part):
    """The part with a field more."""
    part.add_field("distance", float64, values=stoa.sqrt(part.x * 1.0 * part.x + part.y * part.y))
    return part


def parts_of(points, count):
    """Copies of stretches of the table: windows share its memory, and are no pickles."""
    size = -(-len(points) // count)
    return [points[first : first + size].copy() for first in range(0, len(points), size)]


def together(parts):
    first, *others = parts
    for each in others:
        first.extend(each)
    return first


def by_futures(points):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=spawn) as pool:
        return together(list(pool.map(with_distance, parts_of(points, WORKERS))))


def by_multiprocessing(points):
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        return together(pool.map(with_distance, parts_of(points, WORKERS)))


def by_joblib(points):
    from joblib import Parallel, delayed

    work = (delayed(with_distance)(part) for part in parts_of(points, WORKERS))
    return together(Parallel(WORKERS, backend="multiprocessing")(work))


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    points = stoa.Table(Point)
    points.extend(x=range(rows), y=range(rows, 0, -1))
    expected = with_distance(points.copy())
    for how in (by_futures, by_multiprocessing, by_joblib):
        try:
            made = how(points)
        except ModuleNotFoundError as missing:
            print(f"{how.__name__}: {missing.name} is not installed")
            continue
        assert made == expected
        print(f"{how.__name__}: {len(made):,} rows, mean distance {made.distance.mean():.1f}")


if __name__ == "__main__":
    main()
