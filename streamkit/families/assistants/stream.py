"""The state of a run's stream that the streams of both clients share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

from streamkit._core.pipeline import Pipeline
from streamkit.errors import LimitExceededError
from streamkit.families.assistants.family import followed_by
from streamkit.families.assistants.follower import RunFollower, RunView
from streamkit.types.beta.threads import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.pipeline import NewPipeline
    from streamkit.families.assistants.callbacks import Call, Callbacks
    from streamkit.limits import Limits
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["Answer", "AsyncAnswer", "RunStreamState", "ToolOutputs"]

ToolOutputs: TypeAlias = Iterable[Mapping[str, Any]] | None
"""``{"tool_call_id": …, "output": …}`` for each tool call; None leaves the run waiting."""

Answer: TypeAlias = Callable[[Run], ToolOutputs]
"""A function that returns the outputs of the tools that a run waits for."""

AsyncAnswer: TypeAlias = Callable[[Run], ToolOutputs | Awaitable[ToolOutputs]]
"""A function like ``Answer`` whose result may be awaitable."""

AnyAnswer = TypeVar("AnyAnswer", bound=AsyncAnswer)


class RunStreamState(RunView, Generic[AnyAnswer]):
    """The part of a run's stream that needs no I/O."""

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
        """Return a maker of pipelines, each of which continues the events of the last response."""
        run = followed_by(self._follower)
        pipeline: type[Pipeline[AssistantStreamEvent]] = Pipeline
        return partial(pipeline, run, on_truncated=self._on_truncated, limits=self._limits)

    def _unanswered(self) -> Run | None:
        """Return the run if it waits for the outputs of tools and was not answered yet, or None.

        Raises ``LimitExceededError`` beyond the limit ``required_actions``.
        """
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
        """Yield the calls to make when the last response has ended without an error."""
        if self._is_outermost and not self._callbacks.has_ended:
            self._follower.finish()
            yield from self._callbacks.event_calls()

    def _end_calls(self, error: Exception | None = None) -> list[Call]:
        return self._callbacks.end_calls(error) if self._is_outermost else []
