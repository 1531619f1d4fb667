"""A request that any server answers, and two answers to it."""

from __future__ import annotations

from streamkit._http.request import Request
from tests.http_server import response

OK = response()
POST = Request(method="POST", path="/chat/completions", json={"model": "m"})
BUSY = response(503, b'{"error": {"message": "busy"}}')
