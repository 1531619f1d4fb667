"""Where a command sends its requests."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from streamkit.client import OpenAI

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["api_key_named", "embedded"]

KEY_VARIABLE = "OPENAI_API_KEY"


def api_key_named(variable: str | None) -> str | None:
    """The key in an environment variable; None when the usual one is empty."""
    key = os.environ.get(variable or KEY_VARIABLE)
    if variable and not key:
        raise typer.BadParameter(
            f"the environment variable {variable} is empty", param_hint="--api-key-env"
        )
    return key or None


@contextmanager
def embedded() -> Generator[OpenAI]:
    """A client of the embedded server, which runs as long as the block does."""
    import httpx

    from streamkit.server import EmbeddedServer

    with (
        EmbeddedServer() as server,
        # A proxy that the environment names has no way to this server.
        httpx.Client(trust_env=False) as http_client,
        OpenAI(base_url=server.base_url, api_key="", http_client=http_client) as client,
    ):
        yield client
