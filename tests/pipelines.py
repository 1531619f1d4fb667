"""Pipelines like those of a client, around a machine that the test makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.pipeline import Pipeline
from streamkit.families.assistants import family as assistants
from streamkit.families.chat import family as chat
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader

if TYPE_CHECKING:
    from streamkit._core.answer_decoder import OnTruncated
    from streamkit.families.assistants.follower import RunFollower
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent


def chat_pipeline(
    machine: ChatEvents | None = None, *, choices: int = 1, on_truncated: OnTruncated = "error"
) -> Pipeline[Any]:
    """Return a pipeline from the bytes of a chat completion to its events."""
    made = machine or ChatEvents(Reader())
    return Pipeline(chat.events(lambda _: made, choices), on_truncated=on_truncated)


def run_pipeline(
    follower: RunFollower, on_truncated: OnTruncated = "error"
) -> Pipeline[AssistantStreamEvent]:
    """Return a pipeline from the bytes of one response to the events of a run."""
    return Pipeline(assistants.followed_by(follower), on_truncated=on_truncated)
