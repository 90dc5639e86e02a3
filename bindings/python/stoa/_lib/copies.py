"""What pickle, copy.copy() and copy.deepcopy() do with objects that share a table's memory."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NoReturn, SupportsIndex

from stoa.errors import WrongTypeError


def refused(kind: str, instead: str) -> Any:
    """The __reduce_ex__ of objects that share a table's memory."""

    def __reduce_ex__(self: Any, protocol: SupportsIndex, /) -> NoReturn:
        raise WrongTypeError(
            f"{kind} shares memory with its table, which neither a pickle nor a deep copy can: "
            f"take its {instead}"
        )

    return __reduce_ex__


def copy_rows(self: Any) -> Any:
    """The __copy__ of an object with a copy() of its own, which is a table."""
    return self.copy()


def deepcopy_rows(self: Any, memo: dict[int, Any]) -> Any:
    return deepcopy(self.copy(), memo)
