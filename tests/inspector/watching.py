"""A wait for what an inspector shows, which wakes when it says that something has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["shown_when"]


def shown_when(http: httpx.Client, is_so: Callable[[list[Any]], bool]) -> list[Any]:
    """Return the rows of the list of streams as soon as they are as wanted."""
    with http.stream("GET", "api/changes") as answer:
        for _ in answer.iter_lines():
            rows: list[Any] = http.get("api/streams").json()["rows"]
            if is_so(rows):
                return rows
    raise AssertionError("the inspector has stopped")
