"""The pipelines of the pages pass mypy and pyright, both strict, as a reader types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import BEGINNING, PAGES, programs

ROOT = Path(__file__).parents[2]

TYPED = ["guides/hub", "guides/own-operators", "guides/pipelines"]
UNUSED = "# pyright: reportUnusedImport=false, reportUnusedClass=false\n"
INDEXED = """
for event in iterate(client.chat.completions.observe(model="gpt-4o", messages=messages)):
    if event.type == "content.delta":
        print(event.parsed["steps"][0]["output"])
"""
CHECKERS = {
    "mypy": ["mypy", "--strict"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write each block as a program, into a folder that is checked strictly."""
    folder = tmp_path_factory.mktemp("pages")
    blocks = [INDEXED, *(each.code for page in TYPED for each in programs(PAGES[page]))]
    assert len(blocks) == 7
    for number, block in enumerate(blocks):
        (folder / f"block_{number}.py").write_text(UNUSED + BEGINNING + block)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    return folder


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_pipelines_of_the_pages_pass_a_checker(checker: str, written: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker], "."],
        cwd=written,
        env={**os.environ, "MYPYPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
