"""The result of one of many requests, and the progress of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar, cast

from msgspec import Struct

from streamkit.families._common.final import Final, Usage

__all__ = ["MapProgress", "MapResult", "OnError"]

A = TypeVar("A")
T = TypeVar("T")

OnError = Literal["yield", "raise"]


class MapResult(Struct, Generic[A, T], frozen=True):
    """The answer to one of the requests of ``map``, or the error that it ended with."""

    index: int
    """The position of the request in the input; the first has 0."""
    request: Mapping[str, Any]
    """The request as it was given, without the parameters that all requests share."""
    error: Exception | None
    """The error; None if there is an answer. Its ``partial`` is what had arrived."""
    given: Final[T] | None
    """The answer in the words of all protocols, also where an error says that it does not fit."""

    @property
    def final(self) -> Final[T]:
        """The answer in the words of all protocols; reading it raises the ``error``."""
        if self.error is not None:
            raise self.error
        return cast("Final[T]", self.given)

    @property
    def answer(self) -> A:
        """The answer as ``parse`` returns it; reading it raises the ``error``."""
        answer: A = self.final.raw
        return answer

    @property
    def parsed(self) -> T | None:
        """The content as the requested type, if there was one; reading it raises the ``error``."""
        return self.final.parsed

    @property
    def text(self) -> str:
        """The text of the answer; reading it raises the ``error``."""
        return self.final.text

    @property
    def usage(self) -> Usage | None:
        """The tokens used, also by an answer that does not fit; None if nothing is known."""
        return None if self.given is None else self.given.usage


class MapProgress(Struct, frozen=True):
    """The progress of ``map`` at one moment."""

    done: int = 0
    """The requests that have ended, those that failed among them."""
    failed: int = 0
    """The requests that have ended with an error."""
    running: int = 0
    """The requests that have begun and not ended: under way, or waiting for their next attempt."""
    total: int | None = None
    """The number of all requests; None unless the input has a length."""
    usage: Usage = Usage()
    """The tokens of all answers, as far as the server counts them."""
    seconds: float = 0.0
    """The seconds since the first request was read."""

    @property
    def tokens(self) -> int:
        """The tokens of all requests and answers."""
        return self.usage.input_tokens + self.usage.output_tokens

    @property
    def per_second(self) -> float:
        """The requests that have ended, per second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def tokens_per_second(self) -> float:
        """The tokens of all requests and answers, per second."""
        return self.tokens / self.seconds if self.seconds else 0.0
