"""The family of CONTRIBUTING.md works like every other family, over a real connection."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import APIError, Hub, StreamTimeoutError, StreamTruncatedError, Timeout
from streamkit import operators as ops
from streamkit._http._async.transport import AsyncTransport
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.config import ClientConfig
from tests.http_server import Do, Script, ScriptedServer, response
from tests.sse_bodies import stream

ROOT = Path(__file__).parent.parent
(PROGRAM,) = re.findall(
    r"^## A family in an hour\n.*?^```python\n(.*?)^```",
    (ROOT / "CONTRIBUTING.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
TRANSLATED: Callable[[str], str] = runpy.run_path(str(ROOT / ".ci" / "unasync.py"))["translated"]


class Poem(BaseModel):
    lines: list[str]


@dataclass
class Taken:
    """The events of a poem and its error."""

    events: list[Any] = field(default_factory=list[Any])
    error: Exception | None = None

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def fail(self, error: Exception) -> None:
        self.error = error


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The async resource as documented, and its blocking twin as the rules of unasync make it."""
    folder = tmp_path_factory.mktemp("poems")
    resources: dict[str, Any] = {}
    for name, text in {"async_poems": PROGRAM, "poems": TRANSLATED(PROGRAM)}.items():
        path = folder / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        resources |= {key: value for key, value in vars(module).items() if key.endswith("Poems")}
    yield SimpleNamespace(**resources)
    del sys.modules["async_poems"], sys.modules["poems"]


def pulled(family: Any, taken: Taken, config: ClientConfig, *_: Any) -> None:
    with (
        closing(SyncTransport(config)) as transport,
        family.Poems(transport).stream("the sea", Poem) as events,
    ):
        for event in events:
            taken.events.append(event)


def pushed(family: Any, taken: Taken, config: ClientConfig, *operators: Any) -> None:
    with closing(SyncTransport(config)) as transport:
        observed = family.Poems(transport).observe("the sea", Poem)
        observed.pipe(*operators).subscribe(taken.events.append, taken.fail)


def pulled_async(family: Any, taken: Taken, config: ClientConfig, *_: Any) -> None:
    async def main() -> None:
        async with (
            aclosing(AsyncTransport(config)) as transport,
            family.AsyncPoems(transport).stream("the sea", Poem) as events,
        ):
            async for event in events:
                taken.events.append(event)

    asyncio.run(main())


def pushed_async(family: Any, taken: Taken, config: ClientConfig, *operators: Any) -> None:
    async def main() -> None:
        async with aclosing(AsyncTransport(config)) as transport:
            over = asyncio.Event()

            def fail(error: Exception) -> None:
                taken.fail(error)
                over.set()

            observed = family.AsyncPoems(transport).observe("the sea", Poem)
            observed.pipe(*operators).subscribe(taken.events.append, fail, over.set)
            await over.wait()

    asyncio.run(main())


PUSHED = {"observe": pushed, "observe, on a loop": pushed_async}
WAYS = {"for": pulled, "async for": pulled_async, **PUSHED}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
OBSERVED = pytest.mark.parametrize("way", PUSHED.values(), ids=PUSHED)


def taken_from(
    server: ScriptedServer, family: Any, way: Any, *operators: Any, **options: Any
) -> Taken:
    taken = Taken()
    options = {"max_retries": 0, **options}
    config = ClientConfig(api_key="k", base_url=server.url, **options)
    try:
        way(family, taken, config, *operators)
    except Exception as error:  # noqa: BLE001 - the test judges it
        taken.error = error
    return taken


def piece(text: str, **fields: Any) -> bytes:
    return b"data: %b\n\n" % json.dumps({"text": text, **fields}).encode()


NAME = piece("", by="a poet")
PIECES = [NAME, piece('{"lines": ["O'), piece(' sea"]}')]
WHOLE = stream(*PIECES, piece("", is_last=True))
TYPES = ["poem.delta", "poem.delta", "poem.done"]


@EVERY_WAY
def test_its_events_are_parsed_as_they_come(family: Any, way: Any) -> None:
    with ScriptedServer(WHOLE) as server:
        taken = taken_from(server, family, way)
    assert taken.error is None
    assert taken.types == TYPES
    assert [event.parsed for event in taken.events] == [
        {"lines": ["O"]},
        {"lines": ["O sea"]},
        Poem(lines=["O sea"]),
    ]
    (request,) = server.requests
    assert (request.target, json.loads(request.body)) == ("/v1/poems", {"topic": "the sea"})


@EVERY_WAY
@pytest.mark.parametrize("cut", [stream(*PIECES), stream(*PIECES, end=[Do.RESET])])
def test_a_cut_is_an_error_with_what_had_arrived(family: Any, way: Any, cut: Script) -> None:
    with ScriptedServer(cut) as server:
        taken = taken_from(server, family, way)
    assert isinstance(taken.error, StreamTruncatedError)
    assert taken.error.partial == '{"lines": ["O sea"]}'
    assert taken.types == TYPES[:2]


@EVERY_WAY
def test_an_error_that_the_server_reports_is_raised_with_its_text(family: Any, way: Any) -> None:
    with ScriptedServer(stream(*PIECES, b'data: {"error": {"message": "too hot"}}\n\n')) as server:
        taken = taken_from(server, family, way)
    assert isinstance(taken.error, APIError)
    assert taken.error.message == "too hot"


@EVERY_WAY
def test_what_ends_before_its_content_is_asked_for_again_unseen(
    family: Any, way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(_: object) -> float:
        return 0.0

    monkeypatch.setattr("streamkit._http.retries.back_off", at_once)
    with ScriptedServer([response(503)], stream(NAME), WHOLE) as server:
        taken = taken_from(server, family, way, max_retries=2)
    assert (taken.error, taken.types, len(server.requests)) == (None, TYPES, 3)


@EVERY_WAY
@pytest.mark.parametrize(
    ("limit", "pieces"), [("first_content", [NAME]), ("between_content", PIECES)]
)
def test_only_its_content_counts_for_limits_of_time(
    family: Any, way: Any, limit: str, pieces: list[bytes]
) -> None:
    with ScriptedServer(stream(*pieces, end=[Do.HOLD])) as server:
        taken = taken_from(server, family, way, timeout=Timeout(**{limit: 0.05}))
    assert isinstance(taken.error, StreamTimeoutError)
    assert taken.error.limit == limit


@OBSERVED
def test_after_its_content_it_is_begun_anew_by_an_operator(family: Any, way: Any) -> None:
    with ScriptedServer(stream(*PIECES), WHOLE) as server:
        again = ops.retry_stream(wait=lambda _: 0.0)
        taken = taken_from(server, family, way, again)
    assert taken.error is None
    assert taken.types == [*TYPES[:2], "attempt.reset", *TYPES]


def test_a_slow_consumer_of_a_hub_gets_its_pieces_merged(family: Any) -> None:
    with (
        ScriptedServer(WHOLE) as server,
        closing(SyncTransport(ClientConfig(api_key="k", base_url=server.url))) as transport,
    ):
        hub = Hub[Any]()
        consumer = hub.consumer(overflow="coalesce")
        family.Poems(transport).observe("the sea", Poem).subscribe(hub)
        events = list(consumer)
    assert [event.type for event in events] == ["poem.delta", "poem.done"]
    assert events[0].delta == '{"lines": ["O sea"]}'
