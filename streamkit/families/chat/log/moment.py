"""The state of a streamed completion at an event, from which the event is read later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.reading import Reading
from streamkit._core.template import Fill
from streamkit.families.chat.log.choice import ChoiceUpdate
from streamkit.families.chat.log.completion import CompletionLog, Heading
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from streamkit.types import ParsedChatCompletion

__all__ = ["Moment"]


class Moment(Struct, frozen=True, gc=False):
    """The state of a completion after a chunk.

    Chunks that add a piece of content to its only choice, and nothing else, share the moment of the
    last chunk before them that added more: their events have the piece and its end.
    """

    log: CompletionLog
    reader: Reading
    heading: Heading
    choices: tuple[ChoiceUpdate, ...]
    """The last update of each choice."""
    updates: tuple[ChoiceUpdate, ...] = ()
    """The additions of the chunk; none where the moment is shared."""
    fill: Fill[ChatCompletionChunk] | None = None
    """The function that makes the chunk of its piece, where it was not made at once."""

    def after(self, piece: str, end: int) -> Moment:
        """Return the moment at which the content of the only choice ends with a piece."""
        if self.updates:
            return replace(self, fill=None)
        # The piece is all that the update has: it shares the mark of the others.
        (last,) = self.choices
        updates = (last.with_content(piece, end),)
        return replace(self, choices=updates, updates=updates, fill=None)

    def build(self) -> ParsedChatCompletion[Any]:
        """Return the completion as of the moment, built anew."""
        return self.log.build(self.heading, self.choices, self.reader)
