"""Nothing keeps a stream in memory that has ended and that its user has released."""

from __future__ import annotations

import gc

import pytest

from streamkit import Timeout
from streamkit._http.async_body import AsyncBody
from streamkit._http.async_exchange import AsyncExchange
from streamkit._http.body import SyncBody
from streamkit._http.exchange import SyncExchange
from streamkit.families._resource._async.stream import AsyncStream
from streamkit.families._resource._sync.stream import Stream
from tests.http_server import Do, Script, ScriptedServer
from tests.sse_bodies import DONE, part, stream
from tests.ways import WAYS, Way

pytestmark = pytest.mark.diagonal

OURS = (AsyncBody, AsyncExchange, AsyncStream, Stream, SyncBody, SyncExchange)

ENDS: dict[str, tuple[Script, Timeout | None]] = {
    "complete": (stream(part("Hi", "stop"), DONE), None),
    "cut": (stream(part("Hi")), None),
    "reset": (stream(part("Hi"), end=[Do.RESET]), None),
    "garbage": (stream(part("Hi"), b"data: {nope}\n\n", DONE), None),
    "no answer in time": ([Do.HOLD], Timeout(first_content=0.01)),
    "no byte in time": (stream(part("Hi"), end=[Do.HOLD]), Timeout(read=0.01)),
    "no content in time": (stream(part("Hi"), end=[Do.HOLD]), Timeout(between_content=0.01)),
    "not complete in time": (stream(part("Hi"), end=[Do.HOLD]), Timeout(total=0.01)),
    "complete in time": (stream(part("Hi", "stop"), DONE), Timeout(total=600)),
}


@pytest.mark.parametrize("take", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(("script", "timeout"), ENDS.values(), ids=ENDS.keys())
def test_nothing_keeps_a_stream_that_has_ended(
    take: Way, script: Script, timeout: Timeout | None
) -> None:
    before = kept()
    with ScriptedServer(script) as server:
        take(server.url, **({} if timeout is None else {"timeout": timeout}))
    assert kept() <= before


def kept() -> set[int]:
    gc.collect()
    return {id(each) for each in gc.get_objects() if issubclass(type(each), OURS)}
