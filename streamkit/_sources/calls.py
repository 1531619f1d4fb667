"""The calls of the protocols that a source may speak, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families._resource.streamed_call import AnswerCall

__all__ = ["call_of"]


def call_of(
    family: str, format: object, tools: object, choices: int, **options: Any
) -> AnswerCall[Any, Any]:
    """Return the call whose answer a source of this protocol is; it is never sent.

    Raises ``ValueError`` for a name that is no protocol's, or an option that only chat has.
    """
    make = _CALLS.get(family)
    if make is None:
        names = ", ".join(map(repr, _CALLS))
        raise ValueError(f"family is the name of a protocol ({names}), and not {family!r}")
    if family != "chat" and (options.pop("think_tags") is not None or choices != 1):
        raise ValueError(f"choices and think_tags are for chat, and not for {family}")
    return make(format, tools, choices, options)


def _chat(
    format: object, tools: object, choices: int, options: dict[str, Any]
) -> AnswerCall[Any, Any]:
    from streamkit.families.chat.call import CompletionCall

    params = {"response_format": format, "tools": tools, "n": choices}
    return CompletionCall(params, stream=True, **options).streamed()


def _responses(
    format: object, tools: object, _: int, options: dict[str, Any]
) -> AnswerCall[Any, Any]:
    from streamkit.families.responses.call import ResponseCall

    # A source is the answer to a new request, whatever that request was.
    params = {"model": "", "input": "", "text_format": format, "tools": tools, **options}
    return ResponseCall(params, stream=True).streamed()


def _messages(
    format: object, tools: object, _: int, options: dict[str, Any]
) -> AnswerCall[Any, Any]:
    from streamkit.families.messages.call import MessageCall

    return MessageCall({"tools": tools}, stream=True, output_format=format, **options).streamed()


_CALLS: dict[str, Callable[[object, object, int, dict[str, Any]], AnswerCall[Any, Any]]] = {
    "chat": _chat,
    "messages": _messages,
    "responses": _responses,
}
