"""The command ``streamkit serve --demo-page``."""

from __future__ import annotations

import re
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from streamkit.cli import serve
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed
from tests.demo_page.client import PageClient

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SERVE = ["serve", "--port", "0"]
TEXT = "This is a text, and long enough to be looked at. " * 10


@contextmanager
def served(*options: str) -> Generator[PageClient]:
    """Run the command, and yield a client of its page; afterwards stop it with Ctrl-C."""
    command = [*COMMAND, *SERVE, "--demo-page", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        found = next(filter(None, (re.match(r"The chat page: (\S+)", line) for line in lines)))
        try:
            with PageClient(found[1], "c") as page:
                yield page
        finally:
            assert interrupted(process)[0].endswith("Stopped.\n")
    assert process.returncode == 0


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_answers_in_a_file_outlive_the_command(tmp_path: Path) -> None:
    options = ["--log", f"sqlite:{tmp_path / 'log.db'}", "--pace", "0.001"]
    with served(*options) as page:
        page.ask("Plan a trip")
        whole = page.read()
    with served(*options) as page:
        assert page.read(after=whole[9].id) == whole[10:]


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_the_command_stops_while_pages_read_and_wait() -> None:
    with served("--pace", "60", "--api-key", "k") as page:
        page.ask("Plan a trip")
        with page.reading(1) as frames, page.reading(2):
            assert next(frames).event["type"] == "question"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--log", "memory"], "give both"),
        (["--demo-page", "--cassette", "{text}"], "leave out --cassette"),
        (["--demo-page", "--host", "::", "--api-key", "k"], "leave out --host"),
        (["--demo-page", "--log", "log.db"], "memory or sqlite:FILE or redis://HOST, not 'log.db'"),
        (["--demo-page", "--log", "redis://127.0.0.1:x"], "Port could not be cast"),
    ],
    ids=["a log for nothing", "a cassette", "others", "an odd name", "an odd address"],
)
def test_what_does_not_go_together_is_misuse(options: list[str], said: str, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(TEXT)
    ran = invoke([*SERVE, *(each.format(text=text) for each in options)])
    assert ran.exit_code == 2
    assert said in unboxed(ran.stderr)


def test_a_file_that_is_no_log_is_a_failure(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(TEXT)
    ran = invoke([*SERVE, "--demo-page", "--log", f"sqlite:{text}"])
    assert ran.exit_code == 1
    assert "is not a database" in unboxed(ran.stderr)


def test_a_log_on_a_server_that_is_away_is_a_failure_without_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serve, "PATIENCE", 0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    ran = invoke([*SERVE, "--demo-page", "--log", f"redis://:secret@{address}/0"])
    assert ran.exit_code == 1
    said = unboxed(ran.stderr)
    assert "LogUnavailableError" in said
    assert "secret" not in said
