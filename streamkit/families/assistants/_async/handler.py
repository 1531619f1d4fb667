"""The handler of a run's events from a client on the running loop, or from any observable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reactivex.abc import ObserverBase  # noqa: TID253 - it is imported when it is asked for

from streamkit.families.assistants.async_delivery import AsyncDelivery, delivery_of
from streamkit.families.assistants.callbacks import Callbacks, callbacks_of
from streamkit.families.assistants.follower import RunFollower, RunView
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from streamkit.families.assistants._async.stream import AsyncAssistantStream
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

__all__ = ["AsyncAssistantEventHandler", "callbacks_of_handler"]


class AsyncAssistantEventHandler(RunView, ObserverBase[AssistantStreamEvent]):
    """An observer of a run's events that calls a method for each thing that happens.

    Override the callbacks that you need. Give the handler to ``stream(event_handler=…)``, whose
    ``async with`` returns it: it is iterated and queried like the stream. Or subscribe it to any
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

    async def on_event(self, event: AssistantStreamEvent) -> None:
        """Take any event, also of an unknown type; called before its other callbacks."""

    async def on_run_step_created(self, run_step: RunStep) -> None:
        """Take a step that began."""

    async def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Take an addition to a step, and the step so far."""

    async def on_run_step_done(self, run_step: RunStep) -> None:
        """Take a step that completed, failed, was cancelled or expired."""

    async def on_tool_call_created(self, tool_call: ToolCall) -> None:
        """Take a tool call that began."""

    async def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        """Take an addition to a tool call, and the call so far."""

    async def on_tool_call_done(self, tool_call: ToolCall) -> None:
        """Take a tool call that ended, or that now needs its output from you."""

    async def on_message_created(self, message: Message) -> None:
        """Take a message that began."""

    async def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Take an addition to a message, and the message so far."""

    async def on_message_done(self, message: Message) -> None:
        """Take a message that ended, complete or incomplete."""

    async def on_text_created(self, text: Text) -> None:
        """Take a text of a message that began."""

    async def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        """Take an addition to a text, and the text so far."""

    async def on_text_done(self, text: Text) -> None:
        """Take a text that ended; called again with the whole text if more came after that."""

    async def on_image_file_done(self, image_file: ImageFile) -> None:
        """Take an image of a message, which the server sends whole."""

    async def on_requires_action(self, run: Run) -> ToolOutputs:
        """Return the outputs of the tools that the run waits for, or None to leave the run waiting.

        It is called when the response has ended. The outputs are submitted, and the stream
        continues with the next events of the run, as one sequence. A handler that is subscribed to
        an observable cannot answer: give ``observe()`` the method as its ``on_requires_action``.
        """

    async def on_timeout(self) -> None:
        """Handle a timeout of the request; ``on_exception`` is called next."""

    async def on_exception(self, exception: Exception) -> None:
        """Take the error that ended the stream."""

    async def on_end(self) -> None:
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

    def __aiter__(self) -> AsyncIterator[AssistantStreamEvent]:
        return aiter(self._stream())

    async def __anext__(self) -> AssistantStreamEvent:
        return await anext(self._stream())

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """The pieces of text of the stream; iterating over them reads the stream."""
        return self._stream().text_deltas

    async def until_done(self) -> Self:
        """Read the stream, or await the observable, to its end; raise the error if it failed."""
        await self._finished()
        return self

    async def close(self) -> None:
        """Close the stream; without a stream, end the sequence of events now."""
        if self._callbacks.stream is None:
            await self._delivery.close()
        else:
            await self._callbacks.stream.close()

    async def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        follower = await self._finished()
        return follower.final_run()

    async def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        follower = await self._finished()
        return follower.final_run_steps()

    async def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        follower = await self._finished()
        return follower.final_messages()

    @property
    def _callbacks(self) -> Callbacks[AsyncAssistantStream]:
        return callbacks_of_handler(self)

    @property
    def _delivery(self) -> AsyncDelivery:
        return delivery_of(self, self._callbacks)

    def _following(self) -> RunFollower:
        return self._callbacks.follower

    def _stream(self) -> AsyncAssistantStream:
        stream = self._callbacks.stream
        if stream is None:
            raise RuntimeError("the handler follows no stream that it could read: enter one first")
        return stream

    async def _finished(self) -> RunFollower:
        if self._callbacks.stream is not None:
            await self._callbacks.stream.until_done()
        else:
            await self._delivery.finished()
        return self._callbacks.follower


def callbacks_of_handler(handler: AsyncAssistantEventHandler) -> Callbacks[AsyncAssistantStream]:
    """Return the callbacks of a handler; raise ``TypeError`` if it is none of this client."""
    return callbacks_of(handler, AsyncAssistantEventHandler, awaits=AsyncDelivery.awaits)
