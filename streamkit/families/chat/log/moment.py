"""The state of a streamed completion at an event, from which the event is read later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.late_template import as_late
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

    def after(self, piece: str, end: int, rest: Any) -> Moment:
        """Return the moment after a chunk that a template has read.

        Args:
            piece: The chunk's piece, of the only choice's content unless ``updates`` have it.
            end: The end of that content.
            rest: The value beside the piece, of which ``fill`` makes the chunk.
        """
        updates = self.updates
        if not updates:
            # The piece is all that the update has: it shares the mark of the others.
            (last,) = self.choices
            updates = (last.with_content(piece, end),)
        heading = self.heading
        late = as_late(self.fill)
        if late is not None:
            chunk = late(piece, rest)
            heading = self.log.heading_after(heading, chunk)
            (update,), (part,) = updates, chunk.choices or []
            updates = (replace(update, mark=update.choice.mark_after(update.mark, part)),)
        choices = updates if len(self.choices) == 1 else self.choices
        return replace(self, heading=heading, choices=choices, updates=updates, fill=None)

    def build(self) -> ParsedChatCompletion[Any]:
        """Return the completion as of the moment, built anew."""
        return self.log.build(self.heading, self.choices, self.reader)
