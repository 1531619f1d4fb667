"""Marble diagrams, as docstrings have them, read into timelines.

A diagram is an indented paragraph: lines above a box, the box, and lines below it. A column is a
moment, so whatever stands in one column happens at one time.

    --a--(b,c)--|
    [ operator() ]
    --A---------#
"""

# A dash is time that passes, `|` the end and `#` an error; `^` is a subscription. Values in
# parentheses come at one moment. Two spaces or more end a timeline, and another one may follow in
# the same line; "0: " before a timeline is its name.

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Diagram", "End", "Mark", "Timeline", "diagrams", "is_diagram", "read"]

_BOX = re.compile(r"^\s*\[.*\]$")
_TIMELINE = re.compile(r"\S+(?: \S+)*")
_NAME = re.compile(r"(\w+): ")
_VALUE = re.compile(r"[^-]+")


class Mark(NamedTuple):
    """A value at a moment."""

    column: int
    text: str


class End(NamedTuple):
    """The end of a timeline: ``|``, or ``#`` for an error."""

    column: int
    sign: str


class Timeline(NamedTuple):
    """What one observable emits."""

    start: int
    stop: int
    """The column after the last one."""
    name: str
    marks: list[Mark]
    groups: list[tuple[int, int]]
    """The columns of the parentheses around what comes at one moment."""
    end: End | None
    subscribed: int | None
    """The column of a late subscription."""


class Diagram(NamedTuple):
    """Timelines before and after an operator."""

    before: list[list[Timeline]]
    """The timelines of each line."""
    operator: str
    after: list[list[Timeline]]
    text: str
    """The lines of the docstring."""


def is_diagram(paragraph: str) -> bool:
    """Return whether a paragraph of a docstring is a diagram."""
    lines = paragraph.splitlines()
    return len(lines) > 2 and lines[0][:1] == " " and any(map(_BOX.match, lines[1:-1]))


def diagrams(docstring: str) -> list[Diagram]:
    """Return the diagrams of a docstring whose common indentation is removed."""
    return [read(each) for each in re.split(r"\n\s*\n", docstring) if is_diagram(each)]


def read(paragraph: str) -> Diagram:
    """Read one diagram.

    Raises:
        ValueError: No line of it is a box.
    """
    lines = [line for line in paragraph.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    lines = [line[margin:].rstrip() for line in lines]
    boxes = [number for number, line in enumerate(lines) if _BOX.match(line)]
    if not boxes:
        raise ValueError(f"a marble diagram has the operator in brackets, and not {paragraph!r}")
    box = boxes[0]
    return Diagram(
        before=[_timelines(line) for line in lines[:box]],
        operator=lines[box].strip()[1:-1].strip(),
        after=[_timelines(line) for line in lines[box + 1 :]],
        text="\n".join(lines),
    )


def _timelines(line: str) -> list[Timeline]:
    return [_timeline(found[0], found.start()) for found in _TIMELINE.finditer(line)]


def _timeline(text: str, start: int) -> Timeline:
    stop = start + len(text)
    name = subscribed = None
    if named := _NAME.match(text):
        name, text = named[1], text[named.end() :]
    elif text[0] == "^":
        subscribed, text = start, text[1:]
    start = stop - len(text)
    marks: list[Mark] = []
    groups: list[tuple[int, int]] = []
    end = None
    for found in _VALUE.finditer(text):
        value, column = found[0], start + found.start()
        if value[0] == "(" and value[-1] == ")":
            groups.append((column, column + len(value)))
            inner = [*_members(value[1:-1], column + 1)]
        else:
            inner = [Mark(column, value)]
        for mark in inner:
            rest, sign = _apart(mark.text)
            if rest:
                marks.append(Mark(mark.column, rest))
            if sign:
                end = End(mark.column + len(mark.text) - 1, sign)
    return Timeline(start, stop, name or "", marks, groups, end, subscribed)


def _apart(value: str) -> tuple[str, str]:
    """Return a value without the sign of an end after it, and the sign."""
    return (value[:-1].removesuffix(","), value[-1]) if value[-1] in "|#" else (value, "")


def _members(text: str, column: int) -> list[Mark]:
    """Return the members of a group, which commas part, except within brackets and quotes."""
    members: list[Mark] = []
    depth = begun = 0
    quoted = False
    for place, character in enumerate(f"{text},"):
        if character == '"':
            quoted = not quoted
        elif not quoted:
            depth += (character in "([{") - (character in ")]}")
            if character == "," and not depth:
                members.append(Mark(column + begun, text[begun:place]))
                begun = place + 1
    return [mark for mark in members if mark.text]
