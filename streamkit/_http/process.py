"""The current process: a fork inherits all of its objects, and must use none of its sockets."""

from __future__ import annotations

import os

__all__ = ["Process", "this_process"]


class Process:
    """One process; identity distinguishes it from the process that it was forked from."""


def this_process() -> Process:
    """Return the process that calls this function."""
    return _this


def _note_the_fork() -> None:
    global _this  # noqa: PLW0603 - a process is one thing for all that is in it
    _this = Process()


_this = Process()
if hasattr(os, "register_at_fork"):  # on platforms where processes fork
    os.register_at_fork(after_in_child=_note_the_fork)
