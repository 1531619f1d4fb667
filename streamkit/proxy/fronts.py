"""The protocols that the proxy's clients speak: their requests, answers and errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from starlette.responses import JSONResponse, PlainTextResponse, Response

from streamkit import relay
from streamkit.proxy.failures import failure_of, masked, own_text
from streamkit.proxy.requests import RequestError, from_ag_ui, from_ui_message
from streamkit.relay.response_parts import REPEATED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FRONTS", "ID_HEADER", "ID_LENGTH", "Front", "FrontName"]

FrontName: TypeAlias = Literal["ui-message", "ag-ui", "chat", "responses"]
"""The protocol of the proxy's clients."""

ID_HEADER = "x-stream-id"
"""The header of a request that names its stream in the log, and of the response that tells it."""

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Front:
    """A protocol that the proxy's clients speak."""

    name: FrontName
    path: str
    """The path of its requests."""
    params: Callable[[Object], Object]
    """Returns the parameters of a request, in the protocol ``asks_as``."""
    encoder: Callable[[Object], Any]
    """Returns a new encoder for the answer to a request."""
    refused: Callable[[Exception], Response]
    """Returns the response for an error before the first byte."""
    remembered: tuple[str, ...] = ()
    """The members of the request on which the encoder depends."""
    id_field: str | None = None
    """The member of the request that names the stream; None for the header alone."""
    asks_as: Literal["chat", "responses"] = "chat"
    """The protocol of its requests to the API."""
    answers_whole: bool = False
    """Whether a request may ask for an answer that is not streamed."""
    repeats: bool = True
    """Whether a reader who joins a stream after its end gets it."""

    def stream_id(self, body: Object, headers: Mapping[str, str]) -> str | None:
        """Return the id by which a request names its stream."""
        given = body.get(self.id_field) if self.id_field else None
        named = given if given is not None else headers.get(ID_HEADER)
        if named is not None and not (isinstance(named, str) and 0 < len(named) <= ID_LENGTH):
            where = self.id_field or ID_HEADER
            raise RequestError(f"{where} must have 1 to {ID_LENGTH} characters", param=where)
        return named


ID_LENGTH = 256
"""The maximum number of characters of the id of a stream."""


def _same(body: Object) -> Object:
    # What the proxy sees to itself is left out.
    return {name: value for name, value in body.items() if name != "stream"}


def _chat_encoder(body: Object) -> Any:
    options = body.get("stream_options")
    fields = cast("Object", options) if isinstance(options, dict) else {}
    usage = fields.get("include_usage") is True or not body.get("stream")
    return relay.ChatChunkEncoder(include_usage=usage, error_text=own_text)


def _responses_encoder(body: Object) -> Any:
    return relay.ResponsesEncoder(request=body, error_text=own_text)


def _refused_as_api(error: Exception) -> Response:
    failed = failure_of(error)
    content = {"error": {"message": failed.message, **failed.fields}}
    return JSONResponse(content, failed.status, failed.headers)


def _refused_as_text(error: Exception) -> Response:
    # `useChat` shows the body of such a response as its error.
    failed = failure_of(error)
    return PlainTextResponse(masked(error), failed.status, failed.headers)


def _refused_in_ag_ui(error: Exception) -> Response:
    failed = failure_of(error)
    code = failed.fields["code"] or failed.fields["type"]
    return JSONResponse({"message": masked(error), "code": code}, failed.status, failed.headers)


FRONTS: dict[str, Front] = {
    "ui-message": Front(
        "ui-message",
        "/api/chat",
        from_ui_message,
        lambda _: relay.UIMessageEncoder(),
        _refused_as_text,
        id_field="id",
        repeats=False,  # `useChat` has the message already, and would show it twice
    ),
    "ag-ui": Front(
        "ag-ui",
        "/agent",
        from_ag_ui,
        lambda body: relay.AGUIEncoder(input=body),
        _refused_in_ag_ui,
        remembered=("threadId", "runId"),
        id_field="threadId",
    ),
    "chat": Front(
        "chat",
        "/v1/chat/completions",
        _same,
        _chat_encoder,
        _refused_as_api,
        remembered=("stream", "stream_options"),
        answers_whole=True,
    ),
    "responses": Front(
        "responses",
        "/v1/responses",
        _same,
        _responses_encoder,
        _refused_as_api,
        remembered=REPEATED,
        asks_as="responses",
        answers_whole=True,
    ),
}
"""The protocols by their names."""
