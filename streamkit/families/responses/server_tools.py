"""The input and the results of a tool that the server runs, in the words of all protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.wire import plain

if TYPE_CHECKING:
    from streamkit.families.responses.log.item import ItemLog

__all__ = ["SERVER_TOOLS", "input_of", "item_of", "name_of", "output_of"]

SERVER_TOOLS = {
    "code_interpreter_call": "code_interpreter",
    "file_search_call": "file_search",
    "image_generation_call": "image_generation",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcp_list_tools",
    "shell_call": "shell",
    "web_search_call": "web_search",
}
"""The types of the items of such tools, and the kinds of the tools."""

_OUTPUTS = {
    "code_interpreter_call": ("outputs",),
    "file_search_call": ("results",),
    "image_generation_call": ("result", "error"),
    "mcp_call": ("output", "error"),
    "mcp_list_tools": ("tools", "error"),
}


def item_of(event: Any) -> ItemLog | None:
    """Return the item of a tool of whose progress an event of the stream is."""
    kind = event.type.split(".")[1] if event.type.count(".") == 2 else ""
    if kind not in SERVER_TOOLS or event.mark is None:
        return None
    item: ItemLog | None = event.mark.log.named(kind, event.item_id, event.output_index)
    return item


def name_of(item: ItemLog) -> str:
    """Return the name of the tool, where its kind has several, else the kind."""
    return item.name or SERVER_TOOLS[item.kind]


def input_of(item: ItemLog) -> str:
    """Return the text that the tool was given: arguments, code, commands or a query."""
    texts = [part.text.first(part.text.length) for part in item.parts.values()]
    if texts:
        return "\n".join(texts)
    whole: Any = item.whole
    if item.kind == "file_search_call":
        return "\n".join(whole.queries)
    if item.kind == "web_search_call" and whole.action is not None:
        action = whole.action
        return action.query or "\n".join(action.queries or ()) or action.url or ""
    return ""


def output_of(item: ItemLog) -> Any:
    """Return the results of the tool as plain data; None where the server sent none."""
    whole: Any = item.whole
    if item.kind == "web_search_call":
        return None if whole.action is None else plain(whole.action.sources, "json")
    found = (getattr(whole, name) for name in _OUTPUTS.get(item.kind, ()))
    return plain(next((value for value in found if value), None), "json", drop_none=True)
