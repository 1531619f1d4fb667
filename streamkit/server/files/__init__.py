"""Uploaded files and their contents."""

from __future__ import annotations

from streamkit.server.files.files import ROUTES, upload

__all__ = ["ROUTES", "upload"]
