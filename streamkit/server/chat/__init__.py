"""Chat completions: the request and its rules, the answers, and the response."""

from __future__ import annotations

from streamkit.server.chat.response import create

__all__ = ["create"]
