"""Values of other libraries as JSON: dicts, and whatever dumps to one."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.events import Event
from streamkit._core.wire import Wire, as_sent

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DictLike", "json_writer"]


class DictLike(ABC):  # noqa: B024 - its subclasses are those of `__subclasshook__`
    """A dict, or an object of any library that dumps to one, as pydantic's do.

    An object of ours is none, because an operator names the classes of ours that it takes.
    """

    @classmethod
    def __subclasshook__(cls, kind: type[Any]) -> bool:
        return not issubclass(kind, Wire) and json_writer(kind) is not None


def json_writer(kind: type[Any]) -> Callable[[Any], bytes] | None:
    """Return the function that writes values of this class as JSON; None if they are no data."""
    if issubclass(kind, Event):
        return None
    if issubclass(kind, Wire):
        return lambda value: _json(as_sent(value))
    if issubclass(kind, Mapping):
        return lambda value: _json(dict(cast("Mapping[str, Any]", value)))
    if hasattr(kind, "__pydantic_serializer__"):
        return _pydantic_json
    for name in ("model_dump", "to_dict", "dict"):
        if callable(getattr(kind, name, None)):
            return lambda value: _json(getattr(value, name)())
    return None


def _pydantic_json(value: Any) -> bytes:
    # The null of a field that was not sent would be a field that was; and what a program has put
    # into a field of another type is not for us to warn of.
    options: dict[str, Any] = {"by_alias": True, "exclude_none": True, "warnings": False}
    try:
        text: str = value.model_dump_json(**options)
        return text.encode()
    except ValueError:
        return _escaped(value.model_dump(**options))


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value, enc_hook=_plain)
    except ValueError:
        return _escaped(msgspec.to_builtins(value, enc_hook=_plain))


def _escaped(value: Any) -> bytes:
    """Write plain data with half a surrogate pair, which only an escape sequence can carry."""
    return json.dumps(value, default=_plain).encode()


def _plain(value: Any) -> Any:
    writer = json_writer(cast("type[Any]", type(value)))
    return str(value) if writer is None else msgspec.Raw(writer(value))
