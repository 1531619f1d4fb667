"""The JSON of an answer that was not streamed, and the error for a body that is no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.decoding import NestingError, loads
from streamkit._core.growing_text import with_whole_characters
from streamkit.errors import APIResponseValidationError, LimitExceededError
from streamkit.errors._request_id import request_id_in

if TYPE_CHECKING:
    import httpx

    from streamkit.limits import Limits

__all__ = ["no_answer", "value_of"]


def value_of(response: httpx.Response, limits: Limits, what: str) -> Any:
    """Return the JSON value in a body; raise an error that names what it should be for others."""
    try:
        return with_whole_characters(loads(response.content, limits.json_depth))
    except NestingError as error:
        raise LimitExceededError(
            "json_depth", limits.json_depth, f"nesting in a {what}", received=response.text
        ) from error
    except ValueError as error:
        raise no_answer(response, what) from error


def no_answer(response: httpx.Response, what: str) -> APIResponseValidationError:
    """Return the error for an answer with a success status that is not what it should be."""
    return APIResponseValidationError(
        f"the API answered {response.status_code} with no {what}: {response.text[:200]!r}",
        body=response.text,
        request_id=request_id_in(response.headers),
    )
