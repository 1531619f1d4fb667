"""Accumulated deltas: the peer's defects, numbered as in ``defects.py``."""

from __future__ import annotations

from tests.differential.defects import ROLE, STOP, USAGE, both, call, message
from tests.differential.wire import chunk, delta


def test_c11_a_role_may_be_repeated() -> None:
    peer, ours = both([chunk(delta(role="assistant", content=text)) for text in "ab"] + [STOP])
    assert message(peer)["role"] == "assistantassistant"
    assert message(ours)["role"] == "assistant"


def test_c12_lists_without_indices_are_continued() -> None:
    citations = [{"type": "url_citation", "url_citation": {"url": url}} for url in "ab"]
    peer, ours = both([*(chunk(delta(annotations=[one])) for one in citations), STOP])
    assert isinstance(peer.error, RuntimeError)
    found = message(ours)["annotations"]
    assert [one["url_citation"]["url"] for one in found] == ["a", "b"]


def test_c13_only_text_adds_up() -> None:
    said = [{"id": "audio_1", "expires_at": 10, "data": data} for data in ("AA", "BB")]
    peer, ours = both([*(chunk(delta(audio=audio)) for audio in said), STOP])
    assert message(peer)["audio"] == {"id": "audio_1audio_1", "expires_at": 20, "data": "AABB"}
    assert message(ours)["audio"] == {"id": "audio_1", "expires_at": 10, "data": "AABB"}


def test_c14_custom_tools_are_called_like_others() -> None:
    said = [
        call(0, id="call_0", type="custom", custom={"name": "shout", "input": "he"}),
        call(0, custom={"input": "llo"}),
    ]
    peer, ours = both([ROLE, *said, STOP])
    assert isinstance(peer.final_error, AttributeError)
    (found,) = message(ours)["tool_calls"]
    assert found["custom"] == {"name": "shout", "input": "hello"}


def test_c20_what_one_chunk_said_another_does_not_take_back() -> None:
    last = {**STOP, "system_fingerprint": None, "service_tier": "flex", "citations": ["a page"]}
    peer, ours = both([chunk(delta(content="a"), usage=USAGE), last])
    assert not peer.completion.keys() & {
        "usage",
        "system_fingerprint",
        "service_tier",
        "citations",
    }
    assert ours.completion["usage"] == USAGE
    assert ours.completion["system_fingerprint"] == "fp_1"
    assert ours.completion["service_tier"] == "flex"
    assert ours.completion["citations"] == ["a page"]
