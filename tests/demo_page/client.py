"""What a chat page does, without a browser: it asks, reads turns, and stops them."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Frame", "PageClient"]


class Frame(NamedTuple):
    """A server-sent event."""

    id: str
    event: dict[str, Any]


class PageClient:
    """A client of a page, in one chat."""

    def __init__(self, address: str, chat: str) -> None:
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=30)
        self.chat = chat
        self._turns = f"chats/{chat}/turns"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, text: str, turn: int = 1) -> int:
        """Ask, and return the status."""
        return self.post(turn, json={"text": text}).status_code

    def post(self, turn: int | str = 1, **body: Any) -> httpx.Response:
        return self._http.post(f"{self._turns}/{turn}", **body)

    def stop(self, turn: int = 1) -> int:
        return self._http.post(f"{self._turns}/{turn}/stop").status_code

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._http.get(path, headers=headers)

    def get_turn(self, turn: int = 1, *, after: str | None = None) -> httpx.Response:
        """Return the response with a turn that has ended."""
        headers = {} if after is None else {"last-event-id": after}
        return self._http.get(f"{self._turns}/{turn}", headers=headers)

    def read(self, turn: int = 1, after: str | None = None) -> list[Frame]:
        """Return the events of a turn, to its end."""
        with self.reading(turn, after) as frames:
            return [*frames]

    @contextmanager
    def reading(self, turn: int = 1, after: str | None = None) -> Generator[Iterator[Frame]]:
        """Read the events of a turn as they come."""
        headers = {} if after is None else {"last-event-id": after}
        with self._http.stream("GET", f"{self._turns}/{turn}", headers=headers) as response:
            response.raise_for_status()
            yield _frames(response.iter_lines())


def _frames(lines: Iterator[str]) -> Iterator[Frame]:
    number = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            number = value
        elif name == "data":
            yield Frame(number, json.loads(value))
