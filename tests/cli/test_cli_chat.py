from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streamkit.server import EmbeddedServer
from tests.cli.command import run
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, ESCAPES, run_in_terminal, unboxed
from tests.http_server import STREAM_HEAD, Do, ScriptedServer, Step, chunk, response
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typer.testing import Result as Ran


pytestmark = pytest.mark.usefixtures("plain_environment")

KEY = "sk-do-not-show"

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


def asked(server: EmbeddedServer) -> dict[str, object]:
    """Return the body of the latest request without the fields that are the same in all."""
    body: dict[str, object] = server.exchanges[-1].body
    return {name: value for name, value in body.items() if name not in {"stream", "model"}}


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
    # The events do not fit into such a pipe, however late the reader leaves.
    arguments = ["chat", "Hi", "--model", "recording:text_server_killed", "--json"]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pipesize=4096,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["type"] == "chunk"
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 1
    assert said == "No API key and no base URL: the embedded server answers.\n"
