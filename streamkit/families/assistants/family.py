"""Runs as the pipeline takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.family import Family
from streamkit.families.assistants.decoder import AssistantEventDecoder

if TYPE_CHECKING:
    from streamkit.families.assistants.follower import RunFollower
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["followed_by"]


def followed_by(
    follower: RunFollower,
) -> Family[AssistantStreamEvent, AssistantStreamEvent]:
    """The events of a run, which go on with what the follower knows of it already."""
    return Family(AssistantEventDecoder, _is_content, lambda _: follower)


def _is_content(_: AssistantStreamEvent) -> bool:
    # Each says something of the run, which must not be started twice.
    return True
