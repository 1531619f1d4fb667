"""Recordings of both packages' results for a stream: the events, the completion and the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import httpx
import httpx2
import msgspec
import openai

import streamkit
from streamkit.types import Wire

__all__ = [
    "ASYNC_CLIENT",
    "CLIENT",
    "FIELDS",
    "OURS",
    "PEER",
    "PEER_ASYNC_CLIENT",
    "PEER_CLIENT",
    "Channel",
    "Events",
    "Heard",
    "Replay",
    "hear_peer",
    "hear_streamkit",
    "plain",
]

Channel: TypeAlias = tuple[str, int | None]
"""The type of an event and the index of its choice; chunks have no choice."""

Events: TypeAlias = list[dict[str, Any]]
"""The fields of events, in order."""

FIELDS = {
    "chunk": ("chunk", "snapshot"),
    "reasoning.delta": ("delta", "snapshot"),
    "reasoning.done": ("reasoning",),
    "content.delta": ("delta", "snapshot", "parsed"),
    "content.done": ("content", "parsed"),
    "refusal.delta": ("delta", "snapshot"),
    "refusal.done": ("refusal",),
    "tool_calls.function.arguments.delta": (
        "name",
        "index",
        "arguments",
        "parsed_arguments",
        "arguments_delta",
    ),
    "tool_calls.function.arguments.done": ("name", "index", "arguments", "parsed_arguments"),
    "logprobs.content.delta": ("content", "snapshot"),
    "logprobs.content.done": ("content",),
    "logprobs.refusal.delta": ("refusal", "snapshot"),
    "logprobs.refusal.done": ("refusal",),
    "tool_calls.custom.input.delta": ("name", "index", "input", "input_delta"),
    "tool_calls.custom.input.done": ("name", "index", "input"),
    "annotation": ("annotation",),
    "usage": ("usage",),
    "finish": ("reason", "raw_reason"),
}
"""The documented events and more, with their fields besides ``type``."""


@dataclass
class Heard:
    """All results of one package for a stream, as plain data."""

    events: dict[Channel, Events] = field(default_factory=dict[Channel, Events])
    types: list[str] = field(default_factory=list[str])
    """The types of all events, in order."""
    completion: Any = None
    error: Exception | None = None
    """The error that the iteration raised."""
    final_error: Exception | None = None
    """The error of ``get_final_completion()`` after an iteration without an error."""

    def note(self, event: Any, choice: int | None = None) -> None:
        """Note the fields of an event as they are now; an event of streamkit knows its choice."""
        if choice is None:
            choice = getattr(event, "choice_index", None)
        self.types.append(event.type)
        said = {name: plain(getattr(event, name)) for name in FIELDS[event.type]}
        self.events.setdefault((event.type, choice), []).append(said)


def hear_peer(pieces: Iterable[bytes], params: dict[str, Any]) -> Heard:
    """Read a body with the openai package.

    Its events do not name their choice (C03), so they get the first choice of the chunk before
    them.
    """
    heard = Heard()
    choice: int | None = None
    with PEER.saying(pieces), PEER_CLIENT.chat.completions.stream(**params) as stream:
        try:
            for event in stream:
                if event.type == "chunk":
                    choices = event.chunk.choices
                    choice = choices[0].index if choices else None
                heard.note(event, None if event.type == "chunk" else choice)
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.error = error
            return heard
        try:
            heard.completion = plain(stream.get_final_completion())
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.final_error = error
            heard.completion = plain(getattr(error, "completion", None))
    return heard


def hear_streamkit(
    pieces: Iterable[bytes], params: dict[str, Any], *, late: bool = True, **options: Any
) -> Heard:
    """Read a body with streamkit; with ``late`` no field is read before the end of the stream."""
    heard = Heard()
    events: list[Any] = []
    with OURS.saying(pieces), CLIENT.chat.completions.stream(**params, **options) as stream:
        try:
            for event in stream:
                events.append(event)
                if not late:
                    heard.note(event)
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.error = error
        else:
            heard.completion = plain(stream.get_final_completion())
    if late:
        for event in events:
            heard.note(event)
    return heard


def plain(value: Any) -> Any:
    """Return objects as dicts without nulls, views as dicts and lists, and other values as is."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        # Most of the data are bytes of tokens.
        return items[:] if items and isinstance(items[0], int) else [plain(item) for item in items]
    if isinstance(value, Wire):
        fields = msgspec.structs.asdict(value) | value.model_extra
        del fields["unknown_fields"]
        config = value.__struct_config__
        if config.tag_field:
            fields[config.tag_field] = config.tag
    elif isinstance(value, openai.BaseModel):
        fields = vars(value) | (value.model_extra or {})
    elif isinstance(value, streamkit.PartialObject):
        return value.to_dict()
    elif isinstance(value, streamkit.PartialArray):
        return value.to_list()
    else:
        return value
    return {name: plain(item) for name, item in fields.items() if item is not None}


class Replay:
    """A transport that answers each request with the body that was set."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._pieces: Iterable[bytes] = ()
        self._content_type = ""
        self.requests: list[Any] = []

    @contextmanager
    def saying(
        self, pieces: Iterable[bytes], content_type: str = "text/event-stream"
    ) -> Generator[None]:
        """Set the body while the context lasts."""
        self._pieces, self._content_type = pieces, content_type
        self.requests.clear()
        yield
        self._pieces = ()

    def __call__(self, request: Any) -> Any:
        """Answer as a transport of the sync client."""
        return self._response(request, iter(self._pieces))

    async def answer(self, request: Any) -> Any:
        """Answer as a transport of the async client."""
        return self._response(request, self._arriving())

    def _response(self, request: Any, content: Any) -> Any:
        self.requests.append(request)
        headers = {"content-type": self._content_type, "x-request-id": "req_1"}
        return self._library.Response(200, headers=headers, content=content)

    async def _arriving(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


# Making a client takes longer than reading a stream, so each client serves for all streams.
_OPTIONS: dict[str, Any] = {
    "api_key": "sk-test",
    "base_url": "http://127.0.0.1/v1",
    "max_retries": 0,
}
PEER = Replay(httpx2)
PEER_CLIENT = openai.OpenAI(
    **_OPTIONS, http_client=httpx2.Client(transport=httpx2.MockTransport(PEER))
)
PEER_ASYNC_CLIENT = openai.AsyncOpenAI(
    **_OPTIONS, http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(PEER.answer))
)
OURS = Replay(httpx)
CLIENT = streamkit.OpenAI(**_OPTIONS, http_client=httpx.Client(transport=httpx.MockTransport(OURS)))
ASYNC_CLIENT = streamkit.AsyncOpenAI(
    **_OPTIONS, http_client=httpx.AsyncClient(transport=httpx.MockTransport(OURS.answer))
)
