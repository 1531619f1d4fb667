"""The guide of the proxy: its programs run, and its options are those of the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import invoke
from tests.cli.terminal import unboxed

GUIDE = (Path(__file__).parents[2] / "docs/guides/proxy.md").read_text()
PROGRAMS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_guide_runs(number: int) -> None:
    exec(PROGRAMS[number], {"__name__": "program"})  # noqa: S102 - what is documented must run


def test_the_guide_names_options_that_there_are() -> None:
    shown = unboxed(invoke(["proxy", "--help"]).stdout)
    for option in {*re.findall(r"--[a-z][a-z-]+", GUIDE)}:
        assert option in shown
