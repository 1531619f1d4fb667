"""The operator that decodes server-sent events into the events of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.answer_decoder import SSE
from streamkit._core.arguments import require, require_word
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["decode_assistant_events"]


def decode_assistant_events(
    *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS
) -> Callable[[Observable[SSE]], Observable[AssistantStreamEvent]]:
    """Decode each event by its name; complete at ``done``, and raise the error of ``error``.

        --thread.run.created:{..}--thread.message.delta:{..}--done--
        [                decode_assistant_events()                 ]
        --ThreadRunCreated---------ThreadMessageDelta---------|

    A stream that ends without ``done`` is complete if its run has ended or waits for the outputs of
    tools. An event with an unknown name becomes an ``UnknownStreamEvent``.

    Args:
        on_truncated: The treatment of a stream that ends before its answer.
        limits: The maximum amounts that are accepted from the server.

    Raises:
        APIError: The server reported an error.
        StreamTruncatedError: The stream ended before it was complete.
        StreamDecodeError: The data are no JSON object.
        APIResponseValidationError: Only events with unknown names came before the end.
    """
    require_word("on_truncated", on_truncated, ("error", "accept"))
    require("limits", limits, Limits, "Limits")
    from streamkit.families.assistants.decoder import AssistantEventDecoder

    return lift(
        lambda: AssistantEventDecoder(on_truncated=on_truncated, limits=limits),
        takes=SSE,
        name="decode_assistant_events",
    )
