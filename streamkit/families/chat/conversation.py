"""The messages of a request: what was answered before goes back as the API knows it."""

# The message of a parsed answer has what the caller's types made of it, and the API refuses that as
# an unknown parameter. It may come as our message, as one of the openai package, as the dict that
# either makes, or as a dict of the caller's with the answer's tool calls in it.

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, cast

from streamkit._core.wire import Wire

__all__ = ["unparsed"]


def unparsed(messages: object) -> object:
    """The messages without ``parsed`` and ``parsed_arguments``; what is no list is left to the API.

    Those of the caller are not changed.
    """
    if not isinstance(messages, Iterable) or isinstance(messages, str | bytes | Mapping):
        return cast("object", messages)
    return [_message(message) for message in cast("Iterable[object]", messages)]


_OF_A_MESSAGE = ("parsed",)
_OF_A_CALL = ("index",)  # the openai package leaves it where a stream had it
_OF_A_FUNCTION = ("parsed_arguments",)

# The same in pydantic's words.
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
    """A wire object or a dict with some fields changed and others left out; else as it is."""
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        kept = {key: item for key, item in fields.items() if key not in left_out}
        return {key: item for key, item in kept.items() if not _is_our_null(key, item)} | changes
    if not isinstance(value, Wire):
        return value
    changed = copy.copy(value)
    # What is null is not sent.
    for name, item in (dict.fromkeys(left_out) | changes).items():
        if name in changed.__struct_fields__:
            setattr(changed, name, item)
    return changed


def _is_our_null(name: str, value: object) -> bool:
    """Whether it is there only because ``model_dump`` has every field that we know."""
    return value is None and name in {"reasoning", "reasoning_content"}


def _member(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None) if isinstance(value, Wire) else None


def _is_model(value: object) -> bool:
    """Whether it is a pydantic model, as all of the openai package are."""
    return not isinstance(value, Wire) and hasattr(value, "__pydantic_serializer__")


def _dumped(model: Any, left_out: Mapping[str, object]) -> object:
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=left_out)
