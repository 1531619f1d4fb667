"""A recorder keeps what a client sends and receives, and changes nothing."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, cast

import httpx
import httpx2
import pytest

import streamkit
from streamkit import from_openai
from streamkit.recording import Cassette, record
from streamkit.server import EmbeddedServer
from streamkit.testing import VirtualClock
from tests.http_server import Do, ScriptedServer, chunk, head, response
from tests.recording.clients import ASKED, KEY, ROADS, Road, server_of

if TYPE_CHECKING:
    from pathlib import Path

STREAM = head(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made.jsonl"


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_every_client_is_recorded_as_it_is(road: Road, path: Path) -> None:
    with EmbeddedServer() as server:
        usual = road.text(road.client(server.url))
        client = road.client(server.url)
        with record(client, path) as same:
            assert same is client
            assert road.text(client) == usual
        (recording,) = Cassette.load(path).recordings
        assert recording.is_whole
        assert recording.request == {**server.exchanges[0].body}
        sent = httpx.post(server.url + recording.path, json=recording.request, headers=VERSION)
        assert recording.body == sent.content
    assert KEY not in path.read_text()


VERSION = {"anthropic-version": "2023-06-01"}


def test_a_client_is_no_longer_recorded_after_the_block(path: Path) -> None:
    with EmbeddedServer() as server, ROADS["ours"].client(server.url) as client:
        client.models.list()
        with record(client, path):
            client.models.list()
        client.models.list()
        assert len(server.exchanges) == 3
    assert len(Cassette.load(path).recordings) == 1


def test_a_copy_of_a_client_with_another_key_is_recorded(path: Path) -> None:
    with EmbeddedServer() as server, ROADS["ours"].client(server.url) as client:
        client.models.list()
        other = client.with_options(api_key="another key")
        other.models.list()
        with record(other, path):
            other.models.list()
    assert len(Cassette.load(path).recordings) == 1


def test_a_client_over_that_of_the_package_is_recorded(path: Path) -> None:
    with EmbeddedServer() as server, ROADS["openai"].client(server.url) as theirs:
        ours = cast("Any", from_openai(theirs))
        with record(ours, path):
            with ours.chat.completions.stream(model="any", messages=ASKED) as stream:
                stream.until_done()
    (recording,) = Cassette.load(path).recordings
    assert recording.end == "complete"


def test_reads_have_the_times_at_which_they_came(path: Path) -> None:
    clock = VirtualClock()
    with server_of(clock, 0.5, b"data: 1\n\n", 0.25, b"data: 2", 2.0, b"\n\n", 1.0) as client:
        clock.advance(100)
        with record(client, path, clock=clock):
            clock.advance(3)
            client.post("http://api.test/v1/any", json={})
    (recording,) = Cassette.load(path).recordings
    assert recording.started == 3.0
    assert [*recording.reads] == [(0.5, b"data: 1\n\n"), (0.75, b"data: 2"), (2.75, b"\n\n")]
    assert (recording.end, recording.ended) == ("complete", 3.75)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_cut_and_a_refused_connection_are_recorded(library: Any, path: Path) -> None:
    script: list[bytes | Do] = [STREAM, chunk(b"data: 1\n\n"), Do.HANG_UP]
    with ScriptedServer(script) as server, library.Client() as client:
        url = server.url
        with record(client, path):
            with pytest.raises(library.RemoteProtocolError):
                client.get(url)
            with pytest.raises(library.ConnectError):
                client.get("http://127.0.0.1:1/")
    cut, refused = Cassette.load(path).recordings
    assert (cut.end, cut.body) == ("error", b"data: 1\n\n")
    assert cut.failure is not None
    assert cut.failure.type == "RemoteProtocolError"
    assert (refused.status, refused.end) == (None, "error")
    assert refused.failure is not None
    assert refused.failure.type == "ConnectError"


def test_a_stream_that_its_reader_leaves_says_so(path: Path) -> None:
    with EmbeddedServer() as server, ROADS["ours"].client(server.url) as client:
        with record(client, path):
            with client.chat.completions.stream(model="any", messages=ASKED) as stream:
                next(iter(stream))
    (recording,) = Cassette.load(path).recordings
    assert recording.end == "left"
    assert not recording.is_whole


def test_a_coding_is_undone_and_the_client_gets_it_as_it_came(path: Path) -> None:
    packed = gzip.compress(b"data: 1\n\n")
    with ScriptedServer([response(200, packed, [("Content-Encoding", "gzip")])]) as server:
        with httpx.Client() as client, record(client, path):
            answer = client.get(server.url)
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.text == "data: 1\n\n"
    (recording,) = Cassette.load(path).recordings
    assert recording.body == b"data: 1\n\n"
    assert not {"content-encoding", "content-length"} & {
        name.lower() for name, _ in recording.headers
    }


def test_garbled_coding_is_an_error_in_the_recording(path: Path) -> None:
    with ScriptedServer([response(200, b"nothing", [("Content-Encoding", "gzip")])]) as server:
        with httpx.Client() as client, record(client, path):
            with pytest.raises(httpx.DecodingError):
                client.get(server.url)
    (recording,) = Cassette.load(path).recordings
    assert recording.failure is not None
    assert recording.failure.type == "DecodingError"


def test_bytes_that_are_no_text_are_kept(path: Path) -> None:
    clock = VirtualClock()
    with server_of(clock, b"\xf0\x9f", b"\x98\x80", b"\x00") as client, record(client, path):
        client.post("http://api.test/", content=b"\xff")
    (recording,) = Cassette.load(path).recordings
    assert [read.data for read in recording.reads] == [b"\xf0\x9f", b"\x98\x80", b"\x00"]
    assert recording.request is None


def test_a_recorder_that_is_killed_leaves_whole_lines(path: Path) -> None:
    clock = VirtualClock()
    seen: list[Cassette] = []

    def look() -> None:
        written = path.read_bytes()
        half = path.with_name("half.jsonl")
        for end in range(written.rindex(b"\n", 0, -1) + 2, len(written)):
            half.write_bytes(written[:end])
            assert Cassette.load(half).recordings
        seen.append(Cassette.load(path))

    with server_of(clock, b"data: 1\n\n", b"data: 2\n\n") as client, record(client, path):
        with client.stream("GET", "http://api.test/") as answer:
            for _ in answer.iter_raw():
                look()
    assert [len(each.recordings[0].reads) for each in seen] == [1, 2]
    assert {each.recordings[0].end for each in seen} == {"unknown"}


def test_a_full_disk_ends_the_recording_and_not_the_exchange() -> None:
    clock = VirtualClock()
    with pytest.raises(OSError, match="No space left"):
        with server_of(clock, b"data: 1\n\n") as client, record(client, "/dev/full"):
            assert client.get("http://api.test/").text == "data: 1\n\n"


def test_a_cassette_is_replaced_unless_it_is_to_be_kept(path: Path) -> None:
    path.write_text("an older one")
    with httpx.Client() as client:
        with pytest.raises(FileExistsError), record(client, path, overwrite=False):
            pytest.fail("nothing is to be recorded")
        assert path.read_text() == "an older one"
        with record(client, path):
            pass
        assert path.read_text() != "an older one"
        path.unlink()
        with record(client, path, overwrite=False):
            pass
    assert path.exists()


def test_what_is_no_client_is_refused(path: Path) -> None:
    with pytest.raises(TypeError, match="one of httpx or httpx2, was expected, and not dict"):
        with record(dict[str, str](), path):
            raise AssertionError


def test_an_upload_is_left_out(path: Path) -> None:
    with EmbeddedServer() as server, ROADS["ours"].client(server.url) as client:
        with record(client, path):
            client.files.create(file=("a.txt", b"hidden words"), purpose="assistants")
    assert "hidden" not in path.read_text()
    (recording,) = Cassette.load(path).recordings
    assert recording.request is None
    assert json.loads(recording.body)["filename"] == "a.txt"


def test_clients_of_many_threads_share_a_recorder(path: Path) -> None:
    with EmbeddedServer() as server, streamkit.OpenAI(base_url=server.base_url, api_key=KEY) as one:
        with record(one, path):
            streams = [
                one.chat.completions.create(model="any", messages=ASKED, stream=True)
                for _ in range(3)
            ]
            for events in zip(*streams, strict=True):
                assert len(events) == 3
    recordings = Cassette.load(path).recordings
    assert len({recording.body for recording in recordings}) == 1
    assert len(recordings) == 3
