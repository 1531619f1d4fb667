"""The format of answers that a JSON schema in a file describes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from streamkit.errors import SchemaError
from streamkit.structured.response_format import ResponseFormat
from streamkit.structured.schema import (
    describes_object,
    require_answerable,
    to_message_schema,
    to_strict_json_schema,
)

if TYPE_CHECKING:
    from streamkit.cli.protocols import ProtocolName

__all__ = ["format_of_file", "is_schema_file"]


def is_schema_file(given: str) -> bool:
    """Return whether an option names a file, and not a type of a module."""
    return given.endswith(".json") or Path(given).is_file()


def format_of_file(given: str, protocol: ProtocolName) -> ResponseFormat[Any]:
    """Return the format of a schema; an answer is parsed as JSON, and must fit the schema.

    Raises:
        SchemaError: The file is no JSON schema, or the API cannot express it.
        OSError: The file cannot be read.
    """
    try:
        loaded: object = json.loads(Path(given).read_bytes())
    except ValueError as error:
        raise SchemaError(f"{given} is no JSON: {error}") from error
    schema: dict[str, Any] = cast("Any", loaded) if isinstance(loaded, dict) else {}
    if not describes_object(schema):
        raise SchemaError(f"{given} is no schema of an object, which an answer has to be")
    title: object = schema.get("title")
    name = re.sub(r"\W", "_", title if isinstance(title, str) else Path(given).stem)[:64]
    if protocol == "messages":
        sent = to_message_schema(schema)
        param: dict[str, Any] = {"type": "json_schema", "schema": sent}
    else:
        sent = to_strict_json_schema(schema)
        require_answerable(sent)
        named = {"name": name or "answer", "schema": sent, "strict": True}
        param = {"type": "json_schema", "json_schema": named}
    return ResponseFormat(param, is_json=True, name=name, read=_Reader(sent))


class _Reader:
    """The reader of answers, which raises ``ValueError`` for one that does not fit."""

    def __init__(self, schema: dict[str, Any]) -> None:
        import jsonschema

        # The types of jsonschema are too vague for a strict type checker.
        checker: Any = jsonschema
        kind: Any = checker.validators.validator_for(schema, checker.Draft202012Validator)
        self._validator: Any = kind(schema)

    def __call__(self, text: str | bytes) -> Any:
        value = json.loads(text)
        for error in self._validator.iter_errors(value):
            raise ValueError(f"{error.json_path}: {error.message}")
        return value
