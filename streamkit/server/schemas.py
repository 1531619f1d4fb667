"""Which JSON schemas are refused before anything is generated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.schema import strict_violations
from streamkit.server.api_error import ApiError
from streamkit.server.judge import fault
from streamkit.server.references import references

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_schema(
    schema: dict[str, Any], *, owner: str, strict: bool, param: str, code: str | None
) -> None:
    """Raise the API's error when ``schema`` is no JSON schema, or none that strict mode takes.

    Only references inside the schema are followed: one to anywhere else is refused.
    """
    try:
        message = _violation(msgspec.json.encode(schema), strict=strict)
    except RecursionError:
        message = "it is nested too deeply."
    if message:
        raise invalid_schema(message, owner=owner, param=param, code=code)


def invalid_schema(message: str, *, owner: str, param: str, code: str | None) -> ApiError:
    """The API's error for a schema that cannot be used."""
    return ApiError(f"Invalid schema for {owner}: {message}", param=param, code=code)


# A client sends the same schema again and again, and looking at it takes milliseconds.
@lru_cache(maxsize=256)
def _violation(encoded: bytes, *, strict: bool) -> str | None:
    schema = msgspec.json.decode(encoded)
    if found := fault(schema):
        path, message = found
        return _in_context(path, f"{message}.")
    for context, reference in references(schema):
        if not reference.startswith("#"):
            return _in_context(context, f"reference {reference!r} is not inside the schema.")
    for violation in strict_violations(schema) if strict else ():
        return _in_context(violation.context, violation.message)
    return None


def _in_context(context: Iterable[str | int] | None, message: str) -> str:
    return message if context is None else f"In context={tuple(map(str, context))!r}, {message}"
