"""The conversation that a response continues: the items of its input and of responses before it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.server.api_error import ApiError
from streamkit.server.identity import identifier
from streamkit.server.responses.request import (
    CustomCall,
    CustomOutput,
    FunctionCall,
    FunctionOutput,
    ItemReference,
    Message,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.server.responses.request import AnyItem, ResponseRequest
    from streamkit.server.store import Document, Store

ITEM = "response.item"
"""The kind of the store's records of input items; their owner is the response."""
ENDED = frozenset({"completed", "failed", "incomplete", "cancelled"})
"""The states that a response does not leave."""


@dataclass(frozen=True)
class Conversation:
    """All items before the answer, oldest first."""

    items: Sequence[Document]
    prompt: str
    """The text of the last user message."""
    is_answered: bool
    """Whether the last item is the output of a tool."""


def conversation(store: Store, request: ResponseRequest) -> Conversation:
    """Return the conversation that a request continues; call it inside a transaction.

    Raises:
        ApiError: The response before it cannot be continued, an item does not exist, or calls and
            their outputs do not match.
    """
    before = _before(store, request.previous_response_id)
    given = _given(request.input)
    known = {item["id"]: item for item in before}
    items = [*before, *(_resolved(item, known) for item in given)]
    _check_calls(items)
    return Conversation(
        items=_named(items),
        prompt=_prompt(items),
        is_answered=items[-1]["type"].endswith("_output"),
    )


def text_of(content: Any) -> str:
    """Return all text of a message's content, or of a tool's output."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if "text" in part)


def _before(store: Store, id: str | None) -> list[Document]:
    if id is None:
        return []
    found = store.find("response", id)
    if found is None or found.private["draft"]:
        raise ApiError(
            f"Previous response with id '{id}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if found.document["status"] not in ENDED:
        raise ApiError(
            f"Previous response with id '{id}' has not ended yet.", param="previous_response_id"
        )
    items = [record.document for record in store.select(ITEM, owner=id)]
    return [*items, *found.document["output"]]


def _given(given: str | list[AnyItem]) -> list[Document]:
    items = [Message(role="user", content=given)] if isinstance(given, str) else given
    return [_item(item) for item in items]


def _item(item: AnyItem) -> Document:
    document: Document = msgspec.to_builtins(item)
    if isinstance(item, Message):
        kind = "output_text" if item.role == "assistant" else "input_text"
        content = item.content
        if isinstance(content, str):
            document["content"] = [{"type": kind, "text": content}]
    # The API shows no field that the request left out, and every item has a status.
    shown = {name: value for name, value in document.items() if value is not None}
    return shown if isinstance(item, ItemReference) else {"status": "completed", **shown}


def _resolved(item: Document, known: dict[str, Document]) -> Document:
    if item["type"] != "item_reference":
        return item
    id = item.get("id", "")
    if id not in known:
        raise ApiError(f"Item with id '{id}' not found.", status=404, param="input")
    return known[id]


def _check_calls(items: Sequence[Document]) -> None:
    calls = {_CALLS[item["type"]]: set[str]() for item in items if item["type"] in _CALLS}
    answered: set[str] = set()
    for item in items:
        kind = item["type"]
        if kind in _CALLS:
            calls[_CALLS[kind]].add(item["call_id"])
        elif kind in _OUTPUTS:
            answered.add(item["call_id"])
            if item["call_id"] not in calls.get(kind, ()):
                noun = _OUTPUTS[kind]
                raise ApiError(
                    f"No tool call found for {noun} output with call_id {item['call_id']}.",
                    param="input",
                )
    for item in items:
        if item["type"] in _CALLS and item["call_id"] not in answered:
            noun = _OUTPUTS[_CALLS[item["type"]]]
            raise ApiError(f"No tool output found for {noun} {item['call_id']}.", param="input")


def _prompt(items: Sequence[Document]) -> str:
    for item in reversed(items):
        if item["type"] == "message" and item["role"] == "user":
            return text_of(item["content"])
    return ""


def _named(items: Sequence[Document]) -> list[Document]:
    """Return the items with an id each, none of which comes twice."""
    taken: set[str] = set()
    named: list[Document] = []
    for position, item in enumerate(items):
        id = item.get("id") or ""
        if not id or id in taken:
            # The same conversation gets the same ids.
            source = Random(f"{position} {msgspec.json.encode(item)!r}")  # noqa: S311 - no secret
            id = _PREFIXES[item["type"]] + identifier(source, 48)
        taken.add(id)
        named.append({**item, "id": id})
    return named


_CALLS = {
    FunctionCall.__struct_config__.tag: FunctionOutput.__struct_config__.tag,
    CustomCall.__struct_config__.tag: CustomOutput.__struct_config__.tag,
}
_OUTPUTS = {
    FunctionOutput.__struct_config__.tag: "function call",
    CustomOutput.__struct_config__.tag: "custom tool call",
}
_PREFIXES = {
    "message": "msg_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "reasoning": "rs_",
}
