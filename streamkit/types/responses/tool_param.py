"""The types of tools for a request, under the path of the ``openai`` package."""

from __future__ import annotations

from streamkit.types.params.response_tools import (
    CodeInterpreter,
    ImageGeneration,
    LocalShell,
    Mcp,
    ProgrammaticToolCalling,
)
from streamkit.types.params.responses import ToolParam

__all__ = [
    "CodeInterpreter",
    "ImageGeneration",
    "LocalShell",
    "Mcp",
    "ProgrammaticToolCalling",
    "ToolParam",
]
