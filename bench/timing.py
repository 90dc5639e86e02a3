"""Timing several ways of doing the same in turn: medians, ratios, bars."""

import gc
import os
import statistics
import subprocess
import sys
import time


def medians(sides, rounds=7, warm=False, keep=False):
    """Runs each of sides (name -> function without arguments) in turn; median seconds by name.

    The first round is not counted. warm: each timed run follows one that is not timed, so that it
    finds the memory that the last one freed, and not what other sides left of it. keep: what a
    side returns is freed when the clock has stopped.
    """
    seconds = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, work in sides.items():
            gc.collect()
            if warm:
                work()
            start = time.perf_counter()
            made = work()
            if not keep:
                made = None
            seconds[name].append(time.perf_counter() - start)
            del made
    return {name: statistics.median(s[1:]) for name, s in seconds.items()}


def compare(title, sides, count, rounds=7):
    """Times the sides and prints them; nanoseconds by name. `count` things are done by one call."""
    found = {name: s * 1e9 / count for name, s in medians(sides, rounds).items()}
    print(f"\n{title} ({count:,}, median of {rounds})")
    for name, nanoseconds in found.items():
        print(f"  {name:48} {nanoseconds:9.1f} ns each")
    return found


def bar(text, most, figure):
    """Prints whether a figure reached its bar."""
    reached = "reached" if figure <= most else "MISSED"
    print(f"  bar: {text}: at most {most:g}; measured {figure:.3g}: {reached}")


def on_one_and_two_threads(measure, rows=10_000_000):
    """The whole of a program that is called with [ROWS]: measure(rows, threads) for one thread, and
    for two, each in a process of its own, where Polars has as many."""
    if len(sys.argv) == 3:
        measure(int(sys.argv[1]), int(sys.argv[2]))
        return
    asked = sys.argv[1] if len(sys.argv) > 1 else str(rows)
    for threads in ("1", "2"):
        environment = {**os.environ, "POLARS_MAX_THREADS": threads}
        subprocess.run([sys.executable, sys.argv[0], asked, threads], env=environment, check=True)


def processors():
    """Seconds so far that all processors were busy, that they had, that this process took."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - ticks[3] - ticks[4]) / second, sum(ticks) / second, time.process_time()


def others_since(before):
    """The share of all processors that other processes had since `before`, of processors()."""
    busy, had, own = (now - then for now, then in zip(processors(), before))
    return max(0.0, (busy - own) / had) if had else 0.0


def unique_set_size():
    """Bytes that would be free if the process ended."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        private = [line.split() for line in file if line.startswith(("Private_Clean", "Private_D"))]
    return sum(int(words[1]) << 10 for words in private)
