"""The records of answers, and of requests that failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamkit import json_default
from streamkit.errors import (
    APIError,
    AuthenticationError,
    NotFoundError,
    ParseError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    StreamkitError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit import Final, MapResult
    from streamkit._core.json.path import Path
    from streamkit.cli.mapping.lines import Line

__all__ = ["answer_records", "concerns_all", "error_record", "unusable"]


def answer_records(
    line: Line, result: MapResult[Any, Any], *, parses: bool, items: Path | None
) -> Iterator[dict[str, Any]]:
    """Yield the record of an answer; with ``items``, one for each item.

    Args:
        line: The input line.
        result: The result, which has an answer.
        parses: Whether the answer was read as a type or a schema, else it is text.
        items: The path of the items, or None.
    """
    about = {"line": line.number, "input": line.value}
    usage = result.usage
    counts = {} if usage is None else {"usage": _plain(usage)}
    value = _plain(result.parsed) if parses else result.text
    if items is None:
        yield {**about, "output": value, **counts}
        return
    found = [*items.find(value if parses else json.loads(result.text))]
    if not found:
        yield {**about, "item": None, "of": 0, "output": None, **counts}
    for number, (_, item) in enumerate(found):
        yield {**about, "item": number, "of": len(found), "output": item, **counts}
        counts = {}  # so that the sum over all records is right


def error_record(line: Line, error: Exception, final: Final[Any] | None) -> dict[str, Any]:
    """Return the record of a line that failed; ``final`` is the answer that cannot be used."""
    said: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, APIError) and error.request_id is not None:
        said["request_id"] = error.request_id
    record: dict[str, Any] = {"line": line.number, "input": line.value, "error": said}
    if final is not None and final.text:
        record["partial"] = final.text
    return record


def unusable(result: MapResult[Any, Any], *, parses: bool) -> Exception | None:
    """Return the error of a result, its own or that of an answer of no use; None if it is fine."""
    if result.error is not None:
        return result.error
    final = result.final
    if final.refusal:
        return StreamkitError(f"the model refused: {final.refusal}")
    if final.reason in ("length", "content_filter"):
        return StreamkitError(f"the answer was cut short: {final.reason}")
    if parses and final.parsed is None and not final.text:
        return ParseError("The answer has no content", content="")
    return None


def concerns_all(error: Exception) -> bool:
    """Return whether every other request would end with this error as well."""
    return isinstance(
        error,
        AuthenticationError
        | NotFoundError
        | PaymentRequiredError
        | PermissionDeniedError
        | RateLimitError,
    )


def _plain(value: object) -> Any:
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value, by_alias=True, fallback=json_default)
