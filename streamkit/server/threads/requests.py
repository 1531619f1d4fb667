"""The bodies of requests about assistants and threads, as types."""

# Strategy: as for chat, the types are the validation. Fields that a response only repeats (tools,
# content, attachments) are taken from the body itself, so that nothing is added or left out.

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from streamkit.server.chat.request import (
    FunctionChoice,
    FunctionTool,
    ImagePart,
    ObjectFormat,
    Part,
    SchemaFormat,
    TextFormat,
    TextPart,
    ToolMode,
)
from streamkit.server.vector_stores.requests import Metadata, NewStore

Temperature = Annotated[float, Meta(ge=0, le=2)]
TopP = Annotated[float, Meta(ge=0, le=1)]
Instructions = Annotated[str, Meta(max_length=256_000)]
Messages = Annotated[list["NewMessage"], Meta(max_length=5_000)]
TokenLimit = Annotated[int, Meta(ge=256)]


class CodeInterpreterTool(
    Struct, forbid_unknown_fields=True, tag_field="type", tag="code_interpreter"
):
    """The tool that runs code."""


class FileSearchTool(Struct, forbid_unknown_fields=True, tag_field="type", tag="file_search"):
    """The tool that searches files."""

    file_search: dict[str, Any] | None = None


Tool = CodeInterpreterTool | FileSearchTool | FunctionTool
Choice = CodeInterpreterTool | FileSearchTool | FunctionChoice
Format = Literal["auto"] | TextFormat | ObjectFormat | SchemaFormat


class ImageFilePart(Part, tag="image_file"):
    """A part with an uploaded image, which no run looks at."""

    image_file: dict[str, Any]


class CodeFiles(Struct, forbid_unknown_fields=True):
    """The files that code can read."""

    file_ids: Annotated[list[str], Meta(max_length=20)] = []


class SearchStores(Struct, forbid_unknown_fields=True):
    """The vector stores to search: existing ones by id, and new ones to create."""

    vector_store_ids: Annotated[list[str], Meta(max_length=1)] = []
    vector_stores: Annotated[list[NewStore], Meta(max_length=1)] = []


class ToolResources(Struct, forbid_unknown_fields=True):
    """The files and vector stores that tools use."""

    code_interpreter: CodeFiles | None = None
    file_search: SearchStores | None = None


class AssistantFields(Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of an assistant."""

    description: Annotated[str, Meta(max_length=512)] | None = None
    instructions: Instructions | None = None
    metadata: Metadata | None = None
    name: Annotated[str, Meta(max_length=256)] | None = None
    reasoning_effort: str | None = None
    response_format: Format | None = None
    temperature: Temperature | None = None
    tool_resources: ToolResources | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] = []
    top_p: TopP | None = None


class NewAssistant(AssistantFields, kw_only=True):
    """A request for an assistant."""

    model: str


class ChangedAssistant(AssistantFields, kw_only=True):
    """A request to change an assistant."""

    model: str | None = None


class NewMessage(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request for a message."""

    content: str | Annotated[list[TextPart | ImageFilePart | ImagePart], Meta(min_length=1)]
    role: Literal["user", "assistant"]
    attachments: list[dict[str, Any]] | None = None
    metadata: Metadata | None = None


class Changed(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request to change the metadata of a message or a run."""

    metadata: Metadata | None = None


class NewThread(Changed, kw_only=True):
    """A request for a thread."""

    messages: Messages = []
    tool_resources: ToolResources | None = None


class ChangedThread(Changed, kw_only=True):
    """A request to change a thread."""

    tool_resources: ToolResources | None = None


class Truncation(Struct, forbid_unknown_fields=True):
    """The part of a thread that a run reads."""

    type: Literal["auto", "last_messages"]
    last_messages: Annotated[int, Meta(ge=1)] | None = None


class RunFields(Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of a request for a run, in an existing or a new thread."""

    assistant_id: str
    instructions: Instructions | None = None
    max_completion_tokens: TokenLimit | None = None
    max_prompt_tokens: TokenLimit | None = None
    metadata: Metadata | None = None
    model: str | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    stream: bool | None = None
    temperature: Temperature | None = None
    tool_choice: ToolMode | Choice | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] | None = None
    top_p: TopP | None = None
    truncation_strategy: Truncation | None = None


class NewRun(RunFields, kw_only=True):
    """A request for a run."""

    additional_instructions: Instructions | None = None
    additional_messages: Messages | None = None
    reasoning_effort: str | None = None


class NewThreadAndRun(RunFields, kw_only=True):
    """A request for a thread and a run in it."""

    thread: NewThread | UnsetType = UNSET
    tool_resources: ToolResources | None = None


class Output(Struct, forbid_unknown_fields=True):
    """The output of a function."""

    tool_call_id: str
    output: str = ""


class Outputs(Struct, forbid_unknown_fields=True):
    """The outputs of the functions that a run called."""

    tool_outputs: list[Output]
    stream: bool | None = None
