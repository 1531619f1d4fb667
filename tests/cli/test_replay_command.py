"""``streamkit replay`` prints a line for each recorded exchange."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.bulk.test_bulk import fill
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, ESCAPES

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_has_the_answer_unless_a_pipeline_is_named(tmp_path: Path) -> None:
    fill(tmp_path, a="a b", b="c")
    ran = invoke(["replay", str(tmp_path), "--jobs", "1"])
    assert (ran.exit_code, ran.stderr) == (0, "2 replayed\n")
    first = {"file": f"{tmp_path}/a.jsonl", "exchange": 1}
    line = {**first, "result": {"text": "a b", "reason": "stop"}}
    assert json.loads(ran.stdout.splitlines()[0]) == line
    named = ["-p", "tests.bulk.pipelines:words", "--jobs", "1"]
    ran = invoke(["replay", f"{tmp_path}/a.jsonl", *named])
    assert json.loads(ran.stdout) == {**first, "result": 2}


def test_failures_are_counted_and_the_exit_code_says_so(tmp_path: Path) -> None:
    fill(tmp_path, a="a", b="raise", c="c", d="leave")
    named = ["-p", "tests.bulk.pipelines:moody", "--jobs", "1"]
    ran = invoke(["replay", str(tmp_path), *named])
    assert ran.exit_code == 1
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line.get("result", line.get("error")) for line in lines] == [
        "a",
        {"type": "LookupError", "message": "as I was told"},
        "c",
        {"type": "SystemExit", "message": "4"},
    ]
    assert ran.stderr.endswith(
        f"4 replayed, 2 failed; the first is {tmp_path}/b.jsonl, exchange 1: LookupError\n"
    )
    assert "read a\n" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none"], "streamkit: none: No such file or directory"),
        (["."], "no cassette"),
        ([], "Missing argument"),
        ([".", "-p", "none"], "'none' is no pipeline"),
        ([".", "-j", "0"], "--jobs"),
    ],
    ids=["missing", "empty", "nothing", "no pipeline", "no jobs"],
)
def test_misuse_is_said(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = invoke(["replay", *arguments])
    assert ran.exit_code == 2
    assert said in ESCAPES.sub("", ran.stderr)
    assert ran.stdout == ""


@pytest.mark.thorough
def test_ctrl_c_ends_every_process(tmp_path: Path) -> None:
    fill(tmp_path, a=str(tmp_path), b=str(tmp_path))
    command = [*COMMAND, "replay", str(tmp_path), "-p", "tests.bulk.pipelines:waiting", "-j", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        while len(pids := [*tmp_path.glob("*.pid")]) < 2:
            assert child.poll() is None
            threading.Event().wait(0.005)
        output, errors = interrupted(child)
    assert (child.returncode, output) == (130, "")
    assert "Stopped.\n0 replayed\n" in errors
    assert "Traceback" not in errors
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.stem), 0)
