"""The page is for this machine alone, only shows, loads nothing foreign, and masks secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from msgspec.structs import replace

from streamkit.inspector.masking import masked
from streamkit.recording import Read
from tests.inspector.recordings import KEYS, TOOLS, asked
from tests.trace.test_trace import chunk, recorded

if TYPE_CHECKING:
    from streamkit.inspector import Inspector

SECRET = "sk-do-not-show-me"


@pytest.mark.parametrize("path", ["", "page/main.js", "api/streams", "page/nothing.js"])
def test_every_answer_forbids_what_is_foreign(path: str, http: httpx.Client) -> None:
    headers = http.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
    ],
    ids=str,
)
def test_foreign_hosts_and_origins_are_refused(
    headers: dict[str, str], status: int, http: httpx.Client
) -> None:
    for path in ("", "api/streams", "page/main.js"):
        assert http.get(path, headers=headers).status_code == status


def test_the_page_itself_is_an_origin_that_may_ask(
    inspector: Inspector, http: httpx.Client
) -> None:
    origin = inspector.url.rstrip("/")
    assert http.get("api/streams", headers={"origin": origin}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(method: str, http: httpx.Client) -> None:
    assert http.request(method, "api/streams").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["page/..%2fapi.py", "page/%2e%2e/api.py", "page/../../__init__.py", "page/", "page/VENDOR"],
)
def test_files_outside_of_the_page_are_not_served(path: str, http: httpx.Client) -> None:
    assert http.get(path).status_code == 404


def test_a_stream_that_does_not_exist_is_not_found(http: httpx.Client) -> None:
    assert http.get("api/streams/999").status_code == 404
    assert http.get(f"api/streams/{KEYS['tools']}/nothing").status_code == 404


def test_secrets_that_a_cassette_still_has_are_masked() -> None:
    recording = recorded(
        (1, chunk(content=f"Your key is {SECRET}")),
        request=asked(f"Is {SECRET} my key?"),
        url=f"https://me:{SECRET}2@api.test/v1/chat/completions?api_key={SECRET}3",
        request_headers=(("Authorization", f"Bearer {SECRET}"), ("x-team", "blue-secret")),
        headers=(("set-cookie", f"id={SECRET}4"), ("content-type", "text/event-stream")),
    )
    shown = masked(recording)
    assert SECRET not in repr(shown)
    assert "blue-secret" not in repr(shown)
    assert shown.headers[1] == ("content-type", "text/event-stream")
    assert b"Your key is [redacted]" in shown.body


def test_a_recording_without_secrets_is_shown_as_it_is() -> None:
    shown = masked(TOOLS)
    assert shown.reads is TOOLS.reads
    assert shown.request is TOOLS.request
    left_out = replace(TOOLS, request_headers=(("authorization", "[redacted]"),))
    assert masked(left_out).reads is TOOLS.reads


@pytest.mark.parametrize("url", ["", "not a url", "http://\x00", "/v1/chat/completions"])
def test_an_odd_address_can_be_shown(url: str) -> None:
    shown = masked(recorded((0, b"x"), url=url, headers=(("é", "ü"),)))
    assert shown.reads == (Read(0, b"x"),)
