from __future__ import annotations

import io
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from typer.testing import Result as Ran

from streamkit import UploadProgress
from streamkit.cli.display.uploads import Bars
from streamkit.types import construct
from streamkit.types.vector_stores import VectorStoreFileBatch
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, ESCAPES, run_in_terminal, unboxed
from tests.http_server import Do, ScriptedServer, response
from tests.polled import BATCH, FILE, STORED, ok, serving
from tests.upload_server import UploadServer


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Make two small files."""
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text(f"the text of {file.name}")
    return files


def upload(server: Any, files: list[Path], *options: str) -> Ran:
    arguments = ["upload", "vs_1", *map(str, files), "--base-url", server.url, *options]
    return invoke(arguments)


def batch(status: str, in_progress: int, failed: int = 0) -> dict[str, Any]:
    completed = 2 - in_progress - failed
    counts = {"completed": completed, "failed": failed, "in_progress": in_progress, "total": 2}
    return BATCH | {"status": status, "file_counts": counts}


def test_it_is_a_command_with_a_help_of_its_own() -> None:
    assert "upload" in invoke(["--help"]).stdout
    shown = unboxed(invoke(["upload", "--help"]).stdout)
    for part in ("upload [OPTIONS] {STORE} {FILE}...", "--max-concurrency", "--max-wait"):
        assert part in shown


def test_each_change_is_a_line_where_there_is_no_terminal(files: list[Path]) -> None:
    answers = [
        FILE,
        FILE | {"id": "file_2"},
        batch("in_progress", 2),
        batch("in_progress", 2),
        batch("in_progress", 1),
        batch("completed", 0),
    ]
    with serving(*answers) as server:
        ran = upload(server, files, "--poll-interval", "0", "--max-concurrency", "1")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "a.txt: uploaded as file_1",
        "b.txt: uploaded as file_2",
        "vsfb_1: in_progress, 0 of 2 files processed",
        "vsfb_1: in_progress, 1 of 2 files processed",
        "vsfb_1: completed, 2 of 2 files processed",
    ]


def test_files_are_put_into_the_store_in_their_order(files: list[Path]) -> None:
    with UploadServer() as server:
        assert upload(server, files, "--timeout", "30").exit_code == 0
        assert server.batches == [{"file_ids": ["file_a.txt", "file_b.txt"]}]


def test_bars_are_drawn_on_a_terminal(files: list[Path]) -> None:
    with UploadServer() as server:
        code, screen = run_in_terminal("upload", "vs_1", *map(str, files), "--base-url", server.url)
    shown = ESCAPES.sub("", screen)
    assert code == 0
    assert "uploaded" in shown
    assert "2 of 2 files" in shown
    assert shown.rstrip().endswith("vsfb_1: completed, 2 of 2 files processed")
    # The cursor was hidden while drawing, and is visible again.
    assert screen.rfind("\x1b[?25h") > screen.rfind("\x1b[?25l") > -1


def test_a_bar_for_each_file_that_is_being_sent() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}")
    progress = Progress(*columns, console=console, auto_refresh=False)
    bars = Bars(progress, 2)

    def drawn() -> list[tuple[str, str, float | None]]:
        return [(task.description, task.fields["said"], task.percentage) for task in progress.tasks]

    assert drawn() == [("uploaded", "0 of 2 files", 0)]
    bars.feed(UploadProgress(0, "a\x1b[2J", 500, 2000))
    bars.feed(UploadProgress(1, "pipe", 1500, None))
    assert drawn()[1:] == [("a␛[2J", "500 bytes of 2.0 kB", 25), ("pipe", "1.5 kB", 0)]
    bars.feed(UploadProgress(0, "a", 2000, 2000, "file_1"))
    assert drawn() == [("uploaded", "1 of 2 files", 50), ("pipe", "1.5 kB", 0)]
    bars.feed(UploadProgress(1, "pipe", file_id="file_2"))
    bars.feed(construct(VectorStoreFileBatch, batch("in_progress", 1, failed=1)))
    said = "vsfb_1: in_progress, 1 of 2 files processed, 1 failed"
    assert drawn() == [("uploaded", "2 of 2 files", 100), ("processed", said, 50)]


# Failures


def test_a_file_that_cannot_be_processed_fails_the_command_with_its_reason(
    files: list[Path],
) -> None:
    error = {"code": "unsupported_file", "message": "It is no text."}
    failed = STORED | {"id": "file_2", "status": "failed", "last_error": error}
    answers = [
        FILE,
        FILE | {"id": "file_2"},
        batch("completed", 0, failed=1),
        {"object": "list", "data": [failed], "has_more": False},
    ]
    with serving(*answers) as server:
        ran = upload(server, files, "--max-concurrency", "1")
        assert server.requests[-1].target.endswith("/file_batches/vsfb_1/files?filter=failed")
    assert ran.exit_code == 1
    assert ran.stderr.splitlines() == [
        "streamkit: vsfb_1: completed, 2 of 2 files processed, 1 failed",
        "b.txt: It is no text.",
    ]


def test_a_batch_that_was_given_up_fails_the_command(files: list[Path]) -> None:
    scripts = [ok(FILE), ok(FILE), ok(batch("cancelled", 1)), [response(404)]]
    with ScriptedServer(*scripts) as server:
        ran = upload(server, files)
    assert ran.exit_code == 1
    assert ran.stderr == "streamkit: vsfb_1: cancelled, 1 of 2 files processed\n"


def test_an_error_says_what_exists_already(files: list[Path]) -> None:
    with ScriptedServer(ok(FILE), [response(401, b'{"error": "Who are you?"}')]) as server:
        ran = upload(server, files, "--max-concurrency", "1", "--max-retries", "0")
    assert ran.exit_code == 1
    assert ran.stderr.splitlines() == [
        "streamkit: AuthenticationError: Error code: 401 - Who are you?",
        "These files were uploaded and exist: file_1",
    ]


def test_to_wait_too_long_is_an_error_with_the_id_to_go_on_with(files: list[Path]) -> None:
    with serving(FILE, FILE, batch("in_progress", 2)) as server:
        ran = upload(server, files, "--max-wait", "0")
    assert ran.exit_code == 1
    assert ran.stderr.startswith("streamkit: PollTimeoutError: vsfb_1 was not finished after 0 s")


def test_a_file_that_vanishes_is_named(files: list[Path]) -> None:
    vanished = threading.Event()

    def vanish() -> None:
        assert server.asked.wait(10)
        files[1].unlink()
        vanished.set()

    with ScriptedServer([vanished, response(body=b'{"id": "file_1"}')]) as server:
        thread = threading.Thread(target=vanish)
        thread.start()
        ran = upload(server, files, "--max-concurrency", "1")
        thread.join()
    assert ran.exit_code == 1
    assert ran.stderr.replace("\n", " ") == (
        f"streamkit: {files[1]}: No such file or directory"
        " These files were uploaded and exist: file_1 "
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["vs_1", "no_such_file", "--base-url", "http://127.0.0.1:1/v1"], "does not exist"),
        (["vs_1", __file__], "say where the API is, or set a key"),
        (["vs_1"], "Missing argument 'FILE'"),
    ],
)
def test_a_mistake_of_the_command_line_is_explained(arguments: list[str], reason: str) -> None:
    ran = invoke(["upload", *arguments])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert reason in unboxed(ran.stderr)


@pytest.mark.usefixtures("with_ctrl_c")
def test_ctrl_c_waits_for_no_answer(files: list[Path]) -> None:
    with ScriptedServer([Do.HOLD]) as server:
        arguments = ["upload", "vs_1", *map(str, files), "--base-url", server.url]
        with subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert server.asked.wait(30)
            assert interrupted(process) == ("", "")
        assert process.returncode == 130
