# Made from ../_async/handler.py by .ci/unasync.py: change it there.
"""The handler of a run's events from a client that blocks, or from any observable."""

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

    Override the callbacks that you need. Give the handler to ``stream(event_handler=…)``, whose
    ``with`` returns it: it is iterated and queried like the stream. Or subscribe it to any
    observable of a run's events: ``observe()``, a recording, a pipeline.

    The callbacks of a thing are called in order: created once, every delta, done once. The first
    piece of a text or a tool call is in the created object and is a delta as well. A text is done
    when the next block of its message begins, or else with its message; if more of the text comes
    after that, ``on_text_done`` is called once more at the end, with the complete text. Tool calls
    end with their step. A thing that began in an earlier stream is announced by its first delta.
    Snapshots are built only for overridden callbacks.

    An exception of a callback ends the stream: ``on_exception`` is called with it, as with every
    other error, and it is raised where the stream is read. An error that ``on_error`` received is
    raised only if ``on_exception`` is not overridden, because it is delivered there.

    A handler may follow one stream after another. A stream that a callback opens with the same
    handler continues the outer one, so ``on_end`` is called once, at the end of the outer stream.

    With the async client, callbacks are coroutines or plain functions, and a stream waits for those
    of an event before it reads the next event. An observable does not wait: there the handler
    queues the events, and a task of the running loop makes the calls in order. ``until_done()``
    waits for the last call and raises the error, if there was one; where nobody waits, the loop's
    exception handler receives the error.
    """

    def on_event(self, event: AssistantStreamEvent) -> None:
        """Take any event, also of an unknown type; called before its other callbacks."""

    def on_run_step_created(self, run_step: RunStep) -> None:
        """Take a step that began."""

    def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Take an addition to a step, and the step so far."""

    def on_run_step_done(self, run_step: RunStep) -> None:
        """Take a step that completed, failed, was cancelled or expired."""

    def on_tool_call_created(self, tool_call: ToolCall) -> None:
        """Take a tool call that began."""

    def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        """Take an addition to a tool call, and the call so far."""

    def on_tool_call_done(self, tool_call: ToolCall) -> None:
        """Take a tool call that ended, or that now needs its output from you."""

    def on_message_created(self, message: Message) -> None:
        """Take a message that began."""

    def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Take an addition to a message, and the message so far."""

    def on_message_done(self, message: Message) -> None:
        """Take a message that ended, complete or incomplete."""

    def on_text_created(self, text: Text) -> None:
        """Take a text of a message that began."""

    def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        """Take an addition to a text, and the text so far."""

    def on_text_done(self, text: Text) -> None:
        """Take a text that ended; called again with the whole text if more came after that."""

    def on_image_file_done(self, image_file: ImageFile) -> None:
        """Take an image of a message, which the server sends whole."""

    def on_requires_action(self, run: Run) -> ToolOutputs:
        """Return the outputs of the tools that the run waits for, or None to leave the run waiting.

        It is called when the response has ended. The outputs are submitted, and the stream
        continues with the next events of the run, as one sequence. A handler that is subscribed to
        an observable cannot answer: give ``observe()`` the method as its ``on_requires_action``.
        """

    def on_timeout(self) -> None:
        """Handle a timeout of the request; ``on_exception`` is called next."""

    def on_exception(self, exception: Exception) -> None:
        """Take the error that ended the stream."""

    def on_end(self) -> None:
        """Handle the end by success, error or an early exit of the ``with``; always called last."""

    def on_next(self, value: AssistantStreamEvent) -> None:
        """Take an event from an observable; an event after the end begins a new sequence."""
        self._delivery.put(value)

    def on_error(self, error: Exception) -> None:
        """Take an error from an observable."""
        self._delivery.put(error)

    def on_completed(self) -> None:
        """Take the completion of an observable."""
        self._delivery.put(None)

    def __iter__(self) -> Iterator[AssistantStreamEvent]:
        return iter(self._stream())

    def __next__(self) -> AssistantStreamEvent:
        return next(self._stream())

    @property
    def text_deltas(self) -> Iterator[str]:
        """The pieces of text of the stream; iterating over them reads the stream."""
        return self._stream().text_deltas

    def until_done(self) -> Self:
        """Read the stream, or the observable, to its end; raise the error if it failed."""
        self._finished()
        return self

    def close(self) -> None:
        """Close the stream; without a stream, end the sequence of events now."""
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
    """Return the callbacks of a handler; raise ``TypeError`` if it is none of this client."""
    return callbacks_of(handler, AssistantEventHandler, awaits=Delivery.awaits)
