"""The making of answers: the blocks of a message's content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from streamkit.server.identity import identifier
from streamkit.server.marks import FILTER, REFUSE, marks_in
from streamkit.server.messages.request import (
    AnyChoice,
    DisabledThinking,
    NoChoice,
    ToolChoice,
    ToolResultBlock,
    prompt_of,
)
from streamkit.server.sampling import prose
from streamkit.server.schemas import json_text
from streamkit.server.tokens import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.server.identity import Identity
    from streamkit.server.messages.request import MessageRequest, Tool
    from streamkit.server.sampling.budget import Budget
    from streamkit.server.store import Document


class Block(NamedTuple):
    """A block as it ends, and the text that a stream sends of it piece by piece."""

    document: Document
    text: str


@dataclass
class Answer:
    """The blocks of a message, and how it ended."""

    blocks: list[Block] = field(default_factory=list[Block])
    stop_reason: str | None = None
    """The reason of the end; None until it is known."""
    stop_sequence: str | None = None
    stop_details: Document | None = None
    output_tokens: int = 0
    thinking_tokens: int = 0


def answer(request: MessageRequest, identity: Identity, *, size: int, budget: Budget) -> Answer:
    """Return the answer to a request, cut at its limit of tokens of ``size`` characters.

    Raises:
        ApiError: No value fits a schema, or finding one takes more than the budget.
    """
    return _Maker(request, identity, size, budget).answer()


class _Maker:
    def __init__(
        self, request: MessageRequest, identity: Identity, size: int, budget: Budget
    ) -> None:
        self._request = request
        prompt = prompt_of(request)
        self._marks = marks_in(prompt)
        self._prompt = prompt[: prose.PROMPT_LIMIT]
        self._random = identity.random("answer")
        self._ids = identity.random("blocks")
        self._size = size
        self._budget = budget
        self._left = request.max_tokens * size
        self._made = Answer()

    def answer(self) -> Answer:
        tools = self._tools_to_call()
        self._think()
        if REFUSE in self._marks:
            self._refuse()
        elif not tools:
            self._say(self._content())
        else:
            if not isinstance(self._request.tool_choice, AnyChoice | ToolChoice):
                # Models that announce a call do the same.
                self._say(prose.answer_to(self._prompt, self._random))
            for tool in tools:
                self._call(tool)
        self._made.stop_reason = self._made.stop_reason or ("tool_use" if tools else "end_turn")
        return self._made

    def _tools_to_call(self) -> Sequence[Tool]:
        """Return the tools to call: each once, until the last message has results of tools."""
        tools = self._request.tools or []
        choice = self._request.tool_choice
        if isinstance(choice, ToolChoice):
            return [tool for tool in tools if tool.name == choice.name]
        content = self._request.messages[-1].content
        answered = any(isinstance(block, ToolResultBlock) for block in content)
        if (
            not tools
            or isinstance(choice, NoChoice)
            or (answered and not isinstance(choice, AnyChoice))
        ):
            return []
        if choice and choice.disable_parallel_tool_use:
            return [self._random.choice(tools)]
        return tools

    def _think(self) -> None:
        asked = self._request.thinking
        if asked is None or isinstance(asked, DisabledThinking):
            return
        thought = self._limited(prose.answer_to(self._prompt, self._random))
        self._made.thinking_tokens = count(thought, self._size)
        shown = "" if asked.display == "omitted" else thought
        signature = "E" + identifier(self._ids, 128)
        block = {"type": "thinking", "thinking": shown, "signature": signature}
        self._made.blocks.append(Block(block, shown))

    def _say(self, text: str) -> None:
        if self._made.stop_reason:
            return
        if FILTER in self._marks:
            text = text[: len(text) // 2]
            self._refuse()
        text = self._limited(self._before_stop(text))
        if text:
            self._made.blocks.append(text_block(text))

    def _call(self, tool: Tool) -> None:
        if self._made.stop_reason:
            return
        schema = {"additionalProperties": False, **tool.input_schema}
        owner = f"tool '{tool.name}'"
        whole = json_text(schema, self._random, self._budget, owner=owner, param="tools")
        text = self._limited(whole)
        block: Document = {
            "type": "tool_use",
            "id": "toolu_01" + identifier(self._ids, 22),
            "name": tool.name,
            # An input that was cut is no object; the stream alone has its beginning.
            "input": msgspec.json.decode(text) if text == whole else {},
        }
        self._made.blocks.append(Block(block, text))

    def _content(self) -> str:
        config = self._request.output_config
        if config is None or config.format is None:
            return prose.answer_to(self._prompt, self._random)
        place = "output_config.format.schema"
        schema = config.format.definition
        return json_text(schema, self._random, self._budget, owner=place, param=place)

    def _refuse(self) -> None:
        self._made.stop_reason = "refusal"
        self._made.stop_details = refused(prose.refusal(self._random))

    def _before_stop(self, text: str) -> str:
        """Return a text up to the first of the stop sequences."""
        found = [
            (place, stop)
            for stop in self._request.stop_sequences or ()
            if (place := text.find(stop)) >= 0
        ]
        if not found:
            return text
        place, stop = min(found)
        self._made.stop_reason = "stop_sequence"
        self._made.stop_sequence = stop
        self._made.stop_details = None
        return text[:place]

    def _limited(self, text: str) -> str:
        """Return as much of a text as the limit allows, and count it."""
        if len(text) > self._left:
            text = text[: self._left]
            self._made.stop_reason = "max_tokens"
            self._made.stop_sequence = None
            self._made.stop_details = None
        self._left -= len(text)
        self._made.output_tokens += count(text, self._size)
        return text


def text_block(text: str) -> Block:
    """Return a text as a block."""
    return Block({"type": "text", "text": text, "citations": None}, text)


def refused(explanation: str) -> Document:
    """Return the details of a refusal."""
    return {"type": "refusal", "category": "general_harms", "explanation": explanation}
