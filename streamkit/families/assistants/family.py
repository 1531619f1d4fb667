"""The family of runs, which the pipeline takes."""

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
    """Return the family of a run's events that continue those that the follower has taken."""
    return Family(AssistantEventDecoder, _is_content, lambda _: follower)


def _is_content(_: AssistantStreamEvent) -> bool:
    # Every event shows that the run exists, and a run must not be started twice.
    return True
