"""The fields of a choice besides its texts and calls, which seldom change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from streamkit._core.merge import EMPTY, merged
from streamkit._core.wire import plain
from streamkit.families.chat.log.rules import DELTAS
from streamkit.families.chat.log.tool_call import CallMark
from streamkit.types import ChoiceDelta

if TYPE_CHECKING:
    from streamkit.limits import Limits
    from streamkit.types import ChunkChoice

__all__ = ["ChoiceHeading", "continued", "has_other_reasoning"]


class ChoiceHeading(Struct, frozen=True, gc=False):
    """The fields of a choice besides its texts, which seldom change."""

    role: str = "assistant"
    has_content: bool = False
    """Whether content came, even if it was empty."""
    has_refusal: bool = False
    reasoning_name: str = ""
    """The name of the message field with the reasoning: the first such field that came."""
    thinks_in_details: bool = False
    """Whether the reasoning comes only in ``reasoning_details``, and in no such field."""
    finish_reason: str | None = None
    fields: Mapping[str, Any] = EMPTY
    """The known fields of the message that have no log of their own."""
    delta_extra: Mapping[str, Any] = EMPTY
    choice_extra: Mapping[str, Any] = EMPTY
    logprobs_extra: Mapping[str, Any] = EMPTY
    function_call: CallMark | None = None
    """The function call of the old kind, which tools replaced."""


def continued(
    heading: ChoiceHeading, choice: ChunkChoice, limits: Limits, *, thinks_in_details: bool
) -> ChoiceHeading:
    """Return the heading after the part of a chunk for its choice."""
    delta = choice.delta or ChoiceDelta()
    delta_extra, choice_extra = heading.delta_extra, heading.choice_extra
    if delta.unknown_fields is not UNSET:
        delta_extra = merged(delta_extra, delta.unknown_fields, DELTAS, limits)
    if choice.unknown_fields is not UNSET:
        choice_extra = merged(choice_extra, choice.unknown_fields, DELTAS, limits)
    name = heading.reasoning_name or _reasoning_name(delta)
    if thinks_in_details:
        name = name or "reasoning"
    rare_fields = _rare_fields(delta, name)
    return ChoiceHeading(
        delta.role or heading.role,
        heading.has_content or delta.content is not None,
        heading.has_refusal or delta.refusal is not None,
        name,
        heading.thinks_in_details or thinks_in_details,
        choice.finish_reason or heading.finish_reason,
        merged(heading.fields, rare_fields, DELTAS, limits) if rare_fields else heading.fields,
        delta_extra,
        choice_extra,
        heading.logprobs_extra,
        heading.function_call,
    )


def _reasoning_name(delta: ChoiceDelta) -> str:
    """Return the name of the delta's reasoning field; a server with both names sends it twice."""
    if delta.reasoning_content is not None:
        return "reasoning_content"
    return "" if delta.reasoning is None else "reasoning"


def has_other_reasoning(delta: ChoiceDelta, name: str) -> bool:
    """Return whether a delta has reasoning in a field other than ``name``."""
    return (name != "reasoning_content" and delta.reasoning_content is not None) or (
        name != "reasoning" and delta.reasoning is not None
    )


def _rare_fields(delta: ChoiceDelta, reasoning_name: str) -> dict[str, Any]:
    """Return the fields without a log of their own, and reasoning under the other name."""
    fields: dict[str, Any] = {
        "reasoning_content": delta.reasoning_content,
        "reasoning": delta.reasoning,
        "audio": delta.audio,
        "annotations": delta.annotations,
    }
    return {
        name: plain(value, drop_none=True)
        for name, value in fields.items()
        if value is not None and name != reasoning_name
    }
