"""A reply of the script as the blocks of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.identity import identifier
from streamkit.server.messages.answer import Answer, Block, refused, text_block
from streamkit.server.tokens import count

if TYPE_CHECKING:
    from streamkit.server.identity import Identity
    from streamkit.server.scripting import Reply
    from streamkit.server.tokens import Size


def scripted(reply: Reply, identity: Identity, size: Size) -> Answer:
    """Return the reply as an answer; ``size`` is the number of characters in a token."""
    ids = identity.random("blocks")
    made = Answer(stop_reason="tool_use" if reply.calls else "end_turn")
    if reply.refusal is not None:
        made.stop_reason, made.stop_details = "refusal", refused(reply.refusal)
    if reply.text:
        made.blocks.append(text_block(reply.text))
    for call in reply.calls:
        block: dict[str, Any] = {
            "type": "tool_use",
            "id": call.id or "toolu_01" + identifier(ids, 22),
            "name": call.name,
            "input": _input(call.arguments),
        }
        made.blocks.append(Block(block, call.arguments))
    made.output_tokens = sum(count(block.text, size) for block in made.blocks)
    return made


def _input(arguments: str) -> Any:
    """Return the input of a call; of one that is no JSON, an empty one, as when it was cut."""
    try:
        return msgspec.json.decode(arguments)
    except ValueError:
        return {}
