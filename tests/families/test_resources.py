"""The plain calls of assistants, files and vector stores work on both clients."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from streamkit import (
    NOT_GIVEN,
    Anthropic,
    APIResponseValidationError,
    AsyncAnthropic,
    AsyncOpenAI,
    NotFoundError,
    OpenAI,
)
from streamkit.families._resource._async.pages import AsyncCursorPage
from streamkit.families._resource._sync.pages import SyncCursorPage
from streamkit.types import FileDeleted, FileObject, VectorStore, VectorStoreDeleted
from streamkit.types.beta import Assistant, AssistantDeleted, Thread, ThreadDeleted
from streamkit.types.beta.threads import Message, MessageDeleted, Run
from streamkit.types.beta.threads.runs import RunStep
from streamkit.types.vector_stores import (
    VectorStoreFile,
    VectorStoreFileBatch,
    VectorStoreFileDeleted,
)
from tests.http_server import ScriptedServer, response

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = ["sync", "async"]


def ask(kind: str, server: ScriptedServer, call: Callable[[Any], Any], **options: Any) -> Any:
    """Return the result of ``call`` with a client of this kind."""
    if kind == "sync":
        with OpenAI(base_url=server.url, api_key="k", **options) as client:
            return call(client)

    async def wait() -> Any:
        async with AsyncOpenAI(base_url=server.url, api_key="k", **options) as async_client:
            given = call(async_client)
            return await given if inspect.isawaitable(given) else given

    return asyncio.run(wait())


def answers(body: object, **headers: str) -> list[bytes]:
    return [response(body=json.dumps(body).encode(), headers=[*headers.items()])]


def threads(client: Any) -> Any:
    return client.beta.threads


def numbered(cases: list[Any]) -> list[str]:
    return [f"{number} {case[1]}" for number, case in enumerate(cases)]


# Every call: its arguments, its request and its result

USER = {"content": "hi", "role": "user"}
OUTPUT = {"tool_call_id": "c", "output": "1"}
MADE: list[tuple[Callable[[Any], Any], str, object, type[Any]]] = [
    (
        lambda c: c.beta.assistants.create(model="m", tools=[{"type": "file_search"}]),
        "POST /assistants",
        {"model": "m", "tools": [{"type": "file_search"}]},
        Assistant,
    ),
    (lambda c: c.beta.assistants.retrieve("A"), "GET /assistants/A", None, Assistant),
    (
        lambda c: c.beta.assistants.update("A", name=None),
        "POST /assistants/A",
        {"name": None},
        Assistant,
    ),
    (lambda c: c.beta.assistants.delete("A"), "DELETE /assistants/A", None, AssistantDeleted),
    (lambda c: threads(c).create(), "POST /threads", {}, Thread),
    (lambda c: threads(c).create(messages=[USER]), "POST /threads", {"messages": [USER]}, Thread),
    (lambda c: threads(c).retrieve("T"), "GET /threads/T", None, Thread),
    (
        lambda c: threads(c).update("T", metadata={"k": "v"}),
        "POST /threads/T",
        {"metadata": {"k": "v"}},
        Thread,
    ),
    (lambda c: threads(c).delete("T"), "DELETE /threads/T", None, ThreadDeleted),
    (
        lambda c: threads(c).create_and_run(assistant_id="A", thread={"messages": [USER]}),
        "POST /threads/runs",
        {"assistant_id": "A", "thread": {"messages": [USER]}},
        Run,
    ),
    (
        lambda c: threads(c).messages.create("T", content="hi", role="user"),
        "POST /threads/T/messages",
        USER,
        Message,
    ),
    (
        lambda c: threads(c).messages.retrieve("M", thread_id="T"),
        "GET /threads/T/messages/M",
        None,
        Message,
    ),
    (
        lambda c: threads(c).messages.update("M", thread_id="T", metadata=None),
        "POST /threads/T/messages/M",
        {"metadata": None},
        Message,
    ),
    (
        lambda c: threads(c).messages.delete("M", thread_id="T"),
        "DELETE /threads/T/messages/M",
        None,
        MessageDeleted,
    ),
    (
        lambda c: threads(c).runs.create("T", assistant_id="A", include=["x", "y"]),
        "POST /threads/T/runs?include[]=x&include[]=y",
        {"assistant_id": "A"},
        Run,
    ),
    (lambda c: threads(c).runs.retrieve("R", thread_id="T"), "GET /threads/T/runs/R", None, Run),
    (
        lambda c: threads(c).runs.update("R", thread_id="T", metadata={}),
        "POST /threads/T/runs/R",
        {"metadata": {}},
        Run,
    ),
    (
        lambda c: threads(c).runs.cancel("R", thread_id="T"),
        "POST /threads/T/runs/R/cancel",
        {},
        Run,
    ),
    (
        lambda c: threads(c).runs.submit_tool_outputs("R", thread_id="T", tool_outputs=[OUTPUT]),
        "POST /threads/T/runs/R/submit_tool_outputs",
        {"tool_outputs": [OUTPUT]},
        Run,
    ),
    (
        lambda c: threads(c).runs.steps.retrieve("S", run_id="R", thread_id="T", include=["x"]),
        "GET /threads/T/runs/R/steps/S?include[]=x",
        None,
        RunStep,
    ),
    (lambda c: c.files.retrieve("F"), "GET /files/F", None, FileObject),
    (lambda c: c.files.delete("F"), "DELETE /files/F", None, FileDeleted),
    (
        lambda c: c.vector_stores.create(name="n", file_ids=["F"]),
        "POST /vector_stores",
        {"name": "n", "file_ids": ["F"]},
        VectorStore,
    ),
    (lambda c: c.vector_stores.retrieve("V"), "GET /vector_stores/V", None, VectorStore),
    (
        lambda c: c.vector_stores.update("V", name=None),
        "POST /vector_stores/V",
        {"name": None},
        VectorStore,
    ),
    (lambda c: c.vector_stores.delete("V"), "DELETE /vector_stores/V", None, VectorStoreDeleted),
    (
        lambda c: c.vector_stores.files.create("V", file_id="F", attributes={"a": 1}),
        "POST /vector_stores/V/files",
        {"file_id": "F", "attributes": {"a": 1}},
        VectorStoreFile,
    ),
    (
        lambda c: c.vector_stores.files.retrieve("F", vector_store_id="V"),
        "GET /vector_stores/V/files/F",
        None,
        VectorStoreFile,
    ),
    (
        lambda c: c.vector_stores.files.update("F", vector_store_id="V", attributes=None),
        "POST /vector_stores/V/files/F",
        {"attributes": None},
        VectorStoreFile,
    ),
    (
        lambda c: c.vector_stores.files.delete("F", vector_store_id="V"),
        "DELETE /vector_stores/V/files/F",
        None,
        VectorStoreFileDeleted,
    ),
    (
        lambda c: c.vector_stores.file_batches.create("V", file_ids=["F"]),
        "POST /vector_stores/V/file_batches",
        {"file_ids": ["F"]},
        VectorStoreFileBatch,
    ),
    (
        lambda c: c.vector_stores.file_batches.retrieve("B", vector_store_id="V"),
        "GET /vector_stores/V/file_batches/B",
        None,
        VectorStoreFileBatch,
    ),
    (
        lambda c: c.vector_stores.file_batches.cancel("B", vector_store_id="V"),
        "POST /vector_stores/V/file_batches/B/cancel",
        {},
        VectorStoreFileBatch,
    ),
]
LISTED: list[tuple[Callable[[Any], Any], str, object]] = [
    (lambda c: c.beta.assistants.list(limit=5), "GET /assistants?limit=5", None),
    (
        lambda c: threads(c).messages.list("T", run_id="R", limit=5, order="asc"),
        "GET /threads/T/messages?run_id=R&limit=5&order=asc",
        None,
    ),
    (
        lambda c: threads(c).runs.list("T", after="a", before=NOT_GIVEN),
        "GET /threads/T/runs?after=a",
        None,
    ),
    (
        lambda c: threads(c).runs.steps.list("R", thread_id="T", include=["x"]),
        "GET /threads/T/runs/R/steps?include[]=x",
        None,
    ),
    (lambda c: c.files.list(purpose="vision"), "GET /files?purpose=vision", None),
    (lambda c: c.vector_stores.list(), "GET /vector_stores", None),
    (
        lambda c: c.vector_stores.search("V", query="q", rewrite_query=True),
        "POST /vector_stores/V/search",
        {"query": "q", "rewrite_query": True},
    ),
    (
        lambda c: c.vector_stores.files.list("V", filter="failed"),
        "GET /vector_stores/V/files?filter=failed",
        None,
    ),
    (
        lambda c: c.vector_stores.files.content("F", vector_store_id="V"),
        "GET /vector_stores/V/files/F/content",
        None,
    ),
    (
        lambda c: c.vector_stores.file_batches.list_files("B", vector_store_id="V"),
        "GET /vector_stores/V/file_batches/B/files",
        None,
    ),
]


def check_request(server: ScriptedServer, expected: str, body: object) -> None:
    (got,) = server.requests
    method, _, target = expected.partition(" ")
    path, _, query = target.partition("?")
    asked = urlsplit(got.target)
    assert (got.method, asked.path) == (method, f"/v1{path}")
    assert parse_qsl(asked.query) == parse_qsl(query)
    assert (json.loads(got.body) if got.body else None) == body
    beta = None if path.startswith("/files") else "assistants=v2"
    assert got.headers.get("openai-beta") == beta


@pytest.mark.diagonal
@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(("call", "expected", "body", "type_"), MADE, ids=numbered(MADE))
def test_a_call_is_sent_where_it_belongs_and_its_answer_is_read(
    kind: str, call: Callable[[Any], Any], expected: str, body: object, type_: type[Any]
) -> None:
    with ScriptedServer(answers({"id": "x", "vendor": 1}, **{"x-request-id": "r1"})) as server:
        answer = ask(kind, server, call)
        check_request(server, expected, body)
    assert type(answer) is type_
    assert (answer.id, answer.vendor, answer.request_id) == ("x", 1, "r1")


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(("call", "expected", "body"), LISTED, ids=numbered(LISTED))
def test_a_list_is_asked_for_where_it_belongs(
    kind: str, call: Callable[[Any], Any], expected: str, body: object
) -> None:
    with ScriptedServer(answers({"data": [{"id": "x"}], "has_more": False})) as server:
        page = ask(kind, server, call)
        check_request(server, expected, body)
    assert isinstance(page, SyncCursorPage if kind == "sync" else AsyncCursorPage)
    (item,) = page.to_dict()["data"]
    assert item["id"] == "x"


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_bytes_of_a_file_are_fetched(kind: str, tmp_path: Any) -> None:
    with ScriptedServer([response(body="été".encode())]) as server:
        content = ask(kind, server, lambda c: c.files.content("F"))
        (got,) = server.requests
    assert (got.target, got.headers["accept"]) == ("/v1/files/F/content", "application/binary")
    assert content.read() == content.content == "été".encode()
    assert content.text == "été"
    content.write_to_file(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content.read()


# All calls


@pytest.mark.parametrize("kind", CLIENTS)
def test_options_of_one_request_are_stronger_than_what_is_usual(kind: str) -> None:
    with ScriptedServer(answers({"id": "x"})) as server:
        ask(
            kind,
            server,
            lambda c: threads(c).runs.create(
                "T",
                assistant_id="A",
                extra_headers={"openai-beta": "assistants=v9", "X-A": "a"},
                extra_query={"q": 1},
                extra_body={"assistant_id": "B", "vendor": 2},
                timeout=3,
            ),
        )
        (got,) = server.requests
    assert json.loads(got.body) == {"assistant_id": "B", "vendor": 2}
    assert got.target == "/v1/threads/T/runs?q=1"
    assert (got.headers["openai-beta"], got.headers["x-a"]) == ("assistants=v9", "a")


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_call_without_parameters_can_have_a_body_too(kind: str) -> None:
    with ScriptedServer(answers({"id": "x"})) as server:
        ask(kind, server, lambda c: threads(c).delete("T", extra_body={"why": "old"}))
        (got,) = server.requests
    assert (got.method, json.loads(got.body)) == ("DELETE", {"why": "old"})


NAMELESS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda c: c.beta.assistants.retrieve(""), "assistant_id"),
    (lambda c: threads(c).retrieve(""), "thread_id"),
    (lambda c: threads(c).messages.create("", content="", role="user"), "thread_id"),
    (lambda c: threads(c).messages.retrieve("", thread_id="T"), "message_id"),
    (lambda c: threads(c).runs.retrieve("..", thread_id="T"), "run_id"),
    (lambda c: threads(c).runs.cancel("R", thread_id=None), "thread_id"),
    (lambda c: threads(c).runs.steps.retrieve("", run_id="R", thread_id="T"), "step_id"),
    (lambda c: c.files.retrieve(""), "file_id"),
    (lambda c: c.files.content(""), "file_id"),
    (lambda c: c.vector_stores.search("", query="q"), "vector_store_id"),
    (lambda c: c.vector_stores.files.delete("", vector_store_id="V"), "file_id"),
    (lambda c: c.vector_stores.file_batches.cancel("", vector_store_id="V"), "batch_id"),
]


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(("call", "name"), NAMELESS, ids=numbered(NAMELESS))
def test_an_id_that_is_none_is_refused_before_the_request(
    kind: str, call: Callable[[Any], Any], name: str
) -> None:
    with ScriptedServer(answers({})) as server:
        with pytest.raises(ValueError, match=name):
            ask(kind, server, call)
        assert not server.requests


def test_an_id_cannot_lead_to_another_path() -> None:
    with ScriptedServer(answers({"id": "x"})) as server:
        ask("sync", server, lambda c: threads(c).retrieve("../files/F?x=1#y"))
        assert server.requests[0].target == "/v1/threads/..%2Ffiles%2FF%3Fx%3D1%23y"


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(
    "body",
    [
        b"<html>hello</html>",
        b"[]",
        b"",
        b'{"error": {"message": "hello"}}',
        b'{"detail": "hello"}',
        b'{"code": 7, "message": "hello"}',
        b'{"object": "error", "message": "hello"}',
    ],
)
def test_a_success_that_is_no_answer_is_an_error_that_quotes_it(kind: str, body: bytes) -> None:
    with ScriptedServer([response(body=body, headers=[("x-request-id", "r1")])]) as server:
        with pytest.raises(APIResponseValidationError, match="200 with no Thread") as raised:
            ask(kind, server, lambda c: threads(c).retrieve("T"))
    assert (raised.value.body, raised.value.request_id) == (body.decode(), "r1")


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_failure_is_the_error_of_its_status(kind: str) -> None:
    with ScriptedServer([response(404, b'{"error": {"message": "no such thread"}}')]) as server:
        with pytest.raises(NotFoundError, match="no such thread"):
            ask(kind, server, lambda c: threads(c).retrieve("T"))


def test_a_thread_that_was_received_can_be_sent_back() -> None:
    with ScriptedServer(
        answers({"id": "x", "tool_resources": {"file_search": {"v": 1}}})
    ) as server:
        thread = ask("sync", server, lambda c: threads(c).retrieve("T"))
        ask("sync", server, lambda c: threads(c).create(tool_resources=thread.tool_resources))
        assert json.loads(server.requests[-1].body) == {"tool_resources": {"file_search": {"v": 1}}}


@pytest.mark.parametrize("client", [OpenAI(api_key="k"), AsyncOpenAI(api_key="k")])
def test_the_vector_stores_are_found_in_both_places(client: OpenAI | AsyncOpenAI) -> None:
    assert client.vector_stores is client.beta.vector_stores
    assert client.beta.threads is client.beta.threads
    assert client.files is client.files


def test_a_client_with_other_options_has_resources_of_its_own() -> None:
    with ScriptedServer(answers({"id": "x"})) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            client.files.retrieve("F")
            other = client.with_options(default_headers={"X-A": "a"})
            other.files.retrieve("F")
            other.vector_stores.retrieve("V")
        headers = [request.headers.get("x-a") for request in server.requests]
    assert headers == [None, "a", "a"]


LACKED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "responses": (lambda: OpenAI(api_key="k").responses, "compact", "from_openai(openai.OpenAI("),
    "chat": (
        lambda: AsyncOpenAI(api_key="k").chat.completions,
        "with_raw_response",
        "from_openai(openai.AsyncOpenAI(",
    ),
    "files": (lambda: OpenAI(api_key="k").files, "with_options", "from_openai(openai.OpenAI("),
    "messages": (
        lambda: Anthropic(api_key="k").messages,
        "with_raw_response",
        "from_anthropic(anthropic.Anthropic(",
    ),
    "batches": (
        lambda: AsyncAnthropic(api_key="k").messages.batches,
        "fork",
        "from_anthropic(anthropic.AsyncAnthropic(",
    ),
}


@pytest.mark.parametrize(("resource", "name", "way"), LACKED.values(), ids=LACKED)
def test_a_name_that_a_resource_lacks_is_said_with_the_way_to_it(
    resource: Callable[[], Any], name: str, way: str
) -> None:
    found = resource()
    with pytest.raises(AttributeError) as caught:
        getattr(found, name)
    assert repr(name) in str(caught.value)
    assert way in str(caught.value)
    assert (caught.value.name, caught.value.obj) == (name, found)
    assert not hasattr(found, "_private")
