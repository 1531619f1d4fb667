"""A transport closes the HTTP client that it made, and no other."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

from streamkit import errors
from streamkit._http._async.transport import AsyncTransport
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.async_exchange import AsyncExchange
from streamkit._http.config import ClientConfig
from streamkit._http.errors import library_of
from streamkit._http.exchange import SyncExchange
from tests.exchange import KEY
from tests.http.requests import POST


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_client_that_was_given_is_not_closed(library: Any) -> None:
    with library.Client() as client:
        transport = SyncTransport(ClientConfig(api_key=KEY), client)
        transport.close()
        assert not client.is_closed
        with pytest.raises(errors.OpenAIError, match="closed"):
            SyncExchange(transport, POST).send()


def test_another_configuration_keeps_the_connections() -> None:
    transport = SyncTransport(ClientConfig(api_key=KEY))
    other = transport.with_config(ClientConfig(api_key=KEY, max_retries=0))
    assert other.http_client is transport.http_client
    assert (transport.config.max_retries, other.config.max_retries) == (2, 0)
    transport.close()
    with pytest.raises(errors.OpenAIError, match="closed"):
        SyncExchange(other, POST).send()


def test_our_own_client_is_closed() -> None:
    transport = SyncTransport(ClientConfig(api_key=KEY))
    client = transport.http_client
    assert client is transport.http_client
    transport.close()
    transport.close()
    assert isinstance(client, httpx.Client)
    assert client.is_closed


def test_a_client_of_the_wrong_kind_is_refused() -> None:
    config = ClientConfig(api_key=KEY)
    with httpx.Client() as client, pytest.raises(TypeError, match="AsyncClient"):
        AsyncTransport(config, client)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - wrong on purpose
    with pytest.raises(TypeError, match=r"httpx\.Client"):
        SyncTransport(config, httpx.AsyncClient())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - wrong on purpose


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_transport_without_sockets_will_do(library: Any) -> None:
    def answer(request: Any) -> Any:
        return library.Response(200, json={"path": request.url.path})

    with library.Client(transport=library.MockTransport(answer)) as client:
        transport = SyncTransport(ClientConfig(api_key=KEY), client)
        assert SyncExchange(transport, POST).send().json() == {"path": "/v1/chat/completions"}
        assert b"".join(SyncExchange(transport, POST).open()) == b'{"path":"/v1/chat/completions"}'


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_an_application_will_do(library: Any) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async with library.AsyncClient(transport=library.ASGITransport(app)) as client:
        transport = AsyncTransport(ClientConfig(api_key=KEY, base_url="http://app"), client)
        assert (await AsyncExchange(transport, POST).send()).content == b"/chat/completions"


def test_the_library_is_that_of_the_class_or_of_its_base() -> None:
    class Own(httpx2.Client):
        """A subclass in the user's program."""

    assert library_of(object.__new__(Own)) is httpx2
    assert library_of(object.__new__(httpx.Client)) is httpx
    assert library_of(object()) is httpx
