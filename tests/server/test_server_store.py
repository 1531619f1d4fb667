"""The embedded server keeps objects across restarts; in a database they survive a kill."""

# The package's methods are deprecated, but the server must serve their requests.
# pyright: reportDeprecated=false

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import pytest

from streamkit.server import EmbeddedServer
from streamkit.server.desk import Desk
from streamkit.server.store import Store
from streamkit.server.threads.activity import advance
from streamkit.server.threads.player import play
from streamkit.server.threads.scenario import shipped

pytestmark = pytest.mark.filterwarnings(
    "ignore:The Assistants API is deprecated:DeprecationWarning",
    "ignore:deprecated$:DeprecationWarning",
)


def client_of(server: EmbeddedServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0)


def test_a_database_survives_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    with EmbeddedServer(database=database) as server, client_of(server) as client:
        assistant = client.beta.assistants.create(model="m", metadata={"scenario": "function"})
        run = client.beta.threads.create_and_run_poll(
            assistant_id=assistant.id, thread={"messages": [{"role": "user", "content": "Hi"}]}
        )
        file = client.files.create(file=("a.txt", b"Hello"), purpose="assistants")
        store = client.vector_stores.create(file_ids=[file.id])
    with EmbeddedServer(database=database) as server, client_of(server) as client:
        assert client.beta.assistants.retrieve(assistant.id) == assistant
        assert client.beta.threads.runs.retrieve(run.id, thread_id=run.thread_id) == run
        assert client.files.content(file.id).read() == b"Hello"
        assert client.vector_stores.retrieve(store.id).file_counts.total == 1
        assert run.required_action is not None
        [call] = run.required_action.submit_tool_outputs.tool_calls
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "fine"}],
        )
        assert run.status == "completed"
        assert client.beta.threads.create().id not in {run.thread_id, run.id}


def test_a_server_that_starts_again_remembers_without_a_database() -> None:
    server = EmbeddedServer()
    with server, client_of(server) as client:
        thread = client.beta.threads.create()
    with server, client_of(server) as client:
        assert client.beta.threads.retrieve(thread.id) == thread


def test_servers_share_nothing() -> None:
    with (
        EmbeddedServer(seed=1) as one,
        EmbeddedServer(seed=2) as two,
        client_of(one) as first,
        client_of(two) as second,
    ):
        thread = first.beta.threads.create()
        with pytest.raises(openai.NotFoundError):
            second.beta.threads.retrieve(thread.id)


def test_ids_follow_from_the_seed() -> None:
    def ids(seed: int) -> list[str]:
        with EmbeddedServer(seed=seed) as server, client_of(server) as client:
            run = client.beta.threads.create_and_run_poll(assistant_id="any")
            messages = client.beta.threads.messages.list(run.thread_id)
            file = client.files.create(file=("a.txt", b"a"), purpose="assistants")
            return [run.id, run.thread_id, messages.data[0].id, file.id]

    assert ids(1) == ids(1)
    assert set(ids(1)).isdisjoint(ids(2))


def test_two_servers_may_use_one_database(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    with (
        EmbeddedServer(database=database) as one,
        EmbeddedServer(database=database) as two,
        client_of(one) as first,
        client_of(two) as second,
        ThreadPoolExecutor(8) as pool,
    ):

        def create(number: int) -> str:
            client = (first, second)[number % 2]
            return client.beta.assistants.create(model=str(number)).id

        made = set(pool.map(create, range(40)))
        listed = second.beta.assistants.list(limit=100)
        assert made == {each.id for each in listed.data}
        assert len(listed.data) == 40


def test_what_is_no_database_of_the_server_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("This is a text, and long enough to be looked at. " * 10)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    contents = [text.read_bytes(), other.read_bytes()]
    with pytest.raises(ValueError, match="text is no database"):
        EmbeddedServer(database=text)
    with pytest.raises(ValueError, match=r"other\.db was not made by this server"):
        EmbeddedServer(database=other)
    assert contents == [text.read_bytes(), other.read_bytes()]
    with pytest.raises(OSError, match="cannot open the database"):
        EmbeddedServer(database=tmp_path / "nowhere" / "state.db")


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db", 0)

    def fail() -> None:
        with store:
            store.add("thread", "thread_", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store:
        assert store.select("thread") == []


def test_a_transaction_that_cannot_begin_keeps_nobody_waiting() -> None:
    store = Store(None, 0)
    store._connection.close()  # pyright: ignore[reportPrivateUsage]  # as if the disk were gone
    for _ in range(2):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            store.__enter__()


def test_deleting_an_object_deletes_what_belongs_to_it() -> None:
    store = Store(None, 0)
    with store:
        thread = store.add("thread", "thread_", {})
        run = store.add("thread.run", "run_", {}, owner=thread.id)
        step = store.add("thread.run.step", "step_", {}, owner=run.id)
        other = store.add("thread", "thread_", {})
        store.remove("thread", thread.id)
        assert store.find("thread.run.step", step.id, owner=run.id) is None
        assert store.find("thread.run", run.id, owner=thread.id) is None
        assert store.find("thread", other.id) == other


def begun(desk: Desk, scenario: dict[str, Any]) -> tuple[str, str]:
    """Return the ids of a thread and of a run in it that has not been read yet."""
    private = {"scenario": scenario, "next": 0, "said": 0, "polls": 1, "token_size": 4}
    document = {
        "status": "queued",
        "started_at": None,
        "assistant_id": "any",
        "instructions": "",
        "max_completion_tokens": None,
        "response_format": "auto",
        "tools": list[Any](),
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }
    with desk.store:
        thread = desk.store.add("thread", "thread_", {"tool_resources": {}})
        document["thread_id"] = thread.id
        run = desk.store.add("thread.run", "run_", document, owner=thread.id, private=private)
    return thread.id, run.id


def desk() -> Desk:
    return Desk(
        store=Store(None, 0),
        seed=0,
        scenarios=shipped(),
        any_assistant=True,
        upload_limit=0,
        serve=lambda _: None,
    )


SAID = {"type": "message", "content": [{"type": "text", "text": "It is one."}]}
CALLED = {"type": "tool_calls", "calls": [{"type": "code_interpreter", "input": "print(1)"}]}
SCENARIO = {"steps": [CALLED, SAID, SAID]}


def test_a_run_goes_on_after_its_server_was_killed_at_any_event() -> None:
    whole = desk()
    thread, id = begun(whole, SCENARIO)
    with whole.store:
        events = len(list(play(whole, thread, id)))
    assert events > 20
    for killed in range(events):
        cut = desk()
        thread, id = begun(cut, SCENARIO)
        playing = play_some(cut, thread, id, killed)
        assert playing == killed
        with cut.store:
            run = cut.store.find("thread.run", id, owner=thread)
            assert run is not None
            assert advance(cut, run).document["status"] == "completed"
            steps = cut.store.select("thread.run.step", owner=id)
            messages = cut.store.select("thread.message", owner=thread)
        assert [(step.document["type"], step.document["status"]) for step in steps] == [
            ("tool_calls", "completed"),
            ("message_creation", "completed"),
            ("message_creation", "completed"),
        ]
        said = [message.document["content"][0]["text"]["value"] for message in messages]
        assert said == ["It is one."] * 2


def play_some(desk: Desk, thread: str, id: str, count: int) -> int:
    """Play some events of a run, each in a transaction of its own; return their number."""
    with desk.store:
        events = play(desk, thread, id)
    played = 0
    while played < count:
        with desk.store:
            next(events)
        played += 1
    return played
