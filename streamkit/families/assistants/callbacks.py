"""The choice of the callbacks of a handler to call, with their order and arguments."""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.errors import APITimeoutError
from streamkit.families.assistants.follower import RunFollower
from streamkit.families.assistants.message_events import (
    ImageFileDoneEvent,
    MessageCreatedEvent,
    MessageDeltaEvent,
    MessageDoneEvent,
    TextCreatedEvent,
    TextDeltaEvent,
    TextDoneEvent,
)
from streamkit.families.assistants.step_events import (
    RunStepCreatedEvent,
    RunStepDeltaEvent,
    RunStepDoneEvent,
    ToolCallCreatedEvent,
    ToolCallDeltaEvent,
    ToolCallDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from streamkit.families.assistants.events import AssistantEvent
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = [
    "Call",
    "Callbacks",
    "call_all",
    "call_all_async",
    "callbacks_of",
    "called",
    "called_async",
    "not_stop",
]

S = TypeVar("S")

Call = partial[Any]
"""A callback with its arguments."""


class Callbacks(Generic[S]):
    """The state of a handler, which returns the calls to make and leaves calling to its driver.

    ``S`` is the type of the streams that the handler may follow. A handler follows one sequence of
    events at a time: streams one after the other, each from a fresh beginning, or a stream that is
    opened within a callback, which continues the outer one.
    """

    def __init__(self, handler: object = None, base: type = object, *, awaits: bool = True) -> None:
        self.follower = RunFollower()
        self.stream: S | None = None
        """The innermost open stream, or else the last one that was open."""
        self.has_begun = False
        self.has_ended = True
        self.failure: Exception | None = None
        self._handler = handler
        self._base = base
        self._awaits = awaits
        self._streams: list[S] = []
        self._entered = 0
        self._calling = 0
        self._unfinished: Iterator[Call] = iter(())
        self._overridden: Mapping[str, Callable[..., Any]] = {}

    def overridden(self, name: str) -> Callable[..., Any] | None:
        """Return the callback of a name if the subclass overrides it, or None."""
        return self._overridden.get(name)

    def begin(self) -> None:
        """Reset the state for another sequence of events."""
        self._overridden = self._find_overridden()
        self.follower = RunFollower()
        self.stream = None
        self.has_begun = True
        self.has_ended = False
        self.failure = None

    @property
    def is_nested(self) -> bool:
        """Whether the innermost stream was opened in a callback of another."""
        return self._entered > 1

    def enter(self) -> None:
        """Prepare for a stream that is about to be opened.

        Raises ``RuntimeError`` when the handler follows another stream and is not in a callback.
        """
        if self._entered and not self._calling:
            raise RuntimeError(
                "the handler follows another stream: give each stream a handler of its own, or "
                "open the next one when this one is closed, or within a callback of it"
            )
        if not self._entered:
            self.begin()
        self._entered += 1

    def attach(self, stream: S) -> None:
        """Hold the stream that was opened."""
        self._streams.append(stream)
        self.stream = stream

    def leave(self) -> None:
        """Release the innermost stream, which was closed or could not be opened."""
        self._entered -= 1
        if len(self._streams) > self._entered:
            self._streams.pop()
        if self._streams:
            self.stream = self._streams[-1]

    @contextmanager
    def calling(self) -> Generator[None]:
        """Mark the time in which a callback runs."""
        self._calling += 1
        try:
            yield
        finally:
            self._calling -= 1

    def event_calls(self) -> Iterator[Call]:
        """Return the calls for the event that the follower was fed last.

        In a stream that was opened in a callback, the remaining calls for the outer event come
        first.
        """
        if not self._overridden:
            return iter(())
        calls = self._calls(self.follower.event, self.follower.emitted)
        self._unfinished = chain(self._unfinished, calls) if self._calling else calls
        return self._unfinished

    def end_calls(self, error: Exception | None = None) -> list[Call]:
        """Return the calls for the end of the stream, the first time that it ends.

        The driver makes each call, whatever the others raise.
        """
        if self.has_ended:
            return []
        self.has_ended = True
        self.failure = error
        names: list[tuple[str, tuple[Any, ...]]] = [("on_end", ())]
        if error is not None:
            names.insert(0, ("on_exception", (error,)))
        if isinstance(error, (APITimeoutError, TimeoutError)):
            names.insert(0, ("on_timeout", ()))
        return [
            partial(self._overridden[name], *arguments)
            for name, arguments in names
            if name in self._overridden
        ]

    def _calls(
        self, event: AssistantStreamEvent | None, emitted: Iterable[AssistantEvent]
    ) -> Iterator[Call]:
        on_event = self._overridden.get("on_event")
        if on_event is not None and event is not None:
            yield partial(on_event, event)
        for about in emitted:
            name, arguments = _CALLBACKS.get(type(about), _NONE)
            callback = self._overridden.get(name)
            if callback is not None and not self.has_ended:
                yield partial(callback, *arguments(about))

    def _find_overridden(self) -> dict[str, Callable[..., Any]]:
        found: dict[str, Callable[..., Any]] = {}
        for name in _NAMES:
            callback: Any = getattr(self._handler, name, None)
            if getattr(callback, "__func__", callback) is getattr(self._base, name, None):
                continue
            if inspect.iscoroutinefunction(callback) and not self._awaits:
                raise TypeError(
                    f"{name} is a coroutine, which nobody awaits here: the async client and "
                    "AsyncAssistantEventHandler do"
                )
            found[name] = callback
        return found


_KEY = "streamkit.callbacks"


def callbacks_of(handler: object, base: type, *, awaits: bool) -> Callbacks[Any]:
    """Return the callbacks of a handler, held in its ``__dict__``.

    Their key is no identifier, so it collides with no attribute of a subclass. They are made when
    they are first needed, so a subclass need not call ``super().__init__()``.
    Raises ``TypeError`` for a handler of another kind.
    """
    if not isinstance(handler, base):
        other = (
            "an AssistantEventHandler is for a client that blocks"
            if awaits
            else "an AsyncAssistantEventHandler is for the async client"
        )
        raise TypeError(
            f"event_handler must be an {base.__name__}, not {type(handler).__name__}; {other}"
        )
    state = vars(handler)
    if _KEY not in state:
        state[_KEY] = Callbacks[Any](handler, base, awaits=awaits)
    callbacks: Callbacks[Any] = state[_KEY]
    return callbacks


def call_all(calls: Iterable[Call]) -> None:
    """Make each call, whatever the others raise."""
    with ExitStack() as stack:
        for call in reversed([*calls]):
            stack.callback(call)


async def call_all_async(calls: Iterable[Call]) -> None:
    """Make each call and await its result if it is awaitable, whatever the others raise."""
    async with AsyncExitStack() as stack:
        for call in reversed([*calls]):
            stack.push_async_callback(called_async, call)


def called(call: Call) -> Any:
    """Return the result of a call."""
    return call()


async def called_async(call: Call) -> Any:
    """Return the result of a call, awaited if it is awaitable."""
    result = call()
    return await result if inspect.isawaitable(result) else result


def not_stop(error: Exception) -> Exception:
    """Return a callback's error, wrapped if it is a stop of iteration, which would end a loop."""
    if not isinstance(error, (StopIteration, StopAsyncIteration)):
        return error
    failure = RuntimeError(f"a callback raised {type(error).__name__}")
    failure.__cause__ = error
    return failure


_CALLBACKS: Mapping[type, tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
    MessageCreatedEvent: ("on_message_created", lambda event: (event.message,)),
    MessageDeltaEvent: ("on_message_delta", lambda event: (event.delta, event.snapshot)),
    MessageDoneEvent: ("on_message_done", lambda event: (event.message,)),
    TextCreatedEvent: ("on_text_created", lambda event: (event.text,)),
    TextDeltaEvent: ("on_text_delta", lambda event: (event.delta, event.snapshot)),
    TextDoneEvent: ("on_text_done", lambda event: (event.text,)),
    ImageFileDoneEvent: ("on_image_file_done", lambda event: (event.image_file,)),
    RunStepCreatedEvent: ("on_run_step_created", lambda event: (event.run_step,)),
    RunStepDeltaEvent: ("on_run_step_delta", lambda event: (event.delta, event.snapshot)),
    RunStepDoneEvent: ("on_run_step_done", lambda event: (event.run_step,)),
    ToolCallCreatedEvent: ("on_tool_call_created", lambda event: (event.tool_call,)),
    ToolCallDeltaEvent: ("on_tool_call_delta", lambda event: (event.delta, event.snapshot)),
    ToolCallDoneEvent: ("on_tool_call_done", lambda event: (event.tool_call,)),
}
_NONE: tuple[str, Callable[[Any], tuple[Any, ...]]] = ("", lambda _: ())

_NAMES = (
    "on_event",
    *(name for name, _ in _CALLBACKS.values()),
    "on_requires_action",
    "on_timeout",
    "on_exception",
    "on_end",
)
