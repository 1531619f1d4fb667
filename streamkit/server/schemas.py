"""The check of a JSON schema, and the JSON that it allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamkit.server.api_error import ApiError
from streamkit.server.sampling.budget import Budget, ExhaustedError
from streamkit.server.sampling.metaschema import fault
from streamkit.server.sampling.references import references
from streamkit.server.sampling.sample import sample
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError
from streamkit.server.sampling.values import key
from streamkit.structured.schema import strict_violations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

SHOWN = 500
"""The number of characters of an error that quotes a schema."""


def check_schema(  # noqa: PLR0913 - by keyword
    schema: dict[str, Any],
    *,
    owner: str,
    strict: bool,
    param: str,
    code: str | None,
    budget: Budget,
) -> None:
    """Raise the API's error for an invalid JSON schema, or one that strict mode does not take.

    A reference to anything outside the schema is refused.

    Args:
        schema: The schema.
        owner: The name of its owner in the error's text.
        strict: Whether strict mode must take it.
        param: The ``param`` of the error.
        code: The ``code`` of the error.
        budget: The work that the check may take.
    """
    try:
        message = _violation(schema, strict=strict, budget=budget)
    except RecursionError:
        message = "it is nested too deeply."
    except ExhaustedError as error:
        message = f"{error}."
    if message:
        raise invalid_schema(message, owner=owner, param=param, code=code)


def invalid_schema(message: str, *, owner: str, param: str, code: str | None) -> ApiError:
    """Return the API's error for a schema that cannot be used."""
    if len(message) > SHOWN:
        message = message[:SHOWN] + "…"
    return ApiError(f"Invalid schema for {owner}: {message}", param=param, code=code)


def json_text(  # noqa: PLR0913 - by keyword
    schema: dict[str, Any],
    random: Random,
    budget: Budget,
    *,
    owner: str,
    param: str,
    code: str | None = None,
) -> str:
    """Return JSON that a schema allows; the other arguments are those of ``check_schema``.

    Raises:
        ApiError: No value fits the schema, or finding one takes more than the budget.
    """
    try:
        return compact(sample(schema, random, budget=budget))
    except (ExhaustedError, UnsatisfiableError) as error:
        raise invalid_schema(f"{error}.", owner=owner, param=param, code=code) from None


def compact(value: object) -> str:
    """Return a value as JSON without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _violation(schema: dict[str, Any], *, strict: bool, budget: Budget) -> str | None:
    key(schema, budget)  # it also spends for the checks below, which visit each part again
    if found := fault(schema, budget):
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
