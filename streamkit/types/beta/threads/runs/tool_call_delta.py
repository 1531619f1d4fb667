"""The additions of an event to tool calls; ``index`` is the call's place."""

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
    """An addition to the logs at ``index`` of the outputs."""

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
"""An addition to an output, whose kind is ``type``."""


class CodeInterpreter(Wire):
    """A piece of the code, and of its outputs."""

    input: str | None = None
    outputs: list[CodeInterpreterOutputDelta] | None = None


class CodeInterpreterToolCallDelta(Wire, tag_field="type", tag="code_interpreter"):
    """An addition to a call of the code interpreter."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"
    index: int | None = None
    id: str | None = None
    code_interpreter: CodeInterpreter | None = None


class FileSearchToolCallDelta(Wire, tag_field="type", tag="file_search"):
    """An addition to a search of the vector stores."""

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
    """An addition to a call of a function."""

    type: ClassVar[Literal["function"]] = "function"
    index: int | None = None
    id: str | None = None
    function: Function | None = None


ToolCallDelta = FunctionToolCallDelta | CodeInterpreterToolCallDelta | FileSearchToolCallDelta
"""An addition to a call, whose kind is ``type``."""
