"""The rules of the APIs' strict modes, and the rewriting of JSON schemas to fit them."""

from __future__ import annotations

from streamkit.structured.schema.answerable import require_answerable
from streamkit.structured.schema.message_rules import to_message_schema
from streamkit.structured.schema.name import schema_name
from streamkit.structured.schema.rewrite import describes_object, to_strict_json_schema
from streamkit.structured.schema.rules import Violation, strict_violations

__all__ = [
    "Violation",
    "describes_object",
    "require_answerable",
    "schema_name",
    "strict_violations",
    "to_message_schema",
    "to_strict_json_schema",
]
