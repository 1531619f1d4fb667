"""Engines for many machines give what ``streamkit replay`` gives, with the same pipeline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bulk.test_bulk import fill

ROOT = Path(__file__).parents[2]
PIPELINE = "docs/scaling/words.py"


def output(*command: str) -> str:
    return subprocess.check_output([sys.executable, *command], cwd=ROOT, text=True)


def replayed(folder: Path) -> str:
    command = ["-m", "streamkit.cli", "replay", str(folder), "--pipeline", PIPELINE]
    ran = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1  # one of them is no cassette
    return ran.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_an_engine_prints_what_the_command_prints(engine: str, tmp_path: Path) -> None:
    fill(tmp_path, **{f"{number:02}": "word " * number for number in range(20)})
    (tmp_path / "07.jsonl").write_text('{"id": 1}\n')
    lines = replayed(tmp_path)
    assert lines.count("\n") == 20
    assert output(f"docs/scaling/with_{engine}.py", str(tmp_path), PIPELINE) == lines


def test_the_pipeline_of_the_page_counts_words(tmp_path: Path) -> None:
    from docs.scaling.words import pipeline
    from streamkit import bulk

    (outcome,) = bulk.replay(pipeline, fill(tmp_path, a="a b c"))
    assert outcome.result == {"content": 3}
