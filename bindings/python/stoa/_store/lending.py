"""Tables whose memory is lent: Arrow's consumers share it, and nobody writes to it meanwhile."""

from __future__ import annotations

from typing import Any

from stoa._lib import copies
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.owner import free_now, owned, receiver, taken
from stoa._store.arrow import Export, Exporting
from stoa._store.store import Store
from stoa.errors import ArgumentError, LentError


class Loan(Exporting):
    """What `points.lend()` returns: Arrow's PyCapsule interface to the memory of a table itself.

        with points.lend() as lent:
            total = duckdb.sql("select sum(x) from lent").fetchone()

    What is made of it shares the memory of the columns. As long as the loan is open, and after that
    as long as anything that was made of it lives, the table cannot be written to, nor rows be
    removed or reordered, nor fields changed: LentError. Rows can be appended, and don't belong to
    what was made before. Views of numpy that are made meanwhile are read-only. bools, vectors and,
    with `dictionary=False`, strings are copied.
    """

    __module__ = "stoa"
    __slots__ = ("_dictionary", "_loan", "_store")

    def __init__(self, store: Store, dictionary: bool) -> None:
        error = new_error()

        def lend() -> Any:
            made = receiver("stoa_loan *", lib.stoa_loan_free)
            check(store.through_gate(lib.stoa_loan_new, made, store.c, error), error)
            if store.views:  # a view that comes later is read-only
                lib.stoa_loan_free(taken(made))
                raise LentError(
                    "a table cannot be lent while it has writable views, of numpy or by buffer: "
                    "delete them, and the columns that they were made of"
                )
            return owned(taken(made), "stoa_loan *", lib.stoa_loan_free)  # which holds the table

        self._store, self._dictionary = store, dictionary
        self._loan = store.within(lend)

    def _for_arrow(self) -> Export:
        if self._loan is None:
            raise ArgumentError("the loan is closed: lend the table again")
        return Export(self._store, loan=self._loan, dictionary=self._dictionary)

    def close(self) -> None:
        """Ends the loan for its own part; what was made of it still holds the memory."""
        loan, self._loan = self._loan, None
        if loan is not None:
            free_now(loan)

    def __enter__(self) -> Loan:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of rows that the table has now."""
        return self._store.rows()

    def __repr__(self) -> str:
        arrays = ffi.new("size_t *")
        lib.stoa_table_loans(self._store.c, arrays)
        state = "closed" if self._loan is None else "open"
        name, n = self._store.record.__name__, arrays[0]
        return f"<Loan of {name}, {state}: {n} array{'s hold' if n != 1 else ' holds'} it>"

    __reduce_ex__ = copies.refused("a loan", "copies")
