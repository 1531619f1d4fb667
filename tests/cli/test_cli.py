from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
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
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.http_server import STREAM_HEAD, Do, ScriptedServer, Step, chunk, response
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reactivex import Observable
    from typer.testing import Result as Ran

    from streamkit import OpenAI
    from streamkit.events import Event

KEY = "sk-do-not-show"
VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
TITLES = (
    *("Text", "A structured answer", "Tool calls", "A refusal", "Choices side by side"),
    *("Responses", "Messages"),
)
COMMAND = [sys.executable, "-m", "streamkit.cli"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

MODELS = """
from dataclasses import dataclass

from pydantic import BaseModel


class City(BaseModel):
    name: str
    sights: list[str]


@dataclass
class Inner:
    class Town:
        pass


answer = 42
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(api_key=KEY) as running:
        yield running


@pytest.fixture
def chat(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run `streamkit chat` against a server that requires the key."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return lambda *arguments, **options: run(
        "chat", "--base-url", server.base_url, "--model", "m", *arguments, **options
    )


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Change into a folder with a module `own_models`."""
    (tmp_path / "own_models.py").write_text(MODELS)
    (tmp_path / "broken_models.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    yield
    sys.modules.pop("own_models", None)


def run(*arguments: str, input: str | None = None) -> Ran:
    return invoke(arguments, input=input)


def asked(server: EmbeddedServer) -> dict[str, object]:
    """Return the body of the latest request without the fields that are the same in all."""
    body: dict[str, object] = server.exchanges[-1].body
    return {name: value for name, value in body.items() if name not in {"stream", "model"}}


def unboxed(message: str) -> str:
    """Return the text of a usage error without its box and its line breaks."""
    return re.sub(r"[\s│]+", " ", ESCAPES.sub("", message))


def run_in_terminal(*arguments: str, kind: str = "xterm-256color") -> tuple[int, str]:
    """Return the exit code and all output to a terminal of 100 columns.

    The command runs in this process, which has already imported the modules.
    """

    def run(its: int) -> int:
        with (
            pytest.MonkeyPatch.context() as here,
            os.fdopen(os.dup(its), encoding="utf-8") as stdin,
            os.fdopen(its, "w", encoding="utf-8") as stdout,
        ):
            for name, value in terminal_of(kind).items():
                here.setenv(name, value)
            here.setattr(sys, "argv", ["streamkit", *arguments])
            for name, file in {"stdin": stdin, "stdout": stdout, "stderr": stdout}.items():
                here.setattr(sys, name, file)
            with pytest.raises(SystemExit) as exit_:
                main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    return before_a_terminal(run)


def run_child_in_terminal(*arguments: str) -> tuple[int, str]:
    """Return the exit code and all output of a process of its own in such a terminal."""

    def run(its: int) -> int:
        environment = {**os.environ, **terminal_of("xterm-256color")}
        command = [*COMMAND, *arguments]
        with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment) as child:
            os.close(its)
            return child.wait()

    return before_a_terminal(run)


def terminal_of(kind: str) -> dict[str, str]:
    """Return the environment variables of a terminal."""
    return {"TERM": kind, "COLUMNS": "100", "LINES": "30"}


def before_a_terminal(run: Callable[[int], int]) -> tuple[int, str]:
    """Return the result of ``run`` and all output to the terminal, which ``run`` must close."""
    ours, its = pty.openpty()
    written = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):  # Linux reports the closed side like this
            while data := os.read(ours, 1 << 16):
                written.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    code = run(its)
    reader.join()
    os.close(ours)
    return code, written.decode()


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


# streamkit chat


def test_an_answer_is_alone_on_stdout(chat: Callable[..., Ran], server: EmbeddedServer) -> None:
    ran = chat("Tell me about rivers")
    assert ran.exit_code == 0
    assert "“rivers”" in ran.stdout
    assert "chunks" not in ran.stdout
    assert re.fullmatch(r"\d+ events · \d+ chunks · first token .*\n", ran.stderr)
    assert asked(server) == {"messages": [{"role": "user", "content": "Tell me about rivers"}]}


def test_options_go_into_the_request(chat: Callable[..., Ran], server: EmbeddedServer) -> None:
    options = ["--system", "Be brief.", "--max-tokens", "9", "--temperature", "0.5", "-n", "2"]
    ran = chat("Hello", *options)
    assert ran.exit_code == 0
    assert asked(server) == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "n": 2,
    }
    assert {line[:4] for line in ran.stdout.splitlines()} == {"[0] ", "[1] "}


def test_a_dash_reads_the_prompt_from_stdin(
    chat: Callable[..., Ran], server: EmbeddedServer
) -> None:
    assert chat("-", input="From a pipe\n").exit_code == 0
    assert asked(server)["messages"] == [{"role": "user", "content": "From a pipe\n"}]


@pytest.mark.usefixtures("models")
def test_an_answer_gets_the_type_of_a_module_here(chat: Callable[..., Ran]) -> None:
    ran = chat("Describe Rome", "--schema", "own_models:City")
    assert ran.exit_code == 0
    fields, _, whole = ran.stdout.partition("City(")
    assert re.fullmatch(r'name = ".*"\n(sights\[\d\] = ".*"\n)*(sights = \[\]\n)?', fields)
    assert re.match(r"\s*name='", whole)


def test_with_json_each_line_is_what_an_event_adds(chat: Callable[..., Ran]) -> None:
    ran = chat("Hello", "--json")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert [event["type"] for event in events[:2]] == ["chunk", "content.delta"]
    assert events[-1]["type"] == "content.done"
    deltas = [event["delta"] for event in events if event["type"] == "content.delta"]
    assert events[-1]["content"] == "".join(deltas)
    assert all("snapshot" not in event for event in events)


@pytest.mark.usefixtures("models")
def test_with_json_what_was_parsed_is_plain(chat: Callable[..., Ran]) -> None:
    ran = chat("Hello", "--json", "--schema", "own_models:City")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert events[-1]["parsed"] == json.loads(events[-1]["content"])


def test_without_a_key_and_a_base_url_the_embedded_server_answers() -> None:
    ran = run("chat", "Hello")
    assert ran.exit_code == 0
    assert ran.stdout
    assert "No API key and no base URL: the embedded server answers.\n" in ran.stderr


def test_a_base_url_needs_no_key() -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        ran = run("chat", "Hello", "--base-url", server.url, "--model", "m")
        assert (ran.exit_code, ran.stdout) == (0, "Hi\n")
        assert "authorization" not in server.requests[0].headers


def test_the_base_url_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(stream(part("Hi", "stop"), DONE)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert run("chat", "Hello", "--model", "m").stdout == "Hi\n"


def test_the_key_may_have_another_variable(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_KEY", KEY)
    api = ["--base-url", server.base_url, "--model", "m", "--api-key-env", "OTHER_KEY"]
    assert run("chat", "Hello", *api).exit_code == 0


def test_what_came_of_a_cut_answer_is_shown(chat: Callable[..., Ran]) -> None:
    ran = chat("Hello", "--model", "recording:text_server_killed")
    assert ran.exit_code == 1
    assert ran.stdout.startswith("<|im_end|>\n<|im_start|>\n")
    assert ran.stdout.endswith("<\n")
    assert ran.stderr.startswith("streamkit: StreamTruncatedError: the stream was cut after 142 ")


@pytest.mark.usefixtures("models")
def test_what_came_of_a_cut_object_is_shown(chat: Callable[..., Ran]) -> None:
    ran = chat("Describe Rome", "--schema", "own_models:City", "--max-tokens", "4")
    assert ran.exit_code == 1
    assert re.fullmatch(r'name = ".*" …\n', ran.stdout)
    assert ran.stderr.startswith("streamkit: LengthFinishReasonError: ")


@pytest.mark.usefixtures("models")
def test_a_refusal_of_an_object_is_all_that_is_shown(chat: Callable[..., Ran]) -> None:
    ran = chat("[[refuse]]", "--schema", "own_models:City")
    assert ran.exit_code == 0
    assert re.fullmatch("refusal: I.*\n", ran.stdout)


def test_an_answer_is_drawn_on_a_terminal(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["Hello", "--base-url", server.base_url, "--model", "recording:tools_parallel"]
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    code, screen = run_in_terminal("chat", *arguments)
    assert code == 0
    shown = ESCAPES.sub("", screen).replace("\r", "")
    assert 'get_weather() ✓\n└── {"city": "Paris", "unit": "c"}\n' in shown
    assert re.search(r"45 events · 23 chunks · .* · 567 \+ 66 tokens used\n", shown)


def test_a_wrong_key_is_refused_and_not_shown(
    chat: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    ran = chat("Hello")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert re.fullmatch(
        r"streamkit: AuthenticationError: Error code: 401 - .* \(request id req_\w+\)\n", ran.stderr
    )
    assert "sk-" not in ran.stderr


def test_an_unreachable_host_is_an_error() -> None:
    api = ["--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--max-retries", "0"]
    ran = run("chat", "Hello", *api)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("streamkit: APIConnectionError: Connection to 127.0.0.1:1 failed")
    assert ran.stderr.count("\n") == 1


def test_a_message_of_the_server_cannot_steer_the_terminal() -> None:
    with ScriptedServer([response(400, b"\x1b[2Jno")]) as server:
        ran = run("chat", "Hello", "--base-url", server.url, "--model", "m")
    assert ran.stderr == "streamkit: BadRequestError: Error code: 400 - ␛[2Jno\n"


def test_a_request_is_tried_as_often_as_is_said() -> None:
    with ScriptedServer([response(500)]) as server:
        api = ["--base-url", server.url, "--model", "m", "--max-retries", "0"]
        assert run("chat", "Hello", *api).exit_code == 1
        assert len(server.requests) == 1


def test_a_silent_server_is_waited_for_as_long_as_is_said() -> None:
    with ScriptedServer([Do.HOLD]) as server:
        api = ["--base-url", server.url, "--model", "m", "--max-retries", "0"]
        ran = run("chat", "Hello", *api, "--timeout", "0.01")
    assert ran.exit_code == 1
    assert "streamkit: APITimeoutError: " in ran.stderr


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("own_models", "is not of the form"),
        ("own_models:", "is not of the form"),
        ("own_models:Nowhere", "own_models has no Nowhere"),
        ("no_models:City", "ModuleNotFoundError: No module named"),
        ("broken_models:City", "ZeroDivisionError: division by zero"),
        ("own_models:answer", "SchemaError: Unsupported response_format type - 42"),
        ("own_models:Inner.Town", "SchemaError: Unsupported response_format type"),
    ],
)
@pytest.mark.usefixtures("models")
def test_a_bad_schema_is_a_mistake_of_the_command_line(
    schema: str, reason: str, chat: Callable[..., Ran], server: EmbeddedServer
) -> None:
    before = len(server.exchanges)
    ran = chat("Hello", "--schema", schema)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert reason in unboxed(ran.stderr)
    assert len(server.exchanges) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--base-url", "http://127.0.0.1:1/v1"], "say which model is to answer"),
        (["--api-key-env", "NO_SUCH_KEY"], "NO_SUCH_KEY is empty"),
        (["--n", "0"], "greater than or equal to 1"),
    ],
)
def test_a_mistake_of_the_command_line_is_explained(arguments: list[str], reason: str) -> None:
    ran = run("chat", "Hello", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert reason in unboxed(ran.stderr)


def test_a_bad_base_url_is_an_error() -> None:
    ran = run("chat", "Hello", "--base-url", "localhost:80", "--model", "m")
    assert ran.exit_code == 1
    assert ran.stderr.startswith("streamkit: StreamkitError: base_url must begin with http")


@pytest.mark.usefixtures("with_ctrl_c")
def test_ctrl_c_closes_the_stream() -> None:
    script: list[Step] = [STREAM_HEAD, chunk(part("Hello\n")), Do.HOLD]
    with ScriptedServer(script) as server:
        arguments = ["chat", "Hi", "--base-url", server.url, "--model", "m"]
        with subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "Hello\n"
            rest, errors = interrupted(process)
        assert (process.returncode, rest, errors) == (130, "", "")
        assert server.hung_up.wait(10)


@pytest.mark.thorough
def test_a_reader_that_leaves_early_ends_the_chat_quietly() -> None:
    # The events do not fit into a pipe.
    arguments = ["chat", "Hi", "--model", "recording:text_server_killed", "--json"]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["type"] == "chunk"
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 1
    assert said == "No API key and no base URL: the embedded server answers.\n"


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


def test_serve_says_when_its_port_is_taken(server: EmbeddedServer) -> None:
    port = httpx.URL(server.url).port
    ran = run("serve", "--port", str(port))
    assert ran.exit_code == 1
    assert f"streamkit: cannot listen at 127.0.0.1:{port}: " in ran.stderr


def test_the_package_runs_as_the_command() -> None:
    command = [sys.executable, "-m", "streamkit", "trace", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "marble diagrams" in ran.stdout
