"""A reply of the script as the items of a response's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.server.identity import identifier
from streamkit.server.responses.answer import Answer, called, said, text_part
from streamkit.server.tokens import count

if TYPE_CHECKING:
    from streamkit.server.identity import Identity
    from streamkit.server.scripting import Reply
    from streamkit.server.tokens import Size


def scripted(reply: Reply, identity: Identity, size: Size) -> Answer:
    """Return the reply as an answer; ``size`` is the number of characters in a token."""
    ids = identity.random("items")
    made = Answer()
    for part in (
        reply.text is not None and text_part(reply.text),
        reply.refusal is not None and {"type": "refusal", "refusal": reply.refusal},
    ):
        if part:
            made.items.append(said("msg_" + identifier(ids, 48), part))
    for call in reply.calls:
        call_id = call.id or "call_" + identifier(ids, 24)
        made.items.append(called("fc_" + identifier(ids, 48), call_id, call.name, call.arguments))
    spoken = (reply.text, reply.refusal, *(call.arguments for call in reply.calls))
    made.answer_tokens = sum(count(text or "", size) for text in spoken)
    return made
