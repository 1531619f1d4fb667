"""The options of every request, and the mark of a parameter that is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._http.config import Timeouts

__all__ = [
    "NOT_GIVEN",
    "ListParams",
    "NotGiven",
    "Omit",
    "RequestOptions",
    "is_left_out",
    "not_given",
    "omit",
]


class NotGiven:
    """The type of ``NOT_GIVEN``: a parameter with this value is not sent."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()
"""The value of a parameter that is left out, where None would send null."""

Omit = NotGiven
omit = not_given = NOT_GIVEN
# Releases of the openai package differ in the name; all of them mean the same.


def is_left_out(value: object) -> bool:
    """Return whether a parameter with this ``value`` is left out of the request."""
    # Code that was written for the openai package may pass that package's own marks.
    return isinstance(value, NotGiven) or type(value).__name__ in {"NotGiven", "Omit"}


class RequestOptions(TypedDict, total=False):
    """The options of every request, besides its parameters."""

    extra_headers: Mapping[str, Any] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    """Fields merged into the body, over the parameters."""
    timeout: float | Timeouts | None
    """Seconds, an ``httpx.Timeout`` or a ``streamkit.Timeout``."""


class ListParams(RequestOptions, total=False):
    """The part of a list to fetch."""

    after: str | NotGiven
    """The id of the item after which the part begins."""
    before: str | NotGiven
    """The id of the item before which the part ends."""
    limit: int | NotGiven
    """The number of items of a page; 20 by default, at most 100."""
    order: Literal["asc", "desc"] | NotGiven
    """The order of the items by creation time; by default the newest first."""
