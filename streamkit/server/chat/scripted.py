"""A reply of the script as the answers of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.chat.answer import Answer, Call
from streamkit.server.identity import identifier

if TYPE_CHECKING:
    from streamkit.server.chat.request import ChatRequest
    from streamkit.server.identity import Identity
    from streamkit.server.scripting import Reply


def scripted(request: ChatRequest, reply: Reply, identity: Identity) -> list[Answer]:
    """Return the reply as each of the ``n`` answers to a request."""
    return [_answer(index, reply, identity) for index in range(request.n or 1)]


def _answer(index: int, reply: Reply, identity: Identity) -> Answer:
    random = identity.random(f"answer {index}")
    calls = tuple(
        Call(id=call.id or "call_" + identifier(random, 24), name=call.name, text=call.arguments)
        for call in reply.calls
    )
    return Answer(
        index=index,
        content=reply.text,
        refusal=reply.refusal,
        calls=calls,
        finish_reason="tool_calls" if calls else "stop",
    )
