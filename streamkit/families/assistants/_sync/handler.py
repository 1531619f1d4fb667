# Made from ../_async/handler.py by .ci/unasync.py: change it there.
"""The handler of a run's events, for a client that blocks, or any observable of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reactivex.abc import ObserverBase  # noqa: TID253 - it is imported when it is asked for

from streamkit.families.assistants.callbacks import Callbacks, callbacks_of
from streamkit.families.assistants.delivery import Delivery, delivery_of
from streamkit.families.assistants.follower import RunFollower, RunView
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from streamkit.families.assistants._sync.stream import AssistantStream
    from streamkit.families.assistants.stream import ToolOutputs
    from streamkit.types.beta.threads import (
        ImageFile,
        Message,
        MessageDelta,
        Run,
        Text,
        TextDelta,
    )
    from streamkit.types.beta.threads.runs import RunStep, RunStepDelta, ToolCall, ToolCallDelta

__all__ = ["AssistantEventHandler", "callbacks_of_handler"]


class AssistantEventHandler(RunView, ObserverBase[AssistantStreamEvent]):
    """An observer of a run's events that calls a method for each thing that happens.

    Override what you need. Give it to ``stream(event_handler=…)``, whose ``with`` then gives
    it back, to iterate and to ask as one would the stream; or subscribe it to any observable of a
    run's events: ``observe()``, a recording, a pipeline.

    Each callback is called once for each thing it announces: created, then every delta, then done.
    Of a text or a tool call the first piece is in what was created and is a delta as well. A text
    is done when the next block of its message begins, or else with its message; if more of it
    comes after that, ``on_text_done`` is called once more at the end, with the complete text. Tool
    calls end with their step. What a stream has only the rest of is announced by its first delta;
    snapshots are built when a callback wants them.

    What a callback raises ends the stream: ``on_exception`` hears of it, as of every other error,
    and it is raised where the stream is driven. For an error that came to ``on_error``, that is
    unless ``on_exception`` is overridden: with that it was delivered.

    A handler may follow one stream after another. One that is opened in a callback, with the same
    handler, goes on where the outer one is, so that ``on_end`` comes once, at the outer one's end.

    With the async client, callbacks are coroutines or plain functions, and a stream waits for those
    of an event before it reads the next. An observable waits for nobody: there the handler keeps
    what comes, and a task of the running loop calls, in order. ``until_done()`` waits for the last
    and raises what went wrong; where nobody waits, that goes to the loop's exception handler.
    """

    def on_event(self, event: AssistantStreamEvent) -> None:
        """Take any event, also of a kind that is not known; before the callbacks it leads to."""

    def on_run_step_created(self, run_step: RunStep) -> None:
        """Take a step that began."""

    def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Take what was added to a step, and the step so far."""

    def on_run_step_done(self, run_step: RunStep) -> None:
        """Take a step that ended, however it did."""

    def on_tool_call_created(self, tool_call: ToolCall) -> None:
        """Take a call of a tool that began."""

    def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        """Take what was added to a call, and the call so far."""

    def on_tool_call_done(self, tool_call: ToolCall) -> None:
        """Take a call that ended, or whose output the run waits for."""

    def on_message_created(self, message: Message) -> None:
        """Take a message that began."""

    def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Take what was added to a message, and the message so far."""

    def on_message_done(self, message: Message) -> None:
        """Take a message that ended, complete or incomplete."""

    def on_text_created(self, text: Text) -> None:
        """Take a text of a message that began."""

    def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        """Take what was added to a text, and the text so far."""

    def on_text_done(self, text: Text) -> None:
        """Take a text that ended; once more, complete, if it went on after the next block began."""

    def on_image_file_done(self, image_file: ImageFile) -> None:
        """Take an image of a message; images come whole."""

    def on_requires_action(self, run: Run) -> ToolOutputs:
        """Return what the tools give that the run waits for; None leaves it waiting.

        It is called when the response has ended. The outputs are submitted, and the stream goes on
        with what the run does then, as one sequence of events. Subscribed to an observable, the
        handler cannot answer: give ``observe()`` the method as its ``on_requires_action``.
        """

    def on_timeout(self) -> None:
        """Take it that the request timed out; ``on_exception`` comes next."""

    def on_exception(self, exception: Exception) -> None:
        """Take the error that ended the stream."""

    def on_end(self) -> None:
        """Take the end, good or bad, also when the ``with`` was left early; the last call."""

    def on_next(self, value: AssistantStreamEvent) -> None:
        """Take an event from an observable; one that comes after the end begins anew."""
        self._delivery.put(value)

    def on_error(self, error: Exception) -> None:
        """Take an error from an observable."""
        self._delivery.put(error)

    def on_completed(self) -> None:
        """Take the end of an observable."""
        self._delivery.put(None)

    def __iter__(self) -> Iterator[AssistantStreamEvent]:
        return iter(self._stream())

    def __next__(self) -> AssistantStreamEvent:
        return next(self._stream())

    @property
    def text_deltas(self) -> Iterator[str]:
        """The pieces of text alone; reading them reads the stream."""
        return self._stream().text_deltas

    def until_done(self) -> Self:
        """Read the stream, or the observable, to its end; raise what is wrong with it."""
        self._finished()
        return self

    def close(self) -> None:
        """Stop reading the stream; without one, take it that no more will come."""
        if self._callbacks.stream is None:
            self._delivery.close()
        else:
            self._callbacks.stream.close()

    def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        follower = self._finished()
        return follower.final_run()

    def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        follower = self._finished()
        return follower.final_run_steps()

    def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        follower = self._finished()
        return follower.final_messages()

    @property
    def _callbacks(self) -> Callbacks[AssistantStream]:
        return callbacks_of_handler(self)

    @property
    def _delivery(self) -> Delivery:
        return delivery_of(self, self._callbacks)

    def _following(self) -> RunFollower:
        return self._callbacks.follower

    def _stream(self) -> AssistantStream:
        stream = self._callbacks.stream
        if stream is None:
            raise RuntimeError("the handler follows no stream that it could read: enter one first")
        return stream

    def _finished(self) -> RunFollower:
        if self._callbacks.stream is not None:
            self._callbacks.stream.until_done()
        else:
            self._delivery.finished()
        return self._callbacks.follower


def callbacks_of_handler(handler: AssistantEventHandler) -> Callbacks[AssistantStream]:
    """The callbacks of a handler; ``TypeError`` for one of the other client, or none."""
    return callbacks_of(handler, AssistantEventHandler, awaits=Delivery.awaits)
