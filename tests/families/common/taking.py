"""The ways to take common events from a protocol: each runs the same pipeline."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import reactivex
from reactivex import operators as rx

from streamkit import read
from tests.families.common.protocols import PROTOCOLS
from tests.http_server import Script, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reactivex import Observable

    from tests.families.common.answers import Answer
    from tests.families.common.protocols import Protocol

__all__ = [
    "TAKES",
    "Operator",
    "Take",
    "Taken",
    "begun",
    "by_channel",
    "events_of",
    "said",
    "source_of",
    "text_of",
]

Operator: TypeAlias = "Callable[[Observable[Any]], Observable[Any]]"


@dataclass
class Taken:
    """The outputs of a pipeline, and how it ended."""

    items: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None
    completed: bool = False
    requests: int = 0
    hung_up: bool = False
    """Whether the client closed the connection before the answer had ended."""

    def complete(self) -> None:
        self.completed = True

    def fail(self, error: Exception) -> None:
        self.error = error


Take: TypeAlias = "Callable[..., Taken]"


def take(
    protocol: Protocol,
    *scripts: Script,
    operator: Operator | None = None,
    leaves: bool = False,
    **asked: Any,
) -> Taken:
    """Observe an answer through an operator, on this thread.

    Args:
        protocol: The protocol of the answer.
        scripts: What the server does at each request.
        operator: What the pipeline consists of; by default nothing.
        leaves: Whether the server goes on until the client hangs up.
        asked: Parameters of ``Protocol.asked``.
    """
    taken = Taken()
    with ScriptedServer(*scripts) as server, protocol.open(server) as client:
        source = protocol.resource(client).observe(**protocol.asked(**asked))
        source.pipe(*_stages(operator)).subscribe(taken.items.append, taken.fail, taken.complete)
        taken.requests = len(server.requests)
        if leaves:
            taken.hung_up = server.hung_up.wait(10)
    return taken


def take_async(
    protocol: Protocol,
    *scripts: Script,
    operator: Operator | None = None,
    leaves: bool = False,
    **asked: Any,
) -> Taken:
    """Do the same on an event loop."""
    taken = Taken()

    async def main() -> None:
        ended = asyncio.Event()
        async with protocol.open_async(server) as client:
            source = protocol.resource(client).observe(**protocol.asked(**asked))
            pipeline = source.pipe(*_stages(operator), rx.finally_action(ended.set))
            pipeline.subscribe(taken.items.append, taken.fail, taken.complete)
            await ended.wait()
            if leaves:
                taken.hung_up = await asyncio.to_thread(server.hung_up.wait, 10)

    with ScriptedServer(*scripts) as server:
        asyncio.run(main())
        taken.requests = len(server.requests)
    return taken


TAKES: dict[str, Take] = {"sync": take, "async": take_async}


def _stages(operator: Operator | None) -> list[Operator]:
    return [] if operator is None else [operator]


def events_of(family: Any, answer: Answer) -> list[Any]:
    """Return the common events of an answer, without a server."""
    return list(read(PROTOCOLS[family].frames(answer), family))


def source_of(events: Sequence[Any], end: Exception | None = None) -> Observable[Any]:
    """Return an observable that emits on the thread of its subscriber."""
    last = reactivex.empty() if end is None else reactivex.throw(end)
    return reactivex.concat(reactivex.from_iterable(events), last)


def text_of(events: Sequence[Any]) -> str:
    return "".join(event.delta for event in events if event.type == "content.delta")


def begun(events: list[Any]) -> list[Any]:
    """Return the events of an answer until its last piece."""
    pieces = [n for n, event in enumerate(events) if event.type.endswith(".delta")]
    return events[: pieces[-1] + 1] if pieces else events[:1]


def said(event: Any) -> dict[str, Any] | None:
    """Return the content of an event in the words of all protocols; None for some events.

    Protocols differ in their chunks, in how often they count tokens, and in whether a refusal
    grows.
    """
    if event.type in {"chunk", "usage", "refusal.delta"}:
        return None
    data: dict[str, Any] = event.to_dict()
    for name in ("part", "raw_reason", "choice_index"):
        data.pop(name, None)
    for name in ("parsed", "parsed_arguments"):
        if name in data:
            data[name] = getattr(event, name)
    return data


def by_channel(events: Iterable[Any]) -> dict[Any, list[Any]]:
    """Return the content of events apart for each text and each call, which may interleave."""
    channels: dict[Any, list[Any]] = defaultdict(list)
    for event in events:
        data = said(event)
        if data is not None:
            kind: str = event.type.rpartition(".")[0]
            channels[kind, data.get("tool_call_id")].append(data)
    return dict(channels)
