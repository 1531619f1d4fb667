"""Compressed bodies are decoded with any HTTP client, and never beyond a limit."""

from __future__ import annotations

import asyncio
import functools
import gzip
import importlib
import sys
import tracemalloc
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import httpx_aiohttp
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from streamkit import AsyncOpenAI, OpenAI, errors
from streamkit._http.content_coding import PIECE, CodingError, HalfPackedError, unpacked
from streamkit.limits import Limits
from tests.http_server import ScriptedServer, chunk, head, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http_server import Step


brotli: Any = importlib.import_module("brotli")
zstd: Any = importlib.import_module(
    "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
)


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "gzip in two members": ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without its wrap": ("deflate", _raw_deflate),
    "br": ("br", functools.partial(brotli.compress, quality=9)),  # 9 is fast, unlike 11
    "zstd": ("zstd", zstandard.compress),
    "zstd in two frames": ("zstd", lambda data: zstd.compress(data[:9]) + zstd.compress(data[9:])),
    "as it is": ("identity", bytes),
    "with a charset in place of a coding": ("utf-8", bytes),
}
BOMBS = [kind for kind in PACKED if kind in {"gzip", "deflate", "br", "zstd"}]
HUGE = 64_000_000
SMALL = Limits(response_bytes=1_000_000, stream_bytes=1_000_000, file_bytes=1_000_000)


@functools.cache
def _bomb(kind: str) -> bytes:
    return PACKED[kind][1](b"\n" * 9 + bytes(HUGE))


@pytest.fixture(params=["as in Python 3.14", "zstandard"])
def _zstd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use each library that decodes zstd."""
    if request.param == "zstandard":
        for name in ("compression.zstd", "backports.zstd"):
            monkeypatch.setitem(sys.modules, name, None)


def _read(coding: str, *pieces: bytes) -> list[bytes]:
    """Return the decoded pieces of a body whose pieces arrive one by one."""
    return [*unpacked(_answer(coding, *pieces))]


def _answer(coding: str, *pieces: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"content-encoding": coding}, content=iter(pieces))


@pytest.mark.diagonal
@pytest.mark.usefixtures("_zstd")
@pytest.mark.parametrize("kind", PACKED)
@given(data=st.binary(max_size=300), size=st.integers(1, 60), times=st.sampled_from([1, 999]))
def test_however_it_is_packed_and_cut_the_same_comes_out(
    kind: str, data: bytes, size: int, times: int
) -> None:
    coding, pack = PACKED[kind]
    packed = pack(data * times)
    cut = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(_read(coding, *cut)) == data * times


@pytest.mark.diagonal
@pytest.mark.usefixtures("_zstd")
@pytest.mark.parametrize("kind", BOMBS)
def test_however_much_it_would_be_little_is_made_at_a_time(kind: str) -> None:
    coding, packed = PACKED[kind][0], _bomb(kind)
    largest = 0
    answer = _answer(coding, packed)
    tracemalloc.start()
    for piece in unpacked(answer):
        largest = max(largest, len(piece))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert largest <= 10 * PIECE  # zstd returns a whole block at a time
    assert peak < 4_000_000


@pytest.mark.usefixtures("_zstd")
@pytest.mark.parametrize("kind", BOMBS)
def test_what_is_cut_is_not_taken_for_the_whole(kind: str) -> None:
    coding, pack = PACKED[kind]
    packed = pack(b"{}" * 99)
    with pytest.raises(HalfPackedError, match=coding):
        _read(coding, packed[:-1])


@pytest.mark.parametrize("kind", PACKED)
def test_a_body_of_nothing_is_nothing(kind: str) -> None:
    assert b"".join(_read(PACKED[kind][0])) == b""


@pytest.mark.parametrize(
    "coding", ["gzip, gzip", "gzip,gzip,gzip", "identity, br, GZIP", "br, utf-8, br"]
)
def test_what_is_packed_twice_is_refused(coding: str) -> None:
    with pytest.raises(CodingError, match="more than once"):
        _read(coding, gzip.compress(gzip.compress(b"{}")))


@pytest.mark.usefixtures("_zstd")
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_packed_at_all_is_garbled(coding: str) -> None:
    with pytest.raises(CodingError, match=f"no {coding}"):
        _read(coding, b"\xff\xff\xff this is not packed")


def test_a_server_cannot_go_on_for_ever_and_say_nothing() -> None:
    nothing = gzip.compress(b"")
    with pytest.raises(CodingError, match="nothing at all"):
        _read("gzip", *[nothing * 1000] * 99)


def test_what_follows_the_last_member_is_no_part_of_it() -> None:
    assert b"".join(_read("gzip", gzip.compress(b"all"), b"\0\0\0\0", b"\0")) == b"all"


@pytest.mark.parametrize("more", [b"garbage", b"\0", brotli.compress(b"{}"), b"\n" * 40_000])
@pytest.mark.parametrize("size", [1, 5, 1 << 20])
@pytest.mark.parametrize("times", [0, 1, 30_000])
def test_what_follows_br_is_no_part_of_it(times: int, size: int, more: bytes) -> None:
    data = b'{"a": 1}\n' * times
    packed = brotli.compress(data, quality=9) + more
    cut = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(_read("br", *cut)) == data


def test_of_br_that_is_garbled_comes_what_was_before() -> None:
    data = bytes(range(256)) * 9
    packed = brotli.compress(data, quality=9)[:-9] + b"\xff" * 20
    came = bytearray()

    def take() -> None:
        for piece in unpacked(_answer("br", packed)):
            came.extend(piece)

    with pytest.raises(CodingError, match="no br"):
        take()
    assert came[:200] == data[:200]


@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_garbled_br_is_an_error_however_long_it_is(length: int) -> None:
    data = b"".join(sha256(b"%d" % at).digest() for at in range(length // 32))
    packed = brotli.compress(data[: length - 99], quality=0)  # which is about as long
    with pytest.raises(CodingError, match="no br"):
        _read("br", packed[:-9] + b"\xff" * 99)


def test_a_coding_without_its_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib, "import_module", _nothing_is_installed)
    with pytest.raises(CodingError, match="brotli"):
        _read("br", brotli.compress(b"{}"))


def _nothing_is_installed(name: str) -> Any:
    raise ImportError(name)


@pytest.mark.usefixtures("_zstd")
def test_zstd_may_not_look_back_too_far() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = packed.compress(b"far" * 1000) + packed.flush()
    with pytest.raises(CodingError, match="no zstd"):
        _read("zstd", data)


# With every client and on every road


def _sync(library: Any) -> Any:
    def call(url: str, ask: Callable[[OpenAI], Any]) -> Any:
        with (
            library.Client() as http,
            OpenAI(
                base_url=url, api_key="k", http_client=http, limits=SMALL, max_retries=0
            ) as client,
        ):
            return ask(client)

    return call


def _async(make: Callable[[], Any]) -> Any:
    def call(url: str, ask: Callable[[Any], Any]) -> Any:
        async def main() -> Any:
            async with (
                make() as http,
                AsyncOpenAI(
                    base_url=url, api_key="k", http_client=http, limits=SMALL, max_retries=0
                ) as client,
            ):
                return await _awaited(ask(client))

        return asyncio.run(main())

    return call


async def _awaited(value: Any) -> Any:
    if hasattr(value, "__aenter__"):
        async with value as stream:
            return await stream.until_done()
    return await value


def _until_done(manager: Any) -> Any:
    if hasattr(manager, "__aenter__"):
        return manager
    with manager as stream:
        return stream.until_done()


CLIENTS = {
    "httpx": _sync(httpx),
    "httpx2": _sync(httpx2),
    "async httpx": _async(httpx.AsyncClient),
    "async httpx2": _async(httpx2.AsyncClient),
    "aiohttp": _async(httpx_aiohttp.HttpxAiohttpClient),
}
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
ROADS: dict[str, Callable[[Any], Any]] = {
    "stream": lambda client: _until_done(client.chat.completions.stream(**ASKED)),
    "create": lambda client: client.chat.completions.create(**ASKED),
    "a file's content": lambda client: client.files.content("file"),
}


def _packed_answer(status: int, coding: str, body: bytes) -> list[Step]:
    fields = [("Content-Encoding", coding), ("Transfer-Encoding", "chunked")]
    return [
        head(status, [*fields, ("Content-Type", "text/event-stream")]) + chunk(body),
        chunk(b""),
    ]


@pytest.mark.diagonal
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("kind", BOMBS)
def test_the_limits_are_those_of_what_is_unpacked(kind: str, road: str, client: str) -> None:
    with ScriptedServer(_packed_answer(200, PACKED[kind][0], _bomb(kind))) as server:
        with pytest.raises(errors.LimitExceededError):
            CLIENTS[client](server.url, ROADS[road])


@pytest.mark.diagonal
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("kind", BOMBS)
def test_an_error_s_body_is_unpacked_so_far_and_no_farther(kind: str, client: str) -> None:
    coding, pack = PACKED[kind]
    with ScriptedServer(_packed_answer(400, coding, pack(b"no" * 1_000_000))) as server:
        with pytest.raises(errors.BadRequestError, match="nonono") as caught:
            CLIENTS[client](server.url, ROADS["create"])
    assert len(caught.value.response.content) <= 1 << 16


@pytest.mark.diagonal
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("road", "kind"),
    [
        ("stream", errors.StreamDecodeError),
        ("create", errors.APIResponseValidationError),
        ("a file's content", errors.APIResponseValidationError),
    ],
)
def test_a_body_that_is_packed_twice_is_the_server_s_fault(
    road: str, kind: type[Exception], client: str
) -> None:
    bomb = gzip.compress(gzip.compress(b"{}"))
    with ScriptedServer(_packed_answer(200, "gzip, gzip", bomb)) as server:
        with pytest.raises(kind, match="more than once"):
            CLIENTS[client](server.url, ROADS[road])


@pytest.mark.parametrize("client", CLIENTS)
def test_an_error_that_is_packed_twice_is_known_by_its_status(client: str) -> None:
    bomb = gzip.compress(gzip.compress(b"{}"))
    with ScriptedServer(_packed_answer(429, "gzip, gzip", bomb)) as server:
        with pytest.raises(errors.RateLimitError):
            CLIENTS[client](server.url, ROADS["create"])


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("road", "asked"), [("stream", "identity"), ("create", "gzip, deflate")])
def test_a_stream_is_asked_for_as_it_is(road: str, asked: str, client: str) -> None:
    with ScriptedServer([response(401)]) as server:
        with pytest.raises(errors.AuthenticationError):
            CLIENTS[client](server.url, ROADS[road])
        assert server.requests[0].headers["accept-encoding"] == asked


def test_a_caller_may_ask_for_another_coding() -> None:
    packed = brotli.compress(b'{"object": "file", "id": "x"}')
    answer = response(200, packed, [("Content-Encoding", "br")])
    with ScriptedServer([answer]) as server:
        client = OpenAI(base_url=server.url, api_key="k", default_headers={"Accept-Encoding": "br"})
        assert client.files.retrieve("x").id == "x"
        assert server.requests[0].headers["accept-encoding"] == "br"
