"""The document of a response, its items, and the texts of its messages and thoughts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from streamkit.families._common import text_events as texts
from streamkit.families._common.encoding import json_bytes
from streamkit.relay.left_calls import LeftCallsEncoder
from streamkit.relay.response_items import PARTS, Growing, Kind, OpenItem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.events import Event
    from streamkit.families._common.turn_events import TurnStartedEvent
    from streamkit.relay.base import ErrorText, Handler

__all__ = ["REPEATED", "ResponsePartsEncoder", "at"]

REPEATED = (
    "instructions",
    "max_output_tokens",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "user",
)
"""The parameters of the request that a response repeats."""


class ResponsePartsEncoder(LeftCallsEncoder):
    """The part of an encoder of a response that knows items and texts, of one choice."""

    def __init__(self, *, choice: int, request: Mapping[str, Any], error_text: ErrorText) -> None:
        super().__init__(error_text=error_text)
        self._choice = choice
        self._request = request
        self._number = 0
        self._document: dict[str, Any] = {}  # but for the output; empty until the stream begins
        self._output: list[OpenItem] = []
        self._message: OpenItem | None = None
        self._thought: OpenItem | None = None
        self._shown: set[tuple[str, object]] = set()  # the kinds and places of a turn's texts
        self._has_refused = False
        self._cited: Growing | None = None  # the newest text of the message, for citations

    def feed(self, value: Event, /) -> Sequence[bytes]:
        """Take an event and return its frames, if it is about the choice."""
        if getattr(value, "choice_index", self._choice) != self._choice:
            return ()
        return super().feed(value)

    def _frame(self, type_: str, **fields: Any) -> bytes:
        data = json_bytes({"type": type_, "sequence_number": self._number, **fields})
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (type_.encode(), data)

    def _begin(self) -> Sequence[bytes]:
        if self._document:
            return ()
        head, request = self._head, self._request
        repeated = {name: request[name] for name in REPEATED if request.get(name) is not None}
        self._document = {
            "id": head.id or "resp",
            "object": "response",
            "created_at": head.created or 0,
            "model": head.model or "unknown",
            "metadata": {},
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            **repeated,
        }
        begun = self._response("in_progress")
        states = ("response.created", "response.in_progress")
        return [self._frame(state, response=begun) for state in states]

    def _response(self, status: str, **fields: Any) -> dict[str, Any]:
        output = [item.shown() for item in self._output]
        return {**self._document, "status": status, "output": output, **fields}

    def _begin_turn(self, event: TurnStartedEvent) -> Sequence[bytes]:  # noqa: ARG002 - as in the base
        self._shown.clear()
        return self._close_texts()

    # Items

    def _open_item(self, prefix: str, type_: str, **fields: Any) -> tuple[OpenItem, list[bytes]]:
        frames = [*self._begin()]
        index = len(self._output)
        own = {"id": f"{prefix}_{self._document['id']}_{index}", "type": type_, **fields}
        item = OpenItem(index, {**own, "status": "in_progress"})
        self._output.append(item)
        frames.append(
            self._frame("response.output_item.added", output_index=index, item=item.fields)
        )
        return item, frames

    def _close_item(self, item: OpenItem | None) -> list[bytes]:
        if item is None:
            return []
        frames = [each for key in [*item.growing] for each in self._close_part(item, key)]
        item.fields["status"] = "completed"
        done = self._frame("response.output_item.done", output_index=item.index, item=item.fields)
        return [*frames, done]

    def _close_texts(self) -> list[bytes]:
        """Return the ends of the message and the thought that are open."""
        frames = [*self._close_item(self._thought), *self._close_item(self._message)]
        self._thought = self._message = self._cited = None
        return frames

    # Texts

    def _piece(self, kind: str, event: Any, piece: str) -> Sequence[bytes]:
        # A hot path: the frame of a piece is there but for the piece and the number.
        if not piece:
            return ()
        key = (kind, event._part)  # noqa: SLF001 - of this package
        item = self._thought if kind == "reasoning" else self._message
        part = None if item is None else item.growing.get(key)
        frames: list[bytes] = []
        if part is None:
            item, frames = self._place_for(kind)
            part, begun = self._open_part(item, key, _kind_of(kind, event))
            frames += begun
        part.pieces.append(piece)
        part.length += len(piece)
        end = b',"sequence_number":%d}\n\n' % self._number
        self._number += 1
        return [*frames, part.before + _json(piece) + end]

    def _place_for(self, kind: str) -> tuple[OpenItem, list[bytes]]:
        """Return the item for a new text, which is opened if there is none."""
        if kind == "reasoning":
            if self._thought is not None:
                return self._thought, []
            frames = self._close_texts()
            self._thought, begun = self._open_item("rs", "reasoning", summary=[])
            return self._thought, [*frames, *begun]
        if self._message is not None:
            return self._message, []
        frames = self._close_texts()
        self._message, begun = self._open_item("msg", "message", role="assistant", content=[])
        return self._message, [*frames, *begun]

    def _open_part(self, item: OpenItem, key: Any, kind: Kind) -> tuple[Growing, list[bytes]]:
        self._shown.add(key)
        members: list[Any] = item.fields.setdefault(kind.members, [])
        fields: dict[str, Any] = {"type": kind.part, kind.field: ""}
        if kind.part == "output_text":
            fields |= {"annotations": [], "logprobs": []}
        part = item.growing[key] = Growing(kind, len(members), fields)
        members.append(fields)
        if kind.part == "output_text":
            self._cited = part
        elif kind.part == "refusal":
            self._has_refused = True
        place = at(item, part)
        type_ = f"{kind.events}.delta"
        extra: dict[str, Any] = {"logprobs": []} if kind.part == "output_text" else {}
        head = json_bytes({"type": type_, **place, **extra}).removesuffix(b"}")
        part.before = b'event: %b\ndata: %b,"delta":' % (type_.encode(), head)
        return part, [self._frame(f"{kind.parts}.added", **place, part=fields)]

    def _close_part(self, item: OpenItem, key: Any) -> list[bytes]:
        part = item.growing.pop(key)
        kind, place = part.kind, at(item, part)
        whole: dict[str, Any] = {kind.field: part.write()}
        if kind.part == "output_text":
            whole["logprobs"] = part.fields["logprobs"]
        return [
            self._frame(f"{kind.events}.done", **place, **whole),
            self._frame(f"{kind.parts}.done", **place, part=part.fields),
        ]

    def _whole(self, kind: str, event: Any, text: str) -> Sequence[bytes]:
        key = (kind, event._part)  # noqa: SLF001 - of this package
        frames = [] if key in self._shown else [*self._piece(kind, event, text)]
        item = self._thought if kind == "reasoning" else self._message
        if item is not None and key in item.growing:
            frames += self._close_part(item, key)
        return frames

    def _reasoning_done(self, event: texts.ReasoningDoneEvent) -> Sequence[bytes]:
        frames = [*self._whole("reasoning", event, event.reasoning)]
        if event.encrypted:
            item, begun = self._place_for("reasoning")
            item.fields["encrypted_content"] = event.encrypted
            frames += [*begun, *self._close_texts()]  # it comes once its item is whole
        return frames

    handlers: ClassVar[Mapping[type, Handler]] = {
        **LeftCallsEncoder.handlers,
        texts.ReasoningDoneEvent: _reasoning_done,
    }


_json = msgspec.json.encode


def _kind_of(kind: str, event: Any) -> Kind:
    return PARTS[event.kind if kind == "reasoning" else kind]


def at(item: OpenItem, part: Growing) -> dict[str, Any]:
    """Return the address of a part, as its events name it."""
    return {"item_id": item.id, "output_index": item.index, part.kind.position: part.index}
