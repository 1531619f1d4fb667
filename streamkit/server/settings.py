"""How an answer is sent: how finely cut, and how fast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "x-streamkit-"
"""What the names of the headers begin with that set these for one request."""

MOST = 1_000_000_000
"""The largest of each whole number."""


class Settings(Struct, frozen=True, kw_only=True):
    """The server's own settings, which a request may override."""

    token_size: Annotated[int, Meta(ge=1, le=MOST)] = 4
    """Characters in a token."""
    pace: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds between two chunks of a stream."""
    speed: Annotated[float, Meta(ge=0)] = 0.0
    """How many times faster than recorded a recording is replayed; 0 is as fast as possible."""
    polls: Annotated[int, Meta(ge=0, le=MOST)] = 2
    """How often what takes its time is looked at until it has finished; 0 is done at once."""
    poll_after_ms: Annotated[int, Meta(ge=0, le=MOST)] | None = 10
    """What the header ``openai-poll-after-ms`` advises who polls; None advises nothing."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.pace) or not math.isfinite(self.speed):
            raise ValueError("seconds and speeds must be finite")

    def overridden(self, headers: Mapping[str, str]) -> Settings:
        """These settings, or those in headers such as ``x-streamkit-token-size``.

        Raises:
            ApiError: A header has no such value.
        """
        given = {
            name: headers[header]
            for name in self.__struct_fields__
            if (header := PREFIX + name.replace("_", "-")) in headers
        }
        try:
            settings = {**msgspec.structs.asdict(self), **given}
            # Not strict: a header is text, and stands for a number here.
            return convert(settings, Settings, strict=False)
        except msgspec.ValidationError as error:
            raise ApiError(f"Invalid header {PREFIX}*: {error}") from None
