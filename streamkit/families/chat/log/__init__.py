"""The append-only logs of an answer; every event is a position in one of them."""

from __future__ import annotations

from streamkit.families.chat.log.choice import ChoiceLog, ChoiceUpdate
from streamkit.families.chat.log.completion import CompletionLog, Heading, usage_of
from streamkit.families.chat.log.moment import Moment
from streamkit.families.chat.log.tool_call import CallMark, ToolCallLog

__all__ = [
    "CallMark",
    "ChoiceLog",
    "ChoiceUpdate",
    "CompletionLog",
    "Heading",
    "Moment",
    "ToolCallLog",
    "usage_of",
]
