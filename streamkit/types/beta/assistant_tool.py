"""The tools an assistant may use."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.shared import FunctionDefinition

__all__ = [
    "AssistantTool",
    "CodeInterpreterTool",
    "FileSearch",
    "FileSearchRankingOptions",
    "FileSearchTool",
    "FunctionTool",
]


class FunctionTool(Wire, tag_field="type", tag="function"):
    """A function that the caller carries out."""

    type: ClassVar[Literal["function"]] = "function"
    function: FunctionDefinition = field(default_factory=FunctionDefinition)


class CodeInterpreterTool(Wire, tag_field="type", tag="code_interpreter"):
    """The server runs code that the model writes."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"


class FileSearchRankingOptions(Wire):
    """How what a search found is ranked."""

    ranker: str | None = None
    score_threshold: float = 0.0


class FileSearch(Wire):
    """How files are searched."""

    max_num_results: int | None = None
    ranking_options: FileSearchRankingOptions | None = None


class FileSearchTool(Wire, tag_field="type", tag="file_search"):
    """The server searches its vector stores."""

    type: ClassVar[Literal["file_search"]] = "file_search"
    file_search: FileSearch | None = None


AssistantTool = FunctionTool | CodeInterpreterTool | FileSearchTool
"""A tool of any kind; ``type`` tells which."""
