"""The requests that create a message, and that count the tokens of an input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, StreamingResponse

from streamkit.server.body import named_events, replayed, streamed
from streamkit.server.dialects import VERSION
from streamkit.server.identity import Identity
from streamkit.server.messages.answer import answer
from streamkit.server.messages.document import events, input_tokens, message
from streamkit.server.messages.request import MessageRequest, Prompt
from streamkit.server.messages.rules import checked
from streamkit.server.messages.scripted import scripted
from streamkit.server.reading import read_json
from streamkit.server.sampling.budget import Budget
from streamkit.server.scripting.response import as_it_is

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from streamkit.server.api import Api
    from streamkit.server.desk import Desk
    from streamkit.server.tokens import Size

    Endpoint = Callable[[Request], Awaitable[Response]]


def create(desk: Desk, api: Api) -> Endpoint:
    """Return the endpoint that creates messages."""

    async def serve(request: Request) -> Response:
        settings = api.admit(request)
        body = await read_json(request)
        budget = Budget()
        asked = checked(body, MessageRequest, request.headers[VERSION], budget)
        api.serve(asked.model)
        if recording := api.recording(asked.model):
            return replayed(recording, stream=bool(asked.stream), speed=settings.speed)
        identity = Identity(body, desk.seed)
        size: Size = settings.token_size
        reply = api.script.take(request.scope["exchange"])
        if reply is None:
            made = answer(asked, identity, size=settings.token_size, budget=budget)
        elif given := as_it_is(reply, stream=bool(asked.stream), named=True, pace=settings.pace):
            return given
        else:
            size = reply.sizes or size
            made = scripted(reply, identity, size)
        whole = message(asked, made, identity, size=size)
        if not asked.stream:
            return JSONResponse(whole)
        sent = named_events(events(whole, made, size=size), settings.pace)
        return streamed(StreamingResponse(sent))

    return serve


def count(api: Api) -> Endpoint:
    """Return the endpoint that counts tokens."""

    async def serve(request: Request) -> Response:
        settings = api.admit(request)
        body = await read_json(request)
        asked = checked(body, Prompt, request.headers[VERSION], Budget())
        api.serve(asked.model)
        return JSONResponse({"input_tokens": input_tokens(asked, settings.token_size)})

    return serve
