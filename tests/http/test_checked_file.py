"""For a file that changes or fails while it is sent, the error blames the file, not the server."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path
from typing import Any

import pytest
from httpx_aiohttp import HttpxAiohttpClient

from streamkit import AsyncOpenAI, OpenAIError
from streamkit._http.upload import upload
from tests.exchange import Connect
from tests.families.files.test_uploads import form, sending
from tests.http_server import Do, ScriptedServer, response

pytestmark = pytest.mark.diagonal

OK = response(body=b'{"id": "file-1"}')
SIZE = 200_000


class Changing(io.BytesIO):
    """A file that another program writes to as soon as it is read."""

    def __init__(self, by: int) -> None:
        super().__init__(b"x" * SIZE)
        self._by = by

    def read(self, size: int | None = -1, /) -> bytes:
        by, self._by = self._by, 0
        if by:
            here = self.tell()
            self.truncate(SIZE + by)
            self.seek(SIZE)
            self.write(b"x" * by)
            self.seek(here)
        return super().read(size)


class Failing(io.RawIOBase):
    """A file whose ``read`` returns or raises a given object."""

    def __init__(self, outcome: object) -> None:
        self._outcome = outcome

    def read(self, _size: int = -1, /) -> Any:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def closed() -> io.BytesIO:
    file = io.BytesIO(b"x")
    file.close()
    return file


# Each file, and the defect that the error names.
BAD: dict[str, tuple[Any, str]] = {
    "grows": (lambda: Changing(by=5), f"grew while it was sent: it had {SIZE} bytes"),
    "shrinks": (lambda: Changing(by=-5), f"shrank while it was sent: it had {SIZE} bytes"),
    "is emptied": (lambda: Changing(by=-SIZE), "shrank"),
    "gives None": (lambda: Failing(None), r"read\(\) gave None"),
    "gives text": (lambda: Failing("text"), r"read\(\) gave str"),
    "gives a number": (lambda: Failing(7), r"read\(\) gave int"),
    "raises": (lambda: Failing(OSError(5, "I/O")), r"cannot be read \(OSError: .*I/O"),
    "raises its own": (lambda: Failing(LookupError("gone")), r"\(LookupError: gone\)"),
    "is closed": (closed, r"cannot be read \(ValueError: .*closed"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_said_of_the_file(connect: Connect, name: str) -> None:
    file, said = BAD[name]
    with ScriptedServer([Do.HOLD]) as server:
        api = connect(server.url)
        with pytest.raises(OpenAIError, match=said) as caught:
            api.send(sending(("a.txt", file())))
        assert type(caught.value) is OpenAIError
        assert api.naps == []


@pytest.mark.parametrize("name", BAD)
async def test_so_it_is_by_aiohttp(name: str) -> None:
    file, said = BAD[name]
    with ScriptedServer([Do.HOLD]) as server:
        async with HttpxAiohttpClient() as http:
            client = AsyncOpenAI(base_url=server.url, api_key="k", http_client=http)
            with pytest.raises(OpenAIError, match=said):
                await client.files.create(file=("a.txt", file()), purpose="assistants")


def test_what_a_callback_raises_comes_out_as_it_is(connect: Connect) -> None:
    def stop(_sent: int, _of: int | None) -> None:
        raise LookupError("enough")

    with ScriptedServer([Do.HOLD]) as server:
        with pytest.raises(LookupError, match="enough") as caught:
            connect(server.url).send(sending(b"x", stop))
    assert caught.value.__context__ is None


def test_a_file_that_does_not_say_its_size_is_sent_whole(connect: Connect) -> None:
    # The file's descriptor says 0 bytes.
    path = Path("/proc/version")
    if not path.exists():
        pytest.skip("there is no /proc")
    with ScriptedServer([OK]) as server:
        connect(server.url).send(sending(path))
        (got,) = server.requests
    assert "content-length" not in got.headers
    assert form(got)["file"][0].strip() == path.read_bytes().strip()


def test_what_is_unpacked_while_it_is_read_is_sent_whole(connect: Connect, tmp_path: Path) -> None:
    # The file's descriptor says the compressed size.
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"x" * SIZE))
    with ScriptedServer([OK]) as server, gzip.open(path) as file:
        connect(server.url).send(sending(("a", file)))
        assert form(server.requests[0])["file"][0] == b"x" * SIZE


def test_a_name_that_is_no_text_is_sent_all_the_same(connect: Connect, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    path.write_bytes(b"x")
    with ScriptedServer([OK]) as server:
        connect(server.url).send(sending(path))
        assert form(server.requests[0])["file"][0] == b"x"


@pytest.mark.parametrize(
    "media_type", ["text/plain\r\nX-Injected: 1", "a\nb", "text/\x1b[31m", "text/pläin"]
)
def test_a_media_type_that_would_be_more_than_one_is_refused(media_type: str) -> None:
    with pytest.raises(ValueError, match="a media type is printable ASCII"):
        upload(("a", b"x", media_type), {})
