"""The recordings that the inspector shows in tests, of every kind of stream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from streamkit.recording import Cassette, Failure, Recording, shipped
from tests.trace.test_trace import URL, call, chunk, recorded

DONE = b"data: [DONE]\n\n"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202e\x1b[31m"


def named(name: str) -> Recording:
    """Return a recording that streamkit ships, at an address."""
    return replace(shipped(name), url=URL)


def asked(text: str, **more: Any) -> dict[str, Any]:
    """Return the body of a request for chat."""
    return {"model": "m", "stream": True, "messages": [{"role": "user", "content": text}], **more}


def long(chunks: int) -> Recording:
    """Return a stream of many chunks, a thousand a second."""
    words = ((at / 1000, chunk(content=f"w{at} ")) for at in range(chunks))
    last = chunks / 1000
    return recorded(*words, (last, chunk("stop") + DONE), request=asked("Long"), ended=last)


TOOLS = named("tools_parallel")
CUT = named("text_server_killed")
THREE = named("json_schema_n3_usage")
REFUSED = recorded(
    (0.2, b'{"error": {"message": "Slow down", "type": "rate_limit"}}'),
    request=asked("Quick"),
    status=429,
    headers=(("content-type", "application/json"),),
    ended=0.2,
)
UNREACHED = recorded(
    request=asked("Anyone?"),
    status=None,
    end="error",
    failure=Failure("ConnectError", "no"),
    ended=1.0,
)
FAILED = recorded(
    (1, chunk(content="The")),
    (2, b'data: {"error": {"message": "Out of memory", "type": "server_error"}}\n\n'),
    request=asked("Hard"),
    ended=2.0,
)
NOT_AN_ANSWER = recorded(
    (1, b'{"data": []}'), url="http://api.test/v1/models", method="GET", ended=1.0
)
EMPTY = recorded(request=asked("Nothing"), ended=0.5)
BROKEN = recorded(
    (1, chunk(content='{"a": ')), (2, b"data: {oops\n\n"), request=asked("Odd"), ended=2.0
)
HUGE = recorded(
    (1, chunk(content="x" * 1_000_000)), (2, chunk("stop") + DONE), request=asked("Big"), ended=2.0
)
INERT = recorded(
    (1, chunk(content=HOSTILE)),
    (2, call(0, '{"a": "' + HOSTILE[:20], name=HOSTILE[:40])),
    (3, chunk("stop") + DONE),
    request=asked(HOSTILE),
    ended=3.0,
)
ANSWERED_TOOLS = recorded(
    (1, chunk(content="Mild.")),
    (2, chunk("stop") + DONE),
    request=asked(
        "Weather in Paris?",
        messages=[
            {"role": "user", "content": "Weather in Paris?"},
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "c0", "content": "21 degrees"},
        ],
    ),
    ended=2.0,
)
ASKS_TOOLS = recorded(
    (1, call(0, "{}", name="f")),
    (2, chunk("tool_calls") + DONE),
    request=asked("Weather in Paris?"),
    ended=2.0,
)
ALL = {
    "tools": TOOLS,
    "cut": CUT,
    "three": THREE,
    "refused": REFUSED,
    "unreached": UNREACHED,
    "failed": FAILED,
    "models": NOT_AN_ANSWER,
    "empty": EMPTY,
    "broken": BROKEN,
    "huge": HUGE,
    "inert": INERT,
    "asks": ASKS_TOOLS,
    "answered": ANSWERED_TOOLS,
}
KEYS = {name: str(number) for number, name in enumerate(ALL, start=1)}
"""The keys of the streams in the library of the cassette."""


def cassette() -> Cassette:
    """Return a cassette of them all."""
    return Cassette(tuple(ALL.values()))


def size(value: Any) -> int:
    """Return the bytes of a value as JSON."""
    return len(msgspec.json.encode(value))
