"""The command `streamkit inspect` serves the page until Ctrl-C, and refuses what it cannot show."""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from streamkit.eventlog import SQLiteLog
from streamkit.recording import Cassette
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed
from tests.inspector.recordings import CUT, TOOLS

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "This is a text, and long enough to be looked at.\n" * 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "some.jsonl"
    Cassette((TOOLS, CUT)).save(made)
    return made


@pytest.mark.usefixtures("with_ctrl_c")
def test_the_command_serves_the_page_until_ctrl_c(path: Path) -> None:
    command = [*COMMAND, "inspect", str(path), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        found = re.match(
            r"Inspecting at (http://127\.0\.0\.1:\d+/)#/compare ", served.stdout.readline()
        )
        assert found
        assert httpx.get(f"{found[1]}api/streams").json()["total"] == 4
        assert "<title>streamkit inspect" in httpx.get(found[1]).text
        assert interrupted(served)[0] == "Stopped.\n"
    assert served.returncode == 0


@pytest.mark.usefixtures("with_ctrl_c")
@pytest.mark.thorough
def test_the_command_shows_an_event_log_and_the_traffic_of_an_api(tmp_path: Path) -> None:
    database = tmp_path / "answers.db"
    with SQLiteLog(database) as log:
        log.open("a")
        log.finish("a")
    for options, count in (
        ([str(database), "--stream", "a"], 1),
        (["http://127.0.0.1:1/v1", "--cassette", str(tmp_path / "live.jsonl")], 0),
    ):
        command = [*COMMAND, "inspect", "--live", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            lines = iter(served.stdout.readline, "")
            url = next(line.split()[2] for line in lines if line.startswith("Inspecting"))
            shown = httpx.get(f"{url}api/streams").json()
            assert (shown["total"], shown["live"]) == (count, True)
            interrupted(served)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give a cassette, or --live"),
        (["--live", "{database}"], "say with --stream"),
        (["--live", "api.openai.com/v1"], "is neither the URL of an API, as https://"),
        (["{text}", "--stream", "a"], "--stream is for --live with an event log"),
        (["--live", "http://127.0.0.1:1/v1", "--stream", "a"], "--stream is for --live"),
        (["{text}", "--cassette", "live.jsonl"], "are for --live with the URL of an API"),
        (["--live", "{database}", "--stream", "a", "--proxy-port", "9"], "are for --live with"),
        (["--live", "http://127.0.0.1:1/v1", "--cassette", "{text}"], "is there already"),
        (["--live", "http://127.0.0.1:1/v1", "--proxy-port", "{taken}"], "'127.0.0.1:{taken}'"),
        (["--live", "answers.db", "--stream", "a"], "answers.db is neither the URL of an API"),
        (["--live", "redis://127.0.0.1/0", "--stream", "a"], "ends with ?prefix=NAME"),
        (["--live", "http://"], "is no address of an API"),
        (["{text}"], "is no cassette"),
        (["--live", "{text}", "--stream", "a"], "is not a database"),
        (["--live", "{database}", "--stream", "a"], "'a' has no log"),
    ],
)
def test_the_command_refuses_what_it_cannot_show(
    options: list[str], said: str, tmp_path: Path
) -> None:
    text, database = tmp_path / "text", tmp_path / "answers.db"
    text.write_text(TEXT)
    SQLiteLog(database).close()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        names = {"text": text, "database": database, "taken": listener.getsockname()[1]}
        ran = invoke(["inspect", *(each.format(**names) for each in options)])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said.format(**names) in unboxed(ran.stderr)
    assert text.read_text() == TEXT


@pytest.mark.parametrize(
    ("path", "openai", "anthropic"),
    [
        ("/v1", "/v1", ""),
        ("", "/v1", ""),
        ("/", "/v1", ""),
        ("/openai/v1", "/openai/v1", "/openai"),
    ],
)
def test_the_address_that_a_program_gets_is_one_of_its_api(
    path: str, openai: str, anthropic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit.inspector.Inspector.wait", _returning)
    live = ["--live", f"http://127.0.0.1:1{path}", "--cassette", str(tmp_path / "live.jsonl")]
    ran = invoke(["inspect", *live])
    assert ran.exit_code == 0
    exported = re.findall(r"_BASE_URL=http://127\.0\.0\.1:\d+(\S*)", ran.stdout)
    assert exported == [openai, anthropic]


def _returning(_: object) -> None:
    """Return at once, in place of waiting for the end of the inspector."""
