"""The same handler with callbacks that are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reactivex.abc import ObserverBase  # noqa: TID253 - it is imported when it is asked for

from streamkit.families.assistants.callbacks import Callbacks, callbacks_of
from streamkit.families.assistants.follower import RunFollower, RunView
from streamkit.families.assistants.inbox import Inbox, inbox_of
from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from streamkit.families.assistants.stream import AsyncAssistantStream, ToolOutputs
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
    """An observer of a run's events that awaits a method for each thing that happens.

    All that ``AssistantEventHandler`` says of itself is true of this one, for the async client. A
    callback may also be a plain function. A stream waits for the callbacks of an event before it
    reads the next one.

    Subscribed to an observable, which waits for nobody, the handler keeps what comes and awaits the
    callbacks in a task of the running loop, in order; ``await handler.until_done()`` waits for the
    last, and raises what went wrong. What nobody awaits goes to the loop's exception handler.
    """

    async def on_event(self, event: AssistantStreamEvent) -> None:
        """Take any event, also of a kind that is not known; before the callbacks it leads to."""

    async def on_run_step_created(self, run_step: RunStep) -> None:
        """Take a step that began."""

    async def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Take what was added to a step, and the step so far."""

    async def on_run_step_done(self, run_step: RunStep) -> None:
        """Take a step that ended, however it did."""

    async def on_tool_call_created(self, tool_call: ToolCall) -> None:
        """Take a call of a tool that began."""

    async def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        """Take what was added to a call, and the call so far."""

    async def on_tool_call_done(self, tool_call: ToolCall) -> None:
        """Take a call that ended, or whose output the run waits for."""

    async def on_message_created(self, message: Message) -> None:
        """Take a message that began."""

    async def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Take what was added to a message, and the message so far."""

    async def on_message_done(self, message: Message) -> None:
        """Take a message that ended, complete or incomplete."""

    async def on_text_created(self, text: Text) -> None:
        """Take a text of a message that began."""

    async def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        """Take what was added to a text, and the text so far."""

    async def on_text_done(self, text: Text) -> None:
        """Take a text that ended; once more, complete, if it went on after the next block began."""

    async def on_image_file_done(self, image_file: ImageFile) -> None:
        """Take an image of a message; images come whole."""

    async def on_requires_action(self, run: Run) -> ToolOutputs:
        """Return what the tools give that the run waits for; None leaves it waiting.

        It is called when the response has ended. The outputs are submitted, and the stream goes on
        with what the run does then, as one sequence of events. Subscribed to an observable, the
        handler cannot answer: give ``observe()`` the method as its ``on_requires_action``.
        """

    async def on_timeout(self) -> None:
        """Take it that the request timed out; ``on_exception`` comes next."""

    async def on_exception(self, exception: Exception) -> None:
        """Take the error that ended the stream."""

    async def on_end(self) -> None:
        """Take the end, good or bad, also when the ``with`` was left early; the last call."""

    def on_next(self, value: AssistantStreamEvent) -> None:
        """Take an event from an observable; one that comes after the end begins anew."""
        self._inbox.put(value)

    def on_error(self, error: Exception) -> None:
        """Take an error from an observable."""
        self._inbox.put(error)

    def on_completed(self) -> None:
        """Take the end of an observable."""
        self._inbox.put(None)

    def __aiter__(self) -> AsyncIterator[AssistantStreamEvent]:
        return aiter(self._stream())

    async def __anext__(self) -> AssistantStreamEvent:
        return await anext(self._stream())

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """The pieces of text alone; reading them reads the stream."""
        return self._stream().text_deltas

    async def until_done(self) -> Self:
        """Read the stream, or await the observable, to its end; raise what is wrong with it."""
        await self._finished()
        return self

    async def close(self) -> None:
        """Stop reading the stream; without one, take it that no more will come."""
        if self._callbacks.stream is None:
            await self._inbox.close()
        else:
            await self._callbacks.stream.close()

    async def get_final_run(self) -> Run:
        """Read the stream to its end and return the run as it ended."""
        return (await self._finished()).final_run()

    async def get_final_run_steps(self) -> list[RunStep]:
        """Read the stream to its end and return the run's steps as they ended."""
        return (await self._finished()).final_run_steps()

    async def get_final_messages(self) -> list[Message]:
        """Read the stream to its end and return the run's messages as they ended."""
        return (await self._finished()).final_messages()

    @property
    def _callbacks(self) -> Callbacks[AsyncAssistantStream]:
        return callbacks_of_handler(self)

    @property
    def _inbox(self) -> Inbox:
        return inbox_of(self, self._callbacks)

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
            await self._inbox.finished()
        return self._callbacks.follower


def callbacks_of_handler(handler: AsyncAssistantEventHandler) -> Callbacks[AsyncAssistantStream]:
    """The callbacks of a handler; ``TypeError`` for one that the other client takes, or none."""
    if not isinstance(handler, AsyncAssistantEventHandler):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody checks types
        raise TypeError(
            "event_handler must be an AsyncAssistantEventHandler, not "
            f"{type(handler).__name__}; an AssistantEventHandler is for a client that blocks"
        )
    return callbacks_of(handler, AsyncAssistantEventHandler, awaits=True)
