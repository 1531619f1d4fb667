"""Batches of messages of the embedded server; the `anthropic` package is the client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from streamkit.server import EmbeddedServer

PARAMS: Any = {
    "model": "m",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Tell me about rivers"}],
}
BAD: Any = {**PARAMS, "messages": []}


@pytest.fixture
def client() -> Iterator[anthropic.Anthropic]:
    with EmbeddedServer(models=["m"]) as server:
        with anthropic.Anthropic(
            base_url=server.url, api_key="any", max_retries=0, _strict_response_validation=True
        ) as client:
            yield client


def create(client: anthropic.Anthropic, **params: Any) -> Any:
    return client.messages.batches.create(
        requests=[{"custom_id": name, "params": each} for name, each in params.items()]
    )


def ended(client: anthropic.Anthropic, batch: Any) -> Any:
    while batch.processing_status != "ended":
        batch = client.messages.batches.retrieve(batch.id)
    return batch


def test_a_batch_ends_after_some_polls(client: anthropic.Anthropic) -> None:
    batch = create(client, first=PARAMS)
    polled = [client.messages.batches.retrieve(batch.id) for _ in range(2)]
    states = [each.processing_status for each in (batch, *polled)]
    assert states == ["in_progress", "in_progress", "ended"]
    assert batch.request_counts.processing == 1
    assert polled[-1].request_counts.succeeded == 1


def test_each_request_has_its_result(client: anthropic.Anthropic) -> None:
    unknown = {**PARAMS, "model": "other"}
    batch = ended(client, create(client, good=PARAMS, bad=BAD, unknown=unknown))
    results: dict[str, Any] = {
        each.custom_id: each.result for each in client.messages.batches.results(batch.id)
    }
    assert results["good"].message == client.messages.create(**PARAMS)
    assert results["bad"].error.error.type == "invalid_request_error"
    assert results["bad"].error.error.message == "messages: at least one message is required"
    assert results["unknown"].error.error.type == "not_found_error"
    counts = batch.request_counts
    assert (counts.succeeded, counts.errored, counts.processing) == (1, 2, 0)


def test_a_cancelled_batch_ends_without_messages(client: anthropic.Anthropic) -> None:
    batch = create(client, first=PARAMS, second=PARAMS)
    assert client.messages.batches.cancel(batch.id).processing_status == "canceling"
    batch = client.messages.batches.retrieve(batch.id)
    assert (batch.processing_status, batch.request_counts.canceled) == ("ended", 2)
    results: Any = list(client.messages.batches.results(batch.id))
    assert [each.result.type for each in results] == ["canceled", "canceled"]
    assert client.messages.batches.cancel(batch.id).processing_status == "ended"


def test_batches_are_listed_in_pages_the_latest_first(client: anthropic.Anthropic) -> None:
    made = [create(client, first=PARAMS).id for _ in range(3)]
    pages = client.messages.batches.list(limit=2)
    assert [batch.id for batch in pages] == made[::-1]
    before = client.messages.batches.list(before_id=made[0], limit=1)
    assert [batch.id for batch in before.data] == [made[1]]


def test_only_an_ended_batch_is_deleted(client: anthropic.Anthropic) -> None:
    batch = create(client, first=PARAMS)
    with pytest.raises(anthropic.BadRequestError, match="still being processed"):
        client.messages.batches.delete(batch.id)
    batch = ended(client, batch)
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(batch.id)


def test_results_are_not_there_before_the_end(client: anthropic.Anthropic) -> None:
    batch = create(client, first=PARAMS)
    with pytest.raises(anthropic.NotFoundError, match="no results yet"):
        client.get(f"/v1/messages/batches/{batch.id}/results", cast_to=object)


REFUSED: list[tuple[list[Any], str]] = [
    ([], "requests: List should have 1 to 10000 items"),
    ([{"custom_id": "a b", "params": {}}], "String should match pattern"),
    ([{"custom_id": "a"}], "requests.0.params: Field required"),
    ([{"custom_id": "a", "params": {}}] * 2, "requests: custom_id must be unique"),
]


@pytest.mark.parametrize(("requests", "message"), REFUSED)
def test_a_bad_batch_is_refused(
    client: anthropic.Anthropic, requests: list[Any], message: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=message):
        client.messages.batches.create(requests=requests)


def test_without_polls_a_batch_is_done_at_once() -> None:
    with EmbeddedServer(polls=0) as server:
        with anthropic.Anthropic(base_url=server.url, api_key="any") as client:
            assert create(client, first=PARAMS).processing_status == "ended"


def test_a_batch_takes_no_more_work_than_a_message_may(client: anthropic.Anthropic) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "minLength": 90_000}}}
    heavy = {**PARAMS, "tools": [{"name": "f", "input_schema": schema}]}
    batch = ended(client, create(client, **{f"r{place}": heavy for place in range(30)}))
    assert batch.request_counts.errored > 0
