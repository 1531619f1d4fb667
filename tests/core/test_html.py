"""In a notebook, streams, answers, events and cassettes are small tables without secrets."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from streamkit import AsyncOpenAI, OpenAI, StreamTruncatedError, read
from streamkit._core.html import LENGTH, ROWS, table
from streamkit.errors import StreamkitError
from streamkit.recording import Cassette, Read, Recording
from streamkit.server import EmbeddedServer

KEY = "sk-do-not-show-me"
HOSTILE = '<script>alert("x")</script>\x1b[31m\u202e' + "long " * 1000
ASKED: Any = [{"role": "user", "content": "Hi"}]


class Cells(HTMLParser):
    """The texts of a table, which must have no elements but those of tables."""

    def __init__(self, shown: Any) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.html: str = shown._repr_html_()
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"table", "caption", "tr", "th", "td"}
        assert {name for name, _ in attrs} <= {"style"}
        if tag in {"caption", "th", "td"}:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


def test_an_answer_and_its_events_are_shown_small_and_escaped() -> None:
    with EmbeddedServer() as server:
        server.reply(HOSTILE)
        with OpenAI(base_url=server.base_url, api_key=KEY) as client:
            with client.chat.completions.stream(model="any", messages=ASKED) as stream:
                before = Cells(stream)
                events = [*stream]
                shown = [stream, stream.get_final_completion(), *events[:9], events[-1]]
    cells = [Cells(one) for one in shown]
    assert all(len(one.html) < 8 * ROWS * LENGTH and KEY not in one.html for one in cells)
    assert not any("\x1b" in one.html or "\u202e" in one.html for one in cells)
    assert before.texts[:3] == ["ChatCompletionStream", "state", "open"]
    assert cells[0].texts[2] == "ended"
    completion = cells[1].texts
    assert completion[0].startswith("ParsedChatCompletion")
    content = completion[completion.index("choices[0].message.content") + 1]
    assert content.startswith('<script>alert("x")</script>␛[31m<U+202E>long')
    assert content.endswith("…")


async def test_a_stream_that_failed_says_so() -> None:
    with EmbeddedServer(fault="cut?after=3") as server:
        async with AsyncOpenAI(base_url=server.base_url, api_key=KEY) as client:
            async with client.chat.completions.stream(model="any", messages=ASKED) as stream:
                with pytest.raises(StreamTruncatedError):
                    await stream.until_done()
    assert Cells(stream).texts[2].startswith("failed: ")
    assert KEY not in Cells(stream).html


def test_a_stream_of_another_source_has_no_response() -> None:
    stream = read(b'data: {"error": {"message": "no"}}\n\n')
    with pytest.raises(StreamkitError):
        stream.until_done()
    assert "status" not in Cells(stream).texts


def test_a_cassette_lists_its_exchanges() -> None:
    recordings = (
        Recording(request={"model": KEY}, url=f"http://a/<b>?key={KEY}", reads=(Read(0, b"1"),)),
        Recording(request=None, method="GET", url="http://a/c", status=None, end="error"),
    )
    cells = Cells(Cassette(recordings, made_at="2026-11-28"))
    assert KEY not in cells.html
    assert cells.texts[0] == "Cassette, 2026-11-28"
    assert "POST /<b>" in cells.texts
    assert "no response" in cells.texts


def test_a_table_has_few_rows() -> None:
    shown = table("many", ((number, number) for number in range(10_000)))
    assert shown.count("<tr>") == ROWS + 1
