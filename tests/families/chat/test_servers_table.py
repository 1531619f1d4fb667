"""The table of servers names existing tests, and lists every case."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server_quirks import QUIRKS

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "tests" / "SERVERS.md"
CASES = "tests/families/chat/test_servers.py::test_what_servers_send_is_what_was_meant"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.read_text().splitlines()
    if line.startswith("| ")
][1:]
NAMED = [row[-1].strip("`") for row in ROWS]


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Return the ids of the tests in the named files, as pytest collects them."""
    files = {name.partition("::")[0] for name in NAMED if "::" in name}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "--thorough",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    listed = subprocess.run(
        [*command, *sorted(files), "tests/families/chat/test_servers.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"^tests/.*::.*$", listed.stdout, re.MULTILINE))


def test_every_row_has_its_four_cells() -> None:
    assert len(ROWS) > 90
    assert all(len(row) == 4 and all(row) for row in ROWS)


@pytest.mark.thorough
def test_every_test_of_the_table_exists(collected: set[str]) -> None:
    full = {name if "::" in name else f"{CASES}[{name}-at once]" for name in NAMED}
    assert full <= collected, full - collected


def test_every_case_is_in_the_table() -> None:
    cases = [name for name in NAMED if "::" not in name]
    assert sorted(cases) == sorted(QUIRKS)


def test_the_readme_leads_to_the_table() -> None:
    assert "(tests/SERVERS.md)" in (ROOT / "README.md").read_text()
