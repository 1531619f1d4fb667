"""The immediate delivery of an observable's notifications to callbacks.

It differs from the delivery to callbacks that are awaited (``async_delivery.py``): the thread that
emits calls them, and receives the exceptions that they raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.families.assistants.callbacks import call_all, not_stop

if TYPE_CHECKING:
    from streamkit.families.assistants.callbacks import Callbacks
    from streamkit.types.beta.assistant_stream_event import AssistantStreamEvent

__all__ = ["Delivery", "delivery_of"]


class Delivery:
    """A delivery that calls the callbacks of each notification as it comes."""

    awaits = False
    """Whether a callback may be a coroutine."""

    def __init__(self, callbacks: Callbacks[Any]) -> None:
        self._callbacks = callbacks

    def put(self, item: AssistantStreamEvent | Exception | None) -> None:
        """Deliver an event, an error, or None for the end; raise the exception of a callback.

        An error is raised as well, unless ``on_exception`` is overridden.
        """
        callbacks = self._callbacks
        if isinstance(item, Exception) and callbacks.failure is item:
            return  # a callback raised it, and the observable emits it back
        if callbacks.has_ended:
            callbacks.begin()
        if isinstance(item, Exception):
            callbacks.follower.fail(item)
            self._end(item)
            if callbacks.overridden("on_exception") is None:
                raise item
        elif item is None:
            callbacks.follower.finish()
            self._call()
            self._end()
        else:
            callbacks.follower.feed(item)
            self._call()

    def finished(self) -> None:
        """Raise the error if there was one, or ``RuntimeError`` if the sequence has not ended."""
        if not self._callbacks.has_begun:
            raise RuntimeError("the handler follows no stream that it could read: enter one first")
        if self._callbacks.failure is not None:
            raise self._callbacks.failure
        if not self._callbacks.has_ended:
            raise RuntimeError("the observable that the handler follows has not ended")

    def close(self) -> None:
        """End the sequence of events."""
        self._end()

    def _call(self) -> None:
        callbacks = self._callbacks
        calls = callbacks.event_calls()
        try:
            with callbacks.calling():
                for call in calls:
                    call()
        except Exception as error:
            failure = not_stop(error)
            self._end(failure)
            raise failure from failure.__cause__

    def _end(self, error: Exception | None = None) -> None:
        call_all(self._callbacks.end_calls(error))


def delivery_of(_handler: object, callbacks: Callbacks[Any]) -> Delivery:
    """Return a delivery to a handler; it holds no state of its own."""
    return Delivery(callbacks)
