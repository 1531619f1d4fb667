"""A cassette is read line by line, as far as it was written, and written as it was read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.recording import Cassette, Failure, Read, Recording

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {"cassette": 1, "made_by": "me", "made_at": "2026-11-28T12:00:00Z"}
LINES: list[dict[str, Any]] = [
    {"n": 1, "at": 1.0, "request": {"method": "POST", "url": "http://a/b?c", "json": {"m": 1}}},
    {"n": 2, "at": 1.5, "request": {"method": "GET", "url": "http://a/d"}},
    {"n": 1, "at": 2.0, "response": {"status": 200, "headers": [["content-type", "text/plain"]]}},
    {"n": 1, "at": 2.25, "text": "grün"},
    {"n": 2, "at": 2.5, "end": "error", "error": {"type": "ConnectError", "message": "refused"}},
    {"n": 1, "at": 3.0, "base64": "gA=="},
    {"n": 1, "at": 3.5, "end": "complete"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.jsonl"


def written(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_the_documented_lines_are_read(path: Path) -> None:
    cassette = Cassette.load(written(path, HEAD, *LINES))
    assert (cassette.made_by, cassette.made_at) == ("me", "2026-11-28T12:00:00Z")
    first, second = cassette.recordings
    assert first == Recording(
        request={"m": 1},
        url="http://a/b?c",
        started=1.0,
        answered=1.0,
        headers=(("content-type", "text/plain"),),
        reads=(Read(1.25, "grün".encode()), Read(2.0, b"\x80")),
        ended=2.5,
    )
    assert (first.path, first.query, first.body) == ("/b", "c", "grün".encode() + b"\x80")
    assert (second.status, second.end, second.ended) == (None, "error", 1.0)
    assert second.failure == Failure("ConnectError", "refused")


def test_every_beginning_of_a_cassette_is_one(path: Path) -> None:
    whole = written(path, HEAD, *LINES).read_bytes()
    for end in range(whole.index(b"\n") + 1, len(whole), 7):
        path.write_bytes(whole[:end])
        found = Cassette.load(path).recordings
        assert len(found) == min(2, max(0, whole[:end].count(b"\n") - 1))
        assert all(each.end == "unknown" for each in found[:1])


def test_unknown_members_and_lines_are_ignored(path: Path) -> None:
    lines = [{**line, "later": 1} for line in LINES]
    more = [{"n": 1, "at": 2.1, "pause": 1}, {"note": "by hand"}]
    loaded = Cassette.load(written(path, {**HEAD, "later": 1}, *lines[:3], *more, *lines[3:]))
    assert loaded == Cassette.load(written(path, HEAD, *LINES))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], r"some\.jsonl is no cassette: it is empty"),
        ([{"n": 1}], r"some\.jsonl is no cassette"),
        ([{"cassette": 2}], "is a cassette of version 2; this release reads 1"),
        ([HEAD, *LINES[:1], {"n": 1, "at": "x"}], r"some\.jsonl, line 3: Expected `float`"),
        ([HEAD, 3], r"some\.jsonl, line 2: Expected `object`"),
        ([HEAD, LINES[2]], r"some\.jsonl, line 2: exchange 1 has no request"),
        (
            [HEAD, *LINES[:1], {"n": 1, "at": 1, "base64": "%"}],
            r"some\.jsonl, line 3: Invalid base64",
        ),
        ([HEAD, *LINES[:1], {"n": 1, "at": 1, "end": "odd"}], r"line 3: Invalid enum value 'odd'"),
    ],
    ids=str,
)
def test_what_is_no_cassette_is_refused(path: Path, lines: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Cassette.load(written(path, *lines))


def test_half_a_line_in_the_middle_is_refused(path: Path) -> None:
    path.write_text(json.dumps(HEAD) + '\n{"n": 1, "at"\n{}\n')
    with pytest.raises(ValueError, match=r"line 2: Input data was truncated"):
        Cassette.load(path)


TIMES = st.integers(0, 10**9).map(lambda micros: micros / 10**6)
READS = st.lists(st.builds(Read, TIMES, st.binary(min_size=1, max_size=9)), max_size=4)
RECORDINGS = st.builds(
    Recording,
    request=st.none()
    | st.text()
    | st.dictionaries(st.text(), st.integers() | st.text(), max_size=2),
    reads=READS.map(lambda reads: tuple(sorted(reads, key=lambda read: read.seconds))),
    started=TIMES,
    end=st.sampled_from(["complete", "left"]),
    ended=st.just(1e9),
)


@given(
    st.lists(RECORDINGS, max_size=3).map(lambda found: sorted(found, key=lambda one: one.started))
)
def test_what_is_saved_is_loaded_again(
    tmp_path_factory: pytest.TempPathFactory, recordings: list[Recording]
) -> None:
    path = tmp_path_factory.mktemp("cassettes") / "some.jsonl"
    cassette = Cassette(tuple(recordings), "me", "2026-11-28T12:00:00Z")
    cassette.save(path)
    assert Cassette.load(path) == cassette
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["at"] for line in lines[1:]] == sorted(line["at"] for line in lines[1:])


def test_a_recording_made_by_hand_needs_no_time_of_its_end(path: Path) -> None:
    Cassette((Recording(request={}, reads=(Read(2.0, b"1"),)),)).save(path)
    assert Cassette.load(path).recordings[0].ended == 2.0
