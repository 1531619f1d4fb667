"""The request that creates a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.server.body import replayed
from streamkit.server.call import shown
from streamkit.server.identity import Identity, identifier
from streamkit.server.reading import read_json
from streamkit.server.responses.answer import answer
from streamkit.server.responses.conversation import ITEM, conversation
from streamkit.server.responses.document import begun, ended
from streamkit.server.responses.progress import KIND, finish
from streamkit.server.responses.rules import checked
from streamkit.server.responses.scripted import scripted
from streamkit.server.responses.stream import ResponseStream
from streamkit.server.sampling.budget import Budget
from streamkit.server.scripting.response import as_it_is

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from streamkit.server.api import Api
    from streamkit.server.desk import Desk
    from streamkit.server.responses.request import ResponseRequest
    from streamkit.server.scripting import Reply
    from streamkit.server.settings import Settings
    from streamkit.server.tokens import Size

APART = frozenset({"background", "previous_response_id", "store", "stream", "stream_options"})
"""The parameters that do not change the answer: what came before is in the conversation."""


def create(desk: Desk, api: Api) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that creates responses."""

    async def serve(request: Request) -> Response:
        settings = api.admit(request)
        body = await read_json(request)
        budget = Budget()
        asked = checked(body, budget)
        api.serve(asked.model)
        if recording := api.recording(asked.model):
            return replayed(recording, stream=bool(asked.stream), speed=settings.speed)
        reply = api.script.take(request.scope["exchange"])
        if reply is not None:
            given = as_it_is(reply, stream=bool(asked.stream), named=True, pace=settings.pace)
            if given is not None:
                return given
        async with desk.store:
            return _created(desk, asked, body, settings, budget, reply)

    return serve


def _created(  # noqa: PLR0913, PLR0917 - the request, and what answers it
    desk: Desk,
    request: ResponseRequest,
    body: dict[str, Any],
    settings: Settings,
    budget: Budget,
    reply: Reply | None,
) -> Response:
    store = desk.store
    said = conversation(store, request)
    content = {name: value for name, value in body.items() if name not in APART}
    identity = Identity({**content, "input": said.items}, desk.seed)
    size: Size = settings.token_size
    if reply is None:
        made = answer(request, said, identity, token_size=settings.token_size, budget=budget)
    else:
        size = reply.sizes or size
        made = scripted(reply, identity, size)
    record = None
    response = begun(request)
    if request.store is False:
        id = "resp_" + identifier(identity.random("names"), 48)
        response = {"id": id, "object": KIND, "created_at": identity.created, **response}
    else:
        record = store.add(KIND, "resp_", response, private={})
        for item in said.items:
            store.insert(ITEM, item, owner=record.id)
        response = record.document
    final = ended(response, request, said, made, size)
    in_background = bool(request.background)
    if record is not None:
        record.private = {
            "final": final,
            "polls": settings.polls,
            "token_size": size,
            "draft": bool(request.stream) and not in_background,
            "resumable": bool(request.stream) and in_background,
        }
        store.save(record)
    if request.stream:
        options = request.stream_options
        return ResponseStream(
            desk,
            final,
            token_size=size,
            obfuscated=options is None or options.include_obfuscation is not False,
            pace=settings.pace,
        )
    if in_background and settings.polls:
        return shown(response, settings)
    if record is not None:
        finish(store, record)
    return shown(final, settings)
