"""A loopback server of chat completions that answers each request as a function says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

__all__ = ["HOLD", "AnsweringServer", "Reply", "asked", "completion"]

HOLD = "say nothing until the client hangs up"


class Reply(NamedTuple):
    """An answer, with its status and headers."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = {}


def completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    """Return a completion with a text, which used 3 tokens for the request and 4 for the answer."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }


def asked(text: str) -> dict[str, Any]:
    """Return a request with a text."""
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


class AnsweringServer:
    """A server that passes the text of each request to a function, and sends what it returns.

    That is a text, a ``Reply``, or ``HOLD``. It counts the requests, and those that it has at once.
    """

    def __init__(self, answer: Callable[[str], str | Reply] = lambda text: text) -> None:
        self.asked: list[str] = []
        """The text of each request, in their order."""
        self.bodies: list[dict[str, Any]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.hung_up = threading.Semaphore(0)
        """A semaphore that is released for each held request whose client has hung up."""
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet, else each waits for an acknowledgement

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                text = body["messages"][-1]["content"]
                with outer.lock:
                    outer.asked.append(text)
                    outer.bodies.append(body)
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                try:
                    said = answer(text)
                finally:
                    with outer.lock:
                        outer.at_once -= 1
                if said == HOLD:
                    with suppress(OSError):
                        self.connection.recv(1, socket.MSG_PEEK)
                    outer.hung_up.release()
                    self.close_connection = True
                    return
                reply = said if isinstance(said, Reply) else Reply(completion(said))
                data = json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Let clients hang up."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
