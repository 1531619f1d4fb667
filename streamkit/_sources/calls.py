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

    Raises ``ValueError`` for a name that is no protocol's.
    """
    make = _CALLS.get(family)
    if make is None:
        names = ", ".join(map(repr, _CALLS))
        raise ValueError(f"family is the name of a protocol ({names}), and not {family!r}")
    return make(format, tools, choices, options)


def _chat(
    format: object, tools: object, choices: int, options: dict[str, Any]
) -> AnswerCall[Any, Any]:
    from streamkit.families.chat.call import CompletionCall

    params = {"response_format": format, "tools": tools, "n": choices}
    return CompletionCall(params, stream=True, **options).streamed()


_CALLS: dict[str, Callable[[object, object, int, dict[str, Any]], AnswerCall[Any, Any]]] = {
    "chat": _chat
}
