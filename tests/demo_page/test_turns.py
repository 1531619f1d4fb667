"""Turns of a chat: asked in one place, read in many, resumed, and stopped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from streamkit.cli.demo_page import demo_page, turn
from streamkit.eventlog import EventLog, MemoryLog
from streamkit.server import EmbeddedServer
from tests.demo_page.client import Frame, PageClient
from tests.eventlog.backends import Backend, Memory, Redis, SQLite
from tests.eventlog.redis_server import RedisServer
from tests.programs import VALKEY, needed

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIP = "Plan a trip"
STALLED = "stall?after=20"


@pytest.fixture
def page(address: str, chat: str) -> Iterator[PageClient]:
    with PageClient(address, chat) as page:
        yield page


@pytest.fixture(scope="module")
def valkey() -> Iterator[RedisServer]:
    server = RedisServer(needed(VALKEY)).start()
    yield server
    server.close()


@pytest.fixture(params=["memory", "sqlite", pytest.param("valkey", marks=pytest.mark.thorough)])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    made: Backend
    if request.param == "valkey":
        made = Redis(request.getfixturevalue("valkey").url)
    else:
        made = Memory() if request.param == "memory" else SQLite()
    yield made
    made.close()


def text_of(frames: list[Frame]) -> str:
    return "".join(frame.event.get("delta", "") for frame in frames)


def statuses(frames: list[Frame]) -> list[str]:
    """Return how a turn ended, which it does once."""
    return [frame.event["status"] for frame in frames if frame.event["type"] == "end"]


def test_a_turn_is_its_question_and_an_answer_of_its_type(page: PageClient) -> None:
    assert page.ask(TRIP) == 202
    question, *answer = page.read()
    assert question.event == {"type": "question", "text": TRIP}
    assert text_of(answer).startswith('{"title":"Three days in Lisbon"')
    assert statuses(answer) == ["complete"]


@pytest.mark.parametrize(
    ("text", "member"),
    [("a RECIPE, please", "ingredients"), ("holiday?", "stops"), ("Hello", "how_it_works")],
)
def test_the_answer_fits_the_question(text: str, member: str, page: PageClient) -> None:
    page.ask(text)
    frames = page.read()
    assert f'"{member}":' in text_of(frames)
    assert statuses(frames) == ["complete"]


@pytest.mark.parametrize(
    ("mark", "status", "said"),
    [
        ("[[cut]]", "truncated", "The answer was cut off."),
        ("[[error]]", "error", "An error occurred."),
    ],
)
def test_a_mark_lets_the_answer_go_wrong_in_the_middle(
    mark: str, status: str, said: str, page: PageClient
) -> None:
    page.ask(f"{TRIP} {mark}")
    *answer, end = page.read()
    assert text_of(answer).startswith('{"title":"Three')
    assert (end.event["status"], end.event["error"]["message"]) == (status, said)


def test_a_refusal_is_an_answer(page: PageClient) -> None:
    page.ask(f"{TRIP} [[refuse]]")
    frames = page.read()
    assert {"refusal.delta", "refusal.done"} <= {frame.event["type"] for frame in frames}
    assert statuses(frames) == ["complete"]


def test_every_log_can_be_read_by_two_resumed_and_stopped(backend: Backend) -> None:
    with (
        EmbeddedServer(fault=STALLED) as server,
        demo_page(server, backend.log(), pace=0) as address,
        PageClient(address, "c") as page,
    ):
        page.ask(TRIP)
        assert server.stalled(30)
        with page.reading() as one, page.reading() as other:
            before = [next(one) for _ in range(10)]
            assert [next(other) for _ in range(10)] == before
            server.release()
            whole = [*before, *one]
            assert [*before, *other] == whole
        assert page.read(after=before[-1].id) == whole[10:]
        page.ask(TRIP, turn=2)
        assert server.stalled(30)
        assert page.stop(2) == 202
        stopped = page.read(2)
        assert statuses(stopped) == ["cancelled"]
        assert text_of(whole).startswith(text_of(stopped))
        assert server.exchanges[-1].wait(30) == "cut"


def test_an_answer_goes_on_when_nobody_reads_it(page: PageClient, stalls: EmbeddedServer) -> None:
    page.ask(TRIP)
    with page.reading() as frames:
        next(frames)
    assert stalls.stalled(30)
    stalls.release()
    assert stalls.exchanges[-1].wait(30) == "completed"
    assert statuses(page.read()) == ["complete"]


def test_a_reader_waits_for_a_turn_that_another_process_begins(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processes share the log, as those of two machines do."""
    monkeypatch.setattr(turn, "LOOK", 0.02)
    read: list[Frame] = []
    with (
        EmbeddedServer() as one,
        EmbeddedServer() as other,
        demo_page(one, backend.log(), pace=0) as here,
        demo_page(other, backend.log(), pace=0) as there,
        PageClient(here, "c") as reader,
        PageClient(there, "c") as asker,
    ):
        with reader.reading() as frames:  # the head of the response has come: it waits
            assert asker.ask(TRIP) == 202
            read = [*frames]
    assert statuses(read) == ["complete"]


def test_of_two_that_ask_at_once_one_has_the_turn(
    page: PageClient, address: str, chat: str
) -> None:
    with PageClient(address, chat) as other, ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(asker.ask, TRIP) for asker in (page, other)]
    assert sorted(answer.result() for answer in answers) == [202, 409]
    assert statuses(page.read()) == ["complete"]


def test_an_answer_that_is_not_kept_any_more_is_gone(page: PageClient, log: EventLog) -> None:
    page.ask(TRIP)
    last = page.read()[-1].id
    assert page.get_turn(after=last).status_code == 204
    log.expire(f"demo/{page.chat}/1")
    assert page.get_turn().status_code == 410
    forgotten = page.get_turn(2, after=last)
    assert (forgotten.status_code, forgotten.json()["error"]) == (
        410,
        "This answer is not kept any more.",
    )


def test_a_log_that_cannot_be_written_is_said() -> None:
    with (
        EmbeddedServer() as server,
        MemoryLog() as log,
        demo_page(server, log) as address,
        PageClient(address, "c") as page,
    ):
        log.close()
        response = page.post(json={"text": TRIP})
    assert (response.status_code, [*response.json()]) == (503, ["error"])


@pytest.mark.parametrize(
    ("status", "number", "body"),
    [
        (400, 1, {"json": {}}),
        (400, 1, {"json": {"text": 1}}),
        (400, 1, {"json": {"text": " \n"}}),
        (400, 1, {"content": b"\xff"}),
        (400, 1, {"content": rb'{"text": "\ud800"}'}),
        (400, 1, {"content": b'{"text":' + b"[" * 10_000}),
        (413, 1, {"json": {"text": "x" * 2001}}),
        (413, 1, {"content": b" " * 20_000}),
        (404, 0, {"json": {"text": "x"}}),
        (404, "9" * 30, {"json": {"text": "x"}}),
        (404, "x", {"json": {"text": "x"}}),
    ],
    ids=[
        "nothing", "no text", "blank", "no UTF-8", "half a letter", "nested", "long", "endless",
        "no turn", "a far turn", "no number",
    ],
)  # fmt: skip
def test_an_odd_question_is_refused(
    status: int, number: int | str, body: dict[str, Any], page: PageClient
) -> None:
    response = page.post(number, **body)
    assert (response.status_code, [*response.json()]) == (status, ["error"])


@pytest.mark.parametrize(
    "path",
    ["missing.js", "__init__.py", "..%2fanswers.py", "turn", "chats/a-b/turns/1", "chats/c"],
)
def test_only_the_files_of_the_page_are_served(path: str, page: PageClient) -> None:
    assert page.get(path).status_code == 404


def test_a_place_that_is_none_is_refused(page: PageClient) -> None:
    page.ask(TRIP)
    assert page.get_turn(after="x").status_code == 400


def test_what_was_never_asked_cannot_be_stopped(page: PageClient) -> None:
    assert page.stop() == 404


def test_a_page_from_elsewhere_is_refused(page: PageClient, server: EmbeddedServer) -> None:
    assert page.get("", origin="https://elsewhere.example").status_code == 403
    assert page.get("", host="elsewhere.example").status_code == 403
    assert not any(exchange.path.startswith("/demo") for exchange in server.exchanges)


def test_the_page_is_whole_whatever_is_the_fault_of_the_api() -> None:
    with (
        EmbeddedServer(fault="hang_up") as server,
        MemoryLog() as log,
        demo_page(server, log) as address,
        PageClient(address, "c") as page,
    ):
        found = page.get("")
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'self'" in found.headers["content-security-policy"]
        page.ask(TRIP)
        assert statuses(page.read()) == ["error"]
