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
    "A loop": r"\n[01] \{'steps': .*\n[01] \w",
    "A pipeline": r"^\$\['steps'\]\[0\] \w[^\n]*\n",
    "Tools": r"^weather It is sunny in [^\n]*\.\n$",
    "Tests": r"^cut after: It rains\.\n$",
}


def printed() -> dict[str, str]:
    """Return the output of the blocks of each section.

    They run in a process of their own, which also ends everything that a script leaves open.
    """
    program = section = ""
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
