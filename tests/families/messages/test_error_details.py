"""Errors of Anthropic's API have the details that those of the ``anthropic`` package have."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import pytest

from streamkit import Anthropic
from tests.http_server import ScriptedServer, response
from tests.message_server import base
from tests.message_streams import ASKED

DETAILS = {"error_code": "ramp_limit_exceeded", "limit": 3}
BODIES: dict[str, Any] = {
    "details": {"type": "rate_limit_error", "message": "slower", "details": DETAILS},
    "no details": {"type": "rate_limit_error", "message": "slower"},
    "a code of another type": {"type": "api_error", "message": "no", "details": {"error_code": 3}},
    "null": {"type": None, "message": None, "details": None},
}


def refused(client: Any) -> Any:
    with client, pytest.raises(Exception) as caught:  # noqa: PT011 - compared below
        client.messages.create(**ASKED)
    return caught.value


@pytest.mark.parametrize("error", BODIES.values(), ids=BODIES)
def test_an_error_has_the_details_that_the_package_shows(error: dict[str, Any]) -> None:
    body = json.dumps({"type": "error", "error": error}).encode()
    script = [response(429, body, [("anthropic-workspace-id", "w"), ("request-id", "r")])]
    with ScriptedServer(script) as server:
        options: Any = {"api_key": "k", "base_url": base(server), "max_retries": 0}
        ours, theirs = refused(Anthropic(**options)), refused(anthropic.Anthropic(**options))
    names = ("status_code", "type", "error_code", "api_message", "workspace_id", "request_id")
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert ours.details == (theirs.details and theirs.details.model_dump(exclude_unset=True))
    assert type(ours).__name__ == type(theirs).__name__
