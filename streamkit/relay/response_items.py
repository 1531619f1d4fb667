"""The items of a response's output, and the parts that grow in them."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["CALLS", "PARTS", "Growing", "Kind", "OpenItem"]


class Kind(NamedTuple):
    """The words of the protocol for a growing text."""

    part: str
    """The type of the part."""
    field: str
    """The field of the part, and of the event of the whole text, that has the text."""
    events: str
    """The beginning of the types of the events about the text."""
    parts: str
    """The same of the events about the part."""
    position: str
    """The field of an event with the index of the part."""
    members: str
    """The field of the item that has its parts."""


_CONTENT = ("response.content_part", "content_index", "content")
_SUMMARY = ("response.reasoning_summary_part", "summary_index", "summary")

PARTS = {
    "content": Kind("output_text", "text", "response.output_text", *_CONTENT),
    "refusal": Kind("refusal", "refusal", "response.refusal", *_CONTENT),
    "text": Kind("reasoning_text", "text", "response.reasoning_text", *_CONTENT),
    "summary": Kind("summary_text", "text", "response.reasoning_summary_text", *_SUMMARY),
}
"""The texts of messages and, by the kind of reasoning, of thoughts."""

CALLS = {
    False: ("function_call", "fc", "arguments", "response.function_call_arguments"),
    True: ("custom_tool_call", "ctc", "input", "response.custom_tool_call_input"),
}
"""The type of an item, the beginning of its id, the field of its text, and that of its events; by
whether the call is that of a custom tool."""


class OpenItem:
    """An item of the output."""

    def __init__(self, index: int, fields: dict[str, Any]) -> None:
        self.index = index
        self.fields = fields
        """The item as the protocol has it, but for the texts that still grow."""
        self.growing: dict[Any, Growing] = {}
        """The parts that are not whole yet."""

    @property
    def id(self) -> str:
        """The id of the item, which its events name."""
        return str(self.fields["id"])

    def shown(self) -> dict[str, Any]:
        """Return the item with its texts as far as they have grown."""
        for part in self.growing.values():
            part.write()
        return self.fields


class Growing:
    """A part of an item whose text grows."""

    def __init__(self, kind: Kind, index: int, fields: dict[str, Any]) -> None:
        self.kind = kind
        self.index = index
        self.fields = fields
        """The part as the protocol has it, or the item itself where a call has but one text."""
        self.pieces: list[str] = []
        self.length = 0
        self.before = b""
        """The frame of a piece, up to the piece."""

    def write(self) -> str:
        """Write the text so far into the part, and return it."""
        text = "".join(self.pieces)
        self.pieces[:] = [text]
        self.fields[self.kind.field] = text
        return text
