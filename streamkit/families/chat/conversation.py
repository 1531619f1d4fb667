"""The messages of a request, in which earlier answers have only the fields that the API accepts."""

# The message of a parsed answer has fields with the parsed values, which the API refuses as unknown
# parameters. The message may be one of ours, one of the openai package, a dict made from either, or
# a dict of the caller with the answer's tool calls in it.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from streamkit._core.wire import Wire

__all__ = ["unparsed"]


def unparsed(messages: object) -> object:
    """Return the messages without ``parsed`` and ``parsed_arguments``.

    The caller's objects are not changed. A value that is not an iterable of messages is returned
    as it is, and the API refuses it.
    """
    if not isinstance(messages, Iterable) or isinstance(messages, str | bytes | Mapping):
        return cast("object", messages)
    return [_message(message) for message in cast("Iterable[object]", messages)]


_OF_A_MESSAGE = ("parsed",)
_OF_A_CALL = ("index",)  # the openai package keeps it in the calls of a stream
_OF_A_FUNCTION = ("parsed_arguments",)

# The same fields in pydantic's notation.
_FUNCTION: dict[str, object] = dict.fromkeys(_OF_A_FUNCTION, True)
_CALL: dict[str, object] = {"function": _FUNCTION, **dict.fromkeys(_OF_A_CALL, True)}
_CALLS: dict[str, object] = {"__all__": _CALL}
_MESSAGE: dict[str, object] = {"tool_calls": _CALLS, **dict.fromkeys(_OF_A_MESSAGE, True)}


def _message(message: object) -> object:
    if _is_model(message):
        return _dumped(message, _MESSAGE)
    calls = _member(message, "tool_calls")
    if not isinstance(calls, list | tuple):
        return _changed(message, _OF_A_MESSAGE)
    items = cast("Iterable[object]", calls)
    return _changed(message, _OF_A_MESSAGE, tool_calls=[_call(call) for call in items])


def _call(call: object) -> object:
    if _is_model(call):
        return _dumped(call, _CALL)
    function = _member(call, "function")
    if function is None:
        return call
    if _is_model(function):
        function = _dumped(function, _FUNCTION)
    return _changed(call, _OF_A_CALL, function=_changed(function, _OF_A_FUNCTION))


def _changed(value: object, left_out: Iterable[str], **changes: object) -> object:
    """Return a wire object or dict with some fields changed and others left out.

    Any other value is returned as it is.
    """
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        kept = {key: item for key, item in fields.items() if key not in left_out}
        return {key: item for key, item in kept.items() if not _is_our_null(key, item)} | changes
    if not isinstance(value, Wire):
        return value
    from copy import copy

    changed = copy(value)
    # A field that is null is not sent.
    for name, item in (dict.fromkeys(left_out) | changes).items():
        if name in changed.__struct_fields__:
            setattr(changed, name, item)
    return changed


def _is_our_null(name: str, value: object) -> bool:
    """Return whether a field exists only because ``model_dump`` includes every known field."""
    return value is None and name in {"reasoning", "reasoning_content"}


def _member(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None) if isinstance(value, Wire) else None


def _is_model(value: object) -> bool:
    """Return whether a value is a pydantic model, as all types of the openai package are."""
    return not isinstance(value, Wire) and hasattr(value, "__pydantic_serializer__")


def _dumped(model: Any, left_out: Mapping[str, object]) -> object:
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=left_out)
