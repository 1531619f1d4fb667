"""Pieces of growing texts that wait, merged with those before them."""

# Strategy: the pieces of one text are kept as the first and the last event of a span, so that a
# thousand wait as cheaply as two. In each choice only one text waits: a piece of another text lets
# the first one go, so the order of the texts is kept. Log probabilities come beside the tokens of a
# text and count as that text. Events whose later ones replace the earlier, such as those of chunks,
# come between any two pieces and let nothing go.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from streamkit._core.events import Event, Growth

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["Pieces"]

_BESIDE = "logprobs."


class Pieces:
    """The events that wait, merged by their type and place; strings are pieces of one text."""

    def __init__(self) -> None:
        # By type and place, in the order of the last events: the first and the last event of each
        # span; of strings, all.
        self._waiting: dict[Hashable, Any] = {}
        self._texts: dict[object, _Text] = {}  # by choice

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def texts(self) -> int:
        """The number of texts of which pieces wait."""
        return len(self._texts)

    @property
    def characters(self) -> int:
        """The number of characters that wait."""
        return sum([text.characters for text in self._texts.values()])

    def put(self, value: Any) -> Sequence[Any]:
        """Add an event; return what must not wait any longer because of it, in order."""
        if isinstance(value, str):
            self._grow(str, value, str, str)
            self._waiting.setdefault(str, []).append(value)
            return ()
        if not (isinstance(value, Event) and hasattr(value, "since")):
            return (*self.take(), value)
        place = value.place
        key = (type(value), place)
        released: Sequence[Any] = ()
        if isinstance(value, Growth):
            about: str = getattr(value, "type", "")
            name = (about.removeprefix(_BESIDE), place)
            choice = getattr(value, "choice_index", 0)
            released = self._grow(name, value.piece_of(value), key, choice)
        first, _ = self._waiting.pop(key, (value, value))
        self._waiting[key] = (first, value)
        return released

    def take(self) -> Sequence[Any]:
        """Remove everything that waits, and return it merged."""
        if not self._waiting:
            return ()
        merged = [_merged(span) for span in self._waiting.values()]
        self._waiting.clear()
        self._texts.clear()
        return merged

    def _grow(
        self, name: Hashable, piece: object, key: Hashable, choice: Hashable
    ) -> Sequence[Any]:
        """Note a piece of a text; return the pieces of the choice's text before, if another was."""
        text, released = self._texts.get(choice), ()
        if text is None or text.name != name:
            if text is not None:
                released = tuple([_merged(self._waiting.pop(each)) for each in text.keys])
            text = self._texts[choice] = _Text(name)
        text.keys[key] = None
        if isinstance(piece, str):
            text.characters += len(piece)
        return released


class _Text:
    """A text of which pieces wait, the keys of their events, and the number of characters."""

    def __init__(self, name: Hashable) -> None:
        self.name = name
        self.keys: dict[Hashable, None] = {}  # in the order of their arrival
        self.characters = 0


def _merged(span: Any) -> Any:
    if isinstance(span, list):
        return "".join(cast("list[str]", span))
    first, last = span
    return last if first is last else last.since(first)
