"""What the two articles published, to stand beside what is measured here.

"Saving memory" (the ways of keeping a record in Python) counts one object by sys.getsizeof, with
its dict and the collector's header and without the pointer that a list needs: 8 bytes more.

"CPython vs PyPy memory usage" (2018; PyPy 6.0, CPython 2.7 and 3.4 to 3.7) measures the growth of
the unique set size for ten million objects in a list. Its MB are 2**20 bytes: in 10**6 bytes its
figure for CPython 2.7's slots would be less than the objects themselves, 72 bytes and a pointer.
"""

MIB = 2**20
FIGURE_RECORDS = 10_000_000
FIGURE_KINDS = ["class", "slots", "slots-uncached"]

OBJECT_BYTES = {
    "dict": 240,
    "class": 168,
    "slots": 64,
    "tuple": 72,
    "namedtuple": 72,
    "recordclass": 48,
    "dataobject": 40,
    "cython": 32,
    "numpy": 12,
}

# (implementation, kind): lowest and highest of the interpreters that the figure shows
FIGURE_MIB = {
    ("PyPy", "class"): (684, 692),
    ("PyPy", "slots"): (684, 692),
    ("PyPy", "slots-uncached"): (1144, 1152),
    ("CPython 2", "class"): (3453, 3453),
    ("CPython 2", "slots"): (788, 788),
    ("CPython 2", "slots-uncached"): (1625, 1625),
    ("CPython 3", "class"): (1521, 2155),
}


def figure_mib(interpreter, kind):
    """The article's (lowest, highest) MiB for ten million of a kind, or None."""
    families = [key for key in FIGURE_MIB if interpreter.startswith(key[0]) and key[1] == kind]
    return FIGURE_MIB[families[0]] if families else None


def range_text(bounds):
    if bounds is None:
        return ""
    low, high = bounds
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"
