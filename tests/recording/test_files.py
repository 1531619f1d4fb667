from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._cassette.files import load_all
from streamkit.recording import Cassette, Read, Recording, load, save, shipped, shipped_names

if TYPE_CHECKING:
    from pathlib import Path

READS = st.lists(
    st.builds(Read, st.floats(min_value=0, max_value=1e6), st.binary(max_size=20)), max_size=5
)


@given(reads=READS, streamed=st.booleans())
def test_what_is_saved_is_loaded_again(
    tmp_path_factory: pytest.TempPathFactory, reads: list[Read], streamed: bool
) -> None:
    recording = Recording(request={"model": "m", "stream": streamed}, reads=tuple(reads))
    path = tmp_path_factory.mktemp("recordings") / "some.name"
    save(recording, path)
    assert load(path) == recording


def test_a_recording_is_found_by_the_path_of_any_of_its_files(tmp_path: Path) -> None:
    recording = Recording(request={"stream": True}, reads=(Read(0.5, b"data: 1\n\n"),))
    save(recording, tmp_path / "one")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["one.request.json", "one.sse", "one.timing.json"]
    assert all(load(file) == recording for file in files)
    assert load(str(tmp_path / "one")) == recording


def test_a_cassette_of_one_exchange_is_a_recording(tmp_path: Path) -> None:
    recording = Recording(request={"stream": True}, reads=(Read(0.5, b"data: 1\n\n"),), ended=0.5)
    path = tmp_path / "one.jsonl"
    Cassette((recording,)).save(path)
    assert load(path) == recording
    Cassette((recording, recording)).save(path)
    with pytest.raises(ValueError, match=r"one\.jsonl has 2 exchanges, and not one"):
        load(path)


def test_a_single_response_is_kept_as_json(tmp_path: Path) -> None:
    save(Recording(request={}, reads=(Read(0.0, b"{}"),)), tmp_path / "one")
    assert (tmp_path / "one.json").read_bytes() == b"{}"


def test_without_timing_the_body_came_in_one_read(tmp_path: Path) -> None:
    (tmp_path / "one.request.json").write_text('{"stream": true}')
    (tmp_path / "one.sse").write_bytes(b"data: 1\n\n")
    assert load(tmp_path / "one").reads == (Read(0.0, b"data: 1\n\n"),)


def test_a_timing_of_other_bytes_is_refused(tmp_path: Path) -> None:
    save(Recording(request={"stream": True}, reads=(Read(0.0, b"1234"),)), tmp_path / "one")
    (tmp_path / "one.sse").write_bytes(b"123")
    with pytest.raises(ValueError, match=r"one\.timing\.json lists 4 bytes, and one\.sse has 3"):
        load(tmp_path / "one")


@pytest.mark.parametrize("ending", [".request.json", ".timing.json"])
def test_the_file_that_cannot_be_read_is_named(tmp_path: Path, ending: str) -> None:
    save(Recording(request={"stream": True}, reads=(Read(0.0, b"1"),)), tmp_path / "one")
    (tmp_path / f"one{ending}").write_text("[1]")
    with pytest.raises(ValueError, match=rf"^one{re.escape(ending)}: Expected `object`"):
        load(tmp_path / "one")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (
            b'data: {"object": "chat.completion.chunk", "x": {"type": "message"}}',
            "chat/completions",
        ),
        (b'event: message_start\ndata: {"type":"message_start"}\n\n', "messages"),
        (b'{"id": "m", "type": "message"}', "messages"),
        (b'data: {"response": {"id": "r"}, "type": "response.created"}\n\n', "responses"),
        (b'{"object": "response", "output": [{"type": "message"}]}', "responses"),
        (b"", "chat/completions"),
    ],
)
def test_a_recording_in_three_files_shows_its_protocol(
    tmp_path: Path, body: bytes, path: str
) -> None:
    save(Recording(request={"stream": True}, reads=(Read(0.0, body),)), tmp_path / "one")
    for file in tmp_path.iterdir():
        assert [each.path for each in load_all(file).recordings] == [f"/v1/{path}"]


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_request_that_is_no_json_object_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "one.request.json").write_text(content)
    with pytest.raises(ValueError, match=r"JSON|object|truncated"):
        load(tmp_path / "one")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"one\.request\.json"):
        load(tmp_path / "one")
    with pytest.raises(FileNotFoundError, match=r"nothing\.request\.json"):
        shipped("nothing")


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_recording_is_whole(name: str) -> None:
    recording = shipped(name)
    times = [read.seconds for read in recording.reads]
    assert times == sorted(times)
    assert recording.request["messages"]
    if recording.streamed:
        assert recording.body.startswith(b"data: ")
        assert recording.body.endswith(b"data: [DONE]\n\n") == (name != "text_server_killed")
    else:
        assert json.loads(recording.body)["choices"]


def test_shipped_recordings_are_listed_in_order() -> None:
    names = shipped_names()
    assert list(names) == sorted(names)
    assert {"text_usage", "json_schema_n3_usage", "tools_parallel", "not_streamed"} <= set(names)


def test_shipped_recordings_are_small() -> None:
    assert sum(len(shipped(name).body) for name in shipped_names()) < 100_000
