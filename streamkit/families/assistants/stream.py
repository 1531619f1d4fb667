"""The stream of a run: driven by its reader, and driving a handler.

It goes on over several responses when tools are to be called and somebody says what they return:
the events are one sequence, and what is known of the run goes on too.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from streamkit._core.pipeline import Pipeline
from streamkit._rx.async_cancel_scope import AsyncCancelScope
from streamkit._rx.cancel_scope import CancelScope
from streamkit.errors import LimitExceededError
from streamkit.families._resource.stream import AsyncStream, Stream
from streamkit.families.assistants.callbacks import call_all, call_all_async, call_async, not_stop
from streamkit.families.assistants.family import followed_by
from streamkit.families.assistants.follower import RunFollower, RunView, text_values
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent
from streamkit.types.beta.threads import Run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.body import AsyncBody, SyncBody
    from streamkit.families.assistants.callbacks import Call, Callbacks
    from streamkit.types.beta.threads import Message
    from streamkit.types.beta.threads.runs import RunStep

__all__ = [
    "Answer",
    "AssistantStream",
    "AsyncAnswer",
    "AsyncAssistantStream",
    "ToolOutputs",
]

ToolOutputs: TypeAlias = Iterable[Mapping[str, Any]] | None
"""``{"tool_call_id": …, "output": …}`` for each call; None to leave the run waiting."""

Answer: TypeAlias = Callable[[Run], ToolOutputs]
"""Says what the tools return that a run requires."""

AsyncAnswer: TypeAlias = Callable[[Run], ToolOutputs | Awaitable[ToolOutputs]]
"""The same, and may be awaited."""

AnyAnswer = TypeVar("AnyAnswer", bound=AsyncAnswer)


class _RunStream(RunView, Generic[AnyAnswer]):
    """What a stream of a run knows without waiting."""

    def _follow(
        self,
        callbacks: Callbacks[Any],
        answer: AnyAnswer | None,
        on_truncated: OnTruncated,
        limits: Limits,
    ) -> None:
        self._callbacks = callbacks
        self._follower = callbacks.follower
        self._follower.events.keep_to(limits)
        self._limits = limits
        self._is_outermost = not callbacks.is_nested
        self._on_truncated: OnTruncated = on_truncated
        self._answer: AnyAnswer | None = answer
        if answer is None:
            self._answer = cast("AnyAnswer | None", callbacks.overridden("on_requires_action"))
        self._answered: Run | None = None
        self._answers = 0

    def _following(self) -> RunFollower:
        return self._follower

    def _run_pipeline(self) -> NewPipeline[AssistantStreamEvent]:
        """Makes what leads from the bytes of a response to events, on with those before it."""
        run = followed_by(self._follower)
        return partial(Pipeline, run, on_truncated=self._on_truncated, limits=self._limits)

    def _unanswered(self) -> Run | None:
        """The run, if it waits for the outputs of tools and was not answered yet."""
        run = self._follower.events.run
        if run is self._answered or not self._follower.events.waits:
            return None
        self._answered = run
        self._answers += 1
        most = self._limits.required_actions
        if self._answers > most:
            raise LimitExceededError("required_actions", most, "the run requires action once more")
        return run

    def _last_calls(self) -> Iterator[Call]:
        """What to call when the last response has ended well."""
        if self._is_outermost and not self._callbacks.has_ended:
            self._follower.finish()
            yield from self._callbacks.event_calls()

    def _end_calls(self, error: Exception | None = None) -> list[Call]:
        return self._callbacks.end_calls(error) if self._is_outermost else []


class AssistantStream(_RunStream[Answer], Stream[AssistantStreamEvent]):
    """The events of a run as the server sends them, as an iterator.

    ``event.event`` is an event's name and ``event.data`` what it is about. A handler is told of an
    event before the iteration yields it.
    """

    def __init__(  # noqa: PLR0913 - two of them are settings
        self,
        body: SyncBody,
        callbacks: Callbacks[Any],
        submit: Callable[[Run, Iterable[Mapping[str, Any]]], SyncBody],
        answer: Answer | None = None,
        *,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        self._follow(callbacks, answer, on_truncated, limits)
        super().__init__(body, self._run_pipeline())
        self._submit = submit
        self._submitting = CancelScope()

    def __next__(self) -> AssistantStreamEvent:
        try:
            event = super().__next__()
        except StopIteration:
            self._call(self._last_calls())
            self._tell_end()
            raise
        except Exception as error:
            self._tell_end(error)
            raise
        self._call(self._callbacks.event_calls())
        return event

    @property
    def text_deltas(self) -> Iterator[str]:
        """The pieces of text alone; reading them reads the stream."""
        return (text for event in self for text in text_values(event))

    def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        self.until_done()
        return self._follower.final_run()

    def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        self.until_done()
        return self._follower.final_run_steps()

    def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        self.until_done()
        return self._follower.final_messages()

    def close(self) -> None:
        """Stop reading; the run goes on, unless it is cancelled."""
        self._submitting.cancel()
        super().close()
        self._tell_end()

    def leave(self, error: BaseException | None) -> None:
        """Close the stream that a ``with`` opened; ``error`` is what ended its body."""
        super().close()
        self._tell_end(error if isinstance(error, Exception) else None)

    def _call(self, calls: Iterable[Call]) -> None:
        try:
            with self._callbacks.calling():
                for call in calls:
                    call()
        except Exception as error:
            failure = not_stop(error)
            self._fail(failure)
            self._body.close()
            self._tell_end(failure)
            raise failure from failure.__cause__

    def _tell_end(self, error: Exception | None = None) -> None:
        call_all(self._end_calls(error))

    def _goes_on(self) -> bool:
        run = None if self._answer is None else self._unanswered()
        if run is None or self._answer is None:
            return False
        outputs = self._answer(run)
        if outputs is None or self._ended:
            return False
        with self._submitting:
            body = self._submit(run, outputs)
        self._turn_to(body)
        if self._ended:  # closed meanwhile
            body.close()
        return True


class AsyncAssistantStream(_RunStream[AsyncAnswer], AsyncStream[AssistantStreamEvent]):
    """The events of a run as the server sends them, as an async iterator.

    ``event.event`` is an event's name and ``event.data`` what it is about. A handler is told of an
    event, and awaited, before the iteration yields it.
    """

    def __init__(  # noqa: PLR0913 - two of them are settings
        self,
        body: AsyncBody,
        callbacks: Callbacks[Any],
        submit: Callable[[Run, Iterable[Mapping[str, Any]]], Awaitable[AsyncBody]],
        answer: AsyncAnswer | None = None,
        *,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        self._follow(callbacks, answer, on_truncated, limits)
        super().__init__(body, self._run_pipeline())
        self._submit = submit
        self._submitting = AsyncCancelScope()

    async def __anext__(self) -> AssistantStreamEvent:
        try:
            event = await super().__anext__()
        except StopAsyncIteration:
            await self._call(self._last_calls())
            await self._tell_end()
            raise
        except Exception as error:
            await self._tell_end(error)
            raise
        await self._call(self._callbacks.event_calls())
        return event

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """The pieces of text alone; reading them reads the stream."""
        return (text async for event in self for text in text_values(event))

    async def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        await self.until_done()
        return self._follower.final_run()

    async def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        await self.until_done()
        return self._follower.final_run_steps()

    async def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        await self.until_done()
        return self._follower.final_messages()

    async def close(self) -> None:
        """Stop reading; the run goes on, unless it is cancelled."""
        self._submitting.cancel()
        await super().close()
        await self._tell_end()

    aclose = close

    async def leave(self, error: BaseException | None) -> None:
        """Close the stream that an ``async with`` opened; ``error`` is what ended its body."""
        await super().close()
        await self._tell_end(error if isinstance(error, Exception) else None)

    async def _call(self, calls: Iterable[Call]) -> None:
        try:
            with self._callbacks.calling():
                for call in calls:
                    await call_async(call)
        except Exception as error:
            failure = not_stop(error)
            self._fail(failure)
            await self._body.aclose()
            await self._tell_end(failure)
            raise failure from failure.__cause__

    async def _tell_end(self, error: Exception | None = None) -> None:
        await call_all_async(self._end_calls(error))

    async def _goes_on(self) -> bool:
        run = None if self._answer is None else self._unanswered()
        if run is None or self._answer is None:
            return False
        outputs = self._answer(run)
        if inspect.isawaitable(outputs):
            outputs = await outputs
        if outputs is None or self._ended:
            return False
        self._submitting = AsyncCancelScope()
        async with self._submitting:
            body = await self._submit(run, outputs)
        self._turn_to(body)
        if self._ended:  # closed meanwhile
            await body.aclose()
        return True
