"""Raises KeyboardInterrupt wherever the interpreter handles signals in stoa's Python code.

CPython runs signal handlers when a Python function begins, after a call into C, and when a loop
jumps back. A profile function is called at the same places (but for the jumps), and an exception
that it raises propagates like a handler's. So the profile function here counts the calls in stoa's
code, generated code included, and raises at the one asked for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, Callable

import stoa

OURS = (os.path.dirname(stoa.__file__), "<stoa>")
# Called by C, which ignores exceptions.
CALLED_BACK = {"stoa_python_release", "stoa_python_retain", "end", "unexport"}


class Interrupter:
    """`with Interrupter(n):` raises at place n, if it is reached."""

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
    """Runs the act repeatedly, interrupted at each place in turn, and the check after each run;
    returns the number of places."""
    place = 0
    while True:
        with Interrupter(place) as interrupter, suppress(KeyboardInterrupt):
            act()
        check(interrupter.where)
        if not interrupter.is_done:
            return place
        place += 1
