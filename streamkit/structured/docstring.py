"""The description of a function and its parameters, as its docstring has them."""

from __future__ import annotations

import inspect
import re

__all__ = ["described_in"]

_HEADING = re.compile(r"(Args|Arguments|Parameters|Params)\s*:?\s*$")
_OTHER_HEADING = re.compile(
    r"(Returns?|Raises?|Yields?|Examples?|Notes?|Warnings?|References|See Also)\s*:?\s*$"
)
_FIELD = re.compile(r":(?:param|parameter|arg|argument)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)")
_OTHER_FIELD = re.compile(r":\w+[^:]*:")
_NAME = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY_NAME = re.compile(r"\*{0,2}(\w+)\s*(?::.*)?$")
_UNDERLINE = re.compile(r"-{3,}\s*$")


def described_in(docstring: str | None) -> tuple[str, dict[str, str]]:
    """Return the text before the sections of a docstring, and the description of each parameter.

    The parameters are read in the styles of Google (``Args:``), NumPy and Sphinx (``:param x:``).
    """
    lines = inspect.cleandoc(docstring or "").splitlines()
    text: list[str] = []
    parameters: dict[str, list[str]] = {}
    section: _Section | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        underlined = at + 1 < len(lines) and _UNDERLINE.match(lines[at + 1]) is not None
        if _HEADING.match(line):
            section = _Section(parameters, numpy=underlined)
            at += underlined
        elif _OTHER_HEADING.match(line):
            section = _Section({})
            at += underlined
        elif (field := _FIELD.match(line)) is not None:
            section = _Section(parameters)
            section.begin(*field.groups())
        elif _OTHER_FIELD.match(line):
            section = _Section({})
        elif section is None:
            text.append(line)
        else:
            section.take(line)
        at += 1
    described = {name: " ".join(filter(None, pieces)) for name, pieces in parameters.items()}
    return "\n".join(text).strip(), {name: text for name, text in described.items() if text}


class _Section:
    """A section with the descriptions of parameters, each of which may go on in further lines."""

    def __init__(self, parameters: dict[str, list[str]], *, numpy: bool = False) -> None:
        self._parameters = parameters
        self._numpy = numpy
        self._margin: int | None = None
        self._current: list[str] = []

    def begin(self, name: str, text: str) -> None:
        """Take the first line of a parameter."""
        self._current = self._parameters.setdefault(name, [])
        self._current.append(text.strip())

    def take(self, line: str) -> None:
        """Take a line: the first one of a parameter, or a further one."""
        if not line.strip():
            return
        indent = len(line) - len(line.lstrip())
        if self._margin is None:
            self._margin = 0 if self._numpy else indent
        pattern = _NUMPY_NAME if self._numpy else _NAME
        first = pattern.match(line.strip()) if indent <= self._margin else None
        if first is not None:
            self.begin(first[1], "" if self._numpy else first[2])
        else:
            self._current.append(line.strip())
