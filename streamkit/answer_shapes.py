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
            _with_delta(_without(choice, "delta"), told={})
            if isinstance(choice["message"], dict)
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
        self._told: dict[int, dict[str, Any]] = {}  # the last message of each choice
        self._in_pieces: set[int] = set()  # choices whose messages do not grow

    def as_chunk(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The chunk with deltas in the places of messages."""
        choices = _choices(fields)
        if not any(map(_is_whole, choices)):
            return fields
        is_chunk = str(fields.get("object")).endswith("chunk")
        return fields | {
            "choices": [
                self._told_once({"index": place, **choice}, is_chunk=is_chunk)
                if _is_whole(choice)
                else choice
                for place, choice in enumerate(choices)
            ]
        }

    def _told_once(self, choice: dict[str, Any], *, is_chunk: bool) -> dict[str, Any]:
        message, index = choice.get("message"), choice.get("index")
        index = index if isinstance(index, int) else 0
        if isinstance(choice.get("delta"), dict) and self._has_spoken(index):
            return choice  # some servers send the message so far beside each delta
        if is_chunk or not isinstance(message, dict) or index in self._in_pieces:
            return _with_delta(choice)
        message = cast("dict[str, Any]", message)
        told = self._told.get(index)
        if told is None and self._has_spoken(index):
            _log.debug("a whole message repeats choice %d, and is kept beside it", index)
            return choice
        if told is not None and not _grows(told, message):
            self._in_pieces.add(index)
            del self._told[index]
            return _with_delta(choice)
        self._told[index] = message
        return _with_delta(choice, told=told or {})


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
    return not _speaks(fields.get("delta")) and _said(fields) is not None


def _speaks(delta: object) -> bool:
    """Whether anything is in a delta besides the role."""
    return isinstance(delta, dict) and any(
        value for key, value in cast("dict[str, Any]", delta).items() if key != "role"
    )


def _said(choice: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """What a choice says and where, be it whole or a piece, as a message or as mere text."""
    for name in ("delta", "message", "text"):
        said = choice.get(name)
        if isinstance(said, dict) and (name != "delta" or _speaks(cast("object", said))):
            return name, cast("dict[str, Any]", said)
        if isinstance(said, str):
            return name, {"content": said}
    return None


def _with_delta(choice: dict[str, Any], *, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """The choice with what it says as its delta, in which calls have an index.

    It is a piece, whose calls have their own, unless ``told`` is what it said before: then it is
    whole, each of its calls is one by itself, and only what is new is in the delta.
    """
    said = _said(choice)
    if said is None:
        return choice
    name, message = said
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        placed = [
            _at(place, cast("dict[str, Any]", call), again=told is not None)
            if isinstance(call, dict)
            else call
            for place, call in enumerate(cast("list[Any]", calls))
        ]
        message = message | {"tool_calls": placed}
    return _without(choice, name) | {"delta": _news(told, message) if told else message}


def _at(place: int, call: dict[str, Any], *, again: bool) -> dict[str, Any]:
    return call | {"index": place} if again else {"index": place, **call}


def _grows(told: dict[str, Any], message: dict[str, Any]) -> bool:
    """Whether the message begins with the content that was told."""
    content, begin = message.get("content"), told.get("content")
    return not isinstance(begin, str) or (isinstance(content, str) and content.startswith(begin))


def _news(told: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """What is in the message beyond what was told."""
    news: dict[str, Any] = {}
    for key, value in message.items():
        old = told.get(key)
        if isinstance(value, str) and isinstance(old, str) and value.startswith(old):
            news[key] = value.removeprefix(old)
        elif isinstance(value, list) and isinstance(old, list):
            news[key] = value[len(cast("list[Any]", old)) :]
        elif value != old:
            news[key] = value
    return news


def _with_message(choice: object) -> object:
    if not isinstance(choice, dict):
        return choice
    fields = cast("dict[str, Any]", choice)
    if isinstance(fields.get("message"), dict) or (said := _said(fields)) is None:
        return fields
    name, message = said
    return _without(fields, name) | {"message": message}


def _without(choice: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in choice.items() if key != name}
