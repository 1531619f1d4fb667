"""A client shows what it was made with, under the peers' names, and cannot be changed by them."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx
import openai
import pytest

import streamkit

KEY = "sk-not-to-be-shown"
PAIRS = {
    "OpenAI": openai,
    "AsyncOpenAI": openai,
    "Anthropic": anthropic,
    "AsyncAnthropic": anthropic,
}


@pytest.fixture(params=PAIRS)
def kinds(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """The client of streamkit and that of the package."""
    return getattr(streamkit, request.param), getattr(PAIRS[request.param], request.param)


@pytest.mark.parametrize(
    "options",
    [{}, {"base_url": "http://host:1/a/b", "max_retries": 7, "timeout": 3.5}],
    ids=["none", "some"],
)
def test_settings_are_read_as_those_of_the_package(
    kinds: tuple[Any, Any], options: dict[str, Any]
) -> None:
    ours, theirs = (kind(api_key=KEY, **options) for kind in kinds)
    assert str(ours.base_url) == str(theirs.base_url)
    assert (ours.api_key, ours.max_retries) == (theirs.api_key, theirs.max_retries)
    assert _phases(ours.timeout) == _phases(theirs.timeout)


def test_the_timeout_of_a_given_http_client_is_that_of_the_client() -> None:
    with httpx.Client(timeout=7.0) as http:
        client = streamkit.OpenAI(api_key=KEY, http_client=http)
        assert client.timeout == httpx.Timeout(7.0)
        assert client.with_options(timeout=None).timeout is None


def test_organization_and_project_are_openais() -> None:
    client = streamkit.OpenAI(api_key=KEY, organization="o", project="p")
    assert (client.organization, client.project) == ("o", "p")
    assert not hasattr(streamkit.Anthropic(api_key=KEY), "organization")


def test_a_key_that_a_function_returns_is_not_asked_for() -> None:
    def key() -> str:
        raise AssertionError("asked for")

    assert streamkit.OpenAI(api_key=key).api_key == ""


def test_setting_a_setting_says_what_to_do(kinds: tuple[Any, Any]) -> None:
    client = kinds[0](api_key=KEY)
    for name in ("api_key", "base_url", "timeout", "max_retries", "default_headers"):
        with pytest.raises(AttributeError, match=rf"client\.with_options\({name}=\.\.\.\)"):
            setattr(client, name, "other")
    assert client.api_key == KEY
    client.note = "a name of the program's own"
    assert client.note


def test_copy_is_with_options(kinds: tuple[Any, Any]) -> None:
    assert kinds[0](api_key=KEY).copy(max_retries=5).max_retries == 5


def test_no_key_is_shown(kinds: tuple[Any, Any]) -> None:
    client = kinds[0](api_key=KEY)
    assert KEY not in f"{client!r} {client} {client.timeout!r} {client.base_url!r}"


def _phases(timeout: Any) -> Any:
    return timeout.as_dict() if hasattr(timeout, "as_dict") else timeout
