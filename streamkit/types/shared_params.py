"""The parameters that parts of the OpenAI API share, under the path of the ``openai`` package."""

# TypedDict is that of typing_extensions, because pydantic takes no other before Python 3.12.

from __future__ import annotations

from typing import Literal, Required, TypeAlias

from typing_extensions import TypedDict

__all__ = [
    "ChatModel",
    "FunctionDefinition",
    "FunctionParameters",
    "Metadata",
    "ReasoningEffort",
    "ResponseFormatJSONObject",
    "ResponseFormatJSONSchema",
    "ResponseFormatText",
]

ChatModel: TypeAlias = str
"""The name of a model."""

FunctionParameters: TypeAlias = dict[str, object]
"""The JSON schema of a function's arguments."""

Metadata: TypeAlias = dict[str, str]
"""Up to 16 keys and values that the API stores with an object."""

ReasoningEffort: TypeAlias = (
    Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None
)
"""The amount of reasoning that is asked of a model."""


class FunctionDefinition(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    description: str
    parameters: FunctionParameters
    strict: bool | None


class JSONSchema(TypedDict, total=False):
    """The schema of a structured output."""

    name: Required[str]
    description: str
    schema: dict[str, object]
    strict: bool | None


class ResponseFormatJSONSchema(TypedDict, total=False):
    """A response format with a JSON schema."""

    json_schema: Required[JSONSchema]
    type: Required[Literal["json_schema"]]


class ResponseFormatJSONObject(TypedDict, total=False):
    """A response format of any JSON object."""

    type: Required[Literal["json_object"]]


class ResponseFormatText(TypedDict, total=False):
    """A response format of plain text."""

    type: Required[Literal["text"]]
