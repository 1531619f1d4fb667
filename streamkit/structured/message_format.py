"""The format and the tools that a request to Anthropic's Messages API asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from streamkit.errors import SchemaError
from streamkit.structured.description import CACHE_SIZE, Described, described
from streamkit.structured.response_format import ResponseFormat
from streamkit.structured.schema import schema_name, to_message_schema
from streamkit.structured.tools import ToolParsers, own_docstring, require_name, tool_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streamkit.structured.schema.written import WrittenSchema

__all__ = [
    "MessageTool",
    "input_parsers",
    "message_format",
    "message_tools",
    "plain_message_format",
    "pydantic_message_tool",
]


class MessageTool(dict[str, Any]):
    """A tool of the Messages API, a dict that also holds the type of its input.

    In JSON it is a plain dict. The type survives copies, also deep ones, but is lost on the way
    through JSON.
    """

    model: object
    """The type, as it was given."""


def message_format(value: object) -> ResponseFormat[Any]:
    """Return the format of a type: the ``output_config.format`` to send, and its parser.

    Any type that a :class:`pydantic.TypeAdapter` accepts is one, also of an answer that is no
    object. A format is returned as it is.

    Raises:
        SchemaError: The value is no type, or the API cannot express its schema.
    """
    if isinstance(value, ResponseFormat):
        return cast("ResponseFormat[Any]", value)
    if isinstance(value, Mapping):
        raise SchemaError("output_format is a type; pass a schema as output_config={'format': ...}")
    type_ = described(value)
    return _typed(type_, type_.written())


@lru_cache(maxsize=CACHE_SIZE)
def _typed(type_: Described, given: WrittenSchema) -> ResponseFormat[Any]:
    param = {"type": "json_schema", "schema": _schema(given.schema, type_.type_)}
    name = schema_name(type_.name)
    return ResponseFormat(param, is_json=True, name=name, type_=type_.type_, read=type_.read)


def plain_message_format(output_config: object) -> ResponseFormat[None] | None:
    """Return the format in an ``output_config`` that the caller gave as a dict, if it has one."""
    if not isinstance(output_config, Mapping):
        return None
    format_ = cast("Mapping[str, object]", output_config).get("format")
    if not isinstance(format_, Mapping):
        return None
    return ResponseFormat(dict(cast("Mapping[str, Any]", format_)), is_json=True)


def pydantic_message_tool(
    model: object, *, name: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """Declare a strict tool of the Messages API whose input is the fields of a type.

    Args:
        model: A pydantic model, a dataclass, a TypedDict, a msgspec Struct: any type of objects.
        name: The name of the tool; by default the name of the type.
        description: The description of the tool; by default the type's own docstring.

    Raises:
        SchemaError: ``model`` is no type of objects, the API cannot express its schema, or it
            accepts no such name.
    """
    type_ = described(model)
    schema = _schema(type_.schema(), model)
    root = schema
    if "$ref" in schema:
        root = schema.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
    if root.get("type") != "object":
        raise SchemaError(f"the input of a tool must be an object, not {model!r}")
    tool = MessageTool(
        name=require_name(name if name is not None else schema_name(type_.name)),
        input_schema=schema,
        strict=True,
    )
    tool.model = model
    if description is None:
        description = own_docstring(model)
    if description is not None:
        tool["description"] = description
    return tool


def message_tools(tools: Iterable[Any]) -> list[Any]:
    """Return the tools in the form of the Messages API; function tools of OpenAI are converted."""
    if callable(getattr(tools, "subscribe", None)):
        raise TypeError("tools are a list, and not an observable: was an operator not called?")
    return [_message_tool(tool) for tool in tools]


def input_parsers(tools: Iterable[Any]) -> ToolParsers:
    """Return the parsers for the inputs of strict tools, by the tool's name.

    Raises:
        SchemaError: Two tools have one name, so that a call of one might be read as the other's.
    """
    parsers: dict[str, Callable[[str], Any]] = {}
    names = set[object]()
    for tool in tools:
        name = cast("Mapping[str, object]", tool).get("name") if isinstance(tool, Mapping) else None
        if name in names and name is not None:
            raise SchemaError(f"two tools are called {name!r}; give one another name (name=)")
        names.add(name)
        if isinstance(name, str) and (parse := tool_parser(cast("object", tool))) is not None:
            parsers[name] = parse
    return ToolParsers(parsers)


def _message_tool(tool: object) -> object:
    if not isinstance(tool, Mapping):
        return tool
    given = cast("Mapping[str, Any]", tool)
    if given.get("type") != "function":
        return given
    function: object = given.get("function", given)  # the Responses API has it flat
    fields = cast("Mapping[str, Any]", function) if isinstance(function, Mapping) else given
    name, description = fields.get("name"), fields.get("description")
    model = getattr(fields, "model", None)
    if model is not None:
        return pydantic_message_tool(model, name=name, description=description)
    converted = {"name": name, "input_schema": fields.get("parameters") or {"type": "object"}}
    optional = {"description": description, "strict": fields.get("strict")}
    return converted | {key: value for key, value in optional.items() if value is not None}


def _schema(schema: dict[str, Any], type_: object) -> dict[str, Any]:
    try:
        return to_message_schema(schema)
    except SchemaError as error:
        error.add_note(f"The type is {type_!r}.")
        raise
