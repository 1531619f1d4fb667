"""The template of a prompt, whose placeholders are fields of an input line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from streamkit._core.json.path import Path as JSONPath
from streamkit._core.json.path import PathError
from streamkit.cli.mapping.lines import LineError

__all__ = ["MissingFieldError", "Template"]


class MissingFieldError(LineError):
    """An input line lacks a field of the template."""


class Template:
    """A text with placeholders: ``{name}``, ``{a path}``, and ``{}`` for the whole line.

    A text is inserted as it is, and any other value as JSON. Braces that hold a quote, a colon or
    a line break are text, so JSON may stand in a template; ``{{name}}`` is the text ``{name}``.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, given: str) -> Template:
        """Return the template of an option: the text itself, or ``@`` and the name of a file.

        Raises:
            OSError: The file cannot be read.
            UnicodeDecodeError: The file is not in UTF-8.
        """
        if given.startswith("@"):
            return cls(Path(given[1:]).read_text("utf-8-sig"))
        return cls(given)

    def fill(self, line: object) -> str:
        """Return the text for an input line; raise ``MissingFieldError`` if it lacks a field."""

        def filled(found: re.Match[str]) -> str:
            if found["literal"] is not None:
                return "{" + found["literal"] + "}"
            value = _field(line, found["field"].strip())
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

        return _PLACEHOLDER.sub(filled, self._text)


def _field(line: object, name: str) -> object:
    if not name:
        return line
    fields: dict[str, object] = cast("Any", line) if isinstance(line, dict) else {}
    if name in fields:
        return fields[name]
    try:
        found: list[Any] = [value for _, value in JSONPath.of(name).find(line)]
    except PathError:
        found = []
    if not found:
        has = ", ".join(map(repr, fields)) if fields else "it is no object with fields"
        raise MissingFieldError(
            f"the line has no field {name!r}, which the template names ({has}); a text in braces is"
            f" written {{{{{name}}}}}"
        )
    return found if "*" in name else found[0]


_PLACEHOLDER = re.compile(r"\{\{(?P<literal>[^{}\":\n]*)\}\}|\{(?P<field>[^{}\":\n]*)\}")
