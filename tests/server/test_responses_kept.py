"""Responses that the embedded server keeps: in the background, resumed, cancelled, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from streamkit.server import EmbeddedServer

ASK: dict[str, Any] = {"model": "m", "input": "Tell me about rivers"}
NEVER = {"x-streamkit-pace": "3600"}
"""A pace so slow that nothing comes after the first event."""
PATIENCE = 10.0


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[Any]:
    with openai.OpenAI(
        base_url=server.base_url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture(scope="module")
def http(server: EmbeddedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url) as client:
        yield client


def left(client: Any, server: EmbeddedServer, **params: Any) -> str:
    """Return the id of a response whose client leaves after its first event."""
    stream: Any = client.responses.create(**ASK, stream=True, extra_headers=NEVER, **params)
    id: str = next(stream).response.id
    stream.close()
    assert server.exchanges[-1].wait(PATIENCE) == "cut"
    return id


def test_a_response_can_be_retrieved(client: Any) -> None:
    response = client.responses.create(**ASK)
    assert client.responses.retrieve(response.id) == response


def test_a_response_can_be_retrieved_once_its_last_event_is_read(client: Any) -> None:
    *_, last = client.responses.create(**ASK, stream=True)
    assert last.type == "response.completed"
    assert client.responses.retrieve(last.response.id) == last.response


def test_one_that_is_not_stored_cannot_be_retrieved(client: Any) -> None:
    response = client.responses.create(**ASK, store=False)
    with pytest.raises(openai.NotFoundError, match="not found"):
        client.responses.retrieve(response.id)


def test_one_in_the_background_goes_through_its_states(client: Any) -> None:
    response = client.responses.create(**ASK, background=True)
    states = [response.status]
    while response.status in {"queued", "in_progress"}:
        response = client.responses.retrieve(response.id)
        states.append(response.status)
    assert states == ["queued", "in_progress", "completed"]
    assert response.output_text == client.responses.create(**ASK).output_text


def test_the_server_says_when_to_poll_again(http: httpx.Client) -> None:
    created = http.post("/responses", json={**ASK, "background": True})
    assert created.headers["openai-poll-after-ms"] == "10"


def test_without_polls_it_is_done_at_once(client: Any) -> None:
    response = client.responses.create(
        **ASK, background=True, extra_headers={"x-streamkit-polls": "0"}
    )
    assert response.status == "completed"


def test_one_in_the_background_goes_on_when_its_client_has_left(
    client: Any, server: EmbeddedServer
) -> None:
    id = left(client, server, background=True)
    assert client.responses.retrieve(id).status == "completed"


def test_any_other_is_forgotten_when_its_client_has_left(
    client: Any, server: EmbeddedServer
) -> None:
    id = left(client, server)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(id)


def test_a_cut_forgets_it_as_well(client: Any) -> None:
    events: Any = client.responses.create(
        **ASK, stream=True, extra_headers={"x-streamkit-fault": "cut?after=5"}
    )
    id = next(events).response.id
    with pytest.raises(openai.APIConnectionError):
        list(events)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(id)


@pytest.mark.parametrize("number", [0, 7, 10_000])
def test_a_stream_is_resumed_after_an_event(
    client: Any, server: EmbeddedServer, number: int
) -> None:
    id = left(client, server, background=True)
    whole = list(client.responses.retrieve(id, stream=True))
    rest = list(client.responses.retrieve(id, stream=True, starting_after=number))
    assert rest == whole[number + 1 :]


def test_a_stream_is_joined_while_it_goes_on(client: Any) -> None:
    first: Any = client.responses.create(**ASK, stream=True, background=True, extra_headers=NEVER)
    id = next(first).response.id
    assert client.responses.retrieve(id).status == "in_progress"
    *_, last = client.responses.retrieve(id, stream=True, starting_after=3)
    assert last.type == "response.completed"
    assert client.responses.retrieve(id).status == "completed"
    first.close()


def test_padding_can_be_left_out_of_a_resumed_stream(client: Any, server: EmbeddedServer) -> None:
    id = left(client, server, background=True)
    rest = client.responses.retrieve(id, stream=True, include_obfuscation=False)
    assert not any("obfuscation" in event.to_dict() for event in rest)


@pytest.mark.parametrize(
    "params", [{}, {"background": True}, {"stream": True}], ids=["plain", "polled", "streamed"]
)
def test_only_a_stream_in_the_background_can_be_resumed(
    client: Any, params: dict[str, Any]
) -> None:
    made: Any = client.responses.create(**ASK, **params)
    id = list(made)[-1].response.id if "stream" in params else made.id
    with pytest.raises(openai.BadRequestError, match="cannot be streamed"):
        client.responses.retrieve(id, stream=True)


def test_a_response_in_the_background_is_cancelled(client: Any) -> None:
    response = client.responses.create(**ASK, background=True)
    assert client.responses.cancel(response.id).status == "cancelled"
    assert client.responses.cancel(response.id).status == "cancelled"
    assert client.responses.retrieve(response.id).status == "cancelled"


def test_a_cancelled_stream_ends_without_a_last_event(client: Any) -> None:
    events: Any = client.responses.create(**ASK, stream=True, background=True, extra_headers=NEVER)
    id = next(events).response.id
    client.responses.cancel(id)
    assert [event.type for event in events] == []
    assert client.responses.retrieve(id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="was cancelled"):
        client.responses.retrieve(id, stream=True)


def test_a_synchronous_response_is_not_cancelled(client: Any) -> None:
    response = client.responses.create(**ASK)
    with pytest.raises(openai.BadRequestError, match="Cannot cancel a synchronous response"):
        client.responses.cancel(response.id)


def test_a_deleted_response_is_gone(client: Any, http: httpx.Client) -> None:
    id = client.responses.create(**ASK).id
    assert http.delete(f"/responses/{id}").json() == {
        "id": id,
        "object": "response",
        "deleted": True,
    }
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(id)
    with pytest.raises(openai.NotFoundError):
        client.responses.input_items.list(id)


def test_the_items_of_its_input_come_in_pages(client: Any) -> None:
    first = client.responses.create(**ASK)
    second = client.responses.create(
        model="m", input="And lakes?", previous_response_id=first.id, store=True
    )
    pages = client.responses.input_items.list(second.id, order="asc", limit=2)
    items: list[Any] = list(pages)
    assert [item.content[0].text for item in items] == [
        ASK["input"],
        first.output_text,
        "And lakes?",
    ]
    assert [page.has_more for page in pages.iter_pages()] == [True, False]


def test_one_that_goes_on_cannot_be_continued(client: Any) -> None:
    first = client.responses.create(**ASK, background=True)
    with pytest.raises(openai.BadRequestError, match="has not ended yet"):
        client.responses.create(**ASK, previous_response_id=first.id)


def test_responses_outlive_the_server_in_its_database(tmp_path: Any) -> None:
    with EmbeddedServer(database=tmp_path / "kept.db") as server:
        with openai.OpenAI(base_url=server.base_url, api_key="any") as client:
            id = client.responses.create(model="m", input="Hi", background=True).id
    with EmbeddedServer(database=tmp_path / "kept.db", polls=0) as server:
        with openai.OpenAI(base_url=server.base_url, api_key="any") as client:
            states = [client.responses.retrieve(id).status for _ in range(2)]
    assert states == ["in_progress", "completed"]
