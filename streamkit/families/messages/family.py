"""The messages as the pipeline processes them: as typed events, or as the events of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from streamkit._core.family import Family
from streamkit._core.unchanged import Unchanged
from streamkit.families._common.events import CommonEvent
from streamkit.families._common.family import AnswerFamily
from streamkit.families.messages.common import CommonMessageEvents, final
from streamkit.families.messages.content import is_content
from streamkit.families.messages.decoder import MessageDecoder
from streamkit.families.messages.events import MessageStreamEvent
from streamkit.types.messages import RawMessageStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families.messages.machine import MessageEvents
    from streamkit.limits import Limits

__all__ = ["MessageFamily", "events", "raw_events"]

MessageFamily: TypeAlias = AnswerFamily[
    RawMessageStreamEvent, MessageStreamEvent[Any], CommonEvent[Any]
]


def events(machine: Callable[[Limits], MessageEvents]) -> MessageFamily:
    """Return the family whose answers become typed events."""
    return AnswerFamily(MessageDecoder, is_content, machine, CommonMessageEvents, final)


def raw_events() -> Family[RawMessageStreamEvent, RawMessageStreamEvent]:
    """Return the family whose answers stay the events of the wire."""
    return Family(MessageDecoder, is_content, lambda _: Unchanged())
