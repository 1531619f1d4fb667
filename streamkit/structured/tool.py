"""Tools with their handlers: a function that a program runs when the model calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.arguments import require_iterable
from streamkit._core.finite import read_finite
from streamkit.errors import ParseError, SchemaError
from streamkit.structured.custom_tool import custom_definition, flat, nested
from streamkit.structured.description import described
from streamkit.structured.response_format import reason, response_format
from streamkit.structured.schema import describes_object
from streamkit.structured.tools import FunctionDefinition, own_docstring, require_name

if TYPE_CHECKING:
    from streamkit.structured.description import Described

__all__ = ["Tool", "tools_by_name"]


class Tool:
    """A function that the model may call, the type of its arguments, and its declaration.

        Tool(get_weather)                          # arguments from its type hints and docstring
        Tool(book, arguments=Booking)              # called with a Booking
        Tool(query, arguments={"type": "object", ...}, name="query")  # called with a dict
        Tool(shell, arguments=str)             # a custom tool, called with the text of its input

    The handler may be a coroutine function. ``run_tools`` and ``call_tools`` take functions as they
    are, and make a tool of each.

    Args:
        handler: The function to call.
        arguments: The type of the one argument that the handler takes (a pydantic model, a
            dataclass, any type of objects), a JSON schema of it, or a tool as a request has it;
            ``str`` for a custom tool, whose input is free text and no JSON. By default the handler
            takes an argument for each of its parameters.
        name: The name of the tool; by default that of the definition, or of the handler.
        description: The description; by default that of the definition, or the docstring.
        needs_approval: Whether a call is held until the program approves it.

    Raises:
        SchemaError: There is no schema for the arguments, or the API accepts no such name.
    """

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        arguments: object = None,
        name: str | None = None,
        description: str | None = None,
        needs_approval: bool = False,
    ) -> None:
        if not callable(handler):
            raise SchemaError(f"a tool needs a function to call, and not {handler!r}")
        custom = custom_definition(arguments)
        given = _definition(arguments) if custom is None else custom
        if given is not None:
            name = name or given.get("name")
            description = description or given.get("description")
        if given is not None and custom is None:
            model: object = getattr(given, "model", None)
            arguments = model or given.get("parameters") or _ANY_OBJECT
        self.name = require_name(name or str(getattr(handler, "__name__", "")))
        self.handler = handler
        self.needs_approval = needs_approval
        self.call: Callable[[Any], Any] = handler
        """The function that calls the handler with the arguments as ``read`` returns them."""
        self._type: Described | None = None
        self._is_strict = False
        self._custom = custom
        if custom is not None:
            self._schema = _ANY_OBJECT
        elif isinstance(arguments, Mapping):
            self._schema = dict(cast("Mapping[str, Any]", arguments))
            self._is_strict = given is not None and given.get("strict") is True
        elif arguments is not None:
            self._schema = self._schema_of(arguments)
            description = description or own_docstring(arguments)
        else:
            from streamkit.structured.signature import Signature

            signature = Signature(handler, self.name)
            self.call = signature.call
            self._schema = self._schema_of(signature.type_, strictly=not signature.has_defaults)
            description = description or signature.description
        self.description = description or getattr(handler, "__doc__", None) or ""

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

    def read(self, arguments: str) -> Any:
        """Read the arguments of a call as their type; the input of a custom tool is as it is.

        Raises:
            ParseError: They do not fit; the validator's error is the cause.
        """
        if self._custom is not None:
            return arguments
        text = arguments.strip() or "{}"
        try:
            return read_finite(text, _plain if self._type is None else self._type.read)
        except Exception as error:
            message = f"The arguments of {self.name} are not valid: {reason(error)}"
            raise ParseError(message, content=arguments) from error

    def definition(self) -> dict[str, Any]:
        """Return the tool as a chat request declares it."""
        if self._custom is not None:
            return {"type": "custom", "custom": nested(self._custom) | self._common()}
        fields = {**self._common(), "parameters": self._schema}
        return {"type": "function", "function": self._typed(fields | self._strictness())}

    def flat_definition(self) -> dict[str, Any]:
        """Return the tool as a request of Responses declares it."""
        if self._custom is not None:
            return {"type": "custom", **flat(self._custom), **self._common()}
        fields = {"type": "function", **self._common(), "parameters": self._schema}
        return self._typed({**fields, "strict": self._is_strict})

    def message_definition(self) -> dict[str, Any]:
        """Return the tool as a request of Messages declares it."""
        if self._custom is not None:
            raise SchemaError(f"{self.name} is a custom tool, which the Messages API does not have")
        from streamkit.structured.schema import to_message_schema

        fields = {**self._common(), "input_schema": self._schema}
        if self._is_strict and self._type is not None:
            fields["input_schema"] = to_message_schema(self._type.schema())
        return self._typed(fields | self._strictness())

    def _common(self) -> dict[str, Any]:
        return {
            "name": self.name,
            **({"description": self.description} if self.description else {}),
        }

    def _strictness(self) -> dict[str, Any]:
        return {"strict": True} if self._is_strict else {}

    def _typed(self, fields: dict[str, Any]) -> FunctionDefinition:
        typed = FunctionDefinition(fields)
        typed.read = self._read_or_none
        return typed

    def _read_or_none(self, text: str | bytes) -> Any:
        # Arguments that do not fit concern this call alone: they must not end the stream.
        try:
            return self.read(text if isinstance(text, str) else text.decode())
        except ParseError:
            return None

    def _schema_of(self, type_: object, *, strictly: bool = True) -> dict[str, Any]:
        """Return the schema of a type, a strict one if strict mode can express it."""
        self._type = described(type_)
        schema = self._type.schema()
        if not describes_object(schema):
            raise SchemaError(f"the arguments of a tool must be an object, not {type_!r}")
        # Strict mode is a promise of the API; without it, the arguments are validated all the same.
        with suppress(SchemaError):
            if strictly and (format_ := response_format(type_)) is not None:
                schema = format_.schema or schema
                self._is_strict = True
        return schema


def tools_by_name(
    tools: Mapping[str, Any] | Iterable[Any],
) -> tuple[dict[str, Tool], list[Mapping[str, Any]]]:
    """Return the tools that have a handler, by name, and the definitions that have none.

    Raises:
        SchemaError: Two tools have one name.
        TypeError: A tool is neither a function, nor a ``Tool``, nor a definition.
    """
    handled: dict[str, Tool] = {}
    others: list[Mapping[str, Any]] = []
    if isinstance(tools, Mapping):
        named = cast("Mapping[str, Any]", tools)
        return {name: _tool(tool, name) for name, tool in named.items()}, others
    require_iterable("tools", tools, "functions, Tools or definitions")
    for each in tools:
        if isinstance(each, Mapping):
            others.append(cast("Mapping[str, Any]", each))
            continue
        tool = _tool(each)
        if tool.name in handled:
            raise SchemaError(f"two tools are called {tool.name!r}; give one another name (name=)")
        handled[tool.name] = tool
    return handled, others


def _tool(value: Any, name: str | None = None) -> Tool:
    if isinstance(value, Tool):
        return value
    if isinstance(value, type):
        raise TypeError(
            f"{value.__name__} is a type, and a tool needs a function to call: give"
            f" Tool(handler, arguments={value.__name__})"
        )
    if not callable(value):
        raise TypeError(f"a tool is a function, a Tool or a definition, and not {value!r}")
    return Tool(value, name=name)


def _definition(arguments: object) -> Mapping[str, Any] | None:
    """Return the function in a definition of any protocol; None for a schema or a type."""
    if not isinstance(arguments, Mapping):
        return None
    given = cast("Mapping[str, Any]", arguments)
    function = given.get("function")
    if isinstance(function, Mapping):
        return cast("Mapping[str, Any]", function)
    if "input_schema" in given:
        converted = FunctionDefinition(given, parameters=given["input_schema"])
        if (model := getattr(given, "model", None)) is not None:
            converted.model = model
        return converted
    return given if given.get("type") == "function" else None


def _plain(text: str | bytes) -> Any:
    import json

    value: object = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"they are no object: {text!r}")  # noqa: TRY004 - the text is at fault
    return cast("dict[str, Any]", value)


_ANY_OBJECT: dict[str, Any] = {"type": "object", "properties": {}}
