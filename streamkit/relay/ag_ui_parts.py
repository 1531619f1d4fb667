"""The run of AG-UI, its steps, and the messages of its texts and thoughts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streamkit.relay.sse_frames import frame
from streamkit.relay.texts import TextsEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit.families._common.part_event import Part
    from streamkit.families._common.turn_events import TurnStartedEvent
    from streamkit.relay.base import ErrorText

__all__ = ["AGUIPartsEncoder", "custom"]

_VERSION = "1.0"


class AGUIPartsEncoder(TextsEncoder):
    """The part of an AG-UI encoder that knows the run, its steps and its texts."""

    def __init__(self, *, input: Mapping[str, Any], error_text: ErrorText) -> None:
        super().__init__(error_text=error_text)
        self._input = input
        self._is_begun = False
        self._run: dict[str, str] = {}
        self._step = ""
        self._in_step = False
        # The open texts: for each, its choice, the id of its message, and the frame of a piece up
        # to the piece.
        self._open: dict[tuple[str, Part], tuple[int, str, bytes]] = {}
        self._shown: set[str] = set()  # the ids of all messages
        self._messages: dict[int, str] = {}  # by choice, the message that calls belong to

    def _begin(self) -> Sequence[bytes]:
        frames: list[bytes] = []
        if not self._is_begun:
            self._is_begun = True
            frames += self._begin_run()
        if self._step and not self._in_step:
            self._in_step = True
            frames.append(frame({"type": "STEP_STARTED", "stepName": self._step}))
        return frames

    def _begin_run(self) -> list[bytes]:
        fallback = self._head.id or "run"
        self._run = {name: _text(self._input, name) or fallback for name in ("threadId", "runId")}
        return [frame({"type": "RUN_STARTED", **self._run, "protocolVersion": _VERSION})]

    def _begin_turn(self, event: TurnStartedEvent) -> Sequence[bytes]:
        frames = [*self._end_all(), *self._end_step()]
        self._messages.clear()
        self._step = f"turn {event.turn}"
        self._in_step = False
        return frames

    def _end_step(self) -> list[bytes]:
        if not self._in_step:
            return []
        self._in_step = False
        step, self._step = self._step, ""
        return [frame({"type": "STEP_FINISHED", "stepName": step})]

    def _end_all(self) -> list[bytes]:
        """Return the ends of everything that is open in the step."""
        return self._end_texts()

    def _piece(self, kind: str, event: Any, piece: str) -> Sequence[bytes]:
        # A hot path: the frame of a piece is there but for the piece.
        place = event._part or (event.choice_index,)  # noqa: SLF001 - of this package
        opened = self._open.get((kind, place))
        if opened is not None:
            return (opened[2] + _json(piece) + b"}\n\n",) if piece else ()
        if not piece:
            return ()
        frames = [*self._begin(), *self._open_text(kind, place, event.choice_index)]
        frames.append(self._open[kind, place][2] + _json(piece) + b"}\n\n")
        return frames

    def _message_id(self, kind: str, place: Part) -> str:
        part = self._part_id("text" if kind == "content" else kind, place)
        return f"{self._head.id or self._run['runId']}:{part}"

    def _open_text(self, kind: str, place: Part, choice: int) -> Sequence[bytes]:
        frames = [] if kind == "reasoning" else self._end_texts(choice, "reasoning")
        message_id = self._message_id(kind, place)
        begins = message_id not in self._shown
        self._shown.add(message_id)
        if kind == "reasoning":
            starts = [{"type": "REASONING_START"}, {"type": "REASONING_MESSAGE_START"}]
            starts[1]["role"] = "reasoning"
            type_ = "REASONING_MESSAGE_CONTENT"
        else:
            self._messages[choice] = message_id
            starts = [{"type": "TEXT_MESSAGE_START", "role": "assistant"}]
            type_ = "TEXT_MESSAGE_CONTENT"
        frames += [frame({**start, "messageId": message_id}) for start in starts]
        if kind == "refusal" and begins:
            frames.append(custom("refusal", {"messageId": message_id}))
        head = frame({"type": type_, "messageId": message_id})
        self._open[kind, place] = choice, message_id, head.removesuffix(b"}\n\n") + b',"delta":'
        return frames

    def _end_texts(self, choice: int | None = None, *kinds: str) -> list[bytes]:
        """Return the ends of the open texts, of a choice or of all, of some kinds or of all."""
        ended = [
            key
            for key, opened in self._open.items()
            if choice in (None, opened[0]) and (not kinds or key[0] in kinds)
        ]
        return [each for key in ended for each in self._end_text(*key)]

    def _end_text(self, kind: str, place: Part) -> list[bytes]:
        _, message_id, _ = self._open.pop((kind, place))
        if kind != "reasoning":
            return [frame({"type": "TEXT_MESSAGE_END", "messageId": message_id})]
        ends = ("REASONING_MESSAGE_END", "REASONING_END")
        return [frame({"type": end, "messageId": message_id}) for end in ends]

    def _whole(self, kind: str, event: Any, text: str) -> list[bytes]:
        """Return the end of a text, and before it all of a text that had no pieces."""
        frames: list[bytes] = [*self._begin()]
        place = event.place
        if self._message_id(kind, place) not in self._shown:
            frames += self._piece(kind, event, text)
        if (kind, place) in self._open:
            frames += self._end_text(kind, place)
        return frames


_json = msgspec.json.encode


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def custom(name: str, value: object) -> bytes:
    """Return the frame of an event that AG-UI has no type for."""
    return frame({"type": "CUSTOM", "name": name, "value": value})
