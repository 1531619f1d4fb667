"""The response to a request, made up or replayed from a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response, StreamingResponse

from streamkit.server.api_error import ApiError
from streamkit.server.body import event_stream, replay, streamed
from streamkit.server.chat.answer import answers
from streamkit.server.chat.chunks import chunks
from streamkit.server.chat.completion import completion

if TYPE_CHECKING:
    from streamkit.recording import Recording
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.identity import Identity
    from streamkit.server.sampling.budget import Budget
    from streamkit.server.settings import Settings


def answered(chat: ChatRequest, identity: Identity, settings: Settings, budget: Budget) -> Response:
    """Return a response with answers made from the request."""
    size = settings.token_size
    found = answers(chat, identity, token_size=size, budget=budget)
    if not chat.stream:
        if chat.logprobs:
            spoken = sum(len(answer.content or answer.refusal or "") for answer in found)
            # Each token has an entry, and so has each of its rivals.
            budget.spend(spoken // size * (1 + (chat.top_logprobs or 0)))
        return JSONResponse(completion(chat, found, identity, token_size=size))
    events = event_stream(chunks(chat, found, identity, token_size=size), settings.pace)
    return streamed(StreamingResponse(events))


def replayed(chat: ChatRequest, recording: Recording, settings: Settings) -> Response:
    """Return a response that replays a recording.

    Raises:
        ApiError: The recording was streamed and this request is not, or the reverse.
    """
    if recording.streamed != bool(chat.stream):
        wanted = "true" if recording.streamed else "false"
        raise ApiError(
            f"Unsupported value: 'stream' must be {wanted} with this model, "
            "as it was when the response was recorded.",
            param="stream",
            code="unsupported_value",
        )
    if not recording.streamed:
        return Response(recording.body, media_type="application/json")
    return streamed(StreamingResponse(replay(recording, settings.speed)))
