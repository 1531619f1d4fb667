"""The nearest limit of time counts, and a limit is a number of seconds that can be waited."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

from streamkit import errors
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.config import ClientConfig, timeouts
from streamkit._http.exchange import SyncExchange
from streamkit._http.request import Request
from tests.exchange import KEY, Connect
from tests.http.requests import POST
from tests.http_server import Do, ScriptedServer

pytestmark = pytest.mark.diagonal


@pytest.mark.parametrize("seconds", [1e10, -1, float("nan"), float("inf")])
def test_seconds_that_nothing_can_wait_are_refused(connect: Connect, seconds: float) -> None:
    api = connect("http://127.0.0.1:1/v1")
    with pytest.raises(ValueError, match="must be a number from 0"):
        api.send(Request(method="GET", path="/", timeout=seconds))
    for timeout in (seconds, httpx.Timeout(1, read=seconds)):
        with pytest.raises(ValueError, match="must be a number from 0"):
            ClientConfig(api_key="k", timeout=timeout)


def test_a_time_is_a_number_or_a_timeout() -> None:
    odd: Any = "5"
    with pytest.raises(TypeError, match="a number of seconds or a Timeout, not '5'"):
        timeouts(odd)


def test_a_server_that_says_nothing_times_out(connect: Connect) -> None:
    with ScriptedServer([Do.HOLD]) as server:
        api = connect(server.url, timeout=httpx.Timeout(10, read=0.01))
        with pytest.raises(errors.APITimeoutError, match=server.host) as caught:
            api.open(POST)
        assert len(api.naps) == 2
    assert "ReadTimeout" in str(caught.value)


DEFAULT = {"connect": 5.0, "read": 600.0, "write": 600.0, "pool": 600.0}
SEVEN = dict.fromkeys(DEFAULT, 7.0)
NEVER = dict.fromkeys(DEFAULT)


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(
    ("client", "config", "request_", "expected"),
    [
        ({}, {}, {}, DEFAULT),
        ({"timeout": 7.0}, {}, {}, SEVEN),
        ({"timeout": 9.0}, {"timeout": 7.0}, {}, SEVEN),
        ({}, {"timeout": 9.0}, {"timeout": 7}, SEVEN),
        ({}, {"timeout": None}, {}, NEVER),
        ({}, {"timeout": 7.0}, {"timeout": None}, NEVER),
        ({}, {"timeout": httpx.Timeout(7.0, read=1)}, {}, SEVEN | {"read": 1}),
        ({}, {"timeout": httpx2.Timeout(7.0, read=1)}, {}, SEVEN | {"read": 1}),
    ],
)
def test_the_nearest_timeout_counts(
    library: Any,
    client: dict[str, Any],
    config: dict[str, Any],
    request_: dict[str, Any],
    expected: dict[str, float | None],
) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(request.extensions["timeout"])
        return library.Response(200)

    with library.Client(transport=library.MockTransport(answer), **client) as http_client:
        transport = SyncTransport(ClientConfig(api_key=KEY, **config), http_client)
        SyncExchange(transport, Request(method="GET", path="/x", **request_)).send()
    assert seen == [expected]
