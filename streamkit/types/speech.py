"""The texts of a message, also where a server sends them in parts or inside objects."""

from __future__ import annotations

from typing import Any, cast

from streamkit._core.wire import Wire

__all__ = ["DETAILS", "Speech", "thought_in"]

DETAILS = "reasoning_details"
"""OpenRouter's list of a model's thoughts, which must be sent back unchanged."""

_FIELDS = ("content", "refusal", "reasoning_content", "reasoning")
_TEXT_OR_NULL = (str, type(None))

# The keys of an object's text, and its kind: None where the object's type or place decides that.
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
    """A message, or a piece of one, whose texts may be sent in parts or inside objects.

    Parts are a list of objects with a ``type``, in which some servers send content together with
    thoughts. Their texts become content, their thoughts reasoning and their refusals refusal. The
    rest is kept in ``model_extra``, under the name of the field that held the parts.
    """

    @classmethod
    def normalized(cls, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the fields with their texts as strings, and the rest of the parts by field."""
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
                    # Only one can be the text: the one in the field of that name.
                    rest = [*_listed(rest), {"type": kind, kind: text}]
            if rest is not None:
                unread[name] = _listed(rest) if texts else rest
        return fields, unread


def thought_in(details: Any) -> str:
    """Return the text of ``reasoning_details``."""
    texts, _ = _read(details, "reasoning")
    return texts.get("reasoning", "")


def _field(kind: str, origin: str) -> str:
    """Return the field for a kind of text that was found in ``origin``."""
    if kind != "reasoning" or origin == "reasoning":
        return kind
    return "reasoning_content"


def _listed(rest: Any) -> list[Any]:
    """Return the rest beside a text, as a list of parts."""
    if isinstance(rest, list):
        return cast("list[Any]", rest)
    return [] if rest is None else [rest]


def _read(value: Any, field: str) -> tuple[dict[str, str], Any]:
    """Return the texts in a value by their kind, and the rest of the value, or None."""
    kind = "reasoning" if field == "reasoning_content" else field
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        import json

        return {kind: json.dumps(value)}, None
    pieces: dict[str, list[str]] = {}
    rest = _take(value, kind, pieces)
    return {kind: "".join(texts) for kind, texts in pieces.items()}, rest


def _take(value: Any, kind: str, pieces: dict[str, list[str]]) -> Any:
    """Collect the texts of a value in ``pieces``, and return the rest of it."""
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
        # An image or a document may have a text, but its other keys are not the model's words.
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
