"""Append-only logs of an answer: what every event is a position in."""

from __future__ import annotations

from streamkit.log.choice import ChoiceLog, ChoiceUpdate
from streamkit.log.completion import CompletionLog, Heading, usage_of
from streamkit.log.reading import NOTHING_READ, Outcome, Reading
from streamkit.log.text import TextLog
from streamkit.log.tool_call import CallMark, CallUpdate, ToolCallLog

__all__ = [
    "NOTHING_READ",
    "CallMark",
    "CallUpdate",
    "ChoiceLog",
    "ChoiceUpdate",
    "CompletionLog",
    "Heading",
    "Outcome",
    "Reading",
    "TextLog",
    "ToolCallLog",
    "usage_of",
]
