"""An exception of a callback is passed on, and raised where the stream is driven."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from reactivex import Subject
from typing_extensions import override

from tests.assistant_streams import read
from tests.families.assistants.handled import IDS, RUN, Server, recorded, until
from tests.run_ways import AsyncNotes, Notes


class RefusedError(Exception):
    """The error that callbacks raise."""


class Refusing(Notes):
    """A handler that raises at the first text delta."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error or RefusedError()


class AsyncRefusing(AsyncNotes):
    """An async handler that raises at the first text delta."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error or RefusedError()


def _refuse(self: Refusing | AsyncRefusing, *_: object) -> None:
    raise self.error


# Set like the callbacks of `Notes`; an async handler accepts a plain function as well.
setattr(Refusing, "on_text_delta", _refuse)  # noqa: B010 - an assignment has a type
setattr(AsyncRefusing, "on_text_delta", _refuse)  # noqa: B010 - the same


def test_an_error_of_a_callback_is_passed_on_and_raised_where_the_stream_is_driven(
    server: Server,
) -> None:
    refusing = Refusing()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=refusing) as stream:
        with pytest.raises(RefusedError):
            stream.until_done()
        assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
        assert server.responses[0].is_closed
        with pytest.raises(RefusedError):
            stream.get_final_run()
    assert refusing.names.count("end") == 1


async def test_an_error_of_an_async_callback_is_passed_on_and_raised(server: Server) -> None:
    refusing = AsyncRefusing()
    runs = server.async_client().beta.threads.runs
    async with runs.stream(**IDS, event_handler=refusing) as stream:
        with pytest.raises(RefusedError):
            await stream.until_done()
        assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
        assert server.responses[0].is_closed
    assert refusing.names.count("end") == 1


def test_what_a_callback_raises_is_raised_where_an_observable_is_driven(server: Server) -> None:
    refusing = Refusing()
    events = server.client().beta.threads.runs.observe(**IDS)
    with pytest.raises(RefusedError):
        events.subscribe(refusing)
    assert refusing.calls[-2:] == [("on_exception", refusing.error), ("on_end",)]
    assert server.responses[0].is_closed


def test_an_observable_that_gives_an_error_back_passes_it_on_once() -> None:
    refusing = Refusing()
    recorded(*RUN).subscribe(refusing)
    assert refusing.names.count("exception") == refusing.names.count("end") == 1


async def test_an_async_handler_that_raised_is_let_go_by_its_observable() -> None:
    seen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
    refusing, events = AsyncRefusing(), Subject[Any]()
    events.subscribe(refusing)
    events.on_next(read("m:0+H"))
    await until(lambda: "end" in refusing.names)
    with pytest.raises(RefusedError):
        events.on_next(read("m:0+i"))
    assert refusing.names.count("exception") == refusing.names.count("end") == 1
    assert seen == []


async def test_what_an_async_handler_raises_late_goes_to_the_loops_exception_handler() -> None:
    seen: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
    refusing = AsyncRefusing()
    recorded(*RUN).subscribe(refusing)
    await until(lambda: bool(seen))
    assert seen[0]["exception"] is refusing.error
    assert refusing.names.count("exception") == refusing.names.count("end") == 1
    with pytest.raises(RefusedError):
        await refusing.until_done()


@pytest.mark.parametrize("stop", [StopIteration(), StopAsyncIteration()])
async def test_a_stop_iteration_of_a_callback_ends_no_loop(server: Server, stop: Exception) -> None:
    runs = server.client().beta.threads.runs
    with runs.stream(**IDS, event_handler=Refusing(stop)) as stream:
        with pytest.raises(RuntimeError, match=f"raised {type(stop).__name__}"):
            stream.until_done()
    async_runs = server.async_client().beta.threads.runs
    async with async_runs.stream(**IDS, event_handler=AsyncRefusing(stop)) as async_stream:
        with pytest.raises(RuntimeError, match=f"raised {type(stop).__name__}"):
            await async_stream.until_done()


def test_on_end_is_called_even_when_on_exception_raises(server: Server) -> None:
    class Worse(Refusing):
        @override
        def on_exception(self, exception: Exception) -> None:
            raise ValueError("worse") from exception

    worse = Worse()
    with server.client().beta.threads.runs.stream(**IDS, event_handler=worse) as stream:
        with pytest.raises(ValueError, match="worse"):
            stream.until_done()
    assert worse.names.count("end") == 1
