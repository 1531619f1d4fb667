"""What any request can be told, and how a parameter is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit._http.config import Timeouts

__all__ = ["NOT_GIVEN", "ListParams", "NotGiven", "RequestOptions", "is_left_out"]


class NotGiven:
    """The type of ``NOT_GIVEN``: a parameter that has it is not sent, as if it were left out."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()
"""Leaves a parameter out, where None would send null."""


def is_left_out(value: object) -> bool:
    """Tell whether a parameter's ``value`` says that it is not to be sent."""
    # The openai package's own markers may come along with code that was written for it.
    return isinstance(value, NotGiven) or type(value).__name__ in {"NotGiven", "Omit"}


class RequestOptions(TypedDict, total=False):
    """What any request can be told besides its parameters."""

    extra_headers: Mapping[str, Any] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    """Merged into the body, over the parameters."""
    timeout: float | Timeouts | None
    """Seconds, an ``httpx.Timeout`` or a ``streamkit.Timeout``."""


class ListParams(RequestOptions, total=False):
    """Which part of a list is wanted."""

    after: str | NotGiven
    """The id of the item before the first one that is wanted."""
    before: str | NotGiven
    """The id of the item after the last one that is wanted."""
    limit: int | NotGiven
    """How many items a page holds; 20 by default, at most 100."""
    order: Literal["asc", "desc"] | NotGiven
    """By the time they were made; the newest first by default."""
