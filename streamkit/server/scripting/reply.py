"""A reply as a test gives it, checked when it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from streamkit._core.serialization import json_default

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["CalledTool", "Event", "Reply", "reply_of"]

Event = dict[str, Any] | bytes


class CalledTool(msgspec.Struct, frozen=True):
    """A call of a function: its name, its arguments as JSON, and its id, or none for a made-up."""

    name: str
    arguments: str
    id: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply in the words of no protocol."""

    text: str | None = None
    sizes: tuple[int, ...] | None = None
    """The lengths of the pieces in which the text is streamed."""
    refusal: str | None = None
    calls: tuple[CalledTool, ...] = ()
    events: tuple[Event, ...] = ()
    """The events of a stream, in place of an answer."""
    error: int | None = None
    """The status of an error, in place of an answer; the text is its message."""


def reply_of(  # noqa: PLR0913 - the kinds of replies, each with a default
    text: str | None = None,
    *,
    parsed: object = msgspec.UNSET,
    tool_calls: Iterable[Mapping[str, Any]] = (),
    chunks: Sequence[str] | Sequence[Event] | None = None,
    refusal: str | None = None,
    error: int | None = None,
) -> Reply:
    """Return a reply.

    Raises:
        TypeError: A part of it is of another type.
        ValueError: It says nothing, or two things at once, or names a status that is no error.
    """
    if text is not None and not isinstance(cast("object", text), str):
        raise TypeError(f"a reply is a text or a function, and not {type(text).__name__}")
    if (text is not None) + (parsed is not msgspec.UNSET) + (chunks is not None) > 1:
        raise ValueError("a reply has one of text, parsed and chunks")
    if error is not None and not 400 <= error <= 599:
        raise ValueError(f"error= is a status from 400 to 599, and not {error}")
    if parsed is not msgspec.UNSET:
        text = msgspec.json.encode(parsed, enc_hook=json_default).decode()
    sizes: tuple[int, ...] | None = None
    events: tuple[Event, ...] = ()
    if chunks is not None:
        text, sizes, events = _chunks(chunks)
    calls = tuple(_call(call) for call in tool_calls)
    if text is None and refusal is None and error is None and not calls and not events:
        raise ValueError("a reply needs a text, tool_calls, parsed, chunks, refusal or error")
    return Reply(text=text, sizes=sizes, refusal=refusal, calls=calls, events=events, error=error)


def _chunks(
    chunks: Sequence[Any],
) -> tuple[str | None, tuple[int, ...] | None, tuple[Event, ...]]:
    """Return the text and the lengths of its pieces, or the events, that chunks are."""
    if all(isinstance(chunk, str) for chunk in chunks):
        return "".join(chunks), tuple(map(len, chunks)), ()
    if all(isinstance(chunk, dict | bytes) for chunk in chunks):
        return None, None, tuple(chunks)
    kinds = ", ".join(sorted({type(chunk).__name__ for chunk in chunks}))
    raise TypeError(
        f"chunks are the pieces of a text, or events as dicts or as bytes, and not {kinds}"
    )


def _call(call: Mapping[str, Any]) -> CalledTool:
    """Return a call, given as ``{"name": ..., "arguments": ...}`` or as the API has it."""
    function: Any = call.get("function", call)
    try:
        name, arguments = function["name"], function["arguments"]
    except (KeyError, TypeError):
        raise TypeError(f"a tool call has a name and arguments, and not only {call!r}") from None
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments, enc_hook=json_default).decode()
    return CalledTool(name, arguments, call.get("id"))
