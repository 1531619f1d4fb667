"""Responses as the pipeline processes them: as the events of ``stream()``, or as they came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._core.family import Family
from streamkit._core.machine import Machine
from streamkit.families.responses.content import is_content
from streamkit.families.responses.decoder import EventDecoder
from streamkit.families.responses.events import DECODED
from streamkit.types.responses.stream_event import ResponseStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamkit.limits import Limits

__all__ = ["chunks", "events"]


def events(machine: Callable[[Limits], Machine[Any, Any]]) -> Family[Any, Any]:
    """Return the family whose streams become the events of a machine."""
    return Family(partial(EventDecoder, DECODED), is_content, machine)


def chunks() -> Family[ResponseStreamEvent, ResponseStreamEvent]:
    """Return the family whose streams stay as they came."""
    return Family(partial(EventDecoder, ResponseStreamEvent), is_content, lambda _: _Unchanged())


class _Unchanged(Machine[ResponseStreamEvent, ResponseStreamEvent]):
    def feed(self, value: ResponseStreamEvent, /) -> Sequence[ResponseStreamEvent]:
        return (value,)
