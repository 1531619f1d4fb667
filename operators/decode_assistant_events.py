"""Server-sent events to the events of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.answer_decoder import SSE
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
    """Decode each event by its name; ``done`` completes, and ``error`` is an error.

        --thread.run.created:{..}--thread.message.delta:{..}--done--
        [                decode_assistant_events()                 ]
        --ThreadRunCreated---------ThreadMessageDelta---------|

    Without ``done`` the stream is complete once its run has ended or waits for the outputs of
    tools; else ``StreamTruncatedError``. Raises ``APIError`` for an error the server reports, and
    ``StreamDecodeError`` for data that are no JSON object. An event of unknown name becomes an
    ``UnknownStreamEvent``; if nothing came but such, the end raises ``APIResponseValidationError``.
    """
    from streamkit.families.assistants.decoder import AssistantEventDecoder

    return lift(
        lambda: AssistantEventDecoder(on_truncated=on_truncated, limits=limits),
        takes=SSE,
        name="decode_assistant_events",
    )
