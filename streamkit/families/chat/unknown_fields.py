"""The decoding of chunks that have fields which their types do not know.

It finds what a decoder finds that builds a chunk field by field, at a fraction of the cost.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.compiled import converter, decoder
from streamkit._core.decoding import brackets
from streamkit._core.reports import SIGNS
from streamkit._core.unknown_scalars import UnknownNames
from streamkit.families.chat.answer_shapes import WHOLE
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["decode_with_unknown_fields", "has_unknown_fields"]

C = TypeVar("C", bound=ChatCompletionChunk)


def has_unknown_fields(chunk: ChatCompletionChunk) -> bool:
    """Return whether a chunk, one of its choices or a delta has a field that is not known."""
    if chunk.unknown_fields:
        return True
    return any(
        choice.unknown_fields or (choice.delta is not None and choice.delta.unknown_fields)
        for choice in chunk.choices or ()
    )


def decode_with_unknown_fields(data: bytes | str, type_: type[C], max_depth: int) -> C:
    """Decode a chunk; raise ``ValueError`` if another decoder may find more in the data.

    These are data in which more is odd than that the chunk, its choices or their deltas have more
    fields, or in which a field may report an error.
    """
    # A hot path: each chunk of a server that adds a list of its own.
    fields: dict[str, Any] = _fields_of(data)
    choices: Any = fields.get("choices")
    if choices.__class__ is not list or brackets(data) > max_depth:
        raise ValueError("no plain chunk")
    added = _taken_out(fields, _names_in(type_))
    places: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for choice in choices:
        delta: Any = choice.get("delta") if choice.__class__ is dict else None
        if delta.__class__ is not dict:
            raise ValueError("no plain choice")
        if not (delta.get("content") or WHOLE.isdisjoint(choice)):
            raise ValueError("a message besides the delta")
        places.append((_taken_out(choice, _IN_CHOICE), _taken_out(delta, _IN_DELTA)))
    chunk: C = _converter(type_)(fields)
    chunk.add_unknown(added)
    for choice, (in_choice, in_delta) in zip(chunk.choices or (), places, strict=True):
        choice.add_unknown(in_choice)
        if choice.delta is not None:
            choice.delta.add_unknown(in_delta)
    return chunk


def _taken_out(fields: dict[str, Any], unknown: UnknownNames) -> Mapping[str, Any]:
    """Remove unknown fields and return them."""
    names = unknown[(*fields,)]
    if not names:
        return _NONE
    if not SIGNS.isdisjoint(names):
        raise ValueError("a field that may report an error")
    return {name: fields.pop(name) for name in names}


_NONE: Mapping[str, Any] = {}
_fields_of = decoder(dict[str, Any]).decode
_converter = cache(converter)
_names_in = cache(UnknownNames)
_IN_CHOICE, _IN_DELTA = _names_in(ChunkChoice), _names_in(ChoiceDelta)
