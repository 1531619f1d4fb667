"""A call from any thread is made on the right event loop."""

from __future__ import annotations

import asyncio
import threading

from streamkit._rx.loop import call_on, running_loop


async def test_on_its_own_thread_a_loop_is_called_at_once() -> None:
    called_in = list[int]()
    call_on(asyncio.get_running_loop(), lambda: called_in.append(threading.get_ident()))
    assert called_in == [threading.get_ident()]


async def test_from_another_thread_the_call_is_made_on_the_loop() -> None:
    loop, called_in = asyncio.get_running_loop(), list[int]()
    called = asyncio.Event()

    def call() -> None:
        called_in.append(threading.get_ident())
        called.set()

    await asyncio.to_thread(call_on, loop, call)
    await called.wait()
    assert called_in == [threading.get_ident()]


def test_a_closed_loop_is_not_called() -> None:
    called = list[str]()
    loop = asyncio.new_event_loop()
    loop.close()
    call_on(loop, lambda: called.append("by a closed loop"))
    assert not called


def test_without_a_loop_none_runs() -> None:
    assert running_loop() is None
