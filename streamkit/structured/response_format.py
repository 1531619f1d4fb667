"""The format that a request asks for: its declaration to the API, and the reading of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from streamkit._core.finite import read_finite
from streamkit.errors import ParseError
from streamkit.structured.wrapper import WRAPPER_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    import typing_extensions
    from pydantic import TypeAdapter
    from typing_extensions import TypeForm

    FormT = typing_extensions.TypeVar("FormT", default=Any)
    """The type of a type form; Any to a type checker that does not know ``TypeForm``."""

__all__ = ["ResponseFormat", "reason", "response_format"]

T = TypeVar("T")


class ResponseFormat(Generic[T]):
    """The format that a request asks for; :meth:`parse` returns a ``T``.

    :func:`response_format` makes it. All requests that ask for the same type share it.
    """

    __slots__ = ("_read", "is_json", "name", "param", "parses", "type_", "wrapped")

    def __init__(  # noqa: PLR0913 - one for each attribute
        self,
        param: dict[str, Any],
        *,
        is_json: bool,
        name: str = "",
        type_: Any = None,
        read: Callable[[str], T] | None = None,
        wrapped: bool = False,
    ) -> None:
        self.param = param
        """The ``response_format`` of the request body; not to be changed."""
        self.name = name
        """The name of the type; empty for a format given as a dict."""
        self.type_ = type_
        """The type that the caller gave; None for a format given as a dict."""
        self.is_json = is_json
        """Whether the answer is JSON, so that a beginning of it can be read."""
        self.parses = read is not None
        """Whether :meth:`parse` reads the answer; False for a format given as a dict."""
        self.wrapped = wrapped
        """Whether the answer is wrapped in ``{"value": …}``: strict mode requires an object."""
        self._read = read

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.param if self.type_ is None else self.type_!r})"

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that is sent; None if none is."""
        schema: dict[str, Any] | None = self.param.get("json_schema", {}).get("schema")
        return schema

    def parse(self, text: str) -> T:
        """Read a whole answer; return None if the format does not parse.

        Raises:
            ParseError: the text does not fit the type, or its validator failed. The validator's
                error is the cause.
        """
        if self._read is None:
            return cast("T", None)
        try:
            return read_finite(text, self._read)
        except Exception as error:
            message = f"The answer is not a valid {self.name}: {reason(error)}"
            raise ParseError(message, content=text) from error

    def unwrap(self, partial: object) -> object:
        """Take an answer's partial value out of its wrapper; None while the wrapper is empty."""
        if not self.wrapped:
            return partial
        if isinstance(partial, Mapping):
            return cast("Mapping[str, object]", partial).get(WRAPPER_KEY)
        return None


@overload
def response_format(value: None) -> None: ...
@overload
def response_format(value: ResponseFormat[T]) -> ResponseFormat[T]: ...
@overload
def response_format(value: TypeAdapter[T]) -> ResponseFormat[T]: ...
@overload
def response_format(value: type[T]) -> ResponseFormat[T]: ...
@overload
def response_format(value: Mapping[str, Any]) -> ResponseFormat[None]: ...
@overload
def response_format(value: TypeForm[FormT]) -> ResponseFormat[FormT]: ...
@overload
def response_format(value: object) -> ResponseFormat[Any] | None: ...
def response_format(value: object) -> ResponseFormat[Any] | None:
    """Return the format of a value: the parameter to send, and the parser of the answers.

    A dict is sent as it is, and its answers are not parsed. A type (a pydantic model, a dataclass,
    a TypedDict, a msgspec Struct, an enum, a union, ``list[int]``, any other that a
    :class:`pydantic.TypeAdapter` accepts, or such an adapter) is sent as a strict JSON schema. An
    answer that is no object is wrapped as ``{"value": …}``. The schema is the current one: a model
    may have been rebuilt since the last request. A format is returned as it is; None means no
    format.

    Raises:
        SchemaError: the value is no type, strict mode cannot express its schema, or every answer
            would fail.
    """
    if value is None:
        return None
    if isinstance(value, ResponseFormat):
        return cast("ResponseFormat[object]", value)
    if isinstance(value, Mapping):
        param = dict(cast("Mapping[str, Any]", value))
        return ResponseFormat(param, is_json=param.get("type") in ("json_object", "json_schema"))
    from streamkit.structured.typed_format import typed_format

    return typed_format(value)


def reason(error: Exception) -> str:
    """Return why a text could not be read; an error other than a ``ValueError`` is named."""
    if isinstance(error, ValueError):
        return str(error)
    return f"its validator raised {type(error).__name__}: {error}"
