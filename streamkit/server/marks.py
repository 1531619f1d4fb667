"""The marks in the last user message that decide how an answer ends."""

from __future__ import annotations

REFUSE = "[[refuse]]"
"""The mark that makes the answer a refusal."""
FILTER = "[[content_filter]]"
"""The mark that lets the content filter end the answer half-way."""
FAIL = "[[failed]]"
"""The mark that lets the model fail half-way."""


def marks_in(prompt: str) -> frozenset[str]:
    """Return the marks that a prompt has."""
    return frozenset(mark for mark in (REFUSE, FILTER, FAIL) if mark in prompt)
