"""The tools of a request in this API's flat form, and the parsers of their arguments.

The API takes a function's name and schema beside the type of the tool, where chat completions nest
them in ``function``; and a ``namespace`` has tools of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from streamkit.structured.tools import FunctionDefinition, tool_parsers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit.structured.tools import ToolParsers

__all__ = ["flat", "parsers"]


def flat(tool: Any) -> Any:
    """Return a tool in the flat form; a tool of any other kind is returned as it is."""
    if not isinstance(tool, Mapping):
        return tool
    fields = cast("Mapping[str, Any]", tool)
    if fields.get("type") == "namespace":
        return {**fields, "tools": [flat(inner) for inner in fields.get("tools") or ()]}
    function: object = fields.get("function")
    if fields.get("type") != "function" or not isinstance(function, Mapping):
        return fields
    rest = {name: value for name, value in fields.items() if name != "function"}
    return {**rest, **cast("Mapping[str, Any]", function)}


def parsers(tools: Iterable[Any]) -> ToolParsers:
    """Return the parsers of the arguments, by the names that calls have in ``ItemLog.tool``.

    Raises:
        SchemaError: Two functions have one name, so that a call might be read as the other's.
    """
    return tool_parsers([{"function": function} for function in _functions(tools)])


def _functions(tools: Iterable[Any], space: str = "") -> Iterator[Mapping[str, Any]]:
    """Yield the functions among the tools, with the name of their namespace in their own."""
    for tool in tools:
        if not isinstance(tool, Mapping):
            continue
        fields = cast("Mapping[str, Any]", tool)
        if fields.get("type") == "namespace":
            yield from _functions(fields.get("tools") or (), f"{fields.get('name')}.")
        elif fields.get("type") == "function":
            nested: object = fields.get("function")
            function = cast("Mapping[str, Any]", nested) if isinstance(nested, Mapping) else fields
            named = FunctionDefinition(function, name=f"{space}{function.get('name')}")
            # The attributes, not the class: definitions of the openai package have one as well.
            for attribute in ("model", "read"):
                if (value := getattr(cast("object", function), attribute, None)) is not None:
                    setattr(named, attribute, value)
            yield named
