"""The events about the tools that the API runs itself, and about the shell."""

from __future__ import annotations

from typing import ClassVar, Literal

from streamkit.types.responses.shell import ShellOutput, ShellOutputDelta
from streamkit.types.responses.state_events import CommandEvent, ItemEvent

__all__ = [
    "ResponseCodeInterpreterCallCodeDeltaEvent",
    "ResponseCodeInterpreterCallCodeDoneEvent",
    "ResponseCodeInterpreterCallCompletedEvent",
    "ResponseCodeInterpreterCallInProgressEvent",
    "ResponseCodeInterpreterCallInterpretingEvent",
    "ResponseCompactionCompactingEvent",
    "ResponseFileSearchCallCompletedEvent",
    "ResponseFileSearchCallInProgressEvent",
    "ResponseFileSearchCallSearchingEvent",
    "ResponseImageGenCallCompletedEvent",
    "ResponseImageGenCallGeneratingEvent",
    "ResponseImageGenCallInProgressEvent",
    "ResponseImageGenCallPartialImageEvent",
    "ResponseShellCallCommandAddedEvent",
    "ResponseShellCallCommandDeltaEvent",
    "ResponseShellCallCommandDoneEvent",
    "ResponseShellCallOutputContentDeltaEvent",
    "ResponseShellCallOutputContentDoneEvent",
    "ResponseWebSearchCallCompletedEvent",
    "ResponseWebSearchCallInProgressEvent",
    "ResponseWebSearchCallSearchingEvent",
]


class ResponseCodeInterpreterCallCodeDeltaEvent(
    ItemEvent, tag_field="type", tag="response.code_interpreter_call_code.delta"
):
    """A new piece of the code that the interpreter is to run."""

    type: ClassVar[Literal["response.code_interpreter_call_code.delta"]] = (
        "response.code_interpreter_call_code.delta"
    )
    delta: str = ""
    obfuscation: str | None = None


class ResponseCodeInterpreterCallCodeDoneEvent(
    ItemEvent, tag_field="type", tag="response.code_interpreter_call_code.done"
):
    """The whole code that the interpreter is to run."""

    type: ClassVar[Literal["response.code_interpreter_call_code.done"]] = (
        "response.code_interpreter_call_code.done"
    )
    code: str = ""


class ResponseCodeInterpreterCallInProgressEvent(
    ItemEvent, tag_field="type", tag="response.code_interpreter_call.in_progress"
):
    """A call of the code interpreter has begun."""

    type: ClassVar[Literal["response.code_interpreter_call.in_progress"]] = (
        "response.code_interpreter_call.in_progress"
    )


class ResponseCodeInterpreterCallInterpretingEvent(
    ItemEvent, tag_field="type", tag="response.code_interpreter_call.interpreting"
):
    """A call of the code interpreter is under way."""

    type: ClassVar[Literal["response.code_interpreter_call.interpreting"]] = (
        "response.code_interpreter_call.interpreting"
    )


class ResponseCodeInterpreterCallCompletedEvent(
    ItemEvent, tag_field="type", tag="response.code_interpreter_call.completed"
):
    """A call of the code interpreter is complete."""

    type: ClassVar[Literal["response.code_interpreter_call.completed"]] = (
        "response.code_interpreter_call.completed"
    )


class ResponseWebSearchCallInProgressEvent(
    ItemEvent, tag_field="type", tag="response.web_search_call.in_progress"
):
    """A web search has begun."""

    type: ClassVar[Literal["response.web_search_call.in_progress"]] = (
        "response.web_search_call.in_progress"
    )


class ResponseWebSearchCallSearchingEvent(
    ItemEvent, tag_field="type", tag="response.web_search_call.searching"
):
    """A web search is under way."""

    type: ClassVar[Literal["response.web_search_call.searching"]] = (
        "response.web_search_call.searching"
    )


class ResponseWebSearchCallCompletedEvent(
    ItemEvent, tag_field="type", tag="response.web_search_call.completed"
):
    """A web search is complete."""

    type: ClassVar[Literal["response.web_search_call.completed"]] = (
        "response.web_search_call.completed"
    )


class ResponseFileSearchCallInProgressEvent(
    ItemEvent, tag_field="type", tag="response.file_search_call.in_progress"
):
    """A search in files has begun."""

    type: ClassVar[Literal["response.file_search_call.in_progress"]] = (
        "response.file_search_call.in_progress"
    )


class ResponseFileSearchCallSearchingEvent(
    ItemEvent, tag_field="type", tag="response.file_search_call.searching"
):
    """A search in files is under way."""

    type: ClassVar[Literal["response.file_search_call.searching"]] = (
        "response.file_search_call.searching"
    )


class ResponseFileSearchCallCompletedEvent(
    ItemEvent, tag_field="type", tag="response.file_search_call.completed"
):
    """A search in files is complete."""

    type: ClassVar[Literal["response.file_search_call.completed"]] = (
        "response.file_search_call.completed"
    )


class ResponseImageGenCallInProgressEvent(
    ItemEvent, tag_field="type", tag="response.image_generation_call.in_progress"
):
    """The generation of an image has begun."""

    type: ClassVar[Literal["response.image_generation_call.in_progress"]] = (
        "response.image_generation_call.in_progress"
    )


class ResponseImageGenCallGeneratingEvent(
    ItemEvent, tag_field="type", tag="response.image_generation_call.generating"
):
    """The generation of an image is under way."""

    type: ClassVar[Literal["response.image_generation_call.generating"]] = (
        "response.image_generation_call.generating"
    )


class ResponseImageGenCallCompletedEvent(
    ItemEvent, tag_field="type", tag="response.image_generation_call.completed"
):
    """The generation of an image is complete."""

    type: ClassVar[Literal["response.image_generation_call.completed"]] = (
        "response.image_generation_call.completed"
    )


class ResponseImageGenCallPartialImageEvent(
    ItemEvent, tag_field="type", tag="response.image_generation_call.partial_image"
):
    """A preliminary image, whole in itself."""

    type: ClassVar[Literal["response.image_generation_call.partial_image"]] = (
        "response.image_generation_call.partial_image"
    )
    partial_image_b64: str = ""
    partial_image_index: int | None = None
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None


class ResponseShellCallCommandAddedEvent(
    CommandEvent, tag_field="type", tag="response.shell_call_command.added"
):
    """A command of a shell call has begun."""

    type: ClassVar[Literal["response.shell_call_command.added"]] = (
        "response.shell_call_command.added"
    )
    command: str = ""


class ResponseShellCallCommandDeltaEvent(
    CommandEvent, tag_field="type", tag="response.shell_call_command.delta"
):
    """A new piece of a command."""

    type: ClassVar[Literal["response.shell_call_command.delta"]] = (
        "response.shell_call_command.delta"
    )
    delta: str = ""
    obfuscation: str | None = None


class ResponseShellCallCommandDoneEvent(
    CommandEvent, tag_field="type", tag="response.shell_call_command.done"
):
    """A whole command of a shell call."""

    type: ClassVar[Literal["response.shell_call_command.done"]] = "response.shell_call_command.done"
    command: str = ""


class ResponseShellCallOutputContentDeltaEvent(
    CommandEvent, tag_field="type", tag="response.shell_call_output_content.delta"
):
    """A new piece of the output of a command."""

    type: ClassVar[Literal["response.shell_call_output_content.delta"]] = (
        "response.shell_call_output_content.delta"
    )
    delta: ShellOutputDelta | None = None
    obfuscation: str | None = None


class ResponseShellCallOutputContentDoneEvent(
    CommandEvent, tag_field="type", tag="response.shell_call_output_content.done"
):
    """The whole output of a command."""

    type: ClassVar[Literal["response.shell_call_output_content.done"]] = (
        "response.shell_call_output_content.done"
    )
    output: list[ShellOutput] = []


class ResponseCompactionCompactingEvent(
    ItemEvent, tag_field="type", tag="response.compaction.compacting"
):
    """The conversation is being compacted."""

    type: ClassVar[Literal["response.compaction.compacting"]] = "response.compaction.compacting"
