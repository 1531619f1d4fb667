"""The operators: plain state machines, each made a reactivex operator by one function.

Every operator returns a function of an Observable, so it goes into ``pipe`` beside reactivex's own.
"""

# An operator is imported when it is asked for: who chats needs nothing of the assistants. Each is
# called as its module, and the import system would put the module here whenever it is imported.

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamkit.operators.accumulate import accumulate
    from streamkit.operators.accumulate_messages import accumulate_messages
    from streamkit.operators.accumulate_run import accumulate_run
    from streamkit.operators.assistant_events import assistant_events
    from streamkit.operators.chat_events import chat_events
    from streamkit.operators.content_timeout import content_timeout
    from streamkit.operators.decode import decode
    from streamkit.operators.decode_assistant_events import decode_assistant_events
    from streamkit.operators.lift import lift
    from streamkit.operators.logprobs import logprobs
    from streamkit.operators.message_content import message_content
    from streamkit.operators.partial_parse import partial_parse
    from streamkit.operators.pipe import pipe
    from streamkit.operators.reasoning import reasoning
    from streamkit.operators.refusal_detect import refusal_detect
    from streamkit.operators.retry_stream import retry_stream
    from streamkit.operators.share import share
    from streamkit.operators.split_by_choice import split_by_choice
    from streamkit.operators.split_think import split_think
    from streamkit.operators.tool_arg_parse import tool_arg_parse
    from streamkit.operators.tool_calls import tool_calls

__all__ = [
    "accumulate",
    "accumulate_messages",
    "accumulate_run",
    "assistant_events",
    "chat_events",
    "content_timeout",
    "decode",
    "decode_assistant_events",
    "lift",
    "logprobs",
    "message_content",
    "partial_parse",
    "pipe",
    "reasoning",
    "refusal_detect",
    "retry_stream",
    "share",
    "split_by_choice",
    "split_think",
    "tool_arg_parse",
    "tool_calls",
]


if not TYPE_CHECKING:  # with it, checkers would believe in any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        return getattr(import_module(f"{__name__}.{name}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Operators(ModuleType):
    """This package, in which the name of a module is that of its operator."""

    def __setattr__(self, name: str, value: object) -> None:
        of_operator = name in __all__ and isinstance(value, ModuleType)
        super().__setattr__(name, getattr(value, name) if of_operator else value)


sys.modules[__name__].__class__ = _Operators
