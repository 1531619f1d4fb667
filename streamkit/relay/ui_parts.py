"""The texts, thoughts and steps of a UI message."""

# Each text is ended once, and a text that goes on later is a new part: the reader takes no piece
# after an end, and shows a text that is not ended as still growing.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.relay.sse_frames import frame
from streamkit.relay.texts import TextsEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.families._common.part_event import Part
    from streamkit.families._common.turn_events import TurnStartedEvent
    from streamkit.relay.base import ErrorText

__all__ = ["UIPartsEncoder"]


class UIPartsEncoder(TextsEncoder):
    """The part of a UI message encoder that knows texts and steps, of one choice."""

    def __init__(self, *, choice: int, message_id: str | None, error_text: ErrorText) -> None:
        super().__init__(error_text=error_text)
        self._choice = choice
        self._message_id = message_id
        self._is_begun = False
        self._in_step = False
        # The open texts: for each, its id, and the frame of a piece up to the piece.
        self._open: dict[tuple[str, Part], tuple[str, bytes]] = {}
        self._times: dict[str, int] = {}  # how often each text was opened

    def _begin(self) -> Sequence[bytes]:
        frames: list[bytes] = []
        if not self._is_begun:
            self._is_begun = True
            start: dict[str, Any] = {"type": "start"}
            message_id = self._message_id or self._head.id
            if message_id:
                start["messageId"] = message_id
            if self._head.model:
                start["messageMetadata"] = {"model": self._head.model}
            frames.append(frame(start))
        if not self._in_step:
            self._in_step = True
            frames.append(frame({"type": "start-step"}))
        return frames

    def _begin_turn(self, event: TurnStartedEvent) -> Sequence[bytes]:  # noqa: ARG002 - as in the base
        return [*self._end_step(), *(self._begin() if self._is_begun else ())]

    def _end_step(self) -> list[bytes]:
        if not self._in_step:
            return []
        self._in_step = False
        return [frame({"type": "finish-step"})]

    def _flush(self, *, at_end: bool = False) -> list[bytes]:  # noqa: ARG002 - for subclasses
        """Return what waits and must come before the next part."""
        return []

    def _piece(self, kind: str, event: Any, piece: str) -> Sequence[bytes]:
        # A hot path: the frame of a piece is there but for the piece.
        if event.choice_index != self._choice:
            return ()
        place = event._part or (event.choice_index,)  # noqa: SLF001 - of this package
        opened = self._open.get((kind, place))
        if opened is not None:
            return (opened[1] + _json(piece) + b"}\n\n",) if piece else ()
        if not piece:
            return ()
        frames = [*self._begin(), *self._flush(), *self._open_text(kind, place)]
        frames.append(self._open[kind, place][1] + _json(piece) + b"}\n\n")
        return frames

    def _open_text(self, kind: str, place: Part) -> Sequence[bytes]:
        frames = [] if kind == "reasoning" else self._end_texts("reasoning")
        name = self._part_id(kind, place)
        times = self._times[name] = self._times.get(name, 0) + 1
        part_id = name if times == 1 else f"{name}#{times}"
        family = "reasoning" if kind == "reasoning" else "text"
        start: dict[str, Any] = {"type": f"{family}-start", "id": part_id}
        if kind == "refusal":
            start["providerMetadata"] = {"streamkit": {"refusal": True}}
        head = frame({"type": f"{family}-delta", "id": part_id})
        self._open[kind, place] = part_id, head.removesuffix(b"}\n\n") + b',"delta":'
        return [*frames, frame(start)]

    def _end_texts(self, *kinds: str) -> list[bytes]:
        """Return the ends of the open texts, of some kinds or of all."""
        ended = [key for key in self._open if not kinds or key[0] in kinds]
        return [self._end_text(*key) for key in ended]

    def _end_text(self, kind: str, place: Part) -> bytes:
        part_id, _ = self._open.pop((kind, place))
        family = "reasoning" if kind == "reasoning" else "text"
        return frame({"type": f"{family}-end", "id": part_id})

    def _whole(self, kind: str, event: Any, text: str) -> Sequence[bytes]:
        """Return the end of a text, and before it all of a text that had no pieces."""
        if event.choice_index != self._choice:
            return ()
        frames: list[bytes] = []
        place = event.place
        if self._part_id(kind, place) not in self._times:
            frames += self._piece(kind, event, text)
        if (kind, place) in self._open:
            frames.append(self._end_text(kind, place))
        return frames


_json = msgspec.json.encode
