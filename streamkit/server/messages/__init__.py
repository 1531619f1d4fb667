"""Anthropic's messages: their creation, streamed or not, the count of tokens, and batches."""

from __future__ import annotations

from streamkit.server.messages.batches import ROUTES
from streamkit.server.messages.create import count, create

__all__ = ["ROUTES", "count", "create"]
