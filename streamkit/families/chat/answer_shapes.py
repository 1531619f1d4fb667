"""Conversions of answers in an unexpected shape: in an envelope, or whole instead of a chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.copying import copied
from streamkit._core.logger import logger
from streamkit._core.reports import ENVELOPES
from streamkit.types import ChunkChoice, construct
from streamkit.types.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["WHOLE", "WholeMessages", "as_chunk", "as_completion", "unwrapped"]

_SAID = ("delta", "message", "text", "content")
WHOLE = frozenset(_SAID[1:])
"""The fields of a choice that hold its message where the delta has none."""


def unwrapped(value: object) -> object:
    """Return the answer in an envelope or in a list of one item; any other value is returned as is.

    The other fields of the envelope are added to the answer; its own fields take precedence.
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
    """Return one chunk that has everything of a completion."""
    return completion | {
        "choices": [
            _with_delta(_without(choice, "delta"), again=True)
            if isinstance(choice["message"], dict)
            else choice
            for choice in _numbered(_choices(completion), may_repeat=False)
        ]
    }


def as_completion(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plain completion, whose choices may have the fields of a stream's."""
    choices = _choices(fields)
    return fields | {"choices": [_with_message(each) for each in choices]} if choices else fields


class WholeMessages:
    """The converter of whole messages in a stream into deltas.

    In a chunk, a message is a delta by another name. In a completion, a message is everything so
    far of its choice, and its delta has only the part that no earlier message had. A message after
    deltas of the same choice repeats them and is not converted. If those deltas had only thoughts,
    the message is converted without its thoughts.
    """

    def __init__(
        self,
        has_spoken: Callable[[int], bool],
        thoughts: Callable[[int], Collection[str]] = lambda _: (),
    ) -> None:
        self._has_spoken = has_spoken
        self._thoughts = thoughts  # the fields in which the deltas of a choice had thoughts
        self._messages: dict[int, dict[str, Any]] = {}  # the last message of each choice
        self._in_pieces: set[int] = set()  # choices whose messages do not grow

    @property
    def is_empty(self) -> bool:
        """Whether no message has come, in which case calls of ``goes_on`` are unnecessary."""
        return not self._messages

    def goes_on(self, index: int) -> None:
        """Note that a delta continues a choice after its last message."""
        self._messages.pop(index, None)

    def as_chunk(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the chunk with deltas in place of messages."""
        choices = _choices(fields)
        if self._messages:
            self._note_deltas(choices)
        if not any(map(_is_whole, choices)):
            return fields
        is_chunk = str(fields.get("object")).endswith("chunk")
        return fields | {
            "choices": [
                self._with_news(choice, is_chunk=is_chunk) if _is_whole(choice) else choice
                for choice in _numbered(choices, may_repeat=is_chunk)
            ]
        }

    def _note_deltas(self, choices: list[Any]) -> None:
        for place, choice in enumerate(choices):
            if isinstance(choice, dict) and _speaks(cast("dict[str, Any]", choice).get("delta")):
                self.goes_on(_index(choice, place))

    def _with_news(self, choice: dict[str, Any], *, is_chunk: bool) -> dict[str, Any]:
        index = choice["index"]
        if isinstance(choice.get("delta"), dict) and (
            self._has_spoken(index) or (is_chunk and _speaks(choice["delta"]))
        ):
            return choice  # some servers send the message so far beside each delta
        choice = _as_one(choice)
        message = choice.get("message")
        if is_chunk or not isinstance(message, dict) or index in self._in_pieces:
            return _with_delta(choice)
        message = _with_places(cast("dict[str, Any]", message), again=True)
        known = self._messages.get(index)
        if known is None and self._has_spoken(index):
            logger().debug("a whole message repeats choice %d, and is kept beside it", index)
            return choice
        if known is not None and not _grows(known, message):
            self._in_pieces.add(index)
            del self._messages[index]
            return _with_delta(choice)
        self._messages[index] = copied(message)  # a reader may change what is in the chunk
        news = message if known is None else _news(known, message)
        if known is None and (thoughts := self._thoughts(index)):
            news = _without_thoughts(message, thoughts)
        return _without(choice, "message") | {"delta": news}


def _choices(fields: dict[str, Any]) -> list[Any]:
    """Return the list of choices; some servers send a single choice without a list."""
    choices = fields.get("choices")
    if isinstance(choices, dict):
        return [choices]
    return cast("list[Any]", choices) if isinstance(choices, list) else []


def _is_whole(choice: object) -> bool:
    if not isinstance(choice, dict):
        return False
    fields = cast("dict[str, Any]", choice)
    if _speaks(fields.get("delta")):
        return isinstance(fields.get("message"), dict)
    return _said(fields) is not None


def _as_one(choice: dict[str, Any]) -> dict[str, Any]:
    """Return the choice with its delta merged into its message, which takes precedence."""
    message, delta = choice.get("message"), choice.get("delta")
    if not (isinstance(message, dict) and _speaks(delta)):
        return choice
    said = {key: item for key, item in cast("dict[str, Any]", message).items() if item}
    return _without(choice, "delta") | {"message": message | cast("dict[str, Any]", delta) | said}


def _without_thoughts(message: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the message without its reasoning and without the fields of these names."""
    fields, _ = Speech.normalized(message) or (message, {})
    known = {"reasoning_content", "reasoning", *names}
    return {key: item for key, item in fields.items() if key not in known}


def _speaks(delta: object) -> bool:
    """Return whether a delta has anything besides the role."""
    return isinstance(delta, dict) and any(
        value for key, value in cast("dict[str, Any]", delta).items() if key != "role"
    )


def _said(choice: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the field and the message (whole, a delta or plain text) of a choice."""
    for name in _SAID:
        said = choice.get(name)
        if isinstance(said, list) and len(cast("list[Any]", said)) == 1 and name != "content":
            said = cast("list[Any]", said)[0]
        if isinstance(said, dict) and (name != "delta" or _speaks(cast("object", said))):
            return name, cast("dict[str, Any]", said)
        if isinstance(said, str):
            return name, {"content": said}
    return None


def _with_delta(choice: dict[str, Any], *, again: bool = False) -> dict[str, Any]:
    """Return the choice with its message as its delta, in which every tool call has an index.

    A call keeps its own index, unless the message repeats all calls (``again``): then the index is
    the call's place.
    """
    said = _said(choice)
    if said is None:
        return choice
    name, message = said
    return _without(choice, name) | {"delta": _with_places(message, again=again)}


def _with_places(message: dict[str, Any], *, again: bool) -> dict[str, Any]:
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    placed = [
        _at(place, cast("dict[str, Any]", call), again=again) if isinstance(call, dict) else call
        for place, call in enumerate(cast("list[Any]", calls))
    ]
    return message | {"tool_calls": placed}


def _at(place: int, call: dict[str, Any], *, again: bool) -> dict[str, Any]:
    return call | {"index": place} if again else {"index": place, **call}


def _numbered(choices: list[Any], *, may_repeat: bool) -> list[Any]:
    """Return the choices with indices; a missing or repeated index is replaced by the place."""
    indices = [_index(choice, place) for place, choice in enumerate(choices)]
    if not may_repeat and len({*indices}) < len(indices):
        indices = [*range(len(choices))]
    return [
        cast("dict[str, Any]", choice) | {"index": index} if isinstance(choice, dict) else choice
        for choice, index in zip(choices, indices, strict=True)
    ]


def _index(choice: Any, place: int) -> int:
    given = cast("dict[str, Any]", choice).get("index") if isinstance(choice, dict) else None
    return place if given is None else construct(ChunkChoice, {"index": given}).index


def _grows(known: dict[str, Any], message: dict[str, Any]) -> bool:
    """Return whether the message begins with the content of the earlier one."""
    content, begin = message.get("content"), known.get("content")
    return not isinstance(begin, str) or (isinstance(content, str) and content.startswith(begin))


def _news(known: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the message that the earlier one did not have."""
    return {
        key: _beyond(known[key], value) if key in known else value
        for key, value in message.items()
        if key not in known or value != known[key]
    }


def _beyond(old: Any, value: Any) -> Any:
    """Return the part of a value that its older version did not have."""
    if isinstance(value, str) and isinstance(old, str) and value.startswith(old):
        return value.removeprefix(old)
    if isinstance(value, dict) and isinstance(old, dict):
        fields = cast("dict[str, Any]", value)
        heading = {key: fields[key] for key in _HEADING if key in fields}
        return heading | _news(cast("dict[str, Any]", old), fields)
    if isinstance(value, list) and isinstance(old, list):
        before, items = cast("list[Any]", old), cast("list[Any]", value)
        grown = [_beyond(*pair) for pair in zip(before, items, strict=False) if pair[0] != pair[1]]
        return grown + items[len(before) :]
    return cast("Any", value)


_HEADING = ("index", "type")
"""The fields that every piece of a tool call or of content repeats."""


def _with_message(choice: object) -> object:
    if not isinstance(choice, dict):
        return choice
    fields = _as_one(cast("dict[str, Any]", choice))
    if isinstance(fields.get("message"), dict) or (said := _said(fields)) is None:
        return fields
    name, message = said
    return _without(fields, name) | {"message": message}


def _without(choice: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in choice.items() if key != name}
