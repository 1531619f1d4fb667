"""The format of the text that a request asks for, in this API's flat form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from streamkit.errors import SchemaError
from streamkit.families._resource.params import is_left_out
from streamkit.structured.response_format import ResponseFormat, response_format

__all__ = ["text_and_format"]


def text_and_format(
    body: dict[str, Any], text_format: object, parse_as: object
) -> tuple[dict[str, Any] | None, ResponseFormat[Any] | None]:
    """Return the ``text`` to send, and the format that the answer is read as.

    Args:
        body: The parameters, of which ``text`` and ``verbosity`` are taken out.
        text_format: The type whose schema is sent, or None.
        parse_as: The type that the answer is read as, whatever is sent, or None for plain text;
            left out, it is the type that is sent.

    Raises:
        SchemaError: The format is given twice.
    """
    given: object = body.pop("text", None)
    text = dict(cast("Mapping[str, Any]", given)) if isinstance(given, Mapping) else {}
    if (verbosity := body.pop("verbosity", None)) is not None:
        text.setdefault("verbosity", verbosity)
    sent = None if is_left_out(text_format) else _format(text_format)
    if sent is not None:
        if text.get("format") is not None:
            raise SchemaError("the format of the text is given twice: text_format and text.format")
        text["format"] = _flat(sent.param)
    elif isinstance(text.get("format"), Mapping):
        sent = response_format(cast("Mapping[str, Any]", text["format"]))
    read = sent if is_left_out(parse_as) else _format(parse_as)
    return text or None, read


def _format(value: object) -> ResponseFormat[Any] | None:
    return response_format(value)


def _flat(param: dict[str, Any]) -> dict[str, Any]:
    """Return a format with its schema beside its type, where chat completions nest it."""
    schema: object = param.get("json_schema")
    if not isinstance(schema, Mapping):
        return param
    return {"type": param["type"], **cast("Mapping[str, Any]", schema)}
