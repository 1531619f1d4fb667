"""The cases, in the order in which they run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.case import Case

__all__ = ["NAMES", "load"]

NAMES = (
    "structured_stream",
    "instructions",
    "frames",
    "growth",
    "growth_instructions",
    "old_events",
    "snapshots",
    "protocols",
    "partial_json",
    "import_time",
    "short_stream",
    "memory_dropped",
    "memory_kept",
    "memory_streams",
    "observe",
    "iterate",
    "paths",
    "push",
    "hub",
    "run_tools",
    "relay",
    "eventlog",
    "telemetry",
    "unknown_fields",
    "never_alike",
    "loopback",
    "paced",
    "map",
    "peers",
)


def load(name: str) -> Case:
    """Import a case and return it; only this call needs the packages that the case compares."""
    case: Case = import_module(f"benchmarks.cases.{name}").CASE
    return case
