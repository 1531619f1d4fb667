"""The tool calls of a run's step."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import JSONText, Wire

__all__ = [
    "CodeInterpreter",
    "CodeInterpreterOutput",
    "CodeInterpreterOutputImage",
    "CodeInterpreterOutputImageImage",
    "CodeInterpreterOutputLogs",
    "CodeInterpreterToolCall",
    "FileSearch",
    "FileSearchRankingOptions",
    "FileSearchResult",
    "FileSearchResultContent",
    "FileSearchToolCall",
    "Function",
    "FunctionToolCall",
    "ToolCall",
]


class CodeInterpreterOutputLogs(Wire, tag_field="type", tag="logs"):
    """The output that the code printed."""

    type: ClassVar[Literal["logs"]] = "logs"
    logs: str = ""


class CodeInterpreterOutputImageImage(Wire):
    """The file of an image."""

    file_id: str = ""


class CodeInterpreterOutputImage(Wire, tag_field="type", tag="image"):
    """An image that the code made."""

    type: ClassVar[Literal["image"]] = "image"
    image: CodeInterpreterOutputImageImage = field(default_factory=CodeInterpreterOutputImageImage)


CodeInterpreterOutput = CodeInterpreterOutputLogs | CodeInterpreterOutputImage
"""An output of any kind, distinguished by ``type``."""


class CodeInterpreter(Wire):
    """The code that was run, and its outputs."""

    input: str = ""
    outputs: list[CodeInterpreterOutput] = []


class CodeInterpreterToolCall(Wire, tag_field="type", tag="code_interpreter"):
    """A call of the code interpreter, which runs on the server."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"
    id: str = ""
    code_interpreter: CodeInterpreter = field(default_factory=CodeInterpreter)


class FileSearchRankingOptions(Wire):
    """The ranking of the files that were found."""

    ranker: str = ""
    score_threshold: float = 0.0


class FileSearchResultContent(Wire):
    """A piece of a file."""

    text: str | None = None
    type: str | None = None


class FileSearchResult(Wire):
    """A file that was found."""

    file_id: str = ""
    file_name: str = ""
    score: float = 0.0
    content: list[FileSearchResultContent] | None = None
    """The pieces that were found; None unless the request asked for them with ``include``."""


class FileSearch(Wire):
    """The results of a search."""

    ranking_options: FileSearchRankingOptions | None = None
    results: list[FileSearchResult] | None = None


class FileSearchToolCall(Wire, tag_field="type", tag="file_search"):
    """A search of the vector stores."""

    type: ClassVar[Literal["file_search"]] = "file_search"
    id: str = ""
    file_search: FileSearch = field(default_factory=FileSearch)


class Function(Wire):
    """The called function, its arguments as JSON text, and its output once it was submitted."""

    arguments: JSONText = ""
    name: str = ""
    output: str | None = None


class FunctionToolCall(Wire, tag_field="type", tag="function"):
    """A call of a function that the caller runs."""

    type: ClassVar[Literal["function"]] = "function"
    id: str = ""
    function: Function = field(default_factory=Function)


ToolCall = FunctionToolCall | CodeInterpreterToolCall | FileSearchToolCall
"""A call of any kind of tool, distinguished by ``type``."""
