"""A call that is answered with a stream: its request, and the decoding of the answer. No I/O."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.pipeline import Pipeline
from streamkit._core.value import Value
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.family import Family
    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.request import Request
    from streamkit.families._common.family import AnswerFamily

__all__ = ["AnswerCall", "StreamedCall"]

E = TypeVar("E")
C = TypeVar("C")


class StreamedCall(Value, Generic[E], frozen=True):
    """A request, and the family of its streamed answer."""

    request: Request
    family: Family[Any, E]
    on_truncated: OnTruncated = "error"

    def pipelines(self, limits: Limits = DEFAULTS) -> NewPipeline[E]:
        """Return a function that makes a new pipeline, from bytes to events, for each attempt."""
        made: partial[Pipeline[E]] = partial(
            Pipeline, self.family, on_truncated=self.on_truncated, limits=limits
        )
        return made


class AnswerCall(StreamedCall[E], Generic[E, C], frozen=True):
    """A streamed call whose answer has events of its protocol and common ones."""

    family: AnswerFamily[Any, E, C]

    def in_common(self) -> StreamedCall[C]:
        """Return the call whose answer is a stream of common events."""
        return StreamedCall(self.request, self.family.in_common(), self.on_truncated)
