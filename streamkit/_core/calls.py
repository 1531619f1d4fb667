"""One call of a tool as it arrives, in any protocol."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from streamkit._core.text import TextLog
from streamkit.limits import DEFAULTS, Limits

__all__ = ["CallLog", "CallUpdate"]


class CallLog:
    """A call: its id, its name, and the log of its arguments."""

    __slots__ = ("arguments", "id", "index", "name", "type")

    def __init__(self, index: int, limits: Limits = DEFAULTS) -> None:
        self.index = index
        self.id: str = ""
        self.name: str = ""
        self.type: str = "function"
        self.arguments = TextLog(limits)
        """The arguments of a function, or the input of a custom tool."""

    def is_whole(self) -> bool:
        """Return whether the arguments are a closed JSON value."""
        return self.arguments.is_whole_json()

    def is_open(self) -> bool:
        """Return whether more must follow: there are no arguments, or their JSON is not closed."""
        if not self.arguments.length:
            return True
        return self.type != "custom" and self.arguments.is_open_json()


C = TypeVar("C", bound=CallLog)


class CallUpdate(Struct, Generic[C], frozen=True, gc=False):
    """A new piece of a call's arguments, and its end in their log."""

    call: C
    arguments_delta: str
    end: int
    opened: bool
    """Whether this is the first piece of the call."""
