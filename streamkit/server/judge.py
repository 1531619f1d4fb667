"""What JSON Schema says of a value, and of a schema."""

# Strategy: the one place that imports jsonschema, whose types tell a strict checker too little.

from __future__ import annotations

import re
from typing import Any

import jsonschema
import jsonschema.exceptions
from referencing import Registry
from referencing.exceptions import Unresolvable

from streamkit.server.unsatisfiable import UnsatisfiableError

_Validator: Any = jsonschema.Draft202012Validator
_Registry: Any = Registry
_formats: Any = _Validator.FORMAT_CHECKER
_exceptions: Any = jsonschema.exceptions
_meta: Any = _Validator(_Validator.META_SCHEMA)


class Judge:
    """Says which values a schema allows; the schema must be a valid one."""

    def __init__(self, schema: dict[str, Any]) -> None:
        # The default registry would look references up in the network.
        self._validator = _Validator(schema, registry=_Registry(), format_checker=_formats)

    def allows(self, value: object, part: dict[str, Any] | None = None) -> bool:
        """Whether the schema allows a value, or the given part of the schema does.

        Raises:
            UnsatisfiableError: A reference leads nowhere, or a pattern is none in Python.
        """
        validator = self._validator if part is None else self._validator.evolve(schema=part)
        try:
            return bool(validator.is_valid(value))
        except (Unresolvable, re.error) as error:
            raise UnsatisfiableError(str(error)) from None


def fault(schema: dict[str, Any]) -> tuple[list[str | int], str] | None:
    """Where and why a schema is none; the fault that explains most, if it has several."""
    error = _exceptions.best_match(_meta.iter_errors(schema))
    return (list(error.absolute_path), error.message) if error else None
