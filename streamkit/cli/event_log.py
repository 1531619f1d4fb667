"""The event log that the option ``--log`` names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamkit.eventlog import EventLog

__all__ = ["NAMES", "opened"]

NAMES = "memory|sqlite:FILE|redis://HOST"
"""The forms of names, as the help shows them."""
PREFIX_VARIABLE = "STREAMKIT_LOG_PREFIX"
"""The variable with the beginning of the names of all keys on a server of Redis or Valkey."""


def opened(name: str, *, prefix: str, patience: float = 30.0) -> EventLog:
    """Return the log of a name.

    Args:
        name: The name, of one of the forms in ``NAMES``.
        prefix: The beginning of the names of keys, if the variable does not say it.
        patience: The seconds for which a log that is away is tried again.

    Raises:
        ValueError: The name has another form, or a package is missing.
        EventLogError: The file cannot be opened.
    """
    from streamkit.eventlog import MemoryLog, RedisLog, SQLiteLog

    if name == "memory":
        return MemoryLog()
    kind, _, place = name.partition(":")
    if kind == "sqlite" and place:
        return SQLiteLog(place, patience=patience)
    if kind in ("redis", "rediss", "unix") and place:
        prefix = os.environ.get(PREFIX_VARIABLE, prefix)
        try:
            return RedisLog(name, prefix=prefix, patience=patience)
        except ImportError as error:
            raise ValueError(str(error)) from error
    raise ValueError(f"--log is {NAMES.replace('|', ' or ')}, not {name!r}")
