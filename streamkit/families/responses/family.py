"""Responses as the pipeline processes them: as the events of ``stream()``, or as they came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from streamkit._core.family import Family
from streamkit._core.unchanged import Unchanged
from streamkit.families._common.events import CommonEvent
from streamkit.families._common.family import AnswerFamily
from streamkit.families.responses.common import CommonResponseEvents, final
from streamkit.families.responses.content import is_content
from streamkit.families.responses.decoder import EventDecoder
from streamkit.families.responses.events import DECODED
from streamkit.types.responses.stream_event import ResponseStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit._core.machine import AnswerMachine
    from streamkit.limits import Limits

__all__ = ["ResponseFamily", "chunks", "events"]

ResponseFamily: TypeAlias = AnswerFamily[Any, Any, CommonEvent[Any]]


def events(machine: Callable[[Limits], AnswerMachine[Any, Any, Any]]) -> ResponseFamily:
    """Return the family whose streams become the events of a machine."""
    decoder = partial(EventDecoder, DECODED)
    return AnswerFamily(decoder, is_content, machine, CommonResponseEvents, final)


def chunks() -> Family[ResponseStreamEvent, ResponseStreamEvent]:
    """Return the family whose streams stay as they came."""
    return Family(partial(EventDecoder, ResponseStreamEvent), is_content, lambda _: Unchanged())
