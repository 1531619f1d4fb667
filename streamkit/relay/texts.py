"""The pieces and the ends of texts, which the encoders of all protocols but ours handle alike."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from streamkit.families._common import text_events as texts
from streamkit.relay.base import Encoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit.relay.base import Handler

__all__ = ["TextsEncoder"]


class TextsEncoder(Encoder):
    """The part of an encoder that treats all kinds of texts alike."""

    @abstractmethod
    def _piece(self, kind: str, event: Any, piece: str) -> Sequence[bytes]:
        """Return a piece of a text, and before it what begins the text; nothing if it is empty."""

    @abstractmethod
    def _whole(self, kind: str, event: Any, text: str) -> Sequence[bytes]:
        """Return the end of a text, and before it all of a text that had no pieces."""

    def _content(self, event: texts.ContentDeltaEvent) -> Sequence[bytes]:
        return self._piece("content", event, event.delta)

    def _reasoning(self, event: texts.ReasoningDeltaEvent) -> Sequence[bytes]:
        return self._piece("reasoning", event, event.delta)

    def _refusal(self, event: texts.RefusalDeltaEvent) -> Sequence[bytes]:
        return self._piece("refusal", event, event.delta)

    def _content_done(self, event: texts.ContentDoneEvent[Any]) -> Sequence[bytes]:
        return self._whole("content", event, event.content)

    def _reasoning_done(self, event: texts.ReasoningDoneEvent) -> Sequence[bytes]:
        return self._whole("reasoning", event, event.reasoning)

    def _refusal_done(self, event: texts.RefusalDoneEvent) -> Sequence[bytes]:
        return self._whole("refusal", event, event.refusal)

    handlers: ClassVar[Mapping[type, Handler]] = {
        texts.ContentDeltaEvent: _content,
        texts.ReasoningDeltaEvent: _reasoning,
        texts.RefusalDeltaEvent: _refusal,
        texts.ContentDoneEvent: _content_done,
        texts.ReasoningDoneEvent: _reasoning_done,
        texts.RefusalDoneEvent: _refusal_done,
    }
