"""The README's pipelines pass mypy and pyright, both strict, as a reader types them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^## ([^\n]*)|^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

SECTIONS = {
    "Observables",
    "A pipeline of your own",
    "Retries in a pipeline, and many consumers",
}
BEGINNING = """\
# pyright: reportUnusedImport=false
import streamkit
from reactivex import operators as rx
from streamkit import OpenAI, iterate
from streamkit import operators as ops

client = OpenAI()
messages = [{"role": "user", "content": "solve 8x + 31 = 2"}]
"""
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
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write each block as a program, into a folder that is checked strictly."""
    folder, section, blocks = tmp_path_factory.mktemp("readme"), "", [INDEXED]
    for title, block in BLOCK.findall((ROOT / "README.md").read_text()):
        section = title or section
        if block and section in SECTIONS:
            blocks.append(block)
    assert len(blocks) == 7
    for number, block in enumerate(blocks):
        (folder / f"block_{number}.py").write_text(BEGINNING + block)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    return folder


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_pipelines_of_the_readme_pass_a_checker(checker: str, programs: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker], "."],
        cwd=programs,
        env={**os.environ, "MYPYPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
