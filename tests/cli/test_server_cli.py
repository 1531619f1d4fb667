"""The command `streamkit serve` with a database."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from streamkit.server import EmbeddedServer
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed

BETA = {"OpenAI-Beta": "assistants=v2"}
SERVE = ["serve", "--port", "0"]


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_a_database_outlives_the_command(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    command = [*COMMAND, *SERVE, "--database", str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        found = re.match(r"Serving at (\S+) ", served.stdout.readline())
        assert found
        thread = httpx.post(found[1] + "/threads", json={}, headers=BETA).json()
        assert interrupted(served)[0].endswith("Stopped.\n")
    assert served.returncode == 0
    with EmbeddedServer(database=database) as server:
        kept = httpx.get(f"{server.base_url}/threads/{thread['id']}", headers=BETA)
    assert kept.json() == thread


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("This is a text, and long enough to be looked at. " * 10)
    ran = invoke([*SERVE, "--database", str(text)])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "text is no database" in unboxed(ran.stderr)


def test_others_are_let_in_only_with_a_key() -> None:
    host = "0.0.0.0"  # noqa: S104 - it is refused
    ran = invoke([*SERVE, "--host", host])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "give it an api_key" in unboxed(ran.stderr)


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_what_is_allowed_and_logged_is_an_option() -> None:
    command = [*COMMAND, *SERVE, "--allow-host", "box.local", "--allow-origin", "https://a.example"]
    with subprocess.Popen(
        [*command, "--log-requests"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        assert served.stderr is not None
        found = re.match(r"Serving at (\S+) ", served.stdout.readline())
        assert found
        named = {"Host": "box.local", "Origin": "https://a.example"}
        assert httpx.get(found[1] + "/models?key=secret", headers=named).status_code == 200
        assert httpx.get(found[1] + "/models", headers={"Host": "b.local"}).status_code == 403
        _, said = interrupted(served)
    assert re.findall(r"^\S+ \S+ GET (\S+) (\d+)", said, re.MULTILINE) == [
        ("/v1/models", "200"),
        ("/v1/models", "403"),
    ]


@pytest.mark.parametrize("option", [["--allow-host", "http://a"], ["--allow-origin", "a"]])
def test_what_cannot_be_allowed_is_misuse(option: list[str]) -> None:
    ran = invoke([*SERVE, *option])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "is no" in unboxed(ran.stderr)
