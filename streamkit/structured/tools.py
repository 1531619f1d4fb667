"""The functions that a model may call: their declarations, and the reading of their arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from streamkit._core.arguments import require, require_iterable
from streamkit._core.finite import read_finite
from streamkit.errors import ParseError, SchemaError
from streamkit.structured.response_format import reason, response_format

__all__ = [
    "FunctionDefinition",
    "ToolParsers",
    "definitions",
    "own_docstring",
    "pydantic_function_tool",
    "pydantic_responses_function_tool",
    "require_name",
    "require_strict_tools",
    "tool_parser",
    "tool_parsers",
]


class FunctionDefinition(dict[str, Any]):
    """The definition of a function, a dict that also holds the type of its arguments.

    In JSON it is a plain dict. The type survives copies, also deep ones, but is lost on the way
    through JSON: after that the arguments are read as plain JSON.
    """

    model: object
    """The type, as it was given."""
    read: Callable[[str | bytes], Any]
    """The reading of the arguments, where it is not that of the type."""


def pydantic_function_tool(
    model: object, *, name: str | None = None, description: str | None = None
) -> dict[str, Any]:
    """Declare a strict function tool whose arguments are the fields of a type.

    Args:
        model: A pydantic model, a dataclass, a TypedDict, a msgspec Struct: any type of objects
            that :func:`~streamkit.structured.response_format.response_format` accepts.
        name: The name of the tool; by default the name of the type.
        description: The description of the tool; by default the type's own docstring.

    Raises:
        SchemaError: ``model`` is no type of objects, strict mode cannot express its schema, or the
            API accepts no such name.
    """
    format_ = response_format(model)
    if format_ is None or not format_.parses or format_.wrapped:
        raise SchemaError(f"the arguments of a tool must be an object, not {model!r}")
    from copy import deepcopy

    function = FunctionDefinition(
        name=name if name is not None else format_.param["json_schema"]["name"],
        strict=True,
        parameters=deepcopy(format_.schema),  # the caller may change it afterwards
    )
    function.model = model
    require_name(function["name"])
    if description is None:
        description = own_docstring(model)
    if description is not None:
        function["description"] = description
    return {"type": "function", "function": function}


def pydantic_responses_function_tool(
    model: object,
    *,
    name: str | None = None,
    description: str | None = None,
    defer_loading: bool | None = None,
) -> dict[str, Any]:
    """Declare the same tool in the flat form of the Responses API.

    Args:
        model: The type of the arguments.
        name: The name of the tool; by default the name of the type.
        description: The description of the tool; by default the type's own docstring.
        defer_loading: Whether the model only learns of the tool when it searches for tools.

    Raises:
        SchemaError: As ``pydantic_function_tool``.
    """
    function = pydantic_function_tool(model, name=name, description=description)["function"]
    tool = FunctionDefinition(type="function", **function)
    tool.model = model
    if defer_loading is not None:
        tool["defer_loading"] = defer_loading
    return tool


def require_name(name: str) -> str:
    """Return the name of a tool, or raise ``SchemaError`` if the API accepts no such name."""
    from streamkit.structured.schema.name import MAX_LENGTH

    if re.fullmatch(rf"[a-zA-Z0-9_-]{{1,{MAX_LENGTH}}}", name) is None:
        raise SchemaError(
            f"a tool is called {name!r}, and the API takes letters (a to z), digits, _ and - in"
            f" names, {MAX_LENGTH} at most"
        )
    return name


def definitions(tools: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Return the definitions of tools that a program gives to an operator.

    Raises:
        TypeError: One is no definition, but a function or a type, say, or ``tools`` is no iterable.
    """
    _refuse_observable(tools)
    require_iterable("tools", tools, "definitions of tools")
    given: list[Mapping[str, Any]] = [*tools]
    for tool in given:
        hint = "; pydantic_function_tool makes one of a type" if isinstance(tool, type) else ""
        require("a tool", tool, Mapping, "a definition, as a request takes it", hint)
    return given


def tool_parsers(tools: Iterable[Any]) -> ToolParsers:
    """Return the parsers for the arguments of each tool of a request.

    Raises:
        SchemaError: two tools have one name, so that a call of one might be read as the other's.
        TypeError: ``tools`` is an observable, because an operator was not called. To iterate over
            an observable of reactivex never ends.
    """
    _refuse_observable(tools)
    functions: dict[str, Any] = {}
    parsers: dict[str, Callable[[str], Any]] = {}
    for tool in tools:
        function = _member(tool, "function")
        name = _member(function, "name")
        if not isinstance(name, str):
            continue
        parse = tool_parser(function)
        namesake = functions.setdefault(name, function)
        if namesake is not function and (parse or name in parsers):
            if not _are_the_same(namesake, function):
                raise SchemaError(
                    f"two tools are called {name!r}, and a call would be read as the first one's;"
                    " give one another name (name=)"
                )
        elif parse is not None:
            parsers[name] = parse
    return ToolParsers(parsers)


class ToolParsers:
    """The parsers for the arguments of each tool of a request, by the tool's name.

    Only strict tools have a parser: the API does not promise that others get JSON arguments.
    """

    __slots__ = ("_parsers",)

    def __init__(self, parsers: Mapping[str, Callable[[str], Any]]) -> None:
        self._parsers = parsers

    def __contains__(self, name: object) -> bool:
        return name in self._parsers

    def __len__(self) -> int:
        return len(self._parsers)

    def parse(self, name: str, arguments: str) -> Any:
        """Read the whole arguments of a call; return None if the tool is unknown or not strict.

        Raises:
            ParseError: the arguments do not fit, or the validator failed. The validator's error is
                the cause.
        """
        parse = self._parsers.get(name)
        if parse is None:
            return None
        try:
            return read_finite(arguments, parse)
        except Exception as error:
            message = f"The arguments of {name} are not valid: {reason(error)}"
            raise ParseError(message, content=arguments) from error


def _refuse_observable(tools: object) -> None:
    if callable(getattr(tools, "subscribe", None)):
        raise TypeError("tools are a list, and not an observable: was an operator not called?")


def require_strict_tools(tools: Iterable[Any]) -> list[Any]:
    """Return the tools as a list if all of them are strict functions, as ``parse()`` requires.

    Raises:
        ValueError: a tool is not a strict function.
    """
    checked = list(tools)
    for index, tool in enumerate(checked):
        kind = _member(tool, "type")
        if kind != "function":
            raise ValueError(
                f"Currently only `function` tool types support auto-parsing; Received `{kind}`"
            )
        function = _member(tool, "function")
        if _member(function, "strict") is not True:
            name = _member(function, "name") or f"tools[{index}]"
            raise ValueError(
                f"`{name}` is not strict. Only `strict` function tools can be auto-parsed"
            )
    return checked


def tool_parser(function: object) -> Callable[[str], Any] | None:
    """Return the parser of the arguments of a strict tool; None for a tool that is not strict."""
    # The attribute decides, not the class, so that definitions of the openai package count.
    read: Callable[[str | bytes], Any] | None = getattr(function, "read", None)
    if read is not None:
        return read
    model: object = getattr(function, "model", None)
    if model is not None:
        from streamkit.structured.description import described

        return described(model).read
    if _member(function, "strict") is not True:
        return None
    import json

    return json.loads


def _are_the_same(one: object, other: object) -> bool:
    return one == other and getattr(one, "model", None) is getattr(other, "model", None)


def _member(node: object, name: str) -> Any:
    return cast("Mapping[str, Any]", node).get(name) if isinstance(node, Mapping) else None


def own_docstring(model: object) -> str | None:
    """Return the docstring of the class itself: not a base's, and not one a dataclass generates."""
    if not isinstance(model, type):
        return None
    signature = f"{model.__name__}("
    doc: str = vars(model).get("__doc__") or ""
    written_by_dataclass = hasattr(model, "__dataclass_fields__") and doc.startswith(signature)
    return inspect.cleandoc(doc) if doc and not written_by_dataclass else None
