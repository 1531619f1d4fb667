"""The pages of the site, and the code in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[2] / "docs"

COOKBOOK = "cookbook/"
"""The pages whose programs `tests/test_cookbook.py` and `tests/test_operator_pages.py` run."""

# A block of text right below a program is what it prints.
PROGRAM = re.compile(
    r"^#+ ([^\n]*)|^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)

PAGES = {
    page.relative_to(DOCS).with_suffix("").as_posix(): page.read_text()
    for page in sorted(DOCS.rglob("*.md"))
    if "_build" not in page.parts
}


class Program(NamedTuple):
    """A block of Python."""

    heading: str
    code: str
    prints: str
    """The output that the page shows; empty where it shows none."""


def programs(text: str) -> list[Program]:
    """Return the blocks of Python of a text."""
    found: list[Program] = []
    heading = ""
    for title, code, prints in PROGRAM.findall(text):
        heading = title or heading
        if code:
            found.append(Program(heading, code, prints))
    return found


def blocks(language: str) -> list[tuple[str, str]]:
    """Return every block of a language, each with the page that it is on."""
    return [
        (page, code)
        for page, text in PAGES.items()
        for each, code in BLOCK.findall(text)
        if each == language
    ]


(BEGINNING,) = (
    each.code
    for each in programs(PAGES["start"])
    if each.heading == "The beginning of every example"
)
