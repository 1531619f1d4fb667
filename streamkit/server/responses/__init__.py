"""Responses: their creation, streamed or not, in the background or not, and those that are kept."""

from __future__ import annotations

from streamkit.server.responses.create import create
from streamkit.server.responses.kept import ROUTES

__all__ = ["ROUTES", "create"]
