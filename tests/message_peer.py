"""The events and the message that the ``anthropic`` package makes of bytes."""

from __future__ import annotations

import warnings
from typing import Any

import anthropic
import httpx2

from tests.message_streams import ASKED, frames


def peer_run(events: Any, *, raw: bool = False, **params: Any) -> tuple[list[Any], Any]:
    """Return the events of the package's stream, and its error or the final message.

    Args:
        events: The events of the stream, or its bytes.
        raw: Whether to take ``create(stream=True)`` and not the helper ``stream()``.
        params: The parameters of the request.
    """
    body = events if isinstance(events, bytes) else frames(events)
    emitted: list[Any] = []
    with _client(body) as client:
        messages: Any = client.messages
        try:
            if raw:
                emitted.extend(messages.create(**ASKED | params, stream=True))
                return emitted, None
            with messages.stream(**ASKED | params) as stream:
                # Copied, because later events change the objects in earlier ones.
                emitted.extend(event.model_copy(deep=True) for event in stream)
                return emitted, stream.get_final_message()
        except Exception as error:  # noqa: BLE001 - the test judges it
            return emitted, error


def peer_data(event: Any) -> dict[str, Any]:
    """Return an event of the package as plain data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydantic's, about loosely built unions
        data: dict[str, Any] = event.to_dict(mode="json")
    return data


def _client(body: bytes) -> anthropic.Anthropic:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "text/event-stream", "request-id": "req_1"}
        return httpx2.Response(200, headers=headers, content=body)

    return anthropic.Anthropic(
        api_key="sk-any",
        base_url="http://127.0.0.1:1",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )
