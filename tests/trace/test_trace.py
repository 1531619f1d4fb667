"""A trace shows when the parts of an answer came, and nothing that a terminal obeys."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from streamkit._trace.svg import picture
from streamkit._trace.text import heading, marbles
from streamkit._trace.timeline import timeline_of
from streamkit.recording import Cassette, Failure, Read, Recording, save, shipped, shipped_names
from tests.cli.command import invoke
from tests.cli.terminal import unboxed

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://api.test/v1/chat/completions"


def chunk(finish: str | None = None, *, index: int = 0, **delta: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    data = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + msgspec.json.encode({**data, "choices": [choice]}) + b"\n\n"


def call(index: int, arguments: str, name: str | None = None) -> bytes:
    named = {"id": f"c{index}", "type": "function"} if name else {}
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return chunk(tool_calls=[{"index": index, "function": function, **named}])


def recorded(*reads: tuple[float, bytes], **more: Any) -> Recording:
    kept = tuple(Read(seconds, data) for seconds, data in reads)
    options: dict[str, Any] = {"request": {"stream": True}, "url": URL, "reads": kept, **more}
    return Recording(**options)


SKY = recorded(
    (1, chunk(reasoning_content="Hm")),
    (2, chunk(content="The sky")),
    (2, chunk(content=" is")),
    (4, chunk(content=" blue.")),
    (5, chunk("stop") + b"data: [DONE]\n\n"),
    ended=6.0,
)


def diagram(recording: Recording, width: int = 51) -> list[str]:
    return [line.strip() for line in marbles(timeline_of(recording), width)]


def test_a_row_shows_when_its_part_grew_and_ended() -> None:
    assert heading(timeline_of(SKY)) == (
        "POST /v1/chat/completions  200  6.00 s, 5 reads, first content after 1.00 s"
    )
    assert diagram(SKY) == [
        "reads      ------o-----2-----------o-----o----|",
        "reasoning  ------o-----------------------|",
        "Hm",
        "content    ------------2-----------o-----|",
        "The sky is blue.",
        "0 s                            6.00 s",
    ]


def test_each_call_and_each_choice_has_a_row() -> None:
    recording = recorded(
        (0, call(0, "{", name="weather")),
        (1, call(0, "}")),
        (2, call(1, "{}", name="time")),
        (3, chunk("tool_calls")),
        (3, chunk("stop", index=1, content="No.")),
        (4, b"data: [DONE]\n\n"),
        request={"stream": True, "n": 2},
    )
    rows = timeline_of(recording).parts
    assert [(row.label, row.text) for row in rows] == [
        ("weather", "{}"),
        ("time", "{}"),
        ("content 1", "No."),
    ]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ({"end": "error", "failure": Failure("ReadError", "gone")}, "the stream was cut after"),
        ({"end": "left"}, "the stream was cut after"),
        (
            {"end": "error", "failure": Failure("ConnectError", "no"), "status": None},
            "ConnectError: no",
        ),
        ({"end": "unknown", "status": None}, "the recorder stopped here"),
    ],
    ids=str,
)
def test_a_cut_is_marked(end: dict[str, Any], said: str) -> None:
    reads = () if end.get("status", 200) is None else ((1, chunk(content="The")),)
    lines = diagram(recorded(*reads, ended=2.0, **end))
    assert lines[0].endswith("#")
    assert lines[-1].startswith("# ")
    assert "Error" in lines[-1] or said[:20] in lines[-1]


def test_what_is_no_answer_has_its_reads_alone() -> None:
    for recording in (
        recorded((1, b"{}"), url="http://api.test/v1/models", ended=1.0),
        recorded((1, b'{"error": {}}'), status=429, ended=1.0),
    ):
        assert timeline_of(recording).parts == []
        assert diagram(recording)[0].startswith("reads  ---")


def test_text_that_a_terminal_would_obey_is_shown_and_that_of_html_is_escaped() -> None:
    recording = recorded((1, chunk("stop", content="\x1b[31m<script>\n")), url=URL, ended=1.0)
    text = "\n".join(marbles(timeline_of(recording), 80))
    assert "\x1b" not in text
    assert "␛[31m<script>␊" in text
    drawn = picture([(1, timeline_of(recording))])
    assert "<script>" not in drawn
    assert "\x1b" not in drawn
    assert "&lt;script&gt;" in drawn


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_recording_is_drawn_within_the_width(name: str) -> None:
    recording = msgspec.structs.replace(shipped(name), url=URL)
    timeline = timeline_of(recording)
    assert timeline.parts
    for width in (40, 100):
        assert max(map(len, marbles(timeline, width))) <= width
    root = ET.fromstring(picture([(1, timeline)]))  # noqa: S314 - drawn here
    circles = root.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(circles) >= len(timeline.parts)


def test_many_events_take_a_bounded_picture() -> None:
    reads = [(at / 5000, chunk(content="a")) for at in range(5000)]
    recording = recorded(*reads, (1, chunk("stop")), (1, b"data: [DONE]\n\n"), ended=1.0)
    assert len(picture([(1, timeline_of(recording))])) < 250_000


def test_the_command_shows_all_or_one_and_writes_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    Cassette((SKY, recorded((1, b"{}"), url="http://api.test/v1/models"))).save(path)
    run = invoke
    shown = run(["trace", str(path), "--width", "60"])
    assert shown.exit_code == 0
    assert "1  POST /v1/chat/completions" in shown.stdout
    assert "2  POST /v1/models" in shown.stdout
    one = run(["trace", str(path), "--exchange", "2"])
    assert "chat" not in one.stdout
    svg = tmp_path / "some.svg"
    assert run(["trace", str(path), "--svg", str(svg)]).stdout == ""
    assert svg.read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("no cassette\n", [], "some.jsonl is no cassette"),
        ("", [], "some.jsonl is no cassette: it is empty"),
        ('{"cassette": 1}\n', ["--exchange", "1"], "some.jsonl has 0 exchanges"),
    ],
)
def test_the_command_refuses_what_is_no_cassette(
    tmp_path: Path, content: str, options: list[str], said: str
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(content)
    ran = invoke(["trace", str(path), *options])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in unboxed(ran.stderr)


def test_the_command_says_that_nothing_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    Cassette(()).save(path)
    ran = invoke(["trace", str(path)])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "some.jsonl has no exchanges" in unboxed(ran.stderr)


def test_a_picture_that_cannot_be_written_is_misuse(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    Cassette((SKY,)).save(path)
    ran = invoke(["trace", str(path), "--svg", str(tmp_path / "no" / "some.svg")])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "No such file" in unboxed(ran.stderr)


def test_a_recording_in_three_files_is_shown(tmp_path: Path) -> None:
    save(shipped("tools_parallel"), tmp_path / "one")
    ran = invoke(["trace", str(tmp_path / "one.sse")])
    assert ran.exit_code == 0
    assert ran.output.startswith("1  POST /v1/chat/completions  200 ")
    assert '{"city": "Paris"}' in ran.output
