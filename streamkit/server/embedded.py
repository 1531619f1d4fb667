"""The server that runs in a thread of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from streamkit.server.app import create_app
from streamkit.server.faults.kinds import read as read_fault
from streamkit.server.hosts import is_loopback
from streamkit.server.mounts import Mounts
from streamkit.server.scripting import reply_of
from streamkit.server.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike
    from types import TracebackType
    from typing import Self, Unpack

    from starlette.types import ASGIApp

    from streamkit._cassette.cassette import Cassette
    from streamkit._cassette.recording import Recording
    from streamkit.server.exchange import Exchange
    from streamkit.server.faults.fault import Fault
    from streamkit.server.faults.middleware import Faults
    from streamkit.server.scripting import Script
    from streamkit.server.scripting.script import Answering, When


class Options(TypedDict, total=False):
    """The options of ``create_app``."""

    seed: int
    api_key: str | None
    token_size: int
    pace: float
    speed: float
    polls: int
    poll_after_ms: int | None
    models: Sequence[str]
    recordings: Mapping[str, Recording] | None
    cassette: str | PathLike[str] | Cassette | None
    scenarios: Mapping[str, Any] | None
    any_assistant: bool
    database: str | PathLike[str] | None
    upload_limit: int
    max_requests: int
    request_seconds: float
    allowed_hosts: Sequence[str]
    allowed_origins: Sequence[str]
    log_requests: bool
    fault: Fault | Mapping[str, Any] | str | None


class Said(TypedDict, total=False):
    """The parts of a reply besides its text."""

    parsed: object
    tool_calls: Iterable[Mapping[str, Any]]
    chunks: Sequence[str] | Sequence[dict[str, Any] | bytes] | None
    refusal: str | None
    error: int | None


class EmbeddedServer:
    """An HTTP server in a thread of its own that runs during a ``with`` block.

    The server can be started again after it has stopped. Stopping cuts the answers that are being
    sent.

    Args:
        host: The address to listen at; any but a loopback address requires an ``api_key``. Requests
            that name another host than this and those of loopback need ``allowed_hosts``.
        port: The port to listen at; 0 lets the system choose one at each start.
        options: The options of ``create_app``.

    Raises:
        OSError: The database cannot be opened.
        ValueError: Other machines could reach the server, and it has no key; or an option is wrong.
    """

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, **options: Unpack[Options]
    ) -> None:
        if not options.get("api_key") and not is_loopback(host):
            raise ValueError(f"to listen at {host}, where others can reach it, give it an api_key")
        # The URL names the host that the server listens at; "" means all hosts, and is in no URL.
        own = [host.partition("%")[0]] if host else []
        options["allowed_hosts"] = [*options.get("allowed_hosts", ()), *own]
        self._app = create_app(**options)
        self._mounts = Mounts(self._app, self._app.state.hosts)
        self._serving = Serving(self._mounts, host, port)
        self._faults.connections = self._serving.connections

    @property
    def url(self) -> str:
        """The address of the server, such as ``http://127.0.0.1:8000``.

        Raises:
            RuntimeError: The server is not running.
        """
        return self._serving.url

    @property
    def base_url(self) -> str:
        """The ``base_url`` for clients: ``url`` with ``/v1``."""
        return self.url + "/v1"

    @property
    def exchanges(self) -> list[Exchange]:
        """The latest requests and their answers, oldest first.

        Each has the request's ``method``, ``path``, ``headers`` and ``body``, the ``status`` of
        the answer, the number of pieces ``sent``, and the ``outcome``: "completed", or "cut" when
        the client left first. ``wait()`` blocks until that is known.
        """
        found: list[Exchange] = self._app.state.journal.exchanges()
        return found

    def reply(
        self,
        reply: str | Answering | None = None,
        *,
        when: When | None = None,
        times: int | None = 1,
        **said: Unpack[Said],
    ) -> None:
        """Give a reply to a request that is to come, in place of an answer that is made up.

            server.reply("Hello")
            server.reply(tool_calls=[{"name": "weather", "arguments": {"city": "Rome"}}])
            server.reply(parsed=Person(name="Ada"), when="Describe Ada")
            server.reply(chunks=["Hel", "lo"])
            server.reply("Slow down", error=429)
            server.reply(lambda exchange: exchange.body["model"], times=None)

        Requests for chat completions, responses and messages take the first reply that is for them
        and still to be given; when there is none, the answer is made up as usual. A function gets
        the exchange, and returns a text, a dict of these options, or None for a made-up answer. If
        it raises, the answer is an error with its message, and the log has its traceback.

        Args:
            reply: The text of the answer, or the message of the error; or a function.
            when: The requests that the reply is for: a text in them, members that their body has,
                or a function of the exchange; None for any.
            times: The number of requests that get the reply; None for all.
            said: ``tool_calls``, calls of functions, as dicts with ``name`` and ``arguments``, or
                as the API has them. ``parsed``, an object that is sent as JSON. ``chunks``, the
                pieces in which a text is streamed, or the events of a stream, as dicts or, with
                their framing, as bytes. ``refusal``, a text. ``error``, a status from 400.

        Raises:
            TypeError: A part of the reply is of another type.
            ValueError: The reply says nothing, or two things at once, or is out of its range.
        """
        if callable(reply):
            if said:
                raise TypeError("a function returns the whole reply; it takes no other options")
            self._script.add(reply, when, times)
        else:
            self._script.add(reply_of(reply, **said), when, times)

    def mount(self, path: str, app: ASGIApp) -> None:
        """Serve an ASGI application beside the API, under a path of one name, such as ``/demo``.

        It is refused to foreign hosts and web pages as the API is. ``exchanges``, ``fault`` and the
        limits on requests are those of the API.
        """
        self._mounts.add(path, app)

    @property
    def fault(self) -> Fault | None:
        """The fault of the answers, one of `streamkit.server.faults`; None for none.

        It can be set at any time, and is read when an answer begins.
        """
        return self._faults.fault

    @fault.setter
    def fault(self, fault: Fault | Mapping[str, Any] | str | None) -> None:
        self._faults.fault = None if fault is None else read_fault(fault)

    def stalled(self, timeout: float | None = None) -> bool:
        """Block until a fault stalls an answer, at most ``timeout`` s; return whether one does."""
        return self._faults.stalls.reached(timeout)

    def release(self) -> int:
        """Let the answers that a fault stalls go on, and return their number."""
        return self._faults.stalls.release()

    def start(self) -> Self:
        """Start the server; connections are accepted when this returns.

        Raises:
            OSError: The server cannot listen at the address.
            RuntimeError: The server is running already.
        """
        self._serving.start()
        return self

    def stop(self) -> None:
        """Stop the server, if it is running, and wait until everything is closed."""
        self._serving.stop()

    def wait(self) -> None:
        """Block until the server stops."""
        self._serving.wait()

    @property
    def _script(self) -> Script:
        script: Script = self._app.state.script
        return script

    @property
    def _faults(self) -> Faults:
        faults: Faults = self._app.state.faults
        return faults

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
