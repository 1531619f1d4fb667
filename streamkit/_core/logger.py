"""The logger of the library, to which a program adds its handlers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

__all__ = ["is_debugged", "logger"]


@cache
def logger() -> logging.Logger:
    """Return the logger, whose name is that of the library."""
    import logging  # here, because `import streamkit` would take a twentieth longer with it

    named = logging.getLogger("streamkit")
    named.addHandler(logging.NullHandler())
    return named


def is_debugged() -> bool:
    """Return whether the logger takes messages of the level DEBUG."""
    import logging

    return logger().isEnabledFor(logging.DEBUG)
