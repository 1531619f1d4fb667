"""The results of both packages for one body of a streamed response."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.differential.listening import CLIENT, OURS, PEER, PEER_CLIENT, plain

__all__ = ["Heard", "hear_ours", "hear_peer", "read"]

ASKED: dict[str, Any] = {"model": "m", "input": "hello"}


@dataclass
class Heard:
    """The events of a stream, its end, and the response."""

    events: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    response: Any = None

    @property
    def types(self) -> list[str]:
        return [event.type.removeprefix("response.") for event in self.events]

    def of(self, type_: str) -> list[Any]:
        """Return the events of one type."""
        return [event for event in self.events if event.type == f"response.{type_}"]


def hear_peer(pieces: Iterable[bytes], **params: Any) -> Heard:
    """Read a body with the openai package."""
    heard = Heard()
    with PEER.saying(pieces):
        try:
            with PEER_CLIENT.responses.stream(**{**ASKED, **params}) as stream:
                for event in stream:
                    heard.events.append(event)
                heard.response = stream.get_final_response()
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.error = error
    return heard


def hear_ours(pieces: Iterable[bytes], **params: Any) -> Heard:
    """Read a body with streamkit."""
    heard = Heard()
    with OURS.saying(pieces):
        try:
            with CLIENT.responses.stream(**{**ASKED, **params}) as stream:
                for event in stream:
                    heard.events.append(event)
                heard.response = stream.get_final_response()
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.error = error
    return heard


def read(events: Iterable[Any], *names: str) -> list[tuple[Any, ...]]:
    """Return these members of each event, as plain data."""
    return [tuple(plain(getattr(event, name)) for name in names) for event in events]
