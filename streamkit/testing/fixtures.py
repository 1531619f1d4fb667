"""Fixtures of pytest with the server for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streamkit.server import EmbeddedServer
    from streamkit.server.faults import Fault

    SetFault: TypeAlias = Callable[[Fault | Mapping[str, Any] | str | None], None]

__all__ = ["anthropic_server", "embedded_server", "fault", "openai_server"]


@pytest.fixture
def embedded_server() -> Iterator[EmbeddedServer]:
    """Start a server for one test, and leave the environment as it is."""
    from streamkit.server import EmbeddedServer  # it needs the extra `server`

    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def openai_server(
    embedded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> EmbeddedServer:
    """Let ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY`` point to the server of the test."""
    monkeypatch.setenv("OPENAI_BASE_URL", embedded_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    return embedded_server


@pytest.fixture
def anthropic_server(
    embedded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> EmbeddedServer:
    """Let ``ANTHROPIC_BASE_URL`` and ``ANTHROPIC_API_KEY`` point to the server of the test."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", embedded_server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    # A client takes one of the two ways to authenticate, not both.
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    return embedded_server


@pytest.fixture
def fault(embedded_server: EmbeddedServer) -> SetFault:
    """Return a function that sets the fault of the server; see `streamkit.server.faults`."""

    def set_fault(fault: Fault | Mapping[str, Any] | str | None) -> None:
        embedded_server.fault = fault

    return set_fault
