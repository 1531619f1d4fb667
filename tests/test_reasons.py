"""A rule of a tool is ignored for a reason, which stands in the line or in the one above."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("streamkit", "operators", "tests", "benchmarks", ".ci")
MARK = re.compile(
    r"#\s*((ruff:\s*)?noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w, -]*\])?|"
    r"pyright:\s*\w+(\[[\w, ]*\])?|pragma:?[\w ]*|pylint:\s*\S+)"
)
"""A mark of a tool; ``fmt: skip`` is none, because it hides nothing."""


@pytest.mark.thorough
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_ignored_rule_has_its_reason_beside_it(folder: str) -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / folder).rglob("*.py")
        if "_sync" not in path.parts
        for line in without_reason(path)
    ]
    assert bare == []


def without_reason(path: Path) -> list[int]:
    """Return the numbers of the lines with a mark, where no words follow or go before."""
    with path.open("rb") as file:
        comments = {
            token.start[0]: token.string
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT
        }
    lines = path.read_text().splitlines()
    return [
        line
        for line, comment in comments.items()
        if MARK.search(comment)
        and not has_words(MARK.sub("", comment))
        and not (lines[line - 2].lstrip().startswith("#") and has_words(comments[line - 1]))
    ]


def has_words(comment: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", comment)) >= 1


@pytest.mark.parametrize(
    ("comment", "is_bare"),
    [
        ("x = 1  # noqa: S104", True),
        ("x = 1  # noqa: S104, B010", True),
        ("x = 1  # noqa: S104 - it is refused", False),
        ("x = 1  # type: ignore[misc]", True),
        ("x = 1  # type: ignore[misc]  # either library's", False),
        ("x = 1  # pyright: ignore[reportPrivateUsage]", True),
        ("# The reason.\nx = 1  # pyright: ignore[reportPrivateUsage]", False),
        ("y = 2  # The reason of another line.\nx = 1  # noqa: F821", True),
    ],
)
def test_a_mark_without_words_is_found(comment: str, is_bare: bool, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(comment + "\n")
    assert bool(without_reason(path)) == is_bare
