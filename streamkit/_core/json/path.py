"""Paths into JSON values: the part of JSONPath (RFC 9535) that can be decided while JSON arrives.

    Path.of("steps[*].explanation")
    Path.of("$['steps'][0]")

A path is a row of steps: a member's name, an element's index, or ``*`` for all members or elements.
The leading ``$`` may be left out. Unions, slices, filters, ``..`` and negative indices are not part
of it, because they need the whole value, or select a value more than once.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from msgspec import Struct

from streamkit._core.arguments import require

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Location", "Path", "PathError", "normalized", "parsed", "pointer"]

Location: TypeAlias = tuple[str | int, ...]
"""The place of a value: the name or the index of each step, as in the ``loc`` of pydantic."""


class PathError(ValueError):
    """A path is not in the language of this module; the message has the position."""

    def __init__(self, text: str, at: int, problem: str) -> None:
        super().__init__(f"path {text!r}, character {at + 1}: {problem}")
        self.position = at
        """The index of the first character that does not belong."""


class Path(Struct, frozen=True):
    """A path: its steps, of which None stands for all members or elements."""

    steps: tuple[str | int | None, ...]

    @classmethod
    def of(cls, text: str) -> Path:
        """Parse the text of a path; raise ``PathError`` if it is none."""
        require("path", text, str, "a string")
        return cls(tuple(_steps(text)))

    def find(self, value: Any) -> Iterator[tuple[Location, Any]]:
        """Yield all selected values in a whole value, with their locations, in document order."""
        yield from _found(self.steps, value, ())


@functools.lru_cache(maxsize=256)
def parsed(text: str) -> Path:
    """Return the path of a text, parsed once; raise ``PathError`` if it is none."""
    return Path.of(text)


def normalized(location: Location) -> str:
    """Return the normalized path of a location, such as ``$['steps'][0]`` (RFC 9535, 2.7)."""
    return "$" + "".join(
        f"[{key}]" if isinstance(key, int) else f"['{_escaped(key)}']" for key in location
    )


def pointer(location: Location) -> str:
    """Return the JSON Pointer of a location, such as ``/steps/0`` (RFC 6901)."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in location)


def _found(
    steps: tuple[str | int | None, ...], value: Any, location: Location
) -> Iterator[tuple[Location, Any]]:
    if not steps:
        yield location, value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if step is None:
            for key, item in members.items():
                yield from _found(rest, item, (*location, key))
        elif isinstance(step, str) and step in members:
            yield from _found(rest, members[step], (*location, step))
    elif isinstance(value, list):
        elements = cast("list[Any]", value)
        if step is None:
            for index, item in enumerate(elements):
                yield from _found(rest, item, (*location, index))
        elif isinstance(step, int) and step < len(elements):
            yield from _found(rest, elements[step], (*location, step))


def _steps(text: str) -> Iterator[str | int | None]:
    at = _SPACE.match(text).end()  # type: ignore[union-attr]  # it also matches nothing
    end = len(text.rstrip(_BLANKS))
    if text[at : at + 1] == "$":
        at += 1
    elif at >= end:
        raise PathError(text, at, "the path is empty; '$' is the whole value")
    else:  # the first step needs no dot without a '$'
        bare = _BARE.match(text, at)
        if bare is not None:
            yield None if bare[0] == "*" else bare[0]
            at = bare.end()
    while at < end:
        step = _STEP.match(text, at)
        if step is None:
            raise PathError(text, *_problem(text, at))
        at = step.end()
        if step["name"]:
            yield step["name"]
        elif step["index"]:
            yield _index(text, step)
        elif step["quoted"]:
            yield _unquoted(text, step)
        else:
            yield None


def _index(text: str, step: re.Match[str]) -> int:
    if len(step["index"]) > _INDEX_DIGITS:
        raise PathError(text, step.start("index"), "no array is as long as that")
    return int(step["index"])


def _unquoted(text: str, step: re.Match[str]) -> str:
    quoted = step["quoted"]
    inner = quoted[1:-1]
    if quoted[0] == "'":
        # To the string of JSON: a single quote needs no escape there, a double quote does.
        inner = _QUOTES.sub(lambda mark: {"\\'": "'", '"': '\\"'}.get(mark[0], mark[0]), inner)
    try:
        name: str = json.loads(f'"{inner}"')
        name.encode()
    except ValueError:
        problem = "a quoted name has the escapes of JSON"
        raise PathError(text, step.start("quoted"), problem) from None
    return name


def _problem(text: str, at: int) -> tuple[int, str]:
    """Return the position of the fault in a path whose step at ``at`` is none, and the fault."""
    rest = text[at:]
    at += len(rest) - len(rest.lstrip(_BLANKS))
    for pattern, problem in _REFUSED:
        if pattern.match(text, at):
            return at, problem
    return at, "expected '.name', '.*', '[index]', '[*]' or ['name']"


def _escaped(name: str) -> str:
    return _TO_ESCAPE.sub(lambda char: _ESCAPES.get(char[0]) or f"\\u{ord(char[0]):04x}", name)


_BLANKS: Final = " \t\n\r"
_SPACE: Final = re.compile(rf"[{_BLANKS}]*")
_NAME: Final = "[A-Za-z_\x80-\ud7ff\ue000-\U0010ffff][A-Za-z0-9_\x80-\ud7ff\ue000-\U0010ffff]*"
_BARE: Final = re.compile(rf"\*|{_NAME}")
_STEP: Final = re.compile(
    rf"""
    \s* (?: \. (?: (?P<name>{_NAME}) | \* )
      | \[ \s* (?: (?P<index>0|[1-9][0-9]*)
                 | (?P<quoted>"(?:[^"\\\x00-\x1f]|\\.)*" | '(?:[^'\\\x00-\x1f]|\\.)*')
                 | \* ) \s* \] )
    """.replace(r"\s", f"[{_BLANKS}]"),
    re.VERBOSE,
)
_QUOTES: Final = re.compile(r"\\.|\"")
_INDEX_DIGITS: Final = 15
"""The maximum number of digits of an index: RFC 9535 takes those up to 2**53 - 1."""

_REFUSED: Final = [
    (re.compile(r"\.\."), "'..' is not supported: name each step, or use '*'"),
    (re.compile(r"\[\s*-"), "a negative index needs the whole array: select the array itself"),
    (re.compile(r"\[\s*\?"), "a filter needs the whole value: select all, and filter the events"),
    (re.compile(r"\[[^\]'\"]*:"), "a slice is not supported: select all with '[*]'"),
    (re.compile(r"\[[^\]]*,"), "a union is not supported: use a path for each"),
    (re.compile(r"[^.\[]"), "a name with other characters is quoted: ['a-b']"),
]
"""Steps that the RFC or a reader may know, and the advice against each."""

_TO_ESCAPE: Final = re.compile(r"['\\\x00-\x1f]")
_ESCAPES: Final = {
    "'": "\\'",
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
