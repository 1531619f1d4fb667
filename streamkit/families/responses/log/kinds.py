"""The kinds of texts in the items of a response, and where each stands in its item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct

from streamkit.types.responses.content import (
    PartReasoningText,
    ResponseOutputRefusal,
    ResponseOutputText,
    SummaryPart,
)
from streamkit.types.responses.items import ResponseOutputItem

if TYPE_CHECKING:
    from streamkit._core.wire import Wire

__all__ = [
    "ARGUMENTS",
    "CODE",
    "COMMAND",
    "INPUT",
    "MCP_ARGUMENTS",
    "OUTPUT_TEXT",
    "REASONING_TEXT",
    "REFUSAL",
    "SUMMARY_TEXT",
    "Kind",
    "kind_of_part",
    "kinds_of_item",
    "new_item",
    "type_of_item",
]


class Kind(Struct, frozen=True, eq=False):
    """A kind of text, which grows by the events of its own type."""

    item: str
    """The type of the items that have such texts."""
    field: str
    """The field of the item that holds the text, or the list of its parts."""
    part: type[Any] | None = None
    """The type of the parts in that list; None where the field is the text itself."""
    text: str = "text"
    """The field of the part with the text."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, (self.item, self.field, self.part)  # a kind is compared by identity


OUTPUT_TEXT = Kind("message", "content", ResponseOutputText)
REFUSAL = Kind("message", "content", ResponseOutputRefusal, "refusal")
REASONING_TEXT = Kind("reasoning", "content", PartReasoningText)
SUMMARY_TEXT = Kind("reasoning", "summary", SummaryPart)
ARGUMENTS = Kind("function_call", "arguments")
INPUT = Kind("custom_tool_call", "input")
MCP_ARGUMENTS = Kind("mcp_call", "arguments")
CODE = Kind("code_interpreter_call", "code")
COMMAND = Kind("shell_call", "action")

_KINDS = (
    *(OUTPUT_TEXT, REFUSAL, REASONING_TEXT, SUMMARY_TEXT),
    *(ARGUMENTS, INPUT, MCP_ARGUMENTS, CODE, COMMAND),
)
_BY_PART = {kind.part: kind for kind in _KINDS if kind.part is not None}
_BY_ITEM = {kind.item: tuple(k for k in _KINDS if k.item == kind.item) for kind in _KINDS}
_ITEMS: dict[str, Any] = {type_.type: type_ for type_ in get_args(ResponseOutputItem)}


def kind_of_part(part: object) -> Kind | None:
    """Return the kind of text in a part of a message or of reasoning."""
    return _BY_PART.get(type(part))


def kinds_of_item(type_: str) -> tuple[Kind, ...]:
    """Return the kinds of texts that items of a type have."""
    return _BY_ITEM.get(type_, ())


def _known(item: str, field: str, part: type[Any] | None) -> Kind:
    """Return the kind with these fields; a copied log has the same kinds."""
    return next(k for k in _BY_ITEM[item] if (k.field, k.part) == (field, part))


def new_item(kind: Kind, id: str | None) -> Wire:
    """Return an empty item for texts of a kind."""
    item: Wire = _ITEMS[kind.item](id=id)
    return item


def type_of_item(item: Wire) -> str:
    """Return the type of an item; an item of an unknown type has it among its fields."""
    type_: object = getattr(item, "type", "")
    return type_ if isinstance(type_, str) else ""
