"""A server in a thread, whose stop waits for the thread also when Ctrl-C ended the wait for it."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any, NoReturn

import httpx
import pytest
from starlette.responses import PlainTextResponse

from streamkit.server.serving import Serving

NAME = "streamkit-interrupted"


class Interrupted(Exception):  # noqa: N818 - it is no error
    """What a signal raises in the thread that waits, as Ctrl-C raises ``KeyboardInterrupt``."""


def raise_(*_: Any) -> NoReturn:
    raise Interrupted


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="the system has no such signal")
def test_a_stop_after_an_interrupted_wait_waits_for_the_thread() -> None:
    serving = Serving(PlainTextResponse("here"), "127.0.0.1", 0, NAME)

    def interrupt() -> None:
        assert httpx.get(serving.url).text == "here"
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, raise_)
    try:
        with serving:
            other = threading.Thread(target=interrupt)
            with pytest.raises(Interrupted):  # noqa: PT012 - the signal may come before the wait
                other.start()
                serving.wait()
            other.join()
        assert NAME not in {thread.name for thread in threading.enumerate()}
    finally:
        signal.signal(signal.SIGUSR1, before)
