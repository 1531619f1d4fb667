"""Docstrings as the project writes them, as reST: their marble diagrams become directives."""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING

from docs._extensions.marble import is_diagram

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["as_rst"]

_LITERAL = re.compile(r"(``[^`]+``)(\w*)")
_OPENING = re.compile(r"\w[\w ]*:$|- ", re.MULTILINE)


def as_rst(docstring: str) -> str:
    """Return a docstring in which diagrams and other indented paragraphs are directives."""
    # A plural, as ``Tool``s, ends no literal in reST.
    text = "\n\n".join(_paragraphs(docstring))
    return _LITERAL.sub(lambda found: "\\ ".join(filter(None, found.groups())), text)


def _paragraphs(docstring: str) -> Iterator[str]:
    belongs = False  # to the paragraph above: a section, a list, a block that "::" opens
    for paragraph in re.split(r"\n[ ]*\n", docstring.strip("\n")):
        if all(line[:1] == "|" for line in paragraph.splitlines()):  # a table of Markdown
            yield ".. code-block:: text\n\n" + indent(paragraph, "    ")
        elif paragraph[:1] != " ":
            belongs = bool(_OPENING.match(paragraph)) or paragraph.endswith("::")
            yield paragraph
        elif is_diagram(paragraph):
            yield f".. marble::\n\n{paragraph}"
        elif belongs:
            yield paragraph
        else:
            yield f".. code-block:: text\n\n{paragraph}"
