"""The reference for the tests of partial JSON: a reader that starts anew for every prefix."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.core.json_texts import without_halves

if TYPE_CHECKING:
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None


class Nothing:
    """The result for a value of which nothing may be shown yet."""


def known(prefix: str, *, partial_strings: bool = True) -> Any:
    value, _finished = Reference(prefix, partial_strings=partial_strings).value()
    return None if value is Nothing else value


class Reference:
    """A recursive reader of the beginning of a valid document; it ends where the text does."""

    def __init__(self, text: str, *, partial_strings: bool) -> None:
        self.text = text
        self.partial_strings = partial_strings
        self.at = 0

    def value(self) -> tuple[Any, bool]:
        """Return the known part of the value here, and whether the value is finished."""
        match self.mark():
            case "":
                return Nothing, False
            case "{":
                return self.object()
            case "[":
                return self.array()
            case '"':
                text, finished = self.string()
                return (text, finished) if finished or self.partial_strings else (Nothing, False)
            case _:
                return self.scalar()

    def object(self) -> tuple[Any, bool]:
        members: dict[str, Any] = {}
        self.at += 1
        while (mark := self.mark()) not in ("", "}"):
            if mark == ",":
                self.at += 1
                continue
            key, finished = self.string()
            if not finished or not self.mark():
                return members, False
            self.at += 1
            value, finished = self.value()
            if finished:
                members[key] = value
                continue
            if value is not Nothing:
                members.setdefault(key, value)
            return members, False
        self.at += 1
        return members, mark == "}"

    def array(self) -> tuple[Any, bool]:
        items: list[Any] = []
        self.at += 1
        while (mark := self.mark()) not in ("", "]"):
            if mark == ",":
                self.at += 1
                continue
            value, finished = self.value()
            if value is not Nothing:
                items.append(value)
            if not finished:
                return items, False
        self.at += 1
        return items, mark == "]"

    def string(self) -> tuple[str, bool]:
        whole = re.compile(r'"(?:[^"\\]|\\.)*"').match(self.text, self.at)
        if whole:
            self.at = whole.end()
            return without_halves(json.loads(whole[0])), True
        safe = re.compile(r'"(?:[^"\\]|\\[^u]|\\u[0-9A-Fa-f]{4})*').match(self.text, self.at)
        assert safe
        text = json.loads(safe[0] + '"')
        if re.search("[\ud800-\udbff]\\Z", text):
            text = text[:-1]
        self.at = len(self.text)
        return without_halves(text), False

    def scalar(self) -> tuple[Any, bool]:
        found = re.compile(r"[-+.0-9A-Za-z]+").match(self.text, self.at)
        assert found
        self.at = found.end()
        finished = self.at < len(self.text)
        return json.loads(found[0]) if finished else Nothing, finished

    def mark(self) -> str:
        while self.text[self.at : self.at + 1] in {" ", "\t", "\n", "\r"}:
            self.at += 1
        return self.text[self.at : self.at + 1]
