"""Each fault changes the sent bytes as documented, for the chosen requests, as often as asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.server import EmbeddedServer
from streamkit.server.dialects import Dialect
from streamkit.server.faults import KINDS, BrokenTLS, read
from streamkit.server.faults.fault import Do, Frame, Pause
from streamkit.server.faults.frames import Frames
from streamkit.server.faults.kinds import Cut
from tests.faults.roads import PATIENCE

ASKED: dict[str, Any] = {
    "model": "m",
    "stream": True,
    "messages": [{"role": "user", "content": "hi"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def http(server: EmbeddedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url) as http:
        yield http


def ask(http: httpx.Client, fault: str | None = None, **params: Any) -> httpx.Response:
    headers = {} if fault is None else {"x-streamkit-fault": fault}
    return http.post("/chat/completions", json=ASKED | params, headers=headers)


def events(body: bytes) -> list[bytes]:
    return [event + b"\n\n" for event in body.split(b"\n\n")[:-1]]


# The notation of faults


@pytest.mark.parametrize(
    "fault",
    [
        "cut?after=3&unit=bytes",
        '{"kind": "cut", "after": 3, "unit": "bytes"}',
        {"kind": "cut", "after": 3, "unit": "bytes"},
        read("cut?after=3&unit=bytes"),
    ],
)
def test_a_fault_is_text_or_json_or_a_mapping(fault: Any) -> None:
    assert read(fault) == Cut(after=3, unit="bytes")


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("nope", "no fault 'nope': there are status, "),
        ("", "no fault ''"),
        ("cut?after", "bad query field"),
        ("cut?after=x", "Expected `int`"),
        ("cut?after=-1", ">= 0"),
        ("cut?before=1", "unknown field `before`"),
        ("cut?times=0", ">= 1"),
        ({"after": 1}, "no fault None"),
        ({"kind": "cut", "after": "1"}, "Expected `int`"),
        ("{", "truncated"),
    ],
)
def test_what_is_no_fault_is_refused(fault: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        EmbeddedServer(fault=fault)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_needs_no_more_than_its_name(kind: str) -> None:
    assert type(read(kind)) is KINDS[kind]


# The requests that a fault affects


def test_a_request_names_its_fault_in_a_header(http: httpx.Client) -> None:
    assert ask(http, "status?code=418").status_code == 418
    assert ask(http).status_code == 200


def test_a_request_names_its_fault_by_its_model(http: httpx.Client) -> None:
    assert ask(http, model="fault:status?code=418").status_code == 418


def test_a_fault_that_does_not_exist_is_a_bad_request(http: httpx.Client) -> None:
    answer = ask(http, "nope")
    assert answer.status_code == 400
    assert "nope" in answer.json()["error"]["message"]


def test_the_server_s_fault_hits_who_names_none(server: EmbeddedServer, http: httpx.Client) -> None:
    server.fault = "status?code=418"
    try:
        assert ask(http).status_code == 418
        assert http.get("/models").status_code == 418
        assert ask(http, "status?code=503").status_code == 503
        assert server.fault == read("status?code=418")
    finally:
        server.fault = None
    assert ask(http).status_code == 200


def test_a_fault_spares_what_is_refused_anyway(http: httpx.Client) -> None:
    assert ask(http, "hang_up", nonsense=1).status_code == 400


def test_a_fault_with_times_lets_the_repetition_of_a_request_pass(http: httpx.Client) -> None:
    fault = "status?code=500&times=2"
    one: list[Any] = [{"role": "user", "content": "one"}]
    other: list[Any] = [{"role": "user", "content": "other"}]
    asked = [one, one, other, one, other, other]
    codes = [ask(http, fault, messages=messages).status_code for messages in asked]
    assert codes == [500, 500, 500, 200, 500, 200]


# The effects


def test_cut_bytes_are_counted_exactly(http: httpx.Client) -> None:
    whole = ask(http).content
    for count in (0, 1, 100, len(whole) - 1):
        got = bytearray()
        with pytest.raises(httpx.RemoteProtocolError):
            read_into(got, http, f"cut?after={count}&unit=bytes")
        assert bytes(got) == whole[:count]


def read_into(got: bytearray, http: httpx.Client, fault: str) -> None:
    headers = {"x-streamkit-fault": fault}
    with http.stream("POST", "/chat/completions", json=ASKED, headers=headers) as response:
        for data in response.iter_bytes():
            got += data


def test_a_truncated_answer_ends_well(http: httpx.Client) -> None:
    assert ask(http, "truncate?after=3").content == b"".join(events(ask(http).content)[:3])


def test_a_reset_is_one(http: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError, match="reset"):
        read_into(bytearray(), http, "reset?after=3")


def test_half_a_frame_is_half_of_it(http: httpx.Client) -> None:
    whole = events(ask(http).content)
    got = bytearray()
    with pytest.raises(httpx.RemoteProtocolError):
        read_into(got, http, "half_frame?after=3")
    assert bytes(got) == b"".join(whole[:3]) + whole[3][: len(whole[3]) // 2]


def test_dripping_changes_nothing(http: httpx.Client) -> None:
    with http.stream(
        "POST", "/chat/completions", json=ASKED, headers={"x-streamkit-fault": "drip?size=50"}
    ) as response:
        pieces = list(response.iter_bytes())
    assert b"".join(pieces) == ask(http).content


def test_garbage_comes_besides_the_events(http: httpx.Client) -> None:
    whole = events(ask(http).content)
    got = events(ask(http, "garbage?after=2").content)
    assert got[:2] + got[3:] == whole
    assert got[2] == b"data: {\x00\xff]\n\n"


@pytest.mark.parametrize("after", [0, 2, 1000])
def test_an_event_comes_twice(http: httpx.Client, after: int) -> None:
    whole = events(ask(http).content)
    assert events(ask(http, f"duplicate?after={after}").content) == [
        *whole[: after + 1],
        *whole[after : after + 1],
        *whole[after + 1 :],
    ]


@pytest.mark.parametrize("after", [0, 2, -1, -2])
def test_events_change_places_and_none_is_lost(http: httpx.Client, after: int) -> None:
    whole = events(ask(http).content)
    place = after % len(whole)
    got = events(ask(http, f"reorder?after={place}").content)
    assert got == [
        *whole[:place],
        *whole[place + 1 : place + 2],
        whole[place],
        *whole[place + 2 :],
    ]


def test_an_error_event_ends_the_answer(http: httpx.Client) -> None:
    *before, error = events(ask(http, "error?after=2&message=too hot&named=1").content)
    assert before == events(ask(http).content)[:2]
    name, data = error.splitlines()[:2]
    assert name == b"event: error"
    assert json.loads(data.removeprefix(b"data: "))["error"]["message"] == "too hot"


def test_comments_come_between_events(http: httpx.Client) -> None:
    whole = events(ask(http).content)
    got = events(ask(http, "keep_alives?after=1&count=3").content)
    assert got == [whole[0], *[b": keep-alive\n\n"] * 3, *whole[1:]]


def test_comments_without_end_stop_with_the_client(
    server: EmbeddedServer, http: httpx.Client
) -> None:
    headers = {"x-streamkit-fault": "keep_alives"}
    for params in (ASKED, ASKED | {"stream": False}):
        with http.stream("POST", "/chat/completions", json=params, headers=headers) as response:
            next(response.iter_bytes())
        assert server.exchanges[-1].wait(PATIENCE) == "cut"


@pytest.mark.parametrize("fault", ["stall?after=2", "silence"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_stalled_answer_goes_on_when_released(
    server: EmbeddedServer, http: httpx.Client, fault: str, stream: bool
) -> None:
    got: list[bytes] = []
    asking = threading.Thread(target=lambda: got.append(ask(http, fault, stream=stream).content))
    asking.start()
    assert server.stalled(PATIENCE)
    assert got == []
    assert server.release() == 1
    asking.join()
    assert got == [ask(http, stream=stream).content]


def test_a_stalled_answer_is_let_go_when_the_client_leaves(server: EmbeddedServer) -> None:
    headers = {"x-streamkit-fault": "stall?after=2"}
    url = server.base_url + "/chat/completions"
    with httpx.stream("POST", url, json=ASKED, headers=headers) as response:
        pieces = response.iter_bytes()  # the response is closed when the iterator is collected
        next(pieces)
        assert server.stalled(PATIENCE)
    assert server.exchanges[-1].wait(PATIENCE) == "cut"
    assert server.release() == 0


def test_a_stalled_answer_does_not_keep_a_server_from_stopping() -> None:
    with EmbeddedServer(fault="silence") as server:
        left: list[type[Exception]] = []

        def ask_in_vain() -> None:
            try:
                httpx.post(server.base_url + "/chat/completions", json=ASKED)
            except httpx.HTTPError as error:
                left.append(type(error))

        asking = threading.Thread(target=ask_in_vain)
        asking.start()
        assert server.stalled(PATIENCE)
    asking.join()
    assert left != []
    assert server.release() == 0


def test_nobody_waits_where_nothing_is_held_back(server: EmbeddedServer) -> None:
    assert server.stalled(0) is False
    assert server.release() == 0


def test_a_journal_distinguishes_a_cut_from_a_whole_answer(
    server: EmbeddedServer, http: httpx.Client
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        read_into(bytearray(), http, "cut?after=3")
    assert server.exchanges[-1].wait(PATIENCE) == "cut"


# The parts of faults


@given(st.binary(), st.lists(st.integers(0, 200)), st.booleans())
def test_frames_are_the_answer_however_it_comes(
    body: bytes, cuts: list[int], streamed: bool
) -> None:
    bounds = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[a:b] for a, b in pairwise(bounds)]
    frames = Frames(Dialect("req_1"), streamed=streamed)
    found = [frame for piece in pieces for frame in frames.feed(piece)]
    found += frames.close()
    assert b"".join(frame.data for frame in found) == body
    assert [frame.number for frame in found] == list(range(len(found)))
    assert [frame.offset for frame in found] == [
        sum(len(each.data) for each in found[:number]) for number in range(len(found))
    ]
    if not streamed:
        assert len(found) <= 2


@given(st.sampled_from(sorted(KINDS)), st.lists(st.binary(min_size=1), min_size=1, max_size=6))
def test_a_fault_after_the_end_is_none(kind: str, pieces: list[bytes]) -> None:
    place = {"after": 6} if "after" in KINDS[kind].__struct_fields__ else {}
    fault = read({"kind": kind, **place})
    frames = [
        Frame(data=data, number=number, offset=0, previous=b"", streamed=True, dialect=Dialect("r"))
        for number, data in enumerate(pieces)
    ]
    steps = [step for frame in frames for step in fault.steps(frame)]
    sent = [step for step in (*steps, *fault.rest(frames[-1])) if not isinstance(step, Pause)]
    assert sent == pieces
    assert not any(isinstance(step, Do) for step in steps)


def test_a_listener_with_broken_tls_has_its_address_while_it_runs() -> None:
    listener = BrokenTLS()
    with listener:
        assert listener.base_url.startswith("https://127.0.0.1:")
    with pytest.raises(RuntimeError, match="not running"):
        _ = listener.base_url
