"""A runner of the documented examples: each runs as a program, many in one process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamkit.server import EmbeddedServer

ROOT = Path(__file__).parent.parent

Key = TypeVar("Key")


class Ran(NamedTuple):
    """The output of a program, and its error."""

    printed: str
    error: str | None
    """The traceback of a program that failed."""

    @property
    def output(self) -> str:
        """The output of the program, which must not have failed."""
        assert self.error is None, self.error
        return self.printed


def examples(document: str) -> dict[str, str]:
    """Return the programs of a document by their headings."""
    text = (Path(__file__).parent / "documented" / document).read_text()
    return dict(re.findall(r"^## (.*?)\n\n```py\n(.*?)```", text, re.DOTALL | re.MULTILINE))


def with_streamkit(program: str) -> str:
    """Return a program with only its import lines changed."""
    program = re.sub(r"^from openai\b", "from streamkit", program, flags=re.MULTILINE)
    return program.replace("import openai", "import streamkit as openai")


# Importing a package takes longer than running most programs, so one child runs them all, each in a
# namespace and a folder of its own.
RUN_ALL = """
import contextlib, io, json, sys, tempfile, traceback

results = []
for program in json.load(sys.stdin):
    printed, error = io.StringIO(), None
    with (
        contextlib.redirect_stdout(printed),
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
    ):
        try:
            exec(compile(program, "example", "exec"), {"__name__": "__main__"})
        except Exception:
            error = traceback.format_exc()
    results.append((printed.getvalue(), error))
json.dump(results, sys.stdout)
"""


def run_all(programs: Mapping[Key, str], server: EmbeddedServer, *options: str) -> dict[Key, Ran]:
    """Run the programs one after another; they find the server in their environment."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", RUN_ALL],
        input=json.dumps(list(programs.values())),
        env={
            "ANTHROPIC_API_KEY": "any",
            "ANTHROPIC_BASE_URL": server.url,
            "OPENAI_API_KEY": "any",
            "OPENAI_BASE_URL": server.base_url,
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],  # the only authority of the tests
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)
    return {name: Ran(*result) for name, result in zip(programs, results, strict=True)}


def output_of(program: str, server: EmbeddedServer) -> str:
    """Return the output of a program that runs in a process of its own."""
    return run_all({"": program}, server)[""].output
