"""How much a server may say before it is no longer believed."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["DEFAULTS", "Limits"]


class Limits(Struct, frozen=True, kw_only=True):
    """What a client takes from a server at most; no answer of an honest one comes near.

    Beyond, a stream ends with a ``LimitExceededError``. Give them to a client (``limits=``), to
    ``with_options`` for single calls, or to the operators of a pipeline of one's own. Memory is a
    multiple of what comes, for small objects cost Python more than JSON does.
    """

    event_bytes: int = 16 * 1024 * 1024
    """Of one server-sent event."""
    stream_bytes: int = 256 * 1024 * 1024
    """Of the body of one streamed response, unpacked."""
    response_bytes: int = 64 * 1024 * 1024
    """Of the body of any other response, unpacked."""
    file_bytes: int = 512 * 1024 * 1024
    """Of the content of a file that is fetched; the API keeps none that is larger."""
    json_depth: int = 200
    """Containers in one another: in a chunk, and in the JSON of an answer. The first is an error;
    of the second ``parsed`` shows what came before, and in JSON mode None at the end. Python itself
    recurses about twice as deep."""
    number_length: int = 4300
    """Characters of a number in the JSON of an answer, where ``parsed`` then stays as it was; as
    many digits as ``int()`` takes, which is also the limit in a chunk."""
    choices: int = 1024
    """Of one completion."""
    tool_calls: int = 1024
    """Of one choice."""
    name_length: int = 4096
    """Characters of the name of a function, which some servers send in pieces."""
    fields: int = 4096
    """Of one object that grows by deltas and whose type has not all of them, and items of a list
    that grows by index."""
    parts: int = 1024
    """Of one message or run step: blocks of content, annotations of one, tool calls, outputs."""
    objects: int = 4096
    """Messages of one run, and likewise its steps."""
    required_actions: int = 256
    """How often one stream of a run is given the outputs of tools; a model may ask for ever."""

    def __post_init__(self) -> None:
        """Refuse what nothing could keep to."""
        for name in self.__struct_fields__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")


DEFAULTS = Limits()
