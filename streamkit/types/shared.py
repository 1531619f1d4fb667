"""The types that several families of the API have in common."""

from __future__ import annotations

from typing import Any

from streamkit._core.wire import Wire

__all__ = ["ErrorObject", "FunctionDefinition"]


class ErrorObject(Wire):
    """An error as the API reports it."""

    code: str | int | None = None
    message: str = ""
    param: str | None = None
    type: str = ""


class FunctionDefinition(Wire):
    """A function that a model may call."""

    name: str = ""
    description: str | None = None
    parameters: dict[str, Any] | None = None
    """The JSON Schema of the arguments."""
    strict: bool | None = None
