"""The fixture of the tests of the command."""

from __future__ import annotations

import pytest

VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables that the command, or its terminal, reads."""
    for name in (*VARIABLES, "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
