"""The stream that ``aread`` returns: the common events of any source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from streamkit.families._common.events import CommonEvent
from streamkit.families._resource._async.stream import AsyncStream

if TYPE_CHECKING:
    from streamkit.families._common.final import Final
    from streamkit.families._resource._async.body import AsyncStreamBody
    from streamkit.families._resource.streamed_call import AnswerCall
    from streamkit.limits import Limits

__all__ = ["AsyncSourceStream"]

T = TypeVar("T")


class AsyncSourceStream(AsyncStream[CommonEvent[T]]):
    """The events of a source, as an async iterator, in the vocabulary of all protocols.

    Closing it closes the source.
    """

    def __init__(
        self, body: AsyncStreamBody, call: AnswerCall[Any, CommonEvent[T]], limits: Limits
    ) -> None:
        super().__init__(body, call.in_common().pipelines(limits))
        self._family = call.family
        self._answer: Any = None

    @property
    def snapshot(self) -> Any:
        """The answer so far, as its protocol has it, parsed as far as it has arrived."""
        return self._pipeline.machine.snapshot()

    async def get_final(self) -> Final[T]:
        """Read the source to its end and return the whole answer, in the words of all protocols.

        Its ``raw`` is the answer as its protocol has it, such as a ``ParsedChatCompletion``.
        """
        await self.until_done()
        if self._answer is None:
            self._answer = self._pipeline.machine.final()
        return self._family.final(self._answer)
