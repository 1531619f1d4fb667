"""A wrong proxy or certificate setting in the environment raises an error that names it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import APIConnectionError, APIError, AsyncOpenAI, OpenAI, OpenAIError

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://api.test/v1"
CONFIG: dict[str, Any] = {"api_key": "k", "base_url": URL, "max_retries": 0}


def ask_sync() -> None:
    with OpenAI(**CONFIG) as client:
        client.files.retrieve("file-1")


def ask_async() -> None:
    async def ask() -> None:
        async with AsyncOpenAI(**CONFIG) as client:
            await client.files.retrieve("file-1")

    asyncio.run(ask())


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    call: Callable[[], None] = request.param
    return call


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "pass word:hunter22"),
        ("HTTP_PROXY", "http://[::hunter22"),
        ("HTTPS_PROXY", "ftp://user:hunter22@proxy.test"),
        ("https_proxy", "hunter22://proxy.test"),
        ("ALL_PROXY", "http://a:hunter22:b"),
        ("NO_PROXY", "[::hunter22"),
        ("SSL_CERT_FILE", "/no/such/hunter22"),
        ("SSL_CERT_FILE", __file__),
    ],
)
def test_a_variable_that_is_wrong_is_named_and_not_quoted(
    ask: Callable[[], None], name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OpenAIError, match=rf"environment variables for \w+: .*{name}") as caught:
        ask()
    assert "hunter22" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_proxy_that_is_not_there_is_named(
    ask: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:hunter22@127.0.0.1:1")
    said = r"Connection to api\.test, or to the proxy that HTTP_PROXY names, failed"
    with pytest.raises(APIConnectionError, match=said) as caught:
        ask()
    assert "hunter22" not in str(caught.value)


def test_a_proxy_that_cannot_be_is_no_raw_exception(
    ask: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://a..b")
    with pytest.raises(APIError, match=r"or .*proxy"):
        ask()
