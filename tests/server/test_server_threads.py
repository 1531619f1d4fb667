"""Assistants, threads and messages of the embedded server, its pages, and its refusals."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from streamkit.server import EmbeddedServer

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)

BETA = {"OpenAI-Beta": "assistants=v2"}
FUNCTION: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "nothing"}}}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=server.base_url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
def http(server: EmbeddedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=BETA) as client:
        yield client


# Assistants and threads


def test_an_assistant_is_created_changed_and_deleted(client: openai.OpenAI) -> None:
    assistants = client.beta.assistants
    assistant = assistants.create(model="m", name="Ada", tools=[{"type": "code_interpreter"}])
    assert assistant.id.startswith("asst_")
    changed = assistants.update(assistant.id, description="Counts", metadata={"a": "b"})
    assert (changed.name, changed.description, changed.metadata) == ("Ada", "Counts", {"a": "b"})
    assert assistants.retrieve(assistant.id) == changed
    assert changed in list(assistants.list())
    assert assistants.delete(assistant.id).deleted
    with pytest.raises(openai.NotFoundError):
        assistants.retrieve(assistant.id)


def test_a_thread_is_created_changed_and_deleted(client: openai.OpenAI) -> None:
    threads = client.beta.threads
    thread = threads.create(messages=[{"role": "user", "content": "Hi"}], metadata={"a": "b"})
    assert thread.id.startswith("thread_")
    assert thread.metadata == {"a": "b"}
    assert threads.update(thread.id, metadata={"c": "d"}).metadata == {"c": "d"}
    assert threads.retrieve(thread.id).metadata == {"c": "d"}
    [message] = threads.messages.list(thread.id)
    assert threads.delete(thread.id).deleted
    with pytest.raises(openai.NotFoundError):
        threads.messages.retrieve(message.id, thread_id=thread.id)


def test_vector_stores_are_created_with_what_searches_them(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.txt", b"a"), purpose="assistants")
    thread = client.beta.threads.create(
        tool_resources={
            "code_interpreter": {"file_ids": [file.id]},
            "file_search": {"vector_stores": [{"file_ids": [file.id]}]},
        }
    )
    assert thread.tool_resources is not None
    assert thread.tool_resources.code_interpreter is not None
    assert thread.tool_resources.code_interpreter.file_ids == [file.id]
    assert thread.tool_resources.file_search is not None
    [store] = thread.tool_resources.file_search.vector_store_ids or []
    assert client.vector_stores.retrieve(store).file_counts.total == 1
    by_id: Any = {"file_search": {"vector_store_ids": [store]}}
    assistants, threads = client.beta.assistants, client.beta.threads
    made: list[Any] = [
        assistants.update(assistants.create(model="m").id, tool_resources=by_id),
        threads.update(threads.create().id, tool_resources=by_id),
        threads.retrieve(
            threads.create_and_run(assistant_id="any", tool_resources=by_id).thread_id
        ),
    ]
    for each in made:
        assert each.tool_resources.file_search.vector_store_ids == [store]


def test_a_message_keeps_what_it_was_made_of(client: openai.OpenAI) -> None:
    thread = client.beta.threads.create()
    messages = client.beta.threads.messages
    message = messages.create(
        thread.id,
        role="user",
        content=[
            {"type": "text", "text": "Look"},
            {"type": "image_file", "image_file": {"file_id": "file-1"}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ],
        attachments=[{"file_id": "file-1", "tools": [{"type": "file_search"}]}],
    )
    assert message.id.startswith("msg_")
    assert [block.type for block in message.content] == ["text", "image_file", "image_url"]
    assert message.attachments is not None
    assert message.attachments[0].file_id == "file-1"
    changed = messages.update(message.id, thread_id=thread.id, metadata={"a": "b"})
    assert changed.metadata == {"a": "b"}
    assert messages.retrieve(message.id, thread_id=thread.id) == changed
    assert messages.delete(message.id, thread_id=thread.id).deleted
    assert messages.list(thread.id).data == []


def test_messages_can_come_with_a_run(client: openai.OpenAI) -> None:
    thread = client.beta.threads.create()
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id,
        assistant_id="any",
        instructions="Be brief.",
        additional_instructions="Be kind.",
        additional_messages=[{"role": "user", "content": "[[refuse]]"}],
    )
    assert run.instructions == "Be brief.\nBe kind."
    answer, question = client.beta.threads.messages.list(thread.id)
    assert (question.role, answer.role) == ("user", "assistant")
    assert answer.content[0].type == "refusal"


def test_the_metadata_of_a_run_change(client: openai.OpenAI) -> None:
    run = client.beta.threads.create_and_run(assistant_id="any")
    runs = client.beta.threads.runs
    assert runs.update(run.id, thread_id=run.thread_id, metadata={"a": "b"}).metadata == {"a": "b"}
    [step] = runs.steps.list(runs.poll(run.id, run.thread_id).id, thread_id=run.thread_id)
    assert runs.steps.retrieve(step.id, run_id=run.id, thread_id=run.thread_id) == step
    assert step.id.startswith("step_")


# Pages


@pytest.fixture(scope="module")
def listed(client: openai.OpenAI) -> tuple[str, list[str]]:
    """Return a thread, and the ids of its seven messages in their order."""
    thread = client.beta.threads.create()
    messages = client.beta.threads.messages
    ids = [messages.create(thread.id, role="user", content=str(n)).id for n in range(7)]
    return thread.id, ids


def test_pages_follow_each_other(client: openai.OpenAI, listed: tuple[str, list[str]]) -> None:
    thread, ids = listed
    messages = client.beta.threads.messages
    assert [message.id for message in messages.list(thread, order="asc", limit=3)] == ids
    assert [message.id for message in messages.list(thread, limit=2)] == ids[::-1]


@pytest.mark.parametrize(
    ("query", "expected", "has_more"),
    [
        ({"order": "asc", "limit": 2}, [0, 1], True),
        ({"order": "asc", "after": 4}, [5, 6], False),
        ({"order": "asc", "after": 2, "limit": 2}, [3, 4], True),
        ({"order": "desc", "after": 2}, [1, 0], False),
        ({"order": "asc", "before": 3}, [0, 1, 2], False),
        ({"order": "asc", "before": 3, "limit": 2}, [1, 2], True),
        ({"order": "desc", "before": 3, "limit": 2}, [5, 4], True),
        ({"order": "asc", "after": 1, "before": 4}, [2, 3], False),
        ({"order": "asc", "after": 6}, [], False),
        ({}, [6, 5, 4, 3, 2, 1, 0], False),
    ],
)
def test_a_page_is_where_its_cursors_say(
    http: httpx.Client,
    listed: tuple[str, list[str]],
    query: dict[str, Any],
    expected: list[int],
    has_more: bool,
) -> None:
    thread, ids = listed
    query = {key: ids[n] if key in {"after", "before"} else n for key, n in query.items()}
    page = http.get(f"/threads/{thread}/messages", params=query).json()
    found = [ids.index(message["id"]) for message in page["data"]]
    assert (found, page["has_more"]) == (expected, has_more)
    ends = (ids[expected[0]], ids[expected[-1]]) if expected else (None, None)
    assert (page["first_id"], page["last_id"]) == ends


@pytest.mark.parametrize(
    ("query", "param", "message"),
    [
        ({"limit": 0}, "limit", "integer below minimum value"),
        ({"limit": 101}, "limit", "integer above maximum value"),
        ({"limit": "many"}, "limit", "expected an integer"),
        ({"order": "up"}, "order", "Supported values are: 'asc', and 'desc'"),
        ({"after": "msg_x"}, "after", "no object found with id 'msg_x'"),
        ({"before": "msg_x"}, "before", "no object found with id 'msg_x'"),
    ],
)
def test_a_page_is_asked_for_properly(
    http: httpx.Client, listed: tuple[str, list[str]], query: Any, param: str, message: str
) -> None:
    response = http.get(f"/threads/{listed[0]}/messages", params=query)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["param"] == param
    assert message in error["message"]


# Refusals


@pytest.mark.parametrize(
    "path",
    [
        "/assistants/asst_x",
        "/threads/thread_x",
        "/threads/thread_x/messages",
        "/threads/thread_x/runs",
        "/threads/{thread}/messages/msg_x",
        "/threads/{thread}/runs/run_x",
        "/threads/{thread}/runs/run_x/steps",
        "/threads/{thread}/runs/run_x/steps/step_x",
        "/threads/{other}/runs/{run}",
        "/threads/{thread}/runs/{run}/steps/step_x",
        "/threads/..%2f..%2fetc/messages",
    ],
)
def test_what_does_not_exist_is_not_found(
    client: openai.OpenAI, http: httpx.Client, path: str
) -> None:
    run = client.beta.threads.create_and_run(assistant_id="any")
    other = client.beta.threads.create()
    response = http.get(path.format(thread=run.thread_id, run=run.id, other=other.id))
    assert response.status_code == 404
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


def test_an_unknown_assistant_is_taken_unless_it_must_exist(client: openai.OpenAI) -> None:
    assert client.beta.threads.create_and_run(assistant_id="asst_x").model == "streamkit"
    with (
        EmbeddedServer(any_assistant=False) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as strict,
    ):
        with pytest.raises(openai.NotFoundError, match="No assistant found with id 'asst_x'"):
            strict.beta.threads.create_and_run(assistant_id="asst_x")
        assistant = strict.beta.assistants.create(model="m")
        run = strict.beta.threads.create_and_run(assistant_id=assistant.id)
        assert run.assistant_id == assistant.id


def test_models_are_those_that_are_served() -> None:
    with (
        EmbeddedServer(models=["one"]) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as client,
    ):
        with pytest.raises(openai.NotFoundError, match="model `two` does not exist"):
            client.beta.assistants.create(model="two")
        assistant = client.beta.assistants.create(model="one")
        with pytest.raises(openai.NotFoundError, match="model `two` does not exist"):
            client.beta.assistants.update(assistant.id, model="two")
        run = client.beta.threads.create_and_run(assistant_id=assistant.id, model="scenario:text")
        assert run.model == "scenario:text"


def test_a_thread_has_one_active_run(client: openai.OpenAI) -> None:
    run = client.beta.threads.create_and_run(assistant_id="any")
    with pytest.raises(openai.BadRequestError, match=f"already has an active run {run.id}"):
        client.beta.threads.runs.create(thread_id=run.thread_id, assistant_id="any")
    with pytest.raises(openai.BadRequestError, match=f"while a run {run.id} is active"):
        client.beta.threads.messages.create(run.thread_id, role="user", content="Hi")
    client.beta.threads.runs.poll(run.id, run.thread_id)
    client.beta.threads.messages.create(run.thread_id, role="user", content="Hi")
    client.beta.threads.runs.create(thread_id=run.thread_id, assistant_id="any")
    assert len(client.beta.threads.runs.list(run.thread_id).data) == 2


@pytest.mark.parametrize(
    ("path", "body", "param", "message"),
    [
        ("/assistants", {}, "model", "Missing required parameter: 'model'"),
        ("/assistants", {"model": "m", "x": 1}, "x", "Unknown parameter: 'x'"),
        ("/assistants", {"model": "m", "tools": [{"type": "x"}]}, "tools[0].type", "value: 'x'."),
        ("/assistants", {"model": "m", "tools": [FUNCTION]}, None, "Invalid schema for function"),
        ("/assistants", {"model": "m", "temperature": 3}, "temperature", "above maximum"),
        ("/threads", {"messages": [{"role": "user"}]}, "messages[0].content", "Missing required"),
        ("/threads", {"metadata": {"a": 1}}, "metadata", "expected a string"),
        (
            "/threads",
            {"tool_resources": {"file_search": {"vector_stores": [{"chunking_strategy": 5}]}}},
            "tool_resources.file_search.vector_stores[0].chunking_strategy",
            "expected an object",
        ),
        ("/threads/runs", {}, "assistant_id", "Missing required"),
        ("/threads/runs", {"assistant_id": "a", "max_prompt_tokens": 5}, None, "below minimum"),
        ("/threads/runs", {"assistant_id": "a", "thread": {"x": 1}}, "thread.x", "Unknown"),
        ("/threads/runs", ["assistant_id"], None, "must be a JSON object"),
    ],
)
def test_a_malformed_request_is_refused(
    http: httpx.Client, path: str, body: Any, param: str | None, message: str
) -> None:
    response = http.post(path, json=body)
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert message in error["message"]
    assert param in {None, error["param"]}


def test_what_a_refused_request_did_is_undone(client: openai.OpenAI) -> None:
    before = len(client.vector_stores.list().data)
    with pytest.raises(openai.NotFoundError, match="No file found with id 'file-x'"):
        client.beta.threads.create(
            tool_resources={"file_search": {"vector_stores": [{"file_ids": ["file-x"]}]}}
        )
    assert len(client.vector_stores.list().data) == before


@pytest.mark.parametrize(
    "resources",
    [
        {"code_interpreter": {"file_ids": ["file-x"]}},
        {"file_search": {"vector_store_ids": ["vs_x"]}},
    ],
)
def test_tools_work_on_what_exists(client: openai.OpenAI, resources: Any) -> None:
    with pytest.raises(openai.NotFoundError):
        client.beta.assistants.create(model="m", tool_resources=resources)


def test_the_header_of_the_assistants_is_demanded(server: EmbeddedServer) -> None:
    response = httpx.post(server.base_url + "/threads", json={})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_beta"


def test_a_key_is_demanded_of_everyone() -> None:
    with EmbeddedServer(api_key="secret") as server:
        for method, path in (
            ("POST", "/files"),
            ("GET", "/files/x/content"),
            ("GET", "/threads/x"),
        ):
            response = httpx.request(method, server.base_url + path, headers=BETA)
            assert response.status_code == 401


def test_other_methods_are_refused(http: httpx.Client) -> None:
    assert http.put("/threads").status_code == 405
    assert http.get("/threads").status_code == 405
