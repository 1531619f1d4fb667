"""Append-only logs of an answer: what every event is a position in."""

from __future__ import annotations

from streamkit._core.reading import NOTHING_READ, Outcome, Reading
from streamkit._core.text import TextLog
from streamkit.families.chat.log.choice import ChoiceLog, ChoiceUpdate
from streamkit.families.chat.log.completion import CompletionLog, Heading, usage_of
from streamkit.families.chat.log.tool_call import CallMark, CallUpdate, ToolCallLog

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
