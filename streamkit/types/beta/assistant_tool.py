"""The tools that an assistant may use."""

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
    """A function that the caller runs."""

    type: ClassVar[Literal["function"]] = "function"
    function: FunctionDefinition = field(default_factory=FunctionDefinition)


class CodeInterpreterTool(Wire, tag_field="type", tag="code_interpreter"):
    """A tool by which the server runs code that the model writes."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"


class FileSearchRankingOptions(Wire):
    """The ranking of a search's results."""

    ranker: str | None = None
    score_threshold: float = 0.0


class FileSearch(Wire):
    """The options of a file search."""

    max_num_results: int | None = None
    ranking_options: FileSearchRankingOptions | None = None


class FileSearchTool(Wire, tag_field="type", tag="file_search"):
    """A tool by which the server searches its vector stores."""

    type: ClassVar[Literal["file_search"]] = "file_search"
    file_search: FileSearch | None = None


AssistantTool = FunctionTool | CodeInterpreterTool | FileSearchTool
"""A tool of any kind, distinguished by ``type``."""
