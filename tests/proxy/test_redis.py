"""Two proxies on one server of Valkey: a stream of the one is joined and stopped at the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from streamkit.cli.event_log import opened
from tests.eventlog.conftest import valkey
from tests.http_server import ScriptedServer
from tests.proxy.proxied import proxied
from tests.proxy.test_browser_fronts import HELD
from tests.proxy.test_kept import get, streamed

if TYPE_CHECKING:
    from tests.eventlog.redis_server import RedisServer

__all__ = ["valkey"]

pytestmark = pytest.mark.thorough


def test_a_stream_of_one_proxy_is_joined_and_stopped_at_another(valkey: RedisServer) -> None:
    with ScriptedServer(HELD) as server:
        with (
            proxied("ag-ui", server.url, log=opened(valkey.url, prefix="p:"), keep=True) as first,
            proxied("ag-ui", server.url, log=opened(valkey.url, prefix="p:")) as second,
        ):
            with streamed(first.url, "ag-ui") as answer:
                pieces = answer.iter_bytes()
                body = next(pieces)
                with httpx.stream("GET", f"{second.url}/agent/t/stream", timeout=20) as joined:
                    others = joined.iter_bytes()
                    other = next(others)
                    assert httpx.post(f"{second.url}/agent/t/stop").status_code == 204
                    other += b"".join(others)
                body += b"".join(pieces)
            assert get(second.url, "ag-ui").content == other
        assert server.hung_up.wait(10)
    assert other == body
    assert b"was stopped" in body
