"""The options of the clients of Anthropic's API: keys, versions, the environment, and secrets."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from streamkit import Anthropic, AuthenticationError, StreamkitError
from tests.http_server import ScriptedServer
from tests.message_server import KEY, MESSAGE, answered, base, streamed
from tests.message_streams import ASKED, start


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"key_header": "x-api-key"}, {"x-api-key": KEY}),
        ({"auth_token": KEY}, {"authorization": f"Bearer {KEY}"}),
        ({"auth_token": KEY, "key_header": "x-api-key"}, {"authorization": f"Bearer {KEY}"}),
        ({"api_key": ""}, {}),
        ({"default_headers": {"x-api-key": KEY}}, {"x-api-key": KEY}),
        ({"default_headers": {"Authorization": "Basic abc"}}, {"authorization": "Basic abc"}),
        ({"version": "2023-06-01"}, {"anthropic-version": "2023-06-01"}),
        (
            {"default_headers": {"anthropic-version": "1"}},
            {"anthropic-version": "1"},
        ),
    ],
)
def test_the_key_and_the_version_are_sent_as_the_options_say(
    options: dict[str, Any], headers: dict[str, str]
) -> None:
    if not options.keys() & {"api_key", "auth_token"} and "x-api-key" not in str(
        options.get("default_headers")
    ):
        options = {"api_key": KEY, **options}
    with ScriptedServer(answered(MESSAGE)) as server:
        with Anthropic(base_url=base(server), **options) as client:
            client.messages.create(**ASKED)
    sent = server.requests[0].headers
    assert {name: sent[name] for name in headers} == headers
    credentials = {"authorization", "x-api-key"}
    if credentials & headers.keys() or options.get("api_key") == "":
        assert credentials & sent.keys() == credentials & headers.keys()


def test_the_environment_has_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", base(server))
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-One: 1\nX-Two: two: 2\nnothing")
        with Anthropic(default_headers={"X-One": "first"}) as client:
            client.messages.create(**ASKED)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        with Anthropic() as client:
            client.messages.create(**ASKED)
    first, second = (request.headers for request in server.requests)
    assert (first["authorization"], first["x-one"]) == ("Bearer token", "first")
    assert (second["authorization"], second["x-two"]) == (f"Bearer {KEY}", "two: 2")


@pytest.mark.parametrize("options", [{}, {"api_key": KEY, "auth_token": KEY}])
def test_a_client_needs_one_key(options: dict[str, Any]) -> None:
    with pytest.raises(StreamkitError) as caught:
        Anthropic(**options)
    assert KEY not in str(caught.value)


def test_other_options_make_another_client_with_the_same_connections() -> None:
    with ScriptedServer(answered(MESSAGE)) as server:
        with Anthropic(api_key=KEY, base_url=base(server)) as client:
            client.with_options(auth_token="other").messages.create(**ASKED)
            client.with_options(key_header="x-api-key").messages.create(**ASKED)
    first, second = (request.headers for request in server.requests)
    assert first["authorization"] == "Bearer other"
    assert second["x-api-key"] == KEY
    assert server.connections == 1


@pytest.mark.parametrize("options", [{}, {"key_header": "x-api-key"}, {"auth_token": KEY}])
@pytest.mark.parametrize("status", [200, 401])
def test_no_key_is_in_an_error_a_log_or_a_repr(
    options: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"type": "error", "error": {"type": "authentication_error", "message": f"bad {KEY}"}}
    script = answered(said, status) if status != 200 else streamed([start(), said])
    given: Any = options if "auth_token" in options else {"api_key": KEY, **options}
    with ScriptedServer(script) as server:
        with Anthropic(base_url=base(server), max_retries=0, **given) as client:
            with pytest.raises(AuthenticationError) as caught:
                with client.messages.stream(**ASKED) as stream:
                    stream.until_done()
            assert KEY not in repr(client)
    error = caught.value
    shown = [str(error), repr(error), repr(vars(error)), repr(error.body), caplog.text]
    assert not [each for each in shown if KEY in each]
