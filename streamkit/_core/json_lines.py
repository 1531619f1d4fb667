"""The decoder of bytes into lines of JSON, each of which is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.sse import ServerSentEvent, SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["JSONLinesDecoder"]


class JSONLinesDecoder(SSEDecoder):
    """A decoder of bytes into lines, wherever the bytes are cut, within the same limits.

    Blank lines are no events. A last line without a line break is one: the reader of its JSON
    raises an error if it was cut.
    """

    def plain_data(self, value: bytes) -> bytes | None:  # noqa: ARG002 - lines have one road
        """Return None: ``split`` takes any read."""
        return None

    def plain_event(self, value: bytes) -> ServerSentEvent | None:  # noqa: ARG002 - as above
        """Return None: ``split`` takes any read."""
        return None

    def unfinished(self) -> tuple[Sequence[ServerSentEvent], ServerSentEvent | None]:
        """Take the end of the body, and return the last line."""
        return self._cut(b"\n"), None

    def _events(self, frame: list[bytes]) -> list[ServerSentEvent]:
        self._head = None
        return [ServerSentEvent(line) for line in frame]

    def _cut(self, value: bytes) -> list[ServerSentEvent]:
        # As frames of one line: a line break more ends each, and the limits stay those of a frame.
        return super()._cut(value.replace(b"\n", b"\n\n"))
