"""The fuzz targets without a fuzzer: they pass for the corpus and for any bytes."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.__main__ import CORPUS, TARGETS, WORDS

CHECKS: dict[str, Callable[[bytes], None]] = {
    name: importlib.import_module(f"tests.fuzz.{name}").check for name in TARGETS
}
INPUTS = {f"{path.parent.name}: {path.name}": path for path in sorted(CORPUS.glob("*/*"))}
WORD = st.sampled_from(
    [
        line[1:-1].encode().decode("unicode_escape").encode("latin-1")
        for line in WORDS.read_text().splitlines()
        if line.startswith('"')
    ]
)


@pytest.mark.parametrize("path", INPUTS.values(), ids=INPUTS)
def test_what_is_in_the_corpus_has_no_finding(path: Path) -> None:
    CHECKS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@given(parts=st.lists(WORD | st.binary(max_size=8), max_size=20))
def test_any_bytes_have_no_finding(name: str, parts: list[bytes]) -> None:
    CHECKS[name](b"".join(parts))


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in INPUTS.values()) < 64 * 1024


def test_a_target_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "nothing"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "no such target: nothing" in run.stderr
