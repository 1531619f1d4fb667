"""The requests about responses that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.complaint import complaint
from streamkit.server.pages import page
from streamkit.server.responses.conversation import ENDED, ITEM
from streamkit.server.responses.progress import KIND, advance
from streamkit.server.responses.stream import ResponseStream

if TYPE_CHECKING:
    from starlette.responses import Response

    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record


class Query(Struct, kw_only=True):
    """The query of a request to retrieve a response; other fields are ignored."""

    stream: bool = False
    starting_after: int = -1
    include_obfuscation: bool = True


def show(call: Call) -> Document | Response:
    """Show a response, which counts as a poll, or stream it."""
    record = _found(call)
    query = _query(call)
    if not query.stream:
        advance(call.desk, record)
        return record.document
    if not record.private["resumable"]:
        raise ApiError(
            f"Response with id '{record.id}' cannot be streamed: it was not created with "
            "'background' and 'stream'.",
            param="stream",
        )
    if record.document["status"] == "cancelled":
        raise ApiError(f"Response with id '{record.id}' was cancelled.", param="stream")
    return ResponseStream(
        call.desk,
        record.private["final"],
        token_size=record.private["token_size"],
        obfuscated=query.include_obfuscation,
        pace=call.settings.pace,
        after=query.starting_after,
    )


def cancel(call: Call) -> Document:
    """Cancel a response in the background; one that has ended stays as it is."""
    record = _found(call)
    if not record.document["background"]:
        raise ApiError("Cannot cancel a synchronous response.")
    if record.document["status"] not in ENDED:
        record.document["status"] = "cancelled"
        call.store.save(record)
        if stream := call.desk.streaming.get(record.id):
            stream.set()
    return record.document


def delete(call: Call) -> Document:
    """Delete a response and its items."""
    id = _found(call).id
    call.store.remove(KIND, id)
    return {"id": id, "object": KIND, "deleted": True}


def show_items(call: Call) -> Document:
    """List the items of a response's conversation, without its output."""
    return page(call, ITEM, owner=_found(call).id)


def _found(call: Call) -> Record:
    id = call.path["response"]
    record = call.store.find(KIND, id)
    if record is None or record.private["draft"]:
        raise ApiError(f"Response with id '{id}' not found.", status=404)
    return record


def _query(call: Call) -> Query:
    query = dict(call.query)
    try:
        # The conversion is not strict, because a query holds numbers as text.
        return convert(query, Query, strict=False)
    except msgspec.ValidationError as error:
        raise complaint(error, query, supported={}) from None


ROUTES = (
    ("GET", "/responses/{response}", show),
    ("DELETE", "/responses/{response}", delete),
    ("POST", "/responses/{response}/cancel", cancel),
    ("GET", "/responses/{response}/input_items", show_items),
)
