"""What the answer was asked to be: how to say it to the API, and how to read it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    NamedTuple,
    TypeGuard,
    TypeVar,
    cast,
    get_origin,
    overload,
)

import msgspec

from streamkit.compiled import decoder
from streamkit.errors import ParseError, SchemaError
from streamkit.schema import describes_object, schema_name, to_strict_json_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel, TypeAdapter

__all__ = ["ResponseFormat", "response_format"]

T = TypeVar("T")

CACHE_SIZE = 256
"""How many types keep their schema and their reader; the least recently used makes room."""

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
            ParseError: the text does not fit the type. The validator's error is its cause.
        """
        if self._read is None:
            return cast("T", None)
        try:
            return self._read(text)
        # Whatever a text can do to a validator: not fit, not be Unicode, or be nested too deeply.
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            name = self.param["json_schema"]["name"]
            raise ParseError(f"The answer is not a valid {name}: {error}", content=text) from error

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
def response_format(value: object) -> ResponseFormat[Any] | None: ...
def response_format(value: object) -> ResponseFormat[Any] | None:
    """Make of what the caller gave what is sent, and what reads the answer.

    A dict is sent as it is, and its answers are not parsed. A type (a pydantic model, a dataclass,
    a TypedDict, a msgspec Struct, an enum, a union, ``list[int]``, whatever a
    :class:`pydantic.TypeAdapter` takes, or such an adapter) is sent as a strict JSON schema. What
    is no object travels as ``{"value": …}``. A format that is made already comes back, and None
    stands for no format.

    Raises:
        SchemaError: this is no type, or strict mode has no way to say its schema.
    """
    if value is None:
        return None
    if isinstance(value, ResponseFormat):
        return cast("ResponseFormat[object]", value)
    if isinstance(value, Mapping):
        param = dict(cast("Mapping[str, Any]", value))
        return ResponseFormat(param, is_json=param.get("type") in ("json_object", "json_schema"))
    try:
        hash(value)
    except TypeError:
        return _typed(value)
    # Equality is not enough of a key: int | str equals str | int, and a validator tries in order.
    return _cached(value, repr(value))


@lru_cache(maxsize=CACHE_SIZE)
def _cached(type_: Any, _spelling: str) -> ResponseFormat[Any]:
    return _typed(type_)


def _typed(type_: Any) -> ResponseFormat[Any]:
    name, schema, read = _described(type_)
    wrapped = not describes_object(schema)
    try:
        strict = to_strict_json_schema(_wrapped(schema) if wrapped else schema)
    except SchemaError as error:
        error.add_note(f"The type is {type_!r}.")
        raise
    param = {
        "type": "json_schema",
        "json_schema": {"schema": strict, "name": schema_name(name), "strict": True},
    }
    read = _reading_wrapped(read) if wrapped else read
    return ResponseFormat(param, is_json=True, type_=type_, read=read, wrapped=wrapped)


class _Description(NamedTuple):
    """A type as JSON: what it is called, which values it has, and how to read one."""

    name: str
    schema: dict[str, Any]
    read: Callable[[str | bytes], Any]


def _described(type_: Any) -> _Description:
    # A Struct goes the short way: whoever has only those never loads pydantic.
    if _is_subclass(type_, msgspec.Struct):
        return _by_msgspec(type_)
    from pydantic import BaseModel
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

    if _is_adapter(type_):
        return _by_adapter(type_)
    if not _is_type(type_):
        raise SchemaError(f"Unsupported response_format type - {type_!r}")
    try:
        return _by_model(type_) if _is_subclass(type_, BaseModel) else _by_pydantic(type_)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        # What pydantic does not take, msgspec may: a list of Structs, and before Python 3.12 the
        # standard library's TypedDict.
        try:
            return _by_msgspec(type_)
        except (TypeError, NameError):
            raise SchemaError(f"Unsupported response_format type - {type_!r}: {error}") from error


def _by_model(model: type[BaseModel]) -> _Description:
    return _Description(model.__name__, model.model_json_schema(), model.model_validate_json)


def _by_pydantic(type_: Any) -> _Description:
    from pydantic import TypeAdapter

    return _by_adapter(TypeAdapter[Any](type_))._replace(name=_name(type_))


def _by_adapter(adapter: TypeAdapter[Any]) -> _Description:
    schema = adapter.json_schema()
    return _Description(schema.get("title", ""), schema, adapter.validate_json)


def _by_msgspec(type_: Any) -> _Description:
    schema = msgspec.json.schema(type_)
    return _Description(_name(type_), schema, decoder(type_).decode)


def _is_subclass(value: object, base: type[T]) -> TypeGuard[type[T]]:
    return isinstance(value, type) and issubclass(value, base)


def _is_adapter(value: object) -> TypeGuard[TypeAdapter[Any]]:
    from pydantic import TypeAdapter

    return isinstance(value, TypeAdapter)


def _is_type(value: object) -> bool:
    """Tell ``list[int]``, ``Literal["a"]`` and the like, and classes, from any other object."""
    return (
        isinstance(value, type)
        or get_origin(value) is not None
        or type(value).__module__ in {"typing", "typing_extensions"}
    )


def _name(type_: Any) -> str:
    if isinstance(type_, type) and get_origin(type_) is None:
        return type_.__name__
    return re.sub(r"(?:[\w<>]+\.)+", "", repr(type_))


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a schema into the object that strict mode wants at the root."""
    inner = {name: value for name, value in schema.items() if name != "$defs"}
    wrapper = {"type": "object", "properties": {WRAPPER_KEY: inner}}
    return wrapper | {"$defs": schema.get("$defs", {})}


class _Wrapper(msgspec.Struct):
    value: msgspec.Raw


_wrapper = decoder(_Wrapper)


def _reading_wrapped(read: Callable[[str | bytes], T]) -> Callable[[str | bytes], T]:
    """Hand the value on as it was written: decoding and encoding it could change it."""
    return lambda text: read(bytes(_wrapper.decode(text).value))
