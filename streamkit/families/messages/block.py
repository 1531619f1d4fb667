"""The log of one block of a message's content."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from msgspec import Struct

from streamkit._core.copying import copied
from streamkit._core.decoding import loads
from streamkit._core.text import TextLog
from streamkit._core.wire import Wire, plain
from streamkit.types.messages import (
    CompactionBlock,
    McpToolUseBlock,
    ParsedTextBlock,
    ParsedToolUseBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)

if TYPE_CHECKING:
    from streamkit._core.reading import Outcome
    from streamkit.limits import Limits
    from streamkit.structured.reader import Reader

__all__ = ["BlockLog", "BlockMark", "Kind", "new_block"]

Kind: TypeAlias = Literal["text", "thinking", "input", "compaction"]
"""The field of a block that deltas add to, or the kind of a block without such a field."""

_KINDS: dict[type[Wire], Kind] = {
    TextBlock: "text",
    ThinkingBlock: "thinking",
    ToolUseBlock: "input",
    ServerToolUseBlock: "input",
    McpToolUseBlock: "input",
    CompactionBlock: "compaction",
}
_NEW: dict[Kind, type[Wire]] = {
    "text": TextBlock,
    "thinking": ThinkingBlock,
    "input": ToolUseBlock,
    "compaction": CompactionBlock,
}


def new_block(kind: Kind) -> Wire:
    """Return an empty block, for a delta that came without the start of its block."""
    return _NEW[kind]()


class BlockMark(Struct, frozen=True, gc=False):
    """The state of a block at one moment."""

    place: int
    begun: Wire
    end: int
    citations: int
    is_whole: bool


class BlockLog:
    """A block as it began, and what deltas have added to it.

    ``text`` is the growing text: of a text, of a thought, or the JSON of a call's input.
    """

    __slots__ = (
        *("_given", "begun", "citations", "id", "is_known", "is_whole"),
        *("kind", "name", "place", "reader", "text"),
    )

    def __init__(self, place: int, begun: Wire, reader: Reader, limits: Limits) -> None:
        self.place = place
        """The place of the block in the message's content."""
        self.begun = begun = copied(begun)
        self.id: str = getattr(begun, "id", "")
        """The id of a call."""
        self.name: str = getattr(begun, "name", "")
        """The name of the tool of a call."""
        self.reader = reader
        self.kind: Kind | None = _KINDS.get(type(begun))
        self.is_known = type(begun) is not Wire
        """Whether this version knows the type of the block."""
        self.is_whole = False
        """Whether the block has stopped; then nothing is added to it."""
        self.text = TextLog(limits)
        self.citations: list[Any] = []
        self._given: TextLog | None = None
        match begun:
            case TextBlock(text=text):
                self.text.append(text)
                self.citations += begun.citations or ()
            case ThinkingBlock(thinking=thought):
                self.text.append(thought)
            case _:
                pass

    def takes(self, kind: Kind) -> bool:
        """Return whether deltas of a kind belong to the block; its first ones may decide it."""
        if self.kind is None and not self.is_known:
            self.kind = kind
        return self.kind == kind

    def replace(self, **fields: Any) -> None:
        """Replace fields of the block."""
        self.begun = copy(self.begun)
        for name, value in fields.items():
            if hasattr(self.begun, name):
                setattr(self.begun, name, value)

    def stop(self) -> Outcome | None:
        """Take the end of the block; return the outcome of reading it if it is a text."""
        self.is_whole = True
        self.text.close()
        return self.reader.content(self.text) if isinstance(self.begun, TextBlock) else None

    @property
    def is_cut(self) -> bool:
        """Whether the block is a call whose input is to be parsed, and did not come whole."""
        return (
            isinstance(self.begun, ToolUseBlock)
            and self.reader.reads_arguments(self.name)
            and self._parsed_input() is None
            and not self.text.is_whole_json()
        )

    def partial_input(self, end: int, newest: str = "", *, strings: bool = True) -> object:
        """Return the input that the first ``end`` characters of its JSON begin."""
        value = self.text.partial_json(end, newest, partial_strings=strings)
        return {} if value is None else value

    def cite(self, source: Wire) -> int:
        """Add a source of the text, and return the number of all."""
        self.citations.append(copied(source))
        return len(self.citations)

    def cited(self, end: int) -> list[Any]:
        """Return the first ``end`` sources of the text."""
        return copied(self.citations[:end])

    def mark(self) -> BlockMark:
        """Return the present state of the block."""
        return BlockMark(
            self.place, self.begun, self.text.length, len(self.citations), self.is_whole
        )

    def build(self, mark: BlockMark | None = None) -> Wire:
        """Return the block as of a mark, or now, parsed; as a whole if it has stopped."""
        mark = mark or self.mark()
        begun, text = copied(mark.begun), self.text.first(mark.end)
        if isinstance(begun, TextBlock):
            return self._text_block(begun, text, mark)
        if isinstance(begun, ToolUseBlock):
            return self._tool_use_block(begun, text, mark)
        if self.kind == "input":
            _set(begun, "input", self._input(text))
        elif text and self.kind:
            _set(begun, self.kind, text)
        return begun

    def written(self) -> TextLog:
        """Return the text of the input, or that of an input that came as an object."""
        given = getattr(self.begun, "input", None)
        if not given or self.text.length:
            return self.text
        if self._given is None:
            self._given = TextLog()
            self._given.append(json.dumps(given, ensure_ascii=False, separators=(",", ":")))
        return self._given

    def _text_block(self, begun: TextBlock, text: str, mark: BlockMark) -> ParsedTextBlock[Any]:
        log, reader = self.text, self.reader
        block: ParsedTextBlock[Any] = ParsedTextBlock(
            text=text,
            citations=self.cited(mark.citations) or begun.citations,
            parsed_output=reader.content(log).value
            if mark.is_whole
            else reader.partial_content(log, mark.end),
        )
        block.add_unknown(begun.model_extra)
        return block

    def _tool_use_block(
        self, begun: ToolUseBlock, text: str, mark: BlockMark
    ) -> ParsedToolUseBlock:
        value = self._input(text)
        block = ParsedToolUseBlock(
            id=begun.id,
            name=begun.name,
            input=value,
            caller=begun.caller,
            toolset_name=begun.toolset_name,
            input_json=text,
            parsed_input=self._parsed_input() if mark.is_whole else value,
        )
        block.add_unknown(begun.model_extra)
        return block

    def _parsed_input(self) -> object:
        """Return the whole input as the type of its tool, or None if it does not fit."""
        log, reader = self.written(), self.reader
        if reader.reads_arguments(self.name):
            return reader.arguments(self.name, log).value
        try:
            return loads(log.first(log.length).strip() or "{}")
        except ValueError:
            return None

    def _input(self, text: str) -> object:
        """Return the input: the JSON as written, or the members that are whole in other text."""
        written = text.strip()
        if not written:
            return plain(getattr(self.begun, "input", None) or {})
        # An object or array that may still be open is not decoded from its beginning at each event.
        if written[0] not in "{[" or written[-1] in "}]":
            try:
                return loads(text)
            except ValueError:
                pass
        return plain(self.partial_input(len(text), strings=False))


def _set(block: Wire, name: str, value: object) -> None:
    if name in block.__struct_fields__:
        setattr(block, name, value)
    else:
        block.add_unknown({name: cast("Any", value)})
