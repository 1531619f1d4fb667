"""The endpoint of chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response, StreamingResponse

from streamkit.server.body import event_stream, replayed, streamed
from streamkit.server.chat.answer import answers
from streamkit.server.chat.chunks import chunks
from streamkit.server.chat.completion import completion
from streamkit.server.chat.rules import checked
from streamkit.server.chat.scripted import scripted
from streamkit.server.identity import Identity
from streamkit.server.reading import read_json
from streamkit.server.sampling.budget import Budget
from streamkit.server.scripting.response import as_it_is
from streamkit.server.tokens import count

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from streamkit.server.api import Api
    from streamkit.server.chat.answer import Answer
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.desk import Desk
    from streamkit.server.tokens import Size


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
        identity = Identity(body, desk.seed)
        reply = api.script.take(request.scope["exchange"])
        if reply is None:
            found = answers(chat, identity, token_size=settings.token_size, budget=budget)
            return _answered(chat, found, identity, settings.token_size, settings.pace, budget)
        if given := as_it_is(reply, stream=bool(chat.stream), named=False, pace=settings.pace):
            return given
        size = reply.sizes or settings.token_size
        found = scripted(chat, reply, identity)
        return _answered(chat, found, identity, size, settings.pace, budget)

    return serve


def _answered(  # noqa: PLR0913, PLR0917 - the answers, and how they are sent
    chat: ChatRequest,
    found: list[Answer],
    identity: Identity,
    size: Size,
    pace: float,
    budget: Budget,
) -> Response:
    if not chat.stream:
        if chat.logprobs:
            spoken = sum(count(answer.content or answer.refusal or "", size) for answer in found)
            # Each token has an entry, and so has each of its rivals.
            budget.spend(spoken * (1 + (chat.top_logprobs or 0)))
        return JSONResponse(completion(chat, found, identity, token_size=size))
    events = event_stream(chunks(chat, found, identity, token_size=size), pace)
    return streamed(StreamingResponse(events))
