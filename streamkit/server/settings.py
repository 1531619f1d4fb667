"""The settings of an answer: its token size, its pace and its polls."""

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
"""The start of the names of headers that set these for one request."""

MOST = 1_000_000_000
"""The largest value of each whole number."""


class Settings(Struct, frozen=True, kw_only=True):
    """The server's own settings, which a request may override."""

    token_size: Annotated[int, Meta(ge=1, le=MOST)] = 4
    """The number of characters in a token."""
    pace: Annotated[float, Meta(ge=0)] = 0.0
    """The seconds between two chunks of a stream."""
    speed: Annotated[float, Meta(ge=0)] = 0.0
    """The speed of a replay: 1 is as recorded, 2 is twice as fast, 0 as fast as possible."""
    polls: Annotated[int, Meta(ge=0, le=MOST)] = 2
    """The number of polls until slow work has finished; 0 finishes it at once."""
    poll_after_ms: Annotated[int, Meta(ge=0, le=MOST)] | None = 10
    """The milliseconds in the header ``openai-poll-after-ms``; None sends no such header."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.pace) or not math.isfinite(self.speed):
            raise ValueError("seconds and speeds must be finite")

    def overridden(self, headers: Mapping[str, str]) -> Settings:
        """Return these settings with the values of headers such as ``x-streamkit-token-size``.

        Raises:
            ApiError: The value of a header is invalid.
        """
        given = {
            name: headers[header]
            for name in self.__struct_fields__
            if (header := PREFIX + name.replace("_", "-")) in headers
        }
        try:
            settings = {**msgspec.structs.asdict(self), **given}
            # The conversion is not strict, because headers hold numbers as text.
            return convert(settings, Settings, strict=False)
        except msgspec.ValidationError as error:
            raise ApiError(f"Invalid header {PREFIX}*: {error}") from None
