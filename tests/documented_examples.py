"""The documented examples, and how they are run: as programs of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from streamkit.server import EmbeddedServer


def examples(document: str) -> dict[str, str]:
    """The programs of a document, by their headings."""
    text = (Path(__file__).parent / "documented" / document).read_text()
    return dict(re.findall(r"^## (.*?)\n\n```py\n(.*?)```", text, re.DOTALL | re.MULTILINE))


def with_streamkit(program: str) -> str:
    """A program with nothing but its import lines changed."""
    program = re.sub(r"^from openai\b", "from streamkit", program, flags=re.MULTILINE)
    return program.replace("import openai", "import streamkit as openai")


def output_of(program: str, server: EmbeddedServer, *options: str) -> str:
    """What a program prints that finds the server in its environment."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", program],
        env={"OPENAI_API_KEY": "any", "OPENAI_BASE_URL": server.base_url, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
