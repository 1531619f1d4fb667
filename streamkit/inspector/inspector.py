"""The inspector: its page, and what it watches."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamkit._cassette.cassette import Cassette
from streamkit.inspector.api import create_app
from streamkit.inspector.library import Library
from streamkit.recording.clock import SYSTEM, Clock
from streamkit.server.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from typing import Self

    from streamkit.eventlog import EventLog

__all__ = ["Inspector"]

HOST = "127.0.0.1"


class Inspector:
    """A page in the browser that shows streams, served to this machine alone in a ``with`` block.

        with Inspector("chat.jsonl") as inspector:
            print(inspector.url)
            inspector.wait()

    It shows recordings, and, while they come, the traffic of a recording proxy and the streams of
    event logs. It only shows: no request changes anything.

    Args:
        cassettes: The cassettes, as files or values.
        port: The port of the page; 0 lets the system choose one.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file is no cassette.
    """

    def __init__(self, *cassettes: str | PathLike[str] | Cassette, port: int = 0) -> None:
        self.library = Library()
        """The streams that are shown."""
        for number, each in enumerate(cassettes, start=1):
            if isinstance(each, Cassette):
                self.library.add(each, f"cassette {number}")
            else:
                self.library.load(each)
        self._page = Serving(create_app(self.library), HOST, port, "streamkit-inspector")
        self._open = ExitStack()

    @property
    def url(self) -> str:
        """The address of the page.

        Raises:
            RuntimeError: The inspector is not running.
        """
        return f"{self._page.url}/"

    def proxy(
        self,
        api: str,
        *,
        port: int = 0,
        cassette: str | PathLike[str] | None = None,
        secrets: Iterable[str] = (),
        clock: Clock = SYSTEM,
    ) -> tuple[str, Path]:
        """Start a recording proxy before an API; return its base URL and the cassette it writes.

        Requests are sent on to the same path at the API, and answers come back as they are. What
        passes is shown at once, and recorded as by ``streamkit.recording.record``.

        Args:
            api: The base URL of the API, as a client takes it.
            port: The port of the proxy; 0 lets the system choose one.
            cassette: The file to write; by default one in a new temporary folder.
            secrets: Texts that are left out wherever they occur, besides the keys in headers.
            clock: The clock that times the reads.

        Raises:
            OSError: The file cannot be written, or the port is taken.
            ValueError: The address is none of an API.
        """
        from streamkit.inspector.live import LiveWriter
        from streamkit.inspector.proxy import Proxy, address_of

        path = Path(mkdtemp(prefix="streamkit-")) / "live.jsonl" if cassette is None else cassette
        address = address_of(api)
        writer = LiveWriter(path, clock, self.library, address.host)
        self._open.callback(writer.close)
        proxy = Proxy(address, writer, secrets)
        serving = Serving(proxy.app, HOST, port, "streamkit-proxy", has_lifespan=True)
        proxy.faults.connections = serving.connections
        self._open.enter_context(serving)
        self.library.is_live = True
        return serving.url + urlsplit(api).path.rstrip("/"), Path(path)

    def follow(self, log: EventLog, *stream_ids: str, source: str = "event log") -> None:
        """Show streams of an event log, from their beginnings, and as they go on.

        Raises:
            LogNotFoundError: A stream has no log.
        """
        from streamkit.eventlog import LogNotFoundError
        from streamkit.inspector.follow import Follower

        for stream_id in stream_ids:
            if log.status(stream_id) is None:
                raise LogNotFoundError(f"stream {stream_id!r} has no log")
        for stream_id in stream_ids:
            self._open.callback(Follower(self.library, log, stream_id, source).close)
        self.library.is_live = True

    def start(self) -> Self:
        """Start to serve the page.

        Raises:
            OSError: The port is taken.
            RuntimeError: The inspector is running already.
        """
        self._page.start()
        return self

    def stop(self) -> None:
        """Stop serving, and end proxies and followers."""
        self._page.stop()
        self._open.close()

    def wait(self) -> None:
        """Block until the inspector stops."""
        self._page.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
