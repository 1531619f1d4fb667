from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import streamkit
from streamkit.cli import main, scenes
from streamkit.events import RefusalDoneEvent
from streamkit.recording import Cassette
from streamkit.server import EmbeddedServer
from tests.cli.command import run
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, ESCAPES, run_child_in_terminal, run_in_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit import OpenAI
    from streamkit.events import Event

pytestmark = pytest.mark.usefixtures("plain_environment")

KEY = "sk-do-not-show"
TITLES = (
    *("Text", "A structured answer", "Tool calls", "A refusal", "Choices side by side"),
    *("Responses", "Messages"),
)


# The command


def test_the_version_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["streamkit", "--version"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"streamkit {streamkit.__version__}\n"


@pytest.mark.parametrize("command", ["demo", "chat", "serve"])
def test_help_names_every_command_and_each_has_its_own(command: str) -> None:
    assert command in run("--help").stdout
    ran = run(command, "--help")
    assert ran.exit_code == 0
    assert f"{command} [OPTIONS]" in ran.stdout


def test_help_names_three_places_to_go_next() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    shown = run("--help").stdout
    for place in ("streamkit demo", project["urls"]["Documentation"], "python -m pydoc streamkit"):
        assert place in shown


@pytest.mark.parametrize(
    "missing", ["typer", "rich", pytest.param("uvicorn", marks=pytest.mark.thorough)]
)
def test_without_the_extra_one_line_says_what_to_install(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
sys.argv = ["streamkit", "serve", "--port", "0"]
from streamkit.cli import main
main()
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert re.fullmatch(rf".*'{missing}'.* pip install 'streamkit-rx\[cli\]'\n", ran.stderr)


# streamkit demo


def test_the_demo_shows_every_scene_where_there_is_no_terminal() -> None:
    ran = run("demo")
    assert (ran.exit_code, ran.stderr) == (0, "")
    for line in (
        "Sunlight holds every colour 🌈, and air scatters",
        'stops[0].city = "Lisbon"',
        'get_weather.city = "Paris"',
        "get_weather = GetWeather(city='Paris', unit='c')",
        "get_time = GetTime(city='Paris')",
        "refusal: I",
        '[1] name = "Emmy Noether"',
        "[2] year = 1906",
        "    ops.split_by_choice(),",
        "Trip(",
        "    travellers=[",
        "7 scenes in ",
    ):
        assert f"\n{line}" in ran.stdout
    for title in TITLES:
        assert re.search(rf"^{title}( +[\d,]+){{2}} *$", ran.stdout, re.MULTILINE)
    assert len(ran.stdout.splitlines()) < 100
    assert "<|im" not in ran.stdout
    assert not re.search(r"\d{5}|tokens/s", ran.stdout)


def test_the_demo_ends_with_what_to_do_next() -> None:
    *_, last = run("demo").stdout.partition("What next")
    commands = [line for line in last.splitlines() if line.startswith(("streamkit ", "python "))]
    assert [command.split()[1] for command in commands] == [
        "chat",
        "inspect",
        "serve",
        "-m",
    ]
    kept = Path(commands[1].split()[-1])
    recordings = Cassette.load(kept).recordings
    assert len(recordings) == len(TITLES)
    assert all(recording.is_whole for recording in recordings)
    assert run("trace", str(kept)).exit_code == 0
    shutil.rmtree(kept.parent)


@pytest.mark.thorough
def test_the_demo_writes_plain_text_into_a_pipe() -> None:
    ran = subprocess.run([*COMMAND, "demo"], capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\nTrip(\n" in ran.stdout
    assert "\x1b" not in ran.stdout


@pytest.mark.parametrize(
    "run", [run_in_terminal, pytest.param(run_child_in_terminal, marks=pytest.mark.thorough)]
)
def test_the_demo_draws_on_a_terminal(run: Callable[..., tuple[int, str]]) -> None:
    code, screen = run("demo", "--fast")
    assert code == 0
    shown = ESCAPES.sub("", screen).replace("\r", "")
    for line in (
        "├── travellers\n",
        "└── = GetWeather(city='Paris', unit='c')\n",
        "refusal I",
        "Trip(\n",
        "7 scenes in ",
    ):
        assert line in shown
    assert re.search(r"choice 0 +choice 1 +choice 2 *\nPerson ✓ +Person ✓ +Person ✓ *\n", shown)
    # The cursor was hidden while drawing, and is visible again.
    assert "\x1b[?25l" in screen
    assert screen.rfind("\x1b[?25h") > screen.rfind("\x1b[?25l")


def test_the_demo_fails_when_a_scene_does_not_come_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = dataclasses.replace(scenes.SCENES[0], ends_with=RefusalDoneEvent)
    monkeypatch.setattr(scenes, "SCENES", (scene,))
    ran = run("demo")
    assert ran.exit_code == 1
    assert "scene 'Text' failed: no RefusalDoneEvent came" in ran.stderr


def test_the_demo_fails_with_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(client: OpenAI, *_: object) -> Observable[Event]:
        messages = [{"role": "user", "content": "Hi"}]
        return client.chat.completions.observe(
            model="recording:text_server_killed", messages=messages
        )

    scene = dataclasses.replace(scenes.SCENES[0], events=cut)
    monkeypatch.setattr(scenes, "SCENES", (scene,))
    ran = run("demo")
    assert ran.exit_code == 1
    assert "streamkit: StreamTruncatedError: " in ran.stderr
    assert "<|im_start|>" in ran.stdout


# streamkit serve


@pytest.mark.usefixtures("with_ctrl_c")
def test_serve_serves_until_ctrl_c() -> None:
    arguments = ["serve", "--port", "0", "--api-key", KEY, "--seed", "3", "--token-size", "2"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = first.split()[2]
        ran = httpx.get(f"{url}/models", headers={"authorization": f"Bearer {KEY}"})
        assert "recording:unicode" in [model["id"] for model in ran.json()["data"]]
        assert httpx.get(f"{url}/models").status_code == 401
        said, _ = interrupted(process)
    assert process.returncode == 0
    assert f"OPENAI_BASE_URL={url}" in said
    assert KEY not in said


def test_serve_shows_itself_to_others_only_with_a_key() -> None:
    ran = run("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it is refused
    assert ran.exit_code == 2
    assert "give it an api_key" in ran.stderr


def test_serve_says_when_its_port_is_taken() -> None:
    with EmbeddedServer() as server:
        port = httpx.URL(server.url).port
        ran = run("serve", "--port", str(port))
    assert ran.exit_code == 1
    assert f"streamkit: cannot listen at 127.0.0.1:{port}: " in ran.stderr


def test_the_package_runs_as_the_command() -> None:
    command = [sys.executable, "-m", "streamkit", "trace", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "marble diagrams" in ran.stdout
