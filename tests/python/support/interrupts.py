"""Raises KeyboardInterrupt at each place in stoa's Python where the interpreter looks for signals.

CPython runs the handlers of signals when a function of Python's begins and after a call into C
(where a loop jumps back as well). A profile function is called at these very places, and what it
raises comes out of them as what a handler raises does. So it counts those in stoa's code, generated
code included, and raises at the one that is asked for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, Callable

import stoa

OURS = (os.path.dirname(stoa.__file__), "<stoa>")
# Called by C, which passes over what they raise.
CALLED_BACK = {"stoa_python_release", "stoa_python_retain", "end", "unexport"}


class Interrupter:
    """`with Interrupter(n):` raises at place n, if it is come to."""

    def __init__(self, place: int) -> None:
        self.left = place
        self.where = ""

    def __enter__(self) -> Interrupter:
        sys.setprofile(self.look)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)

    @property
    def is_done(self) -> bool:
        return self.left < 0

    def look(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event not in ("call", "c_return") or not code.co_filename.startswith(OURS):
            return
        if is_within_callback(frame):
            return
        self.left -= 1
        if self.left == -1:
            sys.setprofile(None)
            self.where = f"{os.path.basename(code.co_filename)}:{frame.f_lineno} {event}"
            raise KeyboardInterrupt(self.where)


def is_within_callback(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename.startswith(OURS):
        if frame.f_code.co_name in CALLED_BACK:
            return True
        frame = frame.f_back
    return False


def each_interrupt(act: Callable[[], Any], check: Callable[[str], None]) -> int:
    """Runs the act again and again, interrupted at each place in turn, and the check after each;
    gives the number of places."""
    place = 0
    while True:
        with Interrupter(place) as interrupter, suppress(KeyboardInterrupt):
            act()
        check(interrupter.where)
        if not interrupter.is_done:
            return place
        place += 1
