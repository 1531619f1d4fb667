"""The JSON value that is still arriving, as far as it has come, and views of it."""

# Strategy: the open containers form a stack: each has its finished items, and the key whose value
# is open inside it. A value enters its parent when it is finished, and only then. So the containers
# of the stack grow by whole values, and only the innermost one grows; the others do not change,
# each a Level that its child refers to. That is why a view needs only a few references (view.py
# describes them), and a finished container is the plain dict or list itself.

# A hot path makes views here, without a function of theirs.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.growing_text import (
    FIRST_HALF,
    GrowingText,
    joined_halves,
)
from streamkit._core.json.marks import (
    AFTER_HALF,
    AFTER_ITEM,
    AFTER_MEMBER,
    AFTER_ROOT,
    FIRST_ITEM,
    FIRST_KEY,
    OPEN_ARRAY,
    STRING,
    VALUE,
)
from streamkit._core.json.view import Level, PartialArray, PartialObject, closed, text_of

if TYPE_CHECKING:
    from streamkit._core.json.view import Container, Earlier, Pairs

__all__ = ["ArrivingValue"]


class ArrivingValue:
    """The value that a parser makes, and the step of the grammar that comes next in it.

    The parser says when a container, a string or a value begins or ends.
    """

    __slots__ = (
        "_before",
        "_container",
        "_depth",
        "_half",
        "_in_value",
        "_innermost",
        "_is_again",
        "_is_watched",
        "_key",
        "_outermost",
        "_parent",
        "_pieces",
        "_places",
        "_replaced",
        "_root",
        "_step",
        "_unwatched_depth",
        "_view",
        "_view_of_whole",
        "complete",
    )

    def __init__(self) -> None:
        self.complete = False
        """Whether the outermost value is finished."""

        self._step = VALUE
        self._root: Any = None
        # The innermost open container, the key of its open value, whether the key is repeated,
        # later values of its other keys, and the places of its keys, which views note there; then
        # the same for the containers around it.
        self._container: Container | None = None
        self._key = ""
        self._is_again = False
        self._replaced: Pairs | None = None
        self._places: dict[str, int] | None = None
        self._parent: Level | None = None
        self._outermost: Level | None = None  # the outermost of the levels around it
        self._view: type[PartialObject | PartialArray] = PartialArray  # of the outermost container
        # The last view without an open string, and the innermost level of the last view with one,
        # which hold while nothing but that string grows.
        self._view_of_whole: PartialObject | PartialArray | None = None
        self._innermost: Level | None = None
        self._depth = 0

        # The open string: its last pieces, and what came before them if it is long. Views refer to
        # the list and to its length, so it only grows, and is replaced and not emptied. Its first
        # item is empty until the string is whole: then it is that string, which all views share.
        self._pieces = [""]
        self._before: Earlier | None = None
        self._half = ""  # the first half of a character that a server cut in two
        self._in_value = False  # whether a string is open that is a value and no key

        self._is_watched = False  # whether a subclass takes notice of the values that are open
        self._unwatched_depth = 0  # the depth of the container in which it does not

    def view(self, partial_strings: bool = True) -> Any:  # noqa: FBT001, FBT002 - a hot path
        """Return the value so far, in time proportional to its depth; None before one begins.

        An open container, and the outermost one, is a ``PartialObject`` or ``PartialArray``. Any
        other finished value is plain and shared with all views, so treat it as read-only.

        Args:
            partial_strings: Whether the view contains a string that is still open. If not, the
                string and its key appear with the closing quote.
        """
        if not partial_strings and self._view_of_whole is not None:
            return self._view_of_whole
        pieces = self._pieces if self._in_value and partial_strings else None
        container = self._container
        if container is None:
            if pieces is None:
                return closed(self._root)
            return text_of((pieces, len(pieces), self._before))
        tip: Level | list[str] | None
        tip = innermost = self._innermost
        if innermost is None:
            tip = innermost = self._innermost = self._level(container)
        level = self._outermost
        if level is None:
            level, tip = innermost, pieces
        view = self._view()  # its fields are set here: see there
        view._level = level
        view._tip = None if level.is_again else tip
        view._pieces = pieces
        if pieces is not None:
            view._count = len(pieces)
            view._before = self._before
        if not partial_strings:
            self._view_of_whole = view
        return view

    def _level(self, container: Container) -> Level:
        """Return the innermost open container in its current state."""
        replaced = self._replaced
        return Level(
            container,
            len(container),
            self._key,
            (replaced, len(replaced)) if replaced else None,
            self._is_again,
            self._parent,
            self._places,
        )

    # The actions when a container, a string or a value begins or ends.

    def _open_container(self, action: int) -> None:
        container: Container
        if action == OPEN_ARRAY:
            container, self._step = [], FIRST_ITEM
        else:
            container, self._step = {}, FIRST_KEY
        if self._is_watched:
            self._container_begins(container)
        self._depth += 1
        if self._container is None:
            self._view = PartialArray if action == OPEN_ARRAY else PartialObject
        else:
            self._parent = self._level(self._container)
            if self._outermost is None:
                self._outermost = self._parent
        self._container = container
        self._is_again = False
        self._replaced = None
        self._places = None if action == OPEN_ARRAY else {}

    def _close_container(self) -> None:
        container, parent = self._container, self._parent
        if self._replaced and isinstance(container, dict):
            container = container | dict(self._replaced)
        if self._depth == self._unwatched_depth:
            self._unwatched_depth = 0
            self._is_watched = True
        self._depth -= 1
        if parent is None:
            self._container = None
        else:
            self._container = parent.container
            self._key = parent.key
            self._is_again = parent.is_again
            self._replaced = parent.replaced[0] if parent.replaced else None
            self._places = parent.places
            self._parent = parent.parent
            if parent is self._outermost:
                self._outermost = None
        self._finish(container)

    def _open_string(self) -> None:
        self._pieces = [""]
        self._before = None
        self._half = ""
        self._step = STRING
        if self._is_watched and self._in_value:
            self._string_begins()

    def _whole_string(self) -> str:
        """Return the string that ends here, which all views of it share."""
        pieces = self._pieces
        if self._before is None:
            string = "".join(pieces)
        else:
            string = text_of((pieces, len(pieces), self._before))
        pieces[0] = string
        return string

    def _extend(self, piece: str) -> None:
        """Add characters to the open string, which may be halves."""
        if self._half or not (piece.isascii() or max(piece) < FIRST_HALF):
            piece, self._half = joined_halves(self._half + piece)
            if self._half:
                self._step = AFTER_HALF
        self._pieces.append(piece)

    def _join_pieces(self) -> None:
        """Join the pieces of a long string, so that each does not take an object's memory."""
        text = GrowingText() if self._before is None else self._before[0]
        text.append("".join(self._pieces))
        self._before = text, text.length
        self._pieces = [""]

    def _finish(self, value: object) -> None:
        if self._is_watched:
            self._value_ends(value)
        container = self._container
        if container is None:
            self._root = value
            self.complete = True
            self._step = AFTER_ROOT
        elif isinstance(container, list):
            container.append(value)
            self._step = AFTER_ITEM
        else:
            if not self._is_again:
                container[self._key] = value
            elif self._replaced:
                self._replaced.append((self._key, value))
            else:
                # Views read the dict, so a second value for a key is kept beside it.
                self._replaced = [(self._key, value)]
            self._step = AFTER_MEMBER

    # The notices to a subclass, while it watches.

    def _container_begins(self, container: Container, /) -> None:
        """Take notice of a container that opens, before what is inside."""

    def _string_begins(self) -> None:
        """Take notice of a string that has not come in one piece."""

    def _value_ends(self, value: Any, /) -> None:
        """Take notice of a value, before it enters its container."""
