"""What stands in the pages beside Python can be used as well: commands and data."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.cli.command import invoke
from tests.docs.pages import BLOCK, DOCS, blocks

COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
        for _, code in blocks("sh")
        for line in code.splitlines()
        if line.startswith("streamkit ")
    }
)
LANGUAGES = {"python", "sh", "text", "json", ""}
"""Those that a test looks at; text is what a program prints, or a picture."""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_pages_is_one_that_streamkit_takes(command: str) -> None:
    # It is read up to its last word, and then only helps.
    asked = invoke([*shlex.split(command)[1:], "--help"])
    assert asked.exit_code == 0, asked.output


def test_json_of_the_pages_is_json() -> None:
    for _, code in blocks("json"):
        json.loads(code)


def test_a_page_has_no_code_that_no_test_looks_at() -> None:
    for page in DOCS.rglob("*.md"):
        assert {language for language, _ in BLOCK.findall(page.read_text())} <= LANGUAGES, page
