"""Our streams over clients of the openai package: its requests, and all that it can do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast

import anthropic
import httpx
import httpx2
import openai
import pydantic
import pytest

import streamkit
from streamkit import from_openai
from streamkit.server import EmbeddedServer
from streamkit.types import ChatCompletionChunk
from tests.http_server import ScriptedServer, response
from tests.sources.over import asked, observed, streamed, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-do-not-show-me"
MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]
CHAT: dict[str, Any] = {"model": "gpt", "messages": MESSAGES}
COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 7,
    "model": "gpt",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    ],
}
PLAIN = response(body=json.dumps(COMPLETION).encode())

OPENAI: dict[str, Any] = {"sync": openai.OpenAI, "async": openai.AsyncOpenAI}
AZURE: dict[str, Any] = {"sync": openai.AzureOpenAI, "async": openai.AsyncAzureOpenAI}
KINDS = [*OPENAI]


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(seed=5) as server:
        yield server


class Answer(pydantic.BaseModel):
    answer: int


CALLS: dict[str, Callable[[Any], Any]] = {
    "create": lambda client: client.chat.completions.create(**CHAT, seed=1),
    "chunks of create": lambda client: client.chat.completions.create(**CHAT, stream=True),
    "parse": lambda client: client.chat.completions.parse(**CHAT, response_format=Answer),
    "a response": lambda client: client.responses.create(model="gpt", input="hi"),
    "events of a response": lambda client: client.responses.create(
        model="gpt", input="hi", stream=True
    ),
    "a parsed response": lambda client: client.responses.parse(
        model="gpt", input="hi", text_format=Answer
    ),
}


def timeless(value: Any) -> Any:
    """Plain data without what every answer has of its own: ids, times and padding."""
    match value:
        case list():
            return [timeless(each) for each in cast("list[Any]", value)]
        case dict():
            pairs = cast("dict[str, Any]", value).items()
            return {key: timeless(each) for key, each in pairs if key not in OF_ITS_OWN}
        case _:
            return value


OF_ITS_OWN = {"id", "item_id", "created", "created_at", "completed_at", "obfuscation"}


def listed(answer: Any) -> list[Any]:
    is_many = isinstance(answer, list) or hasattr(answer, "__next__")
    return list(cast("list[Any]", answer)) if is_many else [answer]


def plain(answers: list[Any]) -> Any:
    return timeless([each.to_dict(mode="json") for each in answers])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_call_is_answered_as_by_our_client(
    kind: str, call: str, embedded: EmbeddedServer
) -> None:
    over = wrapped(OPENAI[kind](base_url=embedded.base_url, api_key=KEY))
    taken = listed(asked(over, CALLS[call]))
    with streamkit.OpenAI(base_url=embedded.base_url, api_key=KEY) as client:
        expected = listed(CALLS[call](client))
    assert all(type(each).__module__.startswith("streamkit.") for each in taken)
    assert plain(taken) == plain(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_streams_and_observables_are_ours(kind: str, embedded: EmbeddedServer) -> None:
    def client() -> Any:
        return wrapped(OPENAI[kind](base_url=embedded.base_url, api_key=KEY))

    taken = streamed(client(), lambda c: c.chat.completions.stream(**CHAT, response_format=Answer))
    assert taken.error is None
    assert isinstance(taken.final.parsed, Answer)
    *events, end = observed(client(), lambda c: c.chat.completions.observe(**CHAT))
    assert end is None
    assert [events[0].type, events[-1].type] == ["chunk", "finish"]
    *chunks, end = observed(client(), lambda c: c.chat.completions.chunks(**CHAT))
    assert end is None
    assert {type(chunk) for chunk in chunks} == {ChatCompletionChunk}
    taken = streamed(client(), lambda c: c.responses.stream(model="gpt", input="hi"))
    assert taken.error is None
    assert taken.events[-1].type == "response.completed"


# Whose request it is


def made(kind: str, url: str) -> dict[str, tuple[Any, str, dict[str, str]]]:
    """Clients, the target of a chat completion by them, and headers that they send."""
    endpoint = url.removesuffix("/v1")
    is_async = kind == "async"

    async def token() -> str:
        return "tok-of-azure"

    library_client = httpx.AsyncClient if is_async else httpx.Client
    return {
        "openai": (
            OPENAI[kind](base_url=url, api_key=KEY, organization="org", default_query={"q": "1"}),
            "/v1/chat/completions?q=1",
            {"authorization": f"Bearer {KEY}", "openai-organization": "org"},
        ),
        "a client of httpx": (
            OPENAI[kind](base_url=url, api_key=KEY, http_client=library_client()),
            "/v1/chat/completions",
            {"authorization": f"Bearer {KEY}"},
        ),
        "azure": (
            AZURE[kind](azure_endpoint=endpoint, api_key=KEY, api_version="2026-10-01"),
            "/openai/deployments/gpt/chat/completions?api-version=2026-10-01",
            {"api-key": KEY},
        ),
        "azure, a deployment": (
            AZURE[kind](
                azure_endpoint=endpoint, api_key=KEY, api_version="v", azure_deployment="mine"
            ),
            "/openai/deployments/mine/chat/completions?api-version=v",
            {"api-key": KEY},
        ),
        "azure, a token": (
            AZURE[kind](
                azure_endpoint=endpoint,
                api_version="v",
                azure_ad_token_provider=token if is_async else lambda: "tok-of-azure",
            ),
            "/openai/deployments/gpt/chat/completions?api-version=v",
            {"authorization": "Bearer tok-of-azure"},
        ),
    }


WAYS: dict[str, Callable[[Any], Any]] = {
    "create": lambda client: client.chat.completions.create(**CHAT),
    "stream": lambda client: client.chat.completions.create(**CHAT, stream=True),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", made("sync", "http://127.0.0.1/v1"))
@pytest.mark.parametrize("kind", KINDS)
def test_the_request_is_the_clients_own(kind: str, name: str, way: str) -> None:
    done = response(body=b'data: {"choices":[{"index":0,"finish_reason":"stop"}]}\n\n')
    with ScriptedServer([PLAIN if way == "create" else done]) as server:
        client, target, headers = made(kind, server.url)[name]
        asked(wrapped(client), WAYS[way])
    (request,) = server.requests
    assert request.target == target
    assert headers.items() <= request.headers.items()
    assert request.headers["user-agent"].startswith(type(client).__name__)
    assert request.headers["x-stainless-lang"] == "python"
    body = json.loads(request.body)
    assert (body["model"], body["messages"]) == ("gpt", MESSAGES)
    if way == "stream":
        assert request.headers["accept"] == "text/event-stream"


@pytest.mark.parametrize("kind", KINDS)
def test_options_of_a_call_reach_the_request(kind: str) -> None:
    seen: list[Any] = []

    def hook(request: Any) -> None:
        seen.append(request.extensions["timeout"])

    async def async_hook(request: Any) -> None:
        hook(request)

    hooks: Any = {"request": [async_hook if kind == "async" else hook]}
    http_client = (httpx2.AsyncClient if kind == "async" else httpx2.Client)(event_hooks=hooks)
    with ScriptedServer([PLAIN]) as server:
        client = OPENAI[kind](base_url=server.url, api_key=KEY, http_client=http_client)
        asked(
            wrapped(client),
            lambda c: c.chat.completions.create(
                **CHAT,
                timeout=streamkit.Timeout(read=7, connect=3),
                extra_headers={"x-mine": "1"},
                extra_query={"trace": "yes"},
                extra_body={"vendor": {"a": 1}},
            ),
        )
    (request,) = server.requests
    assert request.target == "/v1/chat/completions?trace=yes"
    assert request.headers["x-mine"] == "1"
    assert json.loads(request.body)["vendor"] == {"a": 1}
    assert (seen[0]["read"], seen[0]["connect"]) == (7, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_in_a_path_arrive_as_they_are(kind: str) -> None:
    body: dict[str, Any] = {
        "id": "resp/1",
        "object": "response",
        "output": [],
        "status": "completed",
    }
    with ScriptedServer([response(body=json.dumps(body).encode())]) as server:
        client = wrapped(OPENAI[kind](base_url=server.url, api_key=KEY))
        asked(client, lambda c: c.responses.retrieve("resp/1", include=["a", "b"]))
    (request,) = server.requests
    assert request.method == "GET"
    assert request.target in {
        "/v1/responses/resp%2F1?include[]=a&include[]=b",
        "/v1/responses/resp%2F1?include%5B%5D=a&include%5B%5D=b",
    }


# What is not ours


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_lack_passes_through(kind: str) -> None:
    item: dict[str, Any] = {"object": "embedding", "index": 0, "embedding": [0.5]}
    vectors: dict[str, Any] = {"object": "list", "model": "e", "data": [item], "usage": {}}
    with ScriptedServer([response(body=json.dumps(vectors).encode())]) as server:
        theirs = OPENAI[kind](base_url=server.url, api_key=KEY)
        client = wrapped(theirs)
        found = asked(client, lambda c: c.embeddings.create(model="e", input="x"))
    assert isinstance(found, openai.types.CreateEmbeddingResponse)
    assert client.api_key == KEY
    assert client.base_url == theirs.base_url
    client.api_key = "sk-another"
    assert theirs.api_key == "sk-another"
    for names in ("with_raw_response", "with_streaming_response"):
        ours = getattr(client.chat.completions, names)
        assert type(ours) is type(getattr(theirs.chat.completions, names))
        assert hasattr(client.responses, names)
    assert {"embeddings", "chat", "api_key"} <= {*dir(client)}
    assert repr(client) == f"from_openai({type(theirs).__name__})"
    with pytest.raises(AttributeError):
        client.nothing  # noqa: B018 - reading it is the test


def test_other_options_are_those_of_the_client() -> None:
    with ScriptedServer([PLAIN]) as server:
        client = wrapped(openai.OpenAI(base_url=server.url, api_key=KEY))
        asked(
            client.with_options(default_headers={"x-mine": "1"}),
            lambda c: c.chat.completions.create(**CHAT),
        )
    assert server.requests[0].headers["x-mine"] == "1"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (3, "takes a client of the openai package, .*, and not int"),
        (None, "and not NoneType"),
        (openai.OpenAI, "and not the class OpenAI: make an instance of it"),
        (streamkit.OpenAI(api_key=KEY), "and not OpenAI$"),
        (anthropic.Anthropic(api_key=KEY), r"not Anthropic, which is for from_anthropic\(\)"),
    ],
    ids=["number", "nothing", "class", "ours", "anthropic"],
)
def test_what_is_no_client_is_named(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        from_openai(wrong)


def test_nothing_of_the_package_is_imported_by_ours() -> None:
    program = """if True:
        import sys
        from streamkit import from_openai, read, aread
        class Client:
            base_url, max_retries, timeout, chat, post = "http://127.0.0.1", 0, None, None, None
        from_openai(Client())
        print("openai" in sys.modules, "anthropic" in sys.modules)
    """
    printed = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert printed.split() == ["False", "False"]
