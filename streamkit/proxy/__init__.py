"""A proxy that puts a relay, and a log, before the API of a language model.

    from streamkit import proxy

    app = proxy.create_app("ui-message", api="chat", model="gpt-4o")  # for any ASGI server

A request comes in one protocol, which the proxy's front speaks, and is sent on in another, that of
the API behind it; the answer goes the same way back. ``streamkit proxy`` is the same as a command.
It needs the extra ``server``.
"""

from __future__ import annotations

from streamkit._core.extras import needing

with needing("server", "streamkit.proxy"):
    from streamkit.proxy.app import create_app
    from streamkit.proxy.fronts import FRONTS, FrontName
    from streamkit.proxy.upstream import APIName

__all__ = ["FRONTS", "APIName", "FrontName", "create_app"]
