"""A loopback server that takes files of any size and counts the concurrent uploads."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 10.0

BATCH = {
    "id": "vsfb_1",
    "object": "vector_store.files_batch",
    "vector_store_id": "vs_1",
    "status": "completed",
    "file_counts": {"cancelled": 0, "completed": 2, "failed": 0, "in_progress": 0, "total": 2},
}


class UploadServer:
    """A server that answers an upload of "x" with the file "file_x"; others get a completed batch.

    With ``together`` uploads are answered only when that many have arrived. ``follows`` maps a file
    to another one, which must have arrived before the first is answered.
    """

    def __init__(self, together: int = 1, follows: Mapping[str, str] | None = None) -> None:
        self.most = 0
        """The largest number of uploads at a time."""
        self.sizes: list[int] = []
        """The number of bytes of each form, in the order in which the forms had arrived."""
        self.batches: list[Any] = []
        """The bodies of the other requests."""
        self._at_work = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(together, timeout=PATIENCE)
        self._follows = follows or {}
        self._arrived = {name: threading.Event() for name in self._follows.values()}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, body: Any, length: int) -> dict[str, Any]:
        """Read the form of an upload without keeping it."""
        with self._lock:
            self._at_work += 1
            self.most = max(self.most, self._at_work)
        head, left = b"", length
        while left:
            piece = body.read(min(left, 1 << 20))
            left -= len(piece)
            head = head or piece
            if not piece:
                break
        self._barrier.wait()
        found = re.search(rb'filename="(.*?)"', head)
        name = found[1].decode() if found else ""
        if name in self._arrived:
            self._arrived[name].set()
        if name in self._follows:
            self._arrived[self._follows[name]].wait(PATIENCE)
        with self._lock:
            self._at_work -= 1
            self.sizes.append(length - left)
        return {"id": f"file_{name}", "object": "file", "filename": name}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                if self.path == "/v1/files":
                    self._answer(server.take(self.rfile, length))
                else:
                    server.batches.append(json.loads(self.rfile.read(length)))
                    self._answer(BATCH)

            def do_GET(self) -> None:
                self._answer(BATCH)

            def _answer(self, answer: dict[str, Any]) -> None:
                content = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Write no log."""

        return Handler
