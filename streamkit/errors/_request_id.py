"""The id of a request, which APIs name differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["request_id_in"]


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """Return the request id in a response's headers: ``x-request-id``, or Anthropic's name."""
    return headers.get("x-request-id") or headers.get("request-id")
