"""The decoder of server-sent events agrees with the standard and with httpx-sse, at any cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
from httpx_sse import EventSource

from streamkit._core.sse import ServerSentEvent, SSEDecoder
from streamkit._core.strays import FIELDS
from streamkit.errors import StreamDecodeError
from tests.fuzz.pieces import pieces


def check(data: bytes) -> None:
    """Check a body; the first byte decides its pieces."""
    size, body = data[:1], data[1:]
    events = by_us([body])
    assert events == by_us(pieces(body, size[0] if size else 0))
    if strays_in(body):
        return
    assert events == by_the_standard(body)
    if is_read_alike_by_httpx_sse(body):
        assert with_data(events) == with_data(by_httpx_sse(body))


def by_us(parts: list[bytes]) -> list[ServerSentEvent]:
    """Return the events of the decoder, whether or not the body is an event stream."""
    decoder = SSEDecoder()
    events = [event for part in parts for event in decoder.feed(part)]
    try:
        events += decoder.close()
    except StreamDecodeError:
        assert not events
    return events


def strays_in(body: bytes) -> bool:
    """Return whether a line may be one that the standard ignores and that streamkit reports."""
    return any(
        line.lstrip()[:1] in {b"{", b"["}
        or (line.partition(b":")[0] not in FIELDS and FAILURE.search(line))
        for line in lines(body)
    )


FAILURE = re.compile(
    rb"error|exception|fail(ed|ure)|timed?[ -]?out|unavailable|overloaded|bad gateway",
    re.IGNORECASE,
)
"""Matches lines about a failure, and some others."""


def lines(body: bytes) -> list[bytes]:
    """Return the finished lines."""
    return re.split(b"\r\n|\r|\n", body.removeprefix(b"\xef\xbb\xbf"))[:-1]


def by_the_standard(body: bytes) -> list[ServerSentEvent]:
    """Return the events as the standard words it: the whole body at once, line by line.

    Source:
    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
    """
    events: list[ServerSentEvent] = []
    last_id, name, retry = b"", b"", None
    data: list[bytes] = []
    for line in lines(body):
        if not line:
            if data:
                kind, id_ = name.decode("utf-8", "replace"), last_id.decode("utf-8", "replace")
                event = ServerSentEvent(b"\n".join(data), kind or "message", id_, retry)
                events.append(event)
            data, name, retry = [], b"", None
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
        elif field == b"id" and b"\0" not in value:
            last_id = value
        elif field == b"retry" and re.fullmatch(b"[0-9]+", value):
            retry = int(value)
    return events


def is_read_alike_by_httpx_sse(body: bytes) -> bool:
    """Return whether the body has nothing that httpx-sse reads in its own way.

    httpx-sse does not know the byte order mark, emits a frame that the end cuts off if its last
    line is finished, accepts any text that ``int`` does for a retry, and decodes bytes that are not
    UTF-8 differently.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    ended = re.search("(^|\r\n|\r|\n)(\r\n|\r|\n)\\Z", text) is not None
    return ended and not text.startswith("\ufeff") and "retry" not in text


def by_httpx_sse(body: bytes) -> list[ServerSentEvent]:
    """Return the events that httpx-sse emits for the body."""
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    source = EventSource(httpx.Response(200, headers=headers, stream=_Body(body)))
    return [
        ServerSentEvent(event.data.encode(), event.event, event.id, event.retry)
        for event in source.iter_sse()
    ]


def with_data(events: list[ServerSentEvent]) -> list[ServerSentEvent]:
    """Return the events with data, because httpx-sse also emits frames without."""
    return [event for event in events if event.data]


class _Body(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
