"""Streams passed on to browsers and other programs, in the protocols that these read.

    from streamkit import relay

    @app.post("/api/chat")
    async def chat(request: Request) -> Response:
        events = client.chat.completions.stream(model="gpt-4o", messages=[...])
        return relay.response(events, protocol="ui-message")

Each protocol has an encoder, a machine that turns common events into bytes: UIMessageEncoder for
useChat of Vercel's AI SDK, AGUIEncoder for AG-UI, ChatChunkEncoder and ResponsesEncoder for clients
of chat completions and of Responses, and SSEEncoder for our own events. frames and aframes run one
over a source; response is a response of Starlette and FastAPI, resume one that joins a stream in a
log, and wsgi.body a body for Flask and Django.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.relay.ag_ui import AGUIEncoder
from streamkit.relay.base import ErrorText, safe_text
from streamkit.relay.chat_chunks import ChatChunkEncoder
from streamkit.relay.passing_on import OnError, Protocol, aframes, encoder, frames
from streamkit.relay.responses import ResponsesEncoder
from streamkit.relay.sse import SSEEncoder
from streamkit.relay.sse_frames import HEADERS, KEEP_ALIVE
from streamkit.relay.ui_message_stream import Objects, UIMessageEncoder

if TYPE_CHECKING:
    from streamkit.relay import asgi, wsgi
    from streamkit.relay.asgi import response, resume

__all__ = [
    "HEADERS",
    "KEEP_ALIVE",
    "AGUIEncoder",
    "ChatChunkEncoder",
    "ErrorText",
    "Objects",
    "OnError",
    "Protocol",
    "ResponsesEncoder",
    "SSEEncoder",
    "UIMessageEncoder",
    "aframes",
    "asgi",
    "encoder",
    "frames",
    "response",
    "resume",
    "safe_text",
    "wsgi",
]

if not TYPE_CHECKING:  # with it, type checkers would accept any name

    def __getattr__(name: str) -> object:
        # Starlette is an extra, and a program needs one of the two at most.
        from importlib import import_module

        from streamkit._core.extras import needing

        if name not in ("asgi", "response", "resume", "wsgi"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        if name == "wsgi":
            return import_module("streamkit.relay.wsgi")
        with needing("server", f"streamkit.relay.{name}"):
            asgi = import_module("streamkit.relay.asgi")
        return asgi if name == "asgi" else getattr(asgi, name)
