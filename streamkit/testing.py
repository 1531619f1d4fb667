"""Fixtures of pytest for tests of programs that use an OpenAI-compatible API.

The fixtures need the extra ``server``. A test module or a ``conftest.py`` loads them by name::

    pytest_plugins = ["streamkit.testing"]


    def test_a_cut_answer_is_not_kept(openai_server, fault):
        fault("cut?after=3")
        ...

No entry point loads them, so that programs with streamkit installed do not pay for them in every
test run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from streamkit.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streamkit.server.faults import Fault

    SetFault: TypeAlias = Callable[[Fault | Mapping[str, Any] | str | None], None]

__all__ = ["fault", "openai_server"]


@pytest.fixture
def openai_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    """Start a server for one test; ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY`` point to it."""
    with EmbeddedServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        yield server


@pytest.fixture
def fault(openai_server: EmbeddedServer) -> SetFault:
    """Return a function that sets the fault of ``openai_server``; see `streamkit.server.faults`."""

    def set_fault(fault: Fault | Mapping[str, Any] | str | None) -> None:
        openai_server.fault = fault

    return set_fault
