"""The events of a stream are rows, in pages, and filters choose among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit.inspector.event_rows import Filter, numbers_of, rows_of
from streamkit.inspector.stream import Stream
from tests.inspector.recordings import ALL, KEYS, THREE, TOOLS, asked, long, size
from tests.trace.test_trace import chunk, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.recording import Recording


def of(recording: Recording) -> Stream:
    stream = Stream.of("1", "x", recording)
    stream.catch_up()
    return stream


def rows(recording: Recording, **wanted: Any) -> list[dict[str, Any]]:
    stream = of(recording)
    return rows_of(stream, numbers_of(stream, Filter(**wanted)), 0, 10_000)


NESTED = recorded(
    (1, chunk(content='{"days": [{"city": "Pa')),
    (2, chunk(content='ris"}, {"city": "Rome", "x y": 1')),
    (3, chunk(content="}]}")),
    (4, chunk("stop") + b"data: [DONE]\n\n"),
    request=asked("Plan"),
    ended=4.0,
)


def test_a_row_shows_what_is_new_in_its_event() -> None:
    shown = rows(TOOLS, type="!chunk")
    assert [row["text"] for row in shown[:5]] == ["{", '"', "city", '":', ' "']
    assert shown[-1]["text"] == "567 + 66 tokens"
    assert shown[-2]["text"] == "tool_calls"
    assert {row["type"] for row in shown[:5]} == {"tool_calls.function.arguments.delta"}
    assert [row["n"] for row in shown] == sorted(row["n"] for row in shown)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 148),
        ({"type": "chunk"}, 74),
        ({"type": "!chunk"}, 74),
        ({"type": "content"}, 68),
        ({"type": "content.done"}, 3),
        ({"choice": 1}, 19),
        ({"choice": 7}, 0),
        ({"type": "content.delta", "text": "Ada"}, 3),
        ({"path": "$.year"}, 3),
        ({"path": "*"}, 15),
        ({"path": "$.year", "choice": 0, "text": "}"}, 0),
        ({"path": "nothing"}, 0),
    ],
    ids=str,
)
def test_a_filter_lets_pass_what_it_names(wanted: dict[str, Any], count: int) -> None:
    assert len(rows(THREE, **wanted)) == count


@pytest.mark.parametrize(
    ("path", "frames"),
    [
        ("$.days[0].city", [0, 1]),
        ("days[*].city", [0, 1]),
        ("$.days[1]", [1, 2]),
        ("$", [0, 1, 2]),
        ("$.days[1]['x y']", [2]),
    ],
)
def test_a_path_finds_the_events_that_add_to_it_or_within_it(path: str, frames: list[int]) -> None:
    assert [row["frame"] for row in rows(NESTED, path=path)] == frames


def test_a_row_names_the_path_that_its_event_ends_at() -> None:
    paths = [row["path"] for row in rows(NESTED, type="content.delta")]
    assert paths == ["$.days[0].city", "$.days[1].city", "$['days'][1]['x y']"]


def test_the_time_since_the_last_row_is_that_of_the_rows_that_are_shown() -> None:
    stream = of(NESTED)
    numbers = numbers_of(stream, Filter("content.delta"))
    shown = rows_of(stream, numbers, 1, 2)
    assert [(row["at"], row["since"]) for row in shown] == [(2, 1), (3, 1)]


def test_a_page_is_bounded_however_long_the_stream_is(get: Callable[..., Any]) -> None:
    stream = of(long(2000))
    page = rows_of(stream, numbers_of(stream, Filter()), 3000, 200)
    assert [row["n"] for row in page] == [*range(3000, 3200)]
    assert size(page) < 40_000
    for name in ALL:
        assert size(get(name, "events", count=200)) < 60_000, name


def test_the_server_pages_and_finds_the_place_of_an_event(get: Callable[..., Any]) -> None:
    page = get("three", "events", type="!chunk", first=10, count=5)
    assert (page["total"], page["first"], len(page["rows"])) == (74, 10, 5)
    third = page["rows"][2]
    assert get("three", "place", type="!chunk", n=third["n"]) == {"position": 12}
    assert get("three", "place", type="!chunk", n=third["n"] - 1)["position"] in {11, 12}
    assert get("three", "events", first=10_000)["rows"] == []


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"path": "$..x"}, "'..' is not supported"),
        ({"first": "-1"}, "first is no number"),
        ({"count": "9" * 30}, "count is no number"),
        ({"first": "x"}, "first is no number"),
        ({"first": "٣"}, "first is no number"),
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(
    params: dict[str, str], said: str, http: httpx.Client
) -> None:
    answer = http.get(f"api/streams/{KEYS['tools']}/events", params=params)
    assert answer.status_code == 400
    assert said in answer.text
