"""Answers in another shape than was asked for: wrapped, or whole in the place of a chunk."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from streamkit.reports import ENVELOPES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WholeMessages", "as_chunk", "as_completion", "unwrapped"]

_log = logging.getLogger("streamkit")


def unwrapped(value: object) -> object:
    """Take an answer out of its envelope, or out of a list of one; any other value is returned.

    What else is in the envelope is added to the answer, whose own fields take precedence.
    """
    if isinstance(value, list):
        items = cast("list[object]", value)
        return items[0] if len(items) == 1 else items
    if not isinstance(value, dict) or "choices" in value:
        return cast("object", value)
    fields = cast("dict[str, Any]", value)
    for name in ENVELOPES:
        inner = fields.get(name)
        if isinstance(inner, dict) and _choices(cast("dict[str, Any]", inner)):
            rest = {key: item for key, item in fields.items() if key != name}
            return rest | cast("dict[str, Any]", inner)
    return fields


def as_chunk(completion: dict[str, Any]) -> dict[str, Any]:
    """The chunk that says all of a completion at once."""
    return completion | {
        "choices": [
            _with_delta(choice, message, is_whole=True)
            if isinstance(message := choice["message"], dict)
            else choice
            for choice in _choices(completion)
        ]
    }


def as_completion(fields: dict[str, Any]) -> dict[str, Any]:
    """The completion in a plain answer whose choices have the fields of a stream's."""
    choices = _choices(fields)
    return fields | {"choices": [_with_message(each) for each in choices]} if choices else fields


class WholeMessages:
    """Makes deltas of the messages in a stream.

    In a chunk a message is the delta by another name. In a completion it is all there is of its
    choice, and what was already told of it is not told again.
    """

    def __init__(self, has_spoken: Callable[[int], bool]) -> None:
        self._has_spoken = has_spoken
        self._told: dict[int, tuple[str, int]] = {}  # the content and the number of calls

    def as_chunk(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The chunk with deltas in the places of messages."""
        choices = _choices(fields)
        if not any(map(_is_whole, choices)):
            return fields
        is_chunk = str(fields.get("object")).endswith("chunk")
        return fields | {
            "choices": [
                self._told_once(choice, is_chunk=is_chunk) if _is_whole(choice) else choice
                for choice in choices
            ]
        }

    def _told_once(self, choice: dict[str, Any], *, is_chunk: bool) -> dict[str, Any]:
        message = cast("dict[str, Any]", _said(choice))
        if is_chunk or choice.get("message") is None:
            return _with_delta(choice, message)
        index = choice.get("index")
        index = index if isinstance(index, int) else 0
        text, count = self._told.get(index, ("", 0))
        if not (text or count) and self._has_spoken(index):
            _log.debug("a whole message repeats choice %d, and is kept beside it", index)
            return choice
        content, calls = message.get("content"), _objects(message.get("tool_calls"))
        content = content if isinstance(content, str) else ""
        new = dict(message)
        if text and content.startswith(text):
            new["content"] = content = content.removeprefix(text)
        if calls and count:
            new["tool_calls"] = calls[count:]
        self._told[index] = text + content, max(count, len(calls))
        return _with_delta(choice, new)


def _choices(fields: dict[str, Any]) -> list[Any]:
    """The choices, which some servers do not put in a list when there is one."""
    choices = fields.get("choices")
    if isinstance(choices, dict):
        return [choices]
    return cast("list[Any]", choices) if isinstance(choices, list) else []


def _is_whole(choice: object) -> bool:
    if not isinstance(choice, dict):
        return False
    fields = cast("dict[str, Any]", choice)
    return not isinstance(fields.get("delta"), dict) and _said(fields) is not None


def _said(choice: dict[str, Any]) -> dict[str, Any] | None:
    """What a choice says, be it whole or a piece, as a message or as mere text."""
    for name in ("delta", "message", "text"):
        said = choice.get(name)
        if isinstance(said, dict):
            return cast("dict[str, Any]", said)
        if isinstance(said, str):
            return {"content": said}
    return None


def _with(name: str, said: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any]:
    """The choice with what it says in the field of this name."""
    rest = {key: value for key, value in choice.items() if key not in {"delta", "message", "text"}}
    return rest | {name: said}


def _with_delta(
    choice: dict[str, Any], message: dict[str, Any], *, is_whole: bool = False
) -> dict[str, Any]:
    """The choice with its message as a delta, in which calls have an index.

    That is their own, unless the message is whole, so that each is a call by itself.
    """
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        placed = [
            _at(place, cast("dict[str, Any]", call), again=is_whole)
            if isinstance(call, dict)
            else call
            for place, call in enumerate(cast("list[Any]", calls))
        ]
        message = message | {"tool_calls": placed}
    return _with("delta", message, choice)


def _at(place: int, call: dict[str, Any], *, again: bool) -> dict[str, Any]:
    return call | {"index": place} if again else {"index": place, **call}


def _with_message(choice: object) -> object:
    if not isinstance(choice, dict):
        return choice
    fields = cast("dict[str, Any]", choice)
    if isinstance(fields.get("message"), dict) or (said := _said(fields)) is None:
        return fields
    return _with("message", said, fields)


def _objects(value: object) -> list[dict[str, Any]]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
