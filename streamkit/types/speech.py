"""What a message says, also where it comes in parts or as objects with the text in them."""

from __future__ import annotations

import json
from typing import Any, cast

from streamkit._core.wire import Wire

__all__ = ["DETAILS", "Speech", "thought_in"]

DETAILS = "reasoning_details"
"""OpenRouter's list of what a model thought, which is to be sent back as it came."""

_FIELDS = ("content", "refusal", "reasoning_content", "reasoning")
_TEXT_OR_NULL = (str, type(None))

# Where an object has its text, and what that is: None where its type or its place says so.
_TEXTS: dict[str, str | None] = {
    "text": None,
    "value": None,
    "content": None,
    "output_text": None,
    "thinking": "reasoning",
    "thought": "reasoning",
    "reasoning": "reasoning",
    "reasoning_content": "reasoning",
    "summary": "reasoning",
    "refusal": "refusal",
}
_THOUGHTS = ("think", "thought", "reason")
_SPOKEN = ("text", "message", "refusal", *_THOUGHTS)


class Speech(Wire):
    """A message, or a piece of one: its texts are read from parts and from objects too.

    Parts are a list of objects with a ``type``, in which some servers send content that was thought
    about. Their texts are content, their thoughts reasoning and their refusals refusal; what else
    they have is kept in ``model_extra``, under the name of the field they came in.
    """

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The texts as text, and what stood beside them."""
        odd = [name for name in _FIELDS if not isinstance(data.get(name), _TEXT_OR_NULL)]
        if not odd:
            return data, {}
        fields, unread = dict(data), dict[str, Any]()
        for name in odd:
            texts, rest = _read(fields.pop(name), name)
            for kind, text in texts.items():
                field = _field(kind, name)
                if not fields.get(field):
                    fields[field] = text
                elif text != fields[field]:
                    # Only one can be the text, and the field of its own has it.
                    rest = [*_listed(rest), {"type": kind, kind: text}]
            if rest is not None:
                unread[name] = _listed(rest) if texts else rest
        return fields, unread


def thought_in(details: Any) -> str:
    """The text of ``reasoning_details``."""
    texts, _ = _read(details, "reasoning")
    return texts.get("reasoning", "")


def _field(kind: str, origin: str) -> str:
    """The field that a kind of text belongs in, if it was found in ``origin``."""
    if kind != "reasoning" or origin == "reasoning":
        return kind
    return "reasoning_content"


def _listed(rest: Any) -> list[Any]:
    """What stood beside a text, as parts."""
    if isinstance(rest, list):
        return cast("list[Any]", rest)
    return [] if rest is None else [rest]


def _read(value: Any, field: str) -> tuple[dict[str, str], Any]:
    """The texts in a value by their kind, and what is left of the value: None if nothing is."""
    kind = "reasoning" if field == "reasoning_content" else field
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {kind: json.dumps(value)}, None
    pieces: dict[str, list[str]] = {}
    rest = _take(value, kind, pieces)
    return {kind: "".join(texts) for kind, texts in pieces.items()}, rest


def _take(value: Any, kind: str, pieces: dict[str, list[str]]) -> Any:
    """Take the texts out of a value and return what is left."""
    if isinstance(value, str):
        pieces.setdefault(kind, []).append(value)
        return None
    if isinstance(value, list):
        rests = [_take(item, kind, pieces) for item in cast("list[Any]", value)]
        return [rest for rest in rests if rest is not None] or None
    if isinstance(value, dict):
        return _take_from_part(cast("dict[str, Any]", value), kind, pieces)
    return value


def _take_from_part(part: dict[str, Any], kind: str, pieces: dict[str, list[str]]) -> Any:
    type_ = str(part.get("type") or "text").lower()
    is_spoken = any(word in type_ for word in _SPOKEN)
    if part.get("thought") is True or any(word in type_ for word in _THOUGHTS):
        kind = "reasoning"
    elif "refusal" in type_:
        kind = "refusal"
    heading: dict[str, Any] = {}
    left: dict[str, Any] = {}
    taken: set[str] = set()
    for key, item in part.items():
        if key in ("type", "index") or (key == "thought" and item is True):
            heading[key] = item
        elif item is None or item in ([], {}):
            continue
        # An image or a document may have a text, but what else it has is not said.
        elif key in _TEXTS and (is_spoken or key == "text") and isinstance(item, (str, list, dict)):
            kind_of_item = _TEXTS[key] or kind
            if kind_of_item in taken:
                left[key] = item
                continue
            taken.add(kind_of_item)
            rest = _take(item, kind_of_item, pieces)
            if rest is not None:
                left[key] = rest
        else:
            left[key] = item
    if left or not (taken or is_spoken):
        return heading | left
    return None
