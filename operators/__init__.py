"""The operators: plain state machines, each of which one function makes a reactivex operator.

Every operator returns a function of an ``Observable``, so ``pipe`` takes it beside reactivex's own.
"""

# Each operator has the name of its module. The first import of a module, and no later one, binds
# the module to that name here; so all modules are imported here, each before its name is bound to
# the operator. That costs little, because an operator imports heavy modules when it is called.

from __future__ import annotations

from streamkit.operators.accumulate import accumulate
from streamkit.operators.accumulate_messages import accumulate_messages
from streamkit.operators.accumulate_run import accumulate_run
from streamkit.operators.assistant_events import assistant_events
from streamkit.operators.call_tools import call_tools
from streamkit.operators.chat_events import chat_events
from streamkit.operators.coalesce import coalesce
from streamkit.operators.content_timeout import content_timeout
from streamkit.operators.decode import decode
from streamkit.operators.decode_assistant_events import decode_assistant_events
from streamkit.operators.gate import gate
from streamkit.operators.items import items
from streamkit.operators.lift import lift
from streamkit.operators.logprobs import logprobs
from streamkit.operators.map_async import map_async
from streamkit.operators.message_content import message_content
from streamkit.operators.only import only
from streamkit.operators.parse_text import parse_text
from streamkit.operators.partial_parse import partial_parse
from streamkit.operators.patches import patches
from streamkit.operators.pipe import pipe
from streamkit.operators.reasoning import reasoning
from streamkit.operators.refusal_detect import refusal_detect
from streamkit.operators.retry_stream import retry_stream
from streamkit.operators.select import select
from streamkit.operators.share import share
from streamkit.operators.split_by_choice import split_by_choice
from streamkit.operators.split_by_part import split_by_part
from streamkit.operators.split_think import split_think
from streamkit.operators.text import text
from streamkit.operators.throttle import throttle
from streamkit.operators.tool_arg_parse import tool_arg_parse
from streamkit.operators.tool_calls import tool_calls
from streamkit.operators.until import until

__all__ = [
    "accumulate",
    "accumulate_messages",
    "accumulate_run",
    "assistant_events",
    "call_tools",
    "chat_events",
    "coalesce",
    "content_timeout",
    "decode",
    "decode_assistant_events",
    "gate",
    "items",
    "lift",
    "logprobs",
    "map_async",
    "message_content",
    "only",
    "parse_text",
    "partial_parse",
    "patches",
    "pipe",
    "reasoning",
    "refusal_detect",
    "retry_stream",
    "select",
    "share",
    "split_by_choice",
    "split_by_part",
    "split_think",
    "text",
    "throttle",
    "tool_arg_parse",
    "tool_calls",
    "until",
]


def __dir__() -> list[str]:
    return __all__
