"""Files are uploaded in a form, piece by piece."""

from __future__ import annotations

import asyncio
import email
import io
import os
import threading
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit import AsyncOpenAI, InternalServerError, OpenAI, OpenAIError
from streamkit._http.request import Request
from streamkit._http.upload import upload
from streamkit.families.files import files as calls
from tests.exchange import AsyncApi, Connect
from tests.http_server import Received, ScriptedServer, response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamkit._http.upload import Progress

OK = response(body=b'{"id": "file_1", "filename": "a.txt"}')
BUSY = response(503)
CONTENT = b"line\n" * 30_000  # which takes more than two pieces


def form(request: Received) -> dict[str, tuple[bytes, str | None, str]]:
    """Return the parts of a form by name: the content, the file name and the media type."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    parts: dict[str, tuple[bytes, str | None, str]] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers: Any = email.message_from_bytes(head + b"\r\n\r\n")
        name = headers.get_param("name", header="content-disposition")
        content = content.removesuffix(b"\r\n")
        parts[name] = (content, headers.get_filename(), headers.get_content_type())
    return parts


def sending(file: Any, on_progress: Progress | None = None, **fields: object) -> Request:
    form = upload(file, {"purpose": "assistants", **fields}, on_progress)
    return Request(method="POST", path="/files", upload=form)


def pipe(content: bytes) -> io.BufferedReader:
    """Return a file that gives its content once and has no length."""
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return os.fdopen(reader, "rb")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(CONTENT)
    return path


# Sending


def test_a_file_on_disk_arrives_whole(connect: Connect, path: Path) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url).send(sending(path))
        (got,) = server.requests
    assert (got.method, got.target) == ("POST", "/v1/files")
    assert got.headers["content-length"] == str(len(got.body))
    assert got.headers["authorization"].startswith("Bearer ")
    parts = form(got)
    assert parts["purpose"] == (b"assistants", None, "text/plain")
    assert parts["file"] == (CONTENT, "a.txt", "text/plain")


OTHERS: dict[str, tuple[Callable[[Path], Any], bytes, str | None, str]] = {
    "bytes": (lambda _: CONTENT, CONTENT, "upload", "application/octet-stream"),
    "no bytes": (lambda _: b"", b"", "upload", "application/octet-stream"),
    "in memory": (lambda _: io.BytesIO(CONTENT), CONTENT, "upload", "application/octet-stream"),
    "named bytes": (lambda _: ("b.json", b"{}"), b"{}", "b.json", "application/json"),
    "named path": (lambda path: ("b.md", path), CONTENT, "b.md", "text/markdown"),
    "media type": (lambda _: ("b", b"x", "text/css"), b"x", "b", "text/css"),
    "no name": (lambda _: (None, b"x", "text/css"), b"x", None, "text/css"),
}


@pytest.mark.diagonal
@pytest.mark.parametrize("kind", OTHERS)
def test_there_are_other_ways_to_say_a_file(connect: Connect, path: Path, kind: str) -> None:
    file, content, name, media_type = OTHERS[kind]
    with ScriptedServer([OK]) as server:
        connect(server.url).send(sending(file(path)))
        assert form(server.requests[0])["file"] == (content, name, media_type)


def test_an_open_file_is_sent_from_its_beginning_and_left_open(
    connect: Connect, path: Path
) -> None:
    with ScriptedServer([OK]) as server, path.open("rb") as file:
        file.read(7)
        connect(server.url).send(sending(file))
        assert not file.closed
        assert form(server.requests[0])["file"] == (CONTENT, "a.txt", "text/plain")


def test_a_pipe_is_sent_without_its_length(connect: Connect) -> None:
    with ScriptedServer([OK]) as server, pipe(b"piped") as file:
        connect(server.url).send(sending(("a.txt", file)))
        (got,) = server.requests
    assert "content-length" not in got.headers
    assert form(got)["file"] == (b"piped", "a.txt", "text/plain")


def test_nested_fields_are_written_as_a_form_has_them(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        expiry = {"anchor": "created_at", "seconds": 3600}
        connect(server.url).send(sending(b"x", expires_after=expiry, tags=["a"], nothing=None))
        parts = form(server.requests[0])
    assert parts.keys() == {
        "file",
        "purpose",
        "expires_after[anchor]",
        "expires_after[seconds]",
        "tags[]",
    }
    assert parts["expires_after[seconds]"][0] == b"3600"


def test_a_client_that_says_json_with_every_request_uploads_too(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url, default_headers={"content-type": "application/json"})
        api.send(sending(b"x"))
        assert form(server.requests[0])["file"][0] == b"x"


# Invalid files


@pytest.mark.parametrize("file", ["a.txt", None, 7, ["a"], ("a.txt", "b")])
def test_what_is_no_file_is_refused(file: Any) -> None:
    with pytest.raises(TypeError, match=r"a file is bytes, a path as pathlib\.Path"):
        upload(file, {})


@pytest.mark.parametrize(
    ("name", "sent"),
    [("caf\udce9", "caf\ufffd"), ("\udcc3\udca9", "é"), ("a\ud800b\udfff", "a\ufffdb\ufffd")],
    ids=ascii,
)
def test_any_name_of_a_file_can_be_sent(name: str, sent: str) -> None:
    assert upload((name, b"x"), {}).name == sent


def test_a_file_that_is_missing_or_is_text_is_refused_before_the_request(
    connect: Connect, path: Path
) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        with pytest.raises(FileNotFoundError):
            api.send(sending(path.with_name("none")))
        with path.open() as text, pytest.raises(TypeError, match="binary"):
            api.send(sending(text))
        assert not server.requests


# Attempts


@pytest.mark.diagonal
@pytest.mark.parametrize("kind", ["path", "open file", "bytes"])
def test_another_attempt_sends_the_whole_file_again(
    connect: Connect, path: Path, kind: str
) -> None:
    with ScriptedServer([BUSY], [OK]) as server, path.open("rb") as file:
        api = connect(server.url)
        api.send(sending({"path": path, "open file": file, "bytes": CONTENT}[kind]))
        first, second = (form(request)["file"][0] for request in server.requests)
    assert first == second == CONTENT
    assert len(api.naps) == 1


def test_what_can_be_read_once_is_sent_once(connect: Connect) -> None:
    with ScriptedServer([BUSY], [OK]) as server, pipe(b"piped") as file:
        with pytest.raises(InternalServerError):
            connect(server.url).send(sending(file))
        assert len(server.requests) == 1


ELSEWHERE = response(307, headers=[("Location", "/v1/elsewhere")])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_redirect_is_followed_with_the_whole_file(kind: str, path: Path) -> None:
    with ScriptedServer([ELSEWHERE], [OK]) as server:
        if kind == "sync":
            with OpenAI(base_url=server.url, api_key="k") as client:
                client.files.create(file=path, purpose="assistants")
        else:

            async def create() -> None:
                async with AsyncOpenAI(base_url=server.url, api_key="k") as client:
                    await client.files.create(file=path, purpose="assistants")

            asyncio.run(create())
        assert form(server.requests[1])["file"][0] == CONTENT


def test_a_redirect_finds_nothing_more_in_a_pipe() -> None:
    with ScriptedServer([ELSEWHERE], [OK]) as server:
        with OpenAI(base_url=server.url, api_key="k") as client, pipe(b"piped") as file:
            with pytest.raises(OpenAIError, match="it can be read once"):
                client.files.create(file=file, purpose="assistants")
        assert len(server.requests) == 1


@pytest.mark.diagonal
@pytest.mark.parametrize("script", [OK, BUSY])
def test_a_file_that_we_opened_is_closed_after_each_attempt(
    connect: Connect, path: Path, script: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    plain: Any = Path.open

    def watched(self: Path, *args: Any, **options: Any) -> Any:
        file = plain(self, *args, **options)
        if self == path:  # and no source that is read for a traceback
            opened.append(file)
        return file

    monkeypatch.setattr(Path, "open", watched)
    with ScriptedServer([script], [OK]) as server:
        connect(server.url).send(sending(path))
        assert len(opened) == len(server.requests)
    assert all(file.closed for file in opened)


# Reading


class Drain(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that reads every request and keeps nothing of it."""

    def __init__(self) -> None:
        self.received = 0
        self.longest = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        for piece in request.stream:
            self._take(piece)
        return httpx.Response(200, content=b'{"id": "file_1"}')

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            self._take(piece)
        return httpx.Response(200, content=b'{"id": "file_1"}')

    def _take(self, piece: bytes) -> None:
        self.received += len(piece)
        self.longest = max(self.longest, len(piece))


MEGABYTE = 1 << 20


@pytest.fixture
def size(thorough: bool) -> int:
    """The number of bytes of a big file."""
    return (256 if thorough else 32) * MEGABYTE


@pytest.fixture
def big(tmp_path: Path, size: int) -> Path:
    """Make a big file that takes no room on the disk."""
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(size)
    return path


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Yield a function that returns the peak of the memory in use, in bytes."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_a_big_file_is_never_in_memory(big: Path, size: int, peak: Callable[[], int]) -> None:
    drain = Drain()
    with httpx.Client(transport=drain) as http:
        OpenAI(api_key="k", http_client=http).files.create(file=big, purpose="assistants")
    assert drain.received > size
    assert peak() < 8 * MEGABYTE


async def test_a_big_file_is_never_in_memory_of_the_async_client(
    big: Path, size: int, peak: Callable[[], int]
) -> None:
    drain = Drain()
    async with httpx.AsyncClient(transport=drain) as http:
        client = AsyncOpenAI(api_key="k", http_client=http)
        await client.files.create(file=big, purpose="assistants")
    assert drain.received > size
    assert peak() < 8 * MEGABYTE


class Watched(io.BytesIO):
    """A file that remembers the threads that read it."""

    readers: set[int]

    def read(self, size: int | None = -1, /) -> bytes:
        self.readers.add(threading.get_ident())
        return super().read(size)


def test_the_event_loop_does_not_wait_for_the_disk(connect: Connect) -> None:
    file = Watched(CONTENT)
    file.readers = set()
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        api.send(sending(file))
    on_the_loop = threading.get_ident() in file.readers
    assert on_the_loop == (not isinstance(api, AsyncApi))


# Progress


def test_progress_is_reported_where_the_request_is_made(connect: Connect) -> None:
    reported: list[tuple[int, int | None]] = []
    threads: set[int] = set()

    def on_progress(sent: int, length: int | None) -> None:
        reported.append((sent, length))
        threads.add(threading.get_ident())

    with ScriptedServer([OK]) as server:
        connect(server.url).send(sending(CONTENT, on_progress))
        length = len(server.requests[0].body)
    assert reported[-1] == (length, length)
    assert all(of == length for _, of in reported)
    sent = [sent for sent, _ in reported]
    assert sent == sorted(sent)
    assert threads == {threading.get_ident()}


def test_progress_begins_anew_with_another_attempt(connect: Connect, path: Path) -> None:
    reported: list[int] = []
    with ScriptedServer([BUSY], [OK]) as server:
        connect(server.url).send(sending(path, lambda sent, _: reported.append(sent)))
        length = len(server.requests[0].body)
    assert reported.count(length) == 2
    assert reported[: len(reported) // 2] == reported[len(reported) // 2 :]


def test_of_a_pipe_nobody_knows_how_long_it_is(connect: Connect) -> None:
    reported: list[tuple[int, int | None]] = []
    with ScriptedServer([OK]) as server, pipe(b"piped") as file:
        connect(server.url).send(
            sending(file, lambda sent, length: reported.append((sent, length)))
        )
        assert reported[-1] == (len(server.requests[0].body), None)


# The call


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_file_is_created(kind: str, path: Path) -> None:
    params: Any = {
        "file": path,
        "purpose": "assistants",
        "expires_after": {"anchor": "created_at", "seconds": 60},
        "extra_body": {"vendor": 1},
        "extra_headers": {"X-A": "a"},
        "extra_query": {"q": 2},
    }
    with ScriptedServer([OK]) as server:
        if kind == "sync":
            with OpenAI(base_url=server.url, api_key="k") as client:
                file = client.files.create(**params)
        else:

            async def create() -> Any:
                async with AsyncOpenAI(base_url=server.url, api_key="k") as client:
                    return await client.files.create(**params)

            file = asyncio.run(create())
        (got,) = server.requests
    assert (file.id, file.filename) == ("file_1", "a.txt")
    assert (got.target, got.headers["x-a"]) == ("/v1/files?q=2", "a")
    parts = {name: content for name, (content, _, _) in form(got).items()}
    assert parts == {
        "purpose": b"assistants",
        "expires_after[anchor]": b"created_at",
        "expires_after[seconds]": b"60",
        "vendor": b"1",
        "file": CONTENT,
    }


def test_a_call_without_a_file_says_so() -> None:
    with pytest.raises(TypeError, match="file"):
        calls.create({"purpose": "assistants"})


def test_an_upload_does_not_show_what_it_holds() -> None:
    assert "secret" not in repr(sending(b"secret"))
