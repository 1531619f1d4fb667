"""The process that this is: a fork of it has all that it had, and must use none of its sockets."""

from __future__ import annotations

import os

__all__ = ["Process", "this_process"]


class Process:
    """One process, which is not the one that it was forked from; told apart by identity."""


def this_process() -> Process:
    """The process that calls this."""
    return _this


def _note_the_fork() -> None:
    global _this  # noqa: PLW0603 - a process is one thing for all that is in it
    _this = Process()


_this = Process()
if hasattr(os, "register_at_fork"):  # where processes fork
    os.register_at_fork(after_in_child=_note_the_fork)
