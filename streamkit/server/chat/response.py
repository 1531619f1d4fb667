"""The endpoint of chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response, StreamingResponse

from streamkit.server.body import event_stream, replayed, streamed
from streamkit.server.chat.answer import answers
from streamkit.server.chat.chunks import chunks
from streamkit.server.chat.completion import completion
from streamkit.server.chat.rules import checked
from streamkit.server.identity import Identity
from streamkit.server.reading import read_json
from streamkit.server.sampling.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from streamkit.server.api import Api
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.desk import Desk
    from streamkit.server.settings import Settings


def create(desk: Desk, api: Api) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that creates chat completions."""

    async def serve(request: Request) -> Response:
        settings = api.admit(request)
        body = await read_json(request)
        budget = Budget()
        chat = checked(body, budget)
        api.serve(chat.model)
        if recording := api.recording(chat.model):
            return replayed(recording, stream=bool(chat.stream), speed=settings.speed)
        return _answered(chat, Identity(body, desk.seed), settings, budget)

    return serve


def _answered(
    chat: ChatRequest, identity: Identity, settings: Settings, budget: Budget
) -> Response:
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
