r"""Exchanges as they came over the network, kept in a cassette, and played again.

``record`` keeps what a client sends and receives, and ``replay`` answers a client from that::

    with record(client, "chat.jsonl"):
        client.chat.completions.create(model="gpt-4o", messages=messages)

    client = OpenAI(api_key="any", http_client=httpx.Client(transport=replay("chat.jsonl")))

The client may be one of ours, one of the ``openai`` or ``anthropic`` package, or an HTTP client of
httpx or httpx2 itself, blocking or async. ``streamkit serve --cassette chat.jsonl`` replays to any
program, and `streamkit.testing` has a fixture of pytest that records a test once.

**A cassette** is a text file of JSON objects, one a line, which anything can read line by line. A
line is written when its event happens, so a recorder that is killed leaves a cassette that ends
there; half a last line is ignored. The first line is the head, and each other line belongs to the
exchange that ``n`` numbers (from 1) and was written ``at`` so many seconds after the head::

    {"cassette": 1, "made_by": "streamkit 0.4", "made_at": "2026-11-28T12:00:00Z"}
    {"n": 1, "at": 0.0, "request": {"method": "POST", "url": "https://api.openai.com/v1/chat/...",
        "headers": [["authorization", "[redacted]"]], "json": {"model": "gpt-4o", ...}}}
    {"n": 1, "at": 0.4, "response": {"status": 200, "version": "HTTP/1.1",
        "headers": [["content-type", "text/event-stream"]]}}
    {"n": 1, "at": 0.5, "text": "data: {...}\n\n"}
    {"n": 1, "at": 0.6, "end": "complete"}

- ``cassette`` is the version of the format. A reader refuses another version, and ignores members
  and lines that it does not know.
- A ``request`` has its body as ``json``, or as ``text`` when it is no JSON. A body that is neither,
  such as an upload, is left out.
- A ``text`` line is a read of the response's body, in UTF-8; a ``base64`` line is one that is no
  whole UTF-8. Their bytes, put together, are the body. A content coding is undone, and
  ``content-encoding`` and ``content-length`` are then left out of the response's headers.
- ``end`` is ``complete``; ``error``, with an ``error`` that has the ``type`` and the ``message`` of
  the HTTP client's exception, also before any response; or ``left``, when the client closed the
  response before its end. An exchange without an ``end`` went on when the recorder stopped.

**Secrets** are left out, and ``[redacted]`` stands in their place: the value of every header that
is not known to be harmless, the user and the query parameters of URLs unless the API itself has
them, and each of these values, if it has 8 characters or more, wherever a server quotes it. What
else is secret, in a prompt or in an answer, only the caller can name.
"""

from __future__ import annotations

from streamkit._cassette.cassette import Cassette
from streamkit._cassette.files import load, save, shipped, shipped_names
from streamkit._cassette.recording import Failure, Read, Recording
from streamkit.recording.clock import Clock
from streamkit.recording.record import record
from streamkit.recording.replay import Replay, replay

__all__ = [
    "Cassette",
    "Clock",
    "Failure",
    "Read",
    "Recording",
    "Replay",
    "load",
    "record",
    "replay",
    "save",
    "shipped",
    "shipped_names",
]
