"""The Python blocks of the README run from top to bottom as one program."""

from __future__ import annotations

import re
from pathlib import Path

from streamkit.server import EmbeddedServer
from tests.documented_examples import output_of

README = (Path(__file__).parent.parent / "README.md").read_text()
PYTHON = re.compile(r"^## ([^\n]*)|^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
MARK = "\N{PILCROW SIGN} "

PRINTS = {
    "A first stream": r"^\w[^\n]*\.$",
    "Coming from `openai`": r"^steps=\[Step\(.* final_answer='",
    "Coming from `anthropic`": r"steps=\[Step\(.* final_answer='",
    "Events": r"\n[01] \S+ \{.*\n[01] steps=\[Step\(explanation=",
    "Observables": r"^chunk\n.*content\.delta\n.*content\.done\n.*done\n\w[^\n]*$",
    "A pipeline of your own": (
        r"ContentDeltaEvent\(choice_index=2.*"
        r"ContentDoneEvent\(choice_index=[012], content='\w+.*"
        r"(\n\S+){5}\n$"
    ),
    "Retries in a pipeline, and many consumers": r"^\w[^\n]*\.$",
    "An answer that outlives its reader": r"^\w[^\n]*\.0\n$",
    "Time limits": r"^\w[^\n]*\.\n$",
    "Responses": r"^\S+ \{.*\nsteps=\[Step\(explanation=.* ResponseUsage\(input_tokens=",
    "Tools": r"^weather It is sunny in [^\n]*\.\n\w[^\n]*\.$",
    "Many requests": (
        r"^(solve [^\n]* steps=\[[^\n]*\n){2}MapProgress\(done=2, failed=0, running=0, [^\n]*\n$"
    ),
    "Assistants": (
        r"^\w[^\n]*\ncompleted\n"
        r"(function call_\w+\nrequires_action\n){2}\w[^\n]*\n$"
    ),
    "Polling and uploads": (
        r"^completed\n(UploadProgress\([^\n]*\n)+(VectorStoreFileBatch\([^\n]*\n)+2\n$"
    ),
    "Your own client, and any source": r"^\w[^\n]*\.\nstreamkit\n\w[^\n]*\.\n$",
    "Errors": r"^\{",
    "Relays": r"^$",  # an application, which waits for its requests
    "Record and replay": r"^stop\n$",
    "A server for tests": (
        r"^ChatCompletion\([^\n]*\nHello\nany\nincomplete max_completion_tokens\n$"
    ),
}


def printed() -> dict[str, str]:
    """Return the output of the blocks of each section.

    They run in a process of their own, which also ends everything that a script leaves open.
    """
    # In a folder of its own, because it writes files.
    program = "import os, tempfile\nfolder = tempfile.TemporaryDirectory()\nos.chdir(folder.name)\n"
    section = ""
    for title, code in PYTHON.findall(README):
        section = title or section
        if code:
            program += f"print({MARK + section!r})\n{code}"
    with EmbeddedServer() as server:
        output = output_of(program, server)
    sections: dict[str, str] = {}
    for part in output.split(MARK)[1:]:
        section, _, lines = part.partition("\n")
        sections[section] = sections.get(section, "") + lines
    return sections


def test_the_python_of_every_section_does_what_it_says() -> None:
    # One test, because of several each worker would run all of the blocks.
    sections = printed()
    assert sections.keys() == PRINTS.keys()
    wrong = {
        section: output
        for section, output in sections.items()
        if not re.search(PRINTS[section], output, re.DOTALL)
    }
    assert not wrong
