"""What an event adds to the calls of tools; ``index`` says to which."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit._core.wire import JSONText, Wire
from streamkit.types.beta.threads.runs.tool_call import FileSearch

__all__ = [
    "CodeInterpreter",
    "CodeInterpreterLogs",
    "CodeInterpreterOutputDelta",
    "CodeInterpreterOutputImage",
    "CodeInterpreterToolCallDelta",
    "FileSearchToolCallDelta",
    "Function",
    "FunctionToolCallDelta",
    "Image",
    "ToolCallDelta",
]


class CodeInterpreterLogs(Wire, tag_field="type", tag="logs"):
    """What is added to the logs at ``index`` of the outputs."""

    type: ClassVar[Literal["logs"]] = "logs"
    index: int | None = None
    logs: str | None = None


class Image(Wire):
    """The file of an image."""

    file_id: str | None = None


class CodeInterpreterOutputImage(Wire, tag_field="type", tag="image"):
    """An image, at ``index`` of the outputs."""

    type: ClassVar[Literal["image"]] = "image"
    index: int | None = None
    image: Image | None = None


CodeInterpreterOutputDelta = CodeInterpreterLogs | CodeInterpreterOutputImage
"""What is added to an output; ``type`` tells to which kind."""


class CodeInterpreter(Wire):
    """A piece of the code, and of its outputs."""

    input: str | None = None
    outputs: list[CodeInterpreterOutputDelta] | None = None


class CodeInterpreterToolCallDelta(Wire, tag_field="type", tag="code_interpreter"):
    """What is added to code that the server runs."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"
    index: int | None = None
    id: str | None = None
    code_interpreter: CodeInterpreter | None = None


class FileSearchToolCallDelta(Wire, tag_field="type", tag="file_search"):
    """What is added to a search of the vector stores."""

    type: ClassVar[Literal["file_search"]] = "file_search"
    index: int | None = None
    id: str | None = None
    file_search: FileSearch | None = None


class Function(Wire):
    """A piece of a function call."""

    arguments: JSONText | None = None
    name: str | None = None
    output: str | None = None


class FunctionToolCallDelta(Wire, tag_field="type", tag="function"):
    """What is added to a call of a function."""

    type: ClassVar[Literal["function"]] = "function"
    index: int | None = None
    id: str | None = None
    function: Function | None = None


ToolCallDelta = FunctionToolCallDelta | CodeInterpreterToolCallDelta | FileSearchToolCallDelta
"""What is added to a call; ``type`` tells to which kind."""
