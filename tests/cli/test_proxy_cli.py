"""The command `streamkit proxy`."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.cli.command import invoke
from tests.cli.ctrl_c import interrupted
from tests.cli.terminal import COMMAND, unboxed
from tests.proxy.test_browser_fronts import CHAT

if TYPE_CHECKING:
    from pathlib import Path

PROXY = ["proxy", "--port", "0"]


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
@pytest.mark.parametrize("api", ["chat", "messages"])
def test_the_command_serves_until_it_is_stopped(api: str, tmp_path: Path) -> None:
    log = ["--log", f"sqlite:{tmp_path / 'log.db'}", "--keep"]
    with EmbeddedServer(api_key="sk-own") as server:
        server.reply("Good day!")
        url = server.base_url
        command = [*COMMAND, *PROXY, "--to", url, "--as", "chat", "--api", api, *log]
        key = {"ANTHROPIC_API_KEY" if api == "messages" else "OPENAI_API_KEY": "sk-own"}
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **key},
        ) as served:
            assert served.stdout is not None
            found = re.match(r"Serving chat at (\S+)/chat/completions ", served.stdout.readline())
            assert found
            asked: Any = {"model": "any", "messages": [{"role": "user", "content": "hi"}]}
            with openai.OpenAI(base_url=found[1], api_key="none") as client:
                keyless: Any = {"Authorization": openai.omit, "x-stream-id": "a"}
                stream = client.chat.completions.create(stream=True, extra_headers=keyless, **asked)
                said = [part.choices[0].delta.content or "" for part in stream if part.choices]
                with pytest.raises(openai.AuthenticationError):
                    client.chat.completions.create(**asked)  # with a key of its own
            again = httpx.get(f"{found[1]}/chat/completions/a/stream")
            rest, errors = interrupted(served)
    assert "".join(said) == "Good day!"
    assert again.text.count("data: ") > 1
    assert rest == "Stopped.\n"
    assert "sk-own" not in errors
    assert served.returncode == 0


@pytest.mark.thorough
@pytest.mark.usefixtures("with_ctrl_c")
def test_a_page_that_is_allowed_may_use_the_command() -> None:
    origin = "https://a.example"
    options = ["--model", "any", "--allow-origin", origin, "--log", "memory"]
    with EmbeddedServer() as server:
        command = [*COMMAND, *PROXY, "--to", server.base_url, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            found = re.match(r"Serving ui-message at (\S+) ", served.stdout.readline())
            assert found
            answer = httpx.post(found[1], json=CHAT, headers={"origin": origin})
            interrupted(served)
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.text.endswith("data: [DONE]\n\n")


MISUSED: dict[str, tuple[list[str], str]] = {
    "keep without a log": (["--model", "m", "--keep"], "keep needs a log"),
    "a browser without a model": ([], "name no model"),
    "another log": (["--model", "m", "--log", "file:x"], "sqlite:FILE"),
    "an odd origin": (["--model", "m", "--allow-origin", "a"], "is no origin"),
    "an address without a scheme": (["--model", "m", "--to", "localhost:9"], "http:// or https://"),
    "an empty variable": (["--api-key-env", "NOT_SET"], "NOT_SET is empty"),
}


@pytest.mark.parametrize(("options", "said"), MISUSED.values(), ids=MISUSED)
def test_what_cannot_be_is_misuse(options: list[str], said: str) -> None:
    ran = invoke([*PROXY, "--to", "http://127.0.0.1:9", *options])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in unboxed(ran.stderr)


def test_a_port_that_is_taken_is_said() -> None:
    with EmbeddedServer() as server:
        port = server.url.rpartition(":")[2]
        ran = invoke(["proxy", "--model", "m", "--log", "memory", "--port", port])
    assert ran.exit_code == 1
    assert "cannot listen" in unboxed(ran.stderr)
