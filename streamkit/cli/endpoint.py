"""The options of a command about the API: its address, its key and its limits."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from streamkit.client import Anthropic, OpenAI

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

    from streamkit.client import ClientOptions
    from streamkit.server import EmbeddedServer

__all__ = [
    "ApiKeyEnv",
    "BaseUrl",
    "MaxRetries",
    "Timeout",
    "answering",
    "api_key_named",
    "base_url_or_usual",
    "client_of",
    "client_options",
    "embedded",
]

KEY_VARIABLE = "OPENAI_API_KEY"
URL_VARIABLE = "OPENAI_BASE_URL"
OF_MESSAGES = {KEY_VARIABLE: "ANTHROPIC_API_KEY", URL_VARIABLE: "ANTHROPIC_BASE_URL"}
"""The variables in their place when the protocol is Messages."""

BaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="URL", help=f"The address of the API; by default {URL_VARIABLE}."),
]
ApiKeyEnv: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=f"The variable with the key; by default {KEY_VARIABLE}."),
]
Timeout: TypeAlias = Annotated[
    float | None, typer.Option(min=0, metavar="SECONDS", help="The longest wait for a byte.")
]
MaxRetries: TypeAlias = Annotated[
    int, typer.Option(min=0, help="The number of times to repeat a failed request.")
]


def base_url_or_usual(given: str | None, api: str = "chat") -> str | None:
    """Return the given base URL, or that of the environment; None when neither is set."""
    return given or os.environ.get(_usual(URL_VARIABLE, api)) or None


def api_key_named(variable: str | None, api: str = "chat") -> str | None:
    """Return the key in an environment variable; None when the usual variable is empty.

    Raises:
        typer.BadParameter: The named variable is empty.
    """
    key = os.environ.get(variable or _usual(KEY_VARIABLE, api))
    if variable and not key:
        raise typer.BadParameter(
            f"the environment variable {variable} is empty", param_hint="--api-key-env"
        )
    return key or None


def _usual(variable: str, api: str) -> str:
    return OF_MESSAGES[variable] if api == "messages" else variable


def client_options(timeout: float | None, max_retries: int) -> ClientOptions:
    """Return the client's options for those of a command; ``timeout`` is in seconds."""
    options: ClientOptions = {"max_retries": max_retries}
    if timeout is not None:
        options["timeout"] = timeout
    return options


def client_of(api: str, base_url: str | None, api_key: str | None, **options: Any) -> Any:
    """Return a client for a protocol; without a key it sends none."""
    if api != "messages":
        return OpenAI(base_url=base_url, api_key=api_key or "", **options)
    # The address of Anthropic's API is without `/v1`, but many servers of both are named with it.
    root = None if base_url is None else base_url.rstrip("/").removesuffix("/v1")
    return Anthropic(base_url=root, api_key=api_key or "", **options)


@contextmanager
def answering(
    api: str,
    base_url: str | None,
    api_key: str | None,
    options: ClientOptions,
    *,
    has_model: bool,
) -> Generator[Any]:
    """Yield the client of a command; without a key and a base URL, that of the embedded server.

    Raises:
        typer.BadParameter: Another server is to answer, and no model is named.
    """
    if base_url is None and api_key is None:
        typer.echo("No API key and no base URL: the embedded server answers.", err=True)
        with embedded() as clients:
            client: Any = clients.anthropic if api == "messages" else clients.openai
            yield client.with_options(**options)
        return
    if not has_model:
        raise typer.BadParameter("say which model is to answer", param_hint="--model")
    # A server that the user names may need no key; without one, none is sent.
    with client_of(api, base_url, api_key) as client:
        yield client.with_options(**options)


class Clients(NamedTuple):
    """The clients of one embedded server."""

    openai: OpenAI
    anthropic: Anthropic
    http: httpx.Client
    """The HTTP client of both."""
    server: EmbeddedServer


@contextmanager
def embedded() -> Generator[Clients]:
    """Yield clients of an embedded server that runs until the block ends."""
    import httpx

    from streamkit.server import EmbeddedServer

    with (
        EmbeddedServer() as server,
        # A proxy that the environment names could not reach this server.
        httpx.Client(trust_env=False) as http_client,
    ):
        root = server.base_url.removesuffix("/v1")
        yield Clients(
            OpenAI(base_url=server.base_url, api_key="", http_client=http_client),
            Anthropic(base_url=root, api_key="", http_client=http_client),
            http_client,
            server,
        )
