"""A parser of the JSON in a text that may have prose and code fences around it."""

# Strategy: a bracket may begin the JSON, or belong to the prose. So a parser begins at each; if it
# finds a fault, the search goes on at the fault and not after the bracket: every character is read
# once. The first value that is finished is the JSON, and the text after it is passed over.

from __future__ import annotations

import re
from typing import Any

from streamkit._core.json.parser import PartialJSON

__all__ = ["FoundJSON"]


class FoundJSON(PartialJSON):
    """A parser of the first object or list in a text, which passes over everything else.

    Text that is no JSON is no error, because it counts as prose. A view may disappear when what
    began like JSON turns out to be prose.

    Args:
        brackets: The brackets with which the value may begin: ``{``, ``[`` or both.
    """

    __slots__ = ("_find", "_inner", "_limits", "end", "fault", "start")

    def __init__(self, brackets: str, **limits: int) -> None:
        super().__init__(**limits)
        self._find = re.compile(f"[{re.escape(brackets)}]").search
        self._limits = limits
        self._inner: PartialJSON | None = None
        self.start: int | None = None
        """The index of the value's first character, when it may have begun."""
        self.end: int | None = None
        """The index after its last character, when it is finished; spaces may come before."""
        self.fault: str | None = None
        """The reason that something which began like JSON is none, of the last such place."""

    def feed(self, text: str) -> None:
        """Read the next piece, in time proportional to its length."""
        base, at = self.position, 0
        self.position += len(text)
        while at < len(text) and not self.complete:
            if self._inner is None:
                bracket = self._find(text, at)
                if bracket is None:
                    return
                at = bracket.start()
                self.start = base + at
                self._inner = PartialJSON(**self._limits)
            inner, start = self._inner, base + at
            inner.feed(text[at:])
            if inner.complete:
                self.complete = True
                self.end = (self.start or 0) + inner.position
            elif inner.error is None:
                return
            else:
                self.fault = inner.error
                fault = (self.start or 0) + (inner.error_position or 0)
                at = max(fault, start + (fault < start + 1)) - base
                self._inner = self.start = None

    def close(self) -> None:
        """End the text, which finishes nothing: a value ends with its bracket."""

    def view(self, partial_strings: bool = True) -> Any:  # noqa: FBT001, FBT002 - as in the base
        """Return the value so far, as ``PartialJSON`` does; None before one begins."""
        return None if self._inner is None else self._inner.view(partial_strings)
