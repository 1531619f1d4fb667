"""The record of one exchange, written to the cassette as the exchange goes on."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from streamkit._cassette.lines import (
    EndLine,
    RequestLine,
    RequestPart,
    ResponseLine,
    ResponsePart,
    read_line,
)
from streamkit._cassette.recording import Failure
from streamkit._http.content_coding import CodingError, Unpacking, coding_of
from streamkit._http.errors import library_of

if TYPE_CHECKING:
    from typing import Literal

    import httpx

    from streamkit.recording.leaving_out import LeavingOut
    from streamkit.recording.writer import Writer

__all__ = ["Tape"]


class Tape:
    """The record of one exchange, which a reader and whoever closes the response may both end."""

    def __init__(self, writer: Writer, leaving_out: LeavingOut, request: httpx.Request) -> None:
        self._writer = writer
        self._leaving_out = leaving_out
        self._secrets = leaving_out.secrets(request)
        self._n = writer.number()
        self._is_over = False
        self._unpacking: Unpacking | None = None
        self._held = b""
        """The end of the last read, which may be the beginning of a secret."""
        # The garbage collector may close a response, in a thread that is about to write.
        self._lock = RLock()
        self._writer.write(RequestLine(self._n, writer.now(), self._request(request)))

    def answered(self, response: httpx.Response) -> None:
        """Take the response to the request; its body is still to be read."""
        headers = self._leaving_out.headers(response.headers, self._secrets)
        coding = coding_of(response)
        if coding:
            # Coded bytes can neither be read nor searched for secrets.
            headers = tuple(pair for pair in headers if pair[0].lower() not in _OF_CODING)
            try:
                self._unpacking = Unpacking(coding)
            except CodingError as error:
                self.failed(error)
        part = ResponsePart(response.status_code, response.http_version, headers)
        self._writer.write(ResponseLine(self._n, self._writer.now(), part))

    def read(self, data: bytes) -> None:
        """Take a read of the body."""
        with self._lock:
            if self._is_over:
                return
            if self._unpacking is None:
                self._write(data)
                return
            try:
                decoded = b"".join(self._unpacking.feed(data))
            except CodingError as error:
                self.failed(error)
            else:
                self._write(decoded)

    def complete(self) -> None:
        """Note that the body has ended."""
        try:
            if self._unpacking is not None:
                self._unpacking.close()
        except CodingError as error:
            self.failed(error)
        else:
            self._end("complete")

    def failed(self, error: Exception) -> None:
        """Note the error that ended the exchange."""
        kind = "DecodingError" if isinstance(error, CodingError) else type(error).__name__
        self._end("error", Failure(kind, self._secrets.text(str(error))))

    def left(self) -> None:
        """Note that the client has closed the response, unless the exchange has ended."""
        self._end("left")

    def _request(self, request: httpx.Request) -> RequestPart:
        url = self._leaving_out.url(request.url, self._secrets)
        headers = self._leaving_out.headers(request.headers, self._secrets)
        part = RequestPart(request.method, url, headers)
        try:
            content = request.content
        except library_of(request).RequestNotRead:  # an upload, which is sent as it is read
            return part
        try:
            part.json = self._leaving_out.body(msgspec.json.decode(content), self._secrets)
            msgspec.json.encode(part.json)  # which fails with a number of too many digits
        except (ValueError, OverflowError, RecursionError):
            part.json = UNSET
            try:
                part.text = self._secrets.text(content.decode())
            except UnicodeDecodeError:
                return part
        return part

    def _write(self, data: bytes) -> None:
        text = self._secrets.text((self._held + data).decode("utf-8", "surrogateescape"))
        size = self._secrets.beginning(text)
        shown, held = (text[:-size], text[-size:]) if size else (text, "")
        self._held = held.encode("utf-8", "surrogateescape")
        if shown:
            written = shown.encode("utf-8", "surrogateescape")
            self._writer.write(read_line(self._n, self._writer.now(), written))

    def _end(
        self, end: Literal["complete", "left", "error"], failure: Failure | None = None
    ) -> None:
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
            now = self._writer.now()
            if self._held:
                self._writer.write(read_line(self._n, now, self._held))
            self._writer.write(EndLine(self._n, now, end, UNSET if failure is None else failure))


_OF_CODING: Any = {"content-encoding", "content-length"}
