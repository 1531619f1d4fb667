"""What the answer was asked to be: how to say it to the API, and how to read it back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import msgspec

from streamkit._core.compiled import decoder
from streamkit._core.finite import read_finite
from streamkit.errors import ParseError, SchemaError
from streamkit.structured.description import CACHE_SIZE, Described, described
from streamkit.structured.schema import (
    describes_object,
    require_answerable,
    schema_name,
    to_strict_json_schema,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import typing_extensions
    from pydantic import TypeAdapter
    from typing_extensions import TypeForm

    FormT = typing_extensions.TypeVar("FormT", default=Any)
    """What a type form says; Any to a type checker that does not know ``TypeForm``."""

__all__ = ["ResponseFormat", "response_format"]

T = TypeVar("T")

WRAPPER_KEY = "value"
"""The one property of the object around an answer that is no object itself."""


class ResponseFormat(Generic[T]):
    """The format an answer was asked for in; ``T`` is what :meth:`parse` makes of its text.

    Made by :func:`response_format`, and shared by all requests that ask for the same type.
    """

    __slots__ = ("_read", "is_json", "param", "parses", "type_", "wrapped")

    def __init__(
        self,
        param: dict[str, Any],
        *,
        is_json: bool,
        type_: Any = None,
        read: Callable[[str], T] | None = None,
        wrapped: bool = False,
    ) -> None:
        self.param = param
        """What the request body holds as ``response_format``; not to be changed."""
        self.type_ = type_
        """The type that was asked for; None for a format given as a dict."""
        self.is_json = is_json
        """Whether the answer is JSON, so that its beginning can be looked at before it is whole."""
        self.parses = read is not None
        """Whether :meth:`parse` reads the answer; a format given as a dict does not say how."""
        self.wrapped = wrapped
        """Whether the answer stands in ``{"value": …}``, for strict mode wants an object."""
        self._read = read

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.param if self.type_ is None else self.type_!r})"

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that is sent, if one is."""
        schema: dict[str, Any] | None = self.param.get("json_schema", {}).get("schema")
        return schema

    def parse(self, text: str) -> T:
        """Read a whole answer; None, if the format does not parse.

        Raises:
            ParseError: the text does not fit the type, or its validator failed. What the
                validator raised is the cause.
        """
        if self._read is None:
            return cast("T", None)
        try:
            return read_finite(text, self._read)
        except Exception as error:
            name = self.param["json_schema"]["name"]
            message = f"The answer is not a valid {name}: {reason(error)}"
            raise ParseError(message, content=text) from error

    def unwrap(self, partial: object) -> object:
        """Take the beginning of an answer out of its wrapper; None while there is nothing in it."""
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
    """Make of what the caller gave what is sent, and what reads the answer.

    A dict is sent as it is, and its answers are not parsed. A type (a pydantic model, a dataclass,
    a TypedDict, a msgspec Struct, an enum, a union, ``list[int]``, whatever a
    :class:`pydantic.TypeAdapter` takes, or such an adapter) is sent as a strict JSON schema. What
    is no object travels as ``{"value": …}``. The schema is that of the moment: a model may have
    been rebuilt since the last request. A format that is made already comes back, and None stands
    for no format.

    Raises:
        SchemaError: this is no type, strict mode has no way to say its schema, or every answer
            would fail.
    """
    if value is None:
        return None
    if isinstance(value, ResponseFormat):
        return cast("ResponseFormat[object]", value)
    if isinstance(value, Mapping):
        param = dict(cast("Mapping[str, Any]", value))
        return ResponseFormat(param, is_json=param.get("type") in ("json_object", "json_schema"))
    type_ = described(value)
    return _typed(type_, _Schema(type_.schema()))


class _Schema:
    """A schema that is the key of a cache; the order of its fields is part of it."""

    __slots__ = ("schema", "written")

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.written = repr(schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Schema) and self.written == other.written

    def __hash__(self) -> int:
        return hash(self.written)


@lru_cache(maxsize=CACHE_SIZE)
def _typed(type_: Described, given: _Schema) -> ResponseFormat[Any]:
    wrapped = not describes_object(given.schema)
    try:
        strict = to_strict_json_schema(_wrapped(given.schema) if wrapped else given.schema)
        require_answerable(strict)
    except SchemaError as error:
        error.add_note(f"The type is {type_.type_!r}.")
        raise
    param = {
        "type": "json_schema",
        "json_schema": {"schema": strict, "name": schema_name(type_.name), "strict": True},
    }
    read = _reading_wrapped(type_.read) if wrapped else type_.read
    return ResponseFormat(param, is_json=True, type_=type_.type_, read=read, wrapped=wrapped)


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a schema into the object that strict mode wants at the root."""
    inner = {name: value for name, value in schema.items() if name != "$defs"}
    wrapper = {"type": "object", "properties": {WRAPPER_KEY: inner}}
    return wrapper | {"$defs": schema.get("$defs", {})}


def reason(error: Exception) -> str:
    """Say why a text could not be read; what is no verdict on it is named."""
    if isinstance(error, ValueError):
        return str(error)
    return f"its validator raised {type(error).__name__}: {error}"


class _Wrapper(msgspec.Struct):
    value: msgspec.Raw


_wrapper = decoder(_Wrapper)


def _reading_wrapped(read: Callable[[str | bytes], T]) -> Callable[[str | bytes], T]:
    """Hand the value on as it was written: decoding and encoding it could change it."""
    return lambda text: read(bytes(_wrapper.decode(text).value))
