"""The making of answers: the items of a response's output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamkit.server.chat.logprobs import logprobs
from streamkit.server.chat.request import ObjectFormat
from streamkit.server.identity import identifier
from streamkit.server.marks import FAIL, FILTER, REFUSE, marks_in
from streamkit.server.responses.request import CustomTool, FunctionTool, SchemaFormat
from streamkit.server.responses.tool_choice import tools_to_call
from streamkit.server.sampling import prose
from streamkit.server.schemas import compact, json_text
from streamkit.server.tokens import count, tokens

if TYPE_CHECKING:
    from streamkit.server.identity import Identity
    from streamkit.server.responses.conversation import Conversation
    from streamkit.server.responses.request import ResponseRequest
    from streamkit.server.sampling.budget import Budget
    from streamkit.server.store import Document

TEXTS = {"output_text": "text", "refusal": "refusal"}
"""The field of a part's text, by the type of the part."""
CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""The field of a call's text, by the type of the item."""


@dataclass
class Answer:
    """The items of an output, and how it ended."""

    items: list[Document] = field(default_factory=list["Document"])
    status: str = "completed"
    """The status of the response: completed, incomplete or failed."""
    reason: str | None = None
    """The reason of an incomplete response."""
    reasoning_tokens: int = 0
    answer_tokens: int = 0

    def cut(self, text: str, reason: str | None) -> str:
        """Take note that the answer ends inside a text, for a reason or by a failure."""
        self.status = "incomplete" if reason else "failed"
        self.reason = reason
        return text


def answer(
    request: ResponseRequest,
    said: Conversation,
    identity: Identity,
    *,
    token_size: int,
    budget: Budget,
) -> Answer:
    """Return the answer to a request, cut at its limit.

    Raises:
        ApiError: No value fits a schema, or finding one takes more than the budget.
    """
    return _Maker(request, said, identity, token_size, budget).answer()


class _Maker:
    def __init__(
        self,
        request: ResponseRequest,
        said: Conversation,
        identity: Identity,
        token_size: int,
        budget: Budget,
    ) -> None:
        self._request = request
        self._said = said
        self._prompt = said.prompt[: prose.PROMPT_LIMIT]
        self._marks = marks_in(said.prompt)
        self._random = identity.random("answer")
        self._ids = identity.random("items")
        self._size = token_size
        self._budget = budget
        self._made = Answer()
        limit = request.max_output_tokens
        self._left = None if limit is None else limit * token_size

    def answer(self) -> Answer:
        self._reason()
        tools = tools_to_call(self._request, self._random, answered=self._said.is_answered)
        if REFUSE in self._marks:
            self._say({"type": "refusal", "refusal": prose.refusal(self._random)})
        elif not tools:
            self._say(text_part(self._content()), phase="final_answer")
        else:
            if self._request.tool_choice in (None, "auto"):
                # Models that announce a call do the same.
                self._say(text_part(prose.answer_to(self._prompt, self._random)), "commentary")
            for tool in tools:
                self._call(tool)
        return self._made

    def _reason(self) -> None:
        asked = self._request.reasoning
        if asked is None or asked.effort == "none":
            return
        thought = self._limited(prose.answer_to(self._prompt, self._random))
        self._made.reasoning_tokens = count(thought, self._size)
        item: Document = {"id": self._id("rs_"), "type": "reasoning", "summary": []}
        if asked.summary or asked.generate_summary:
            halves = thought.partition(". ")
            item["summary"] = [
                {"type": "summary_text", "text": text} for text in (halves[0], halves[2]) if text
            ]
        if "reasoning.encrypted_content" in (self._request.include or ()):
            item["encrypted_content"] = "gAAAA" + identifier(self._ids, 64)
        self._made.items.append(item)

    def _say(self, part: Document, phase: str | None = None) -> None:
        if self._made.status != "completed":
            return
        name = TEXTS[part["type"]]
        text = self._limited(part[name], marked=True)
        if self._request.include and "message.output_text.logprobs" in self._request.include:
            self._measure(part, text)
        message = said(self._id("msg_"), {**part, name: text}, self._status, phase)
        self._made.items.append(message)

    def _measure(self, part: Document, text: str) -> None:
        if part["type"] != "output_text":
            return
        top = self._request.top_logprobs or 0
        # Each token has an entry, and so has each of its rivals.
        self._budget.spend(count(text, self._size) * (1 + top))
        part["logprobs"] = logprobs(tokens(text, self._size), top, self._random)

    def _call(self, tool: FunctionTool | CustomTool) -> None:
        if self._made.status != "completed":
            return
        custom = isinstance(tool, CustomTool)
        text = self._limited(self._input(tool))
        self._made.items.append(
            {
                "id": self._id("ctc_" if custom else "fc_"),
                "type": "custom_tool_call" if custom else "function_call",
                "status": self._status,
                "call_id": "call_" + identifier(self._ids, 24),
                "name": tool.name,
                "input" if custom else "arguments": text,
            }
        )

    def _input(self, tool: FunctionTool | CustomTool) -> str:
        if isinstance(tool, CustomTool):
            return prose.answer_to(tool.description or "", self._random)
        schema = {"type": "object", "additionalProperties": False, **(tool.parameters or {})}
        owner = f"function '{tool.name}'"
        return json_text(schema, self._random, self._budget, owner=owner, param="tools")

    def _content(self) -> str:
        wanted = self._request.text.format if self._request.text else None
        match wanted:
            case SchemaFormat():
                return json_text(
                    wanted.definition,
                    self._random,
                    self._budget,
                    owner=f"response_format '{wanted.name}'",
                    param="text.format.schema",
                    code="invalid_json_schema",
                )
            case ObjectFormat():
                return compact(prose.object_for(self._prompt, self._random))
            case _:
                return prose.answer_to(self._prompt, self._random)

    def _limited(self, text: str, *, marked: bool = False) -> str:
        """Return as much of a text as its marks and the limit allow, and count it."""
        if marked and FAIL in self._marks:
            text = self._made.cut(text[: len(text) // 2], None)
        elif marked and FILTER in self._marks:
            text = self._made.cut(text[: len(text) // 2], "content_filter")
        if self._left is not None:
            if len(text) > self._left:
                text = self._made.cut(text[: self._left], "max_output_tokens")
            self._left -= len(text)
        self._made.answer_tokens += count(text, self._size)
        return text

    @property
    def _status(self) -> str:
        return "completed" if self._made.status == "completed" else "incomplete"

    def _id(self, prefix: str) -> str:
        return prefix + identifier(self._ids, 48)


def said(id: str, part: Document, status: str = "completed", phase: str | None = None) -> Document:
    """Return a message of one part."""
    return {
        "id": id,
        "type": "message",
        "status": status,
        "role": "assistant",
        **({"phase": phase} if phase else {}),
        "content": [part],
    }


def called(id: str, call_id: str, name: str, arguments: str) -> Document:
    """Return a call of a function."""
    return {
        "id": id,
        "type": "function_call",
        "status": "completed",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def text_part(text: str) -> Document:
    """Return a text as a part of a message."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
