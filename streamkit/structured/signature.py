"""The parameters of a function as a type of JSON objects."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

from streamkit.errors import SchemaError
from streamkit.structured.docstring import described_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Signature"]


class Signature:
    """A function's parameters as a TypedDict, and the call of the function with its values.

    A parameter with a default need not be in the object. The docstring describes the function and
    its parameters.

    Raises:
        SchemaError: The function takes ``*args`` or ``**kwargs``, or a name in a type hint is not
            defined where the function is.
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        from typing import NotRequired

        from pydantic import Field
        from typing_extensions import TypedDict

        try:
            parameters = inspect.signature(function, eval_str=True).parameters.values()
        except ValueError as error:  # some built-in functions have none
            raise SchemaError(
                f"{name} does not show its parameters; give the type of the arguments (arguments=)"
            ) from error
        except NameError as error:
            raise SchemaError(
                f"a type hint of {name} is not known in its module: {error}; define it there, or"
                " give the type of the arguments (arguments=)"
            ) from error
        self.description, texts = described_in(inspect.getdoc(function))
        self._function = function
        self._positional: list[str] = []
        fields: dict[str, Any] = {}
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise SchemaError(
                    f"{name} takes *{parameter.name}, and a tool has one parameter for each"
                    " argument; give the type of the arguments (arguments=)"
                )
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self._positional.append(parameter.name)
            hint: Any = Any if parameter.annotation is parameter.empty else parameter.annotation
            if parameter.name in texts:
                hint = Annotated[hint, Field(description=texts[parameter.name])]
            fields[parameter.name] = (
                hint if parameter.default is parameter.empty else NotRequired[hint]
            )
        self.has_defaults = any(each.default is not each.empty for each in parameters)
        """Whether an argument may be left out."""
        make: Any = TypedDict  # type checkers know only those that are written out
        self.type_: Any = make(name, fields)

    def call(self, arguments: Mapping[str, Any]) -> Any:
        """Call the function."""
        named = dict(arguments)
        positional = [named.pop(name) for name in self._positional if name in named]
        return self._function(*positional, **named)
