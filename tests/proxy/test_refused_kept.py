"""What the API refuses is refused with its status, whether or not a log keeps the stream."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from streamkit.eventlog import MemoryLog
from streamkit.server import EmbeddedServer
from tests.proxy.proxied import proxied
from tests.proxy.test_kept import ALL_PATHS, ASKED, NAMED, ways


@ways
@pytest.mark.parametrize(
    "options", [{}, {"log": True}, {"log": True, "keep": True}], ids=["no log", "a log", "kept"]
)
def test_an_error_before_the_first_event_has_its_own_status(
    front: str, api: str, options: dict[str, Any]
) -> None:
    given: dict[str, Any] = {**options, "log": MemoryLog()} if options else {}
    with EmbeddedServer(api_key="right") as server:
        url = server.base_url
        with proxied(front, url, api=api, api_key="wrong", **given) as proxy:
            asked = ASKED[front]
            answer = httpx.post(proxy.url + ALL_PATHS[front], json=asked, headers=NAMED, timeout=20)
    assert answer.status_code == 401
