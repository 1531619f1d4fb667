"""The ways to take the stream of a run: every one must see the same events and the same end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from streamkit import AssistantEventHandler, AsyncAssistantEventHandler, AsyncOpenAI, OpenAI

__all__ = ["CALLBACKS", "WAYS", "AsyncNotes", "Notes", "TakenRun", "Way"]

CALLBACKS = (
    "on_event",
    *("on_run_step_created", "on_run_step_delta", "on_run_step_done"),
    *("on_tool_call_created", "on_tool_call_delta", "on_tool_call_done"),
    *("on_message_created", "on_message_delta", "on_message_done"),
    *("on_text_created", "on_text_delta", "on_text_done"),
    "on_image_file_done",
    *("on_timeout", "on_exception", "on_end"),
)


class Notes(AssistantEventHandler):
    """A handler that notes its calls, and does not call ``super().__init__()``."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    @property
    def names(self) -> list[str]:
        """The names of the callbacks without ``on_``; ``on_event`` itself is left out."""
        return [name.removeprefix("on_") for name, *_ in self.calls if name != "on_event"]

    @property
    def events(self) -> list[str]:
        """The names of the events."""
        return [call[1].event for call in self.calls if call[0] == "on_event"]


class AsyncNotes(AsyncAssistantEventHandler):
    """An async handler that does the same as ``Notes``."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    @property
    def names(self) -> list[str]:
        """The names of the callbacks without ``on_``; ``on_event`` itself is left out."""
        return [name.removeprefix("on_") for name, *_ in self.calls if name != "on_event"]

    @property
    def events(self) -> list[str]:
        """The names of the events."""
        return [call[1].event for call in self.calls if call[0] == "on_event"]


def _note(name: str) -> Any:
    def note(self: Notes, *arguments: object) -> None:
        self.calls.append((name, *arguments))

    return note


def _note_async(name: str) -> Any:
    async def note(self: AsyncNotes, *arguments: object) -> None:
        await asyncio.sleep(0)
        self.calls.append((name, *arguments))

    return note


for _name in CALLBACKS:
    setattr(Notes, _name, _note(_name))
    setattr(AsyncNotes, _name, _note_async(_name))


@dataclass
class TakenRun:
    """The events of a stream, the callbacks and the end."""

    events: list[str] = field(default_factory=list[str])
    """The names of the events."""
    calls: list[str] | None = None
    """The names of the callbacks, if a handler was used."""
    error: Exception | None = None
    ends: list[Exception | None] = field(default_factory=list[Exception | None])
    """Each notification of the end: the error, or None for completion."""

    def completed(self) -> None:
        """Note that the stream completed."""
        self.ends.append(None)


Way = Callable[..., TakenRun]
KEY = "sk-secret"


def pulled(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``for event in stream``."""
    taken = TakenRun()
    with OpenAI(api_key=KEY, base_url=url, max_retries=0, **_options(params)) as client:
        try:
            with client.beta.threads.runs.stream(**_with_defaults(params)) as stream:
                stream.subscribe(on_error=taken.ends.append, on_completed=taken.completed)
                taken.events += (event.event for event in stream)
        except Exception as error:  # noqa: BLE001 - the test judges it
            taken.error = error
    return taken


def pulled_async(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``async for event in stream``."""
    taken = TakenRun()

    async def main() -> None:
        async with AsyncOpenAI(
            api_key=KEY, base_url=url, max_retries=0, **_options(params)
        ) as client:
            try:
                async with client.beta.threads.runs.stream(**_with_defaults(params)) as stream:
                    stream.subscribe(on_error=taken.ends.append, on_completed=taken.completed)
                    async for event in stream:
                        taken.events.append(event.event)
            except Exception as error:  # noqa: BLE001 - the test judges it
                taken.error = error

    asyncio.run(main())
    return taken


def handled(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``stream(event_handler=…)``."""
    error: Exception | None = None
    notes = Notes()
    with OpenAI(api_key=KEY, base_url=url, max_retries=0, **_options(params)) as client:
        runs = client.beta.threads.runs
        try:
            with runs.stream(**_with_defaults(params), event_handler=notes) as stream:
                assert stream is notes
                stream.until_done()
        except Exception as raised:  # noqa: BLE001 - the test judges it
            error = raised
    return TakenRun(notes.events, notes.names, error, _ends(notes))


def handled_async(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``stream(event_handler=…)`` of the async client."""
    notes = AsyncNotes()

    async def main() -> Exception | None:
        async with AsyncOpenAI(
            api_key=KEY, base_url=url, max_retries=0, **_options(params)
        ) as client:
            runs = client.beta.threads.runs
            try:
                async with runs.stream(**_with_defaults(params), event_handler=notes) as stream:
                    assert stream is notes
                    await stream.until_done()
            except Exception as raised:  # noqa: BLE001 - the test judges it
                return raised
            return None

    error = asyncio.run(main())
    return TakenRun(notes.events, notes.names, error, _ends(notes))


def observed(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``observe(…).subscribe(handler)``."""
    notes = Notes()
    with OpenAI(api_key=KEY, base_url=url, max_retries=0, **_options(params)) as client:
        client.beta.threads.runs.observe(**_with_defaults(params)).subscribe(notes)
    return TakenRun(notes.events, notes.names, _error(notes), _ends(notes))


def observed_async(url: str, **params: Any) -> TakenRun:
    """Take the stream with ``observe(…).subscribe(handler)`` on the running loop."""
    notes = AsyncNotes()

    async def main() -> None:
        async with AsyncOpenAI(
            api_key=KEY, base_url=url, max_retries=0, **_options(params)
        ) as client:
            client.beta.threads.runs.observe(**_with_defaults(params)).subscribe(notes)
            with suppress(Exception):  # the handler has received the error
                await notes.until_done()

    asyncio.run(main())
    return TakenRun(notes.events, notes.names, _error(notes), _ends(notes))


def _ends(notes: Notes | AsyncNotes) -> list[Exception | None]:
    error = _error(notes)
    return [error for name, *_ in notes.calls if name == "on_end"]


def _error(notes: Notes | AsyncNotes) -> Exception | None:
    return next((call[1] for call in notes.calls if call[0] == "on_exception"), None)


WAYS: dict[str, Way] = {
    "for": pulled,
    "async for": pulled_async,
    "handler": handled,
    "async handler": handled_async,
    "observe": observed,
    "async observe": observed_async,
}


def _options(params: dict[str, Any]) -> dict[str, Any]:
    """Remove the client's options from the parameters, and return them."""
    return {name: params.pop(name) for name in ("limits",) if name in params}


def _with_defaults(params: dict[str, Any]) -> dict[str, Any]:
    return {"thread_id": "thread_1", "assistant_id": "asst_1"} | params
