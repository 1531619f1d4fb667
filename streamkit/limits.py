"""The limits on the amounts of data that a client accepts from a server."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["DEFAULTS", "Limits"]


class Limits(Struct, frozen=True, kw_only=True):
    """The maximum amounts that a client accepts from a server; no honest answer comes near them.

    Beyond a limit, a stream ends with a ``LimitExceededError``. Give ``limits=`` to a client, to
    ``with_options`` for single calls, or to the operators of your own pipeline. The memory used is
    a multiple of these sizes, because small objects take more space in Python than in JSON.
    """

    event_bytes: int = 16 * 1024 * 1024
    """Bytes of one server-sent event."""
    stream_bytes: int = 256 * 1024 * 1024
    """Bytes of the body of one streamed response, decompressed."""
    response_bytes: int = 64 * 1024 * 1024
    """Bytes of the body of any other response, decompressed."""
    file_bytes: int = 512 * 1024 * 1024
    """Bytes of the content of a fetched file; the API stores no larger file."""
    json_depth: int = 200
    """Containers nested in each other, in a chunk and in the JSON of an answer. In a chunk, more is
    an error. In an answer, ``parsed`` keeps the value from before, and is None at the end in JSON
    mode. Python itself recurses about twice as deep."""
    number_length: int = 4300
    """Characters of a number in the JSON of an answer; beyond, ``parsed`` stays as it was. The
    default is the digits that ``int()`` takes, which is also the limit in a chunk."""
    choices: int = 1024
    """Choices of one completion."""
    tool_calls: int = 1024
    """Tool calls of one choice."""
    name_length: int = 4096
    """Characters of the name of a function, which some servers send in pieces."""
    fields: int = 4096
    """Fields of one object that grows by deltas and whose type does not know them all, and items of
    a list that grows by index."""
    parts: int = 1024
    """Parts of one message, run step or item of a response: blocks, annotations of a block, tool
    calls, outputs."""
    objects: int = 4096
    """Messages of one run, and as many steps; items of one response."""
    required_actions: int = 256
    """Rounds of tool outputs in one stream of a run; a model may request them forever."""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a limit below 1."""
        for name in self.__struct_fields__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")


DEFAULTS = Limits()
