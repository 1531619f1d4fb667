from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from reactivex import operators as rx_operators

from streamkit._core.tags import ThinkTags
from streamkit.families.chat.think import ThinkSplitter
from streamkit.operators import chat_events, pipe, split_think
from tests.chat_chunks import call, choice, chunk, cut, ends, run, says, token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles

pytestmark = pytest.mark.diagonal


def emitted(one: ChatCompletionChunk) -> str:
    """Return the reasoning of a chunk, a slash, and its content."""
    (part,) = one.choices or []
    delta = part.delta
    return "/" if delta is None else f"{delta.reasoning_content or ''}/{delta.content or ''}"


EMITTED = pipe(rx_operators.map(says), split_think(), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--<th--ink>a-----</think>b--c--|", "--/----a/--------/b---------/c-|", id="a thought"
        ),
        pytest.param("--a--<think>b--|", "--/a-/<think>b-|", id="a tag further on"),
        pytest.param("--<th--x-------|", "--/----/<thx---|", id="no tag after all"),
        pytest.param("--<think>a</th--|", "--a/------------(</th/,|)", id="a tag that is cut"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--a--#", "--/a-#", id="error"),
    ],
)
def test_thoughts_are_split_off(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--a----b--|", EMITTED, "--/a--", until="-----!")


def split(pieces: Iterable[str], tags: ThinkTags | None = None) -> tuple[str, str]:
    """Return the whole reasoning and the whole content."""
    parts = [
        part.delta
        for one in run(ThinkSplitter(tags), [*map(says, pieces), ends()])
        for part in one.choices or ()
        if part.delta
    ]
    thought = "".join(delta.reasoning_content or "" for delta in parts)
    return thought, "".join(delta.content or "" for delta in parts)


OPENED = ThinkTags(opened=True)
ANYWHERE = ThinkTags(anywhere=True)
OTHERS = ThinkTags(open="[THINK]", close="[/THINK]")

CASES = [
    pytest.param("<think>Hm</think>Hi", None, ("Hm", "Hi"), id="a thought and an answer"),
    pytest.param("Hi", None, ("", "Hi"), id="no thought"),
    pytest.param("", None, ("", ""), id="nothing"),
    pytest.param(" \n", None, ("", " \n"), id="nothing but white space"),
    pytest.param("\n Hi ", None, ("", "\n Hi "), id="white space and no thought"),
    pytest.param(
        "\n <think>\nHm\n</think>\n\nHi \n", None, ("\nHm\n", "Hi \n"), id="white space around it"
    ),
    pytest.param("<think></think>Hi", None, ("", "Hi"), id="an empty thought"),
    pytest.param("<think>Hm</think>\n", None, ("Hm", ""), id="an empty answer"),
    pytest.param("<think>Hm", None, ("Hm", ""), id="never closed"),
    pytest.param("<think>a < b </thin", None, ("a < b </thin", ""), id="almost closed"),
    pytest.param("<thin", None, ("", "<thin"), id="almost opened"),
    pytest.param("\n<thing>", None, ("", "\n<thing>"), id="another tag"),
    pytest.param("Hm</think>Hi", None, ("", "Hm</think>Hi"), id="closed and not opened"),
    pytest.param(
        '{"a": "<think>b</think>"}', None, ("", '{"a": "<think>b</think>"}'), id="in a JSON string"
    ),
    pytest.param(
        "<think>a<think></think>b<think>c</think>",
        None,
        ("a<think>", "b<think>c</think>"),
        id="more than one",
    ),
    pytest.param("Hm</think>\nHi", OPENED, ("Hm", "Hi"), id="opened by the prompt"),
    pytest.param(" Hm", OPENED, (" Hm", ""), id="opened by the prompt and never closed"),
    pytest.param("</think>Hi", OPENED, ("", "Hi"), id="opened by the prompt and closed at once"),
    pytest.param(
        " <think>Hm<think></think>Hi", OPENED, ("Hm<think>", "Hi"), id="opened by both of them"
    ),
    pytest.param(
        "\n<think>a</think>\n<think>b</think> c <think>d</think> e",
        ANYWHERE,
        ("abd", "c  e"),
        id="several",
    ),
    pytest.param("a <think>b</think> c", ANYWHERE, ("b", "a  c"), id="after some content"),
    pytest.param("a</think><thi", ANYWHERE, ("", "a</think><thi"), id="anywhere, and no thought"),
    pytest.param("[THINK]Hm[/THINK]Hi", OTHERS, ("Hm", "Hi"), id="other tags"),
    pytest.param("<think>Hm</think>", OTHERS, ("", "<think>Hm</think>"), id="not those tags"),
    pytest.param(
        "aab|aac|b", ThinkTags(open="aab", close="aac|"), ("|", "b"), id="tags that repeat"
    ),
]


@pytest.mark.parametrize(("content", "tags", "expected"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
def test_content_is_split_wherever_it_is_cut(
    content: str, tags: ThinkTags | None, expected: tuple[str, str], size: int
) -> None:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    assert split(pieces, tags) == expected


scraps = st.lists(
    st.sampled_from(["<think>", "</think>", "<", "</", "th", "ink>", " ", "\n", "a", "é🚀"]),
    max_size=12,
).map("".join)
kinds = st.builds(ThinkTags, opened=st.booleans(), anywhere=st.booleans())


@given(content=scraps, places=st.lists(st.integers(0, 40), max_size=12), tags=kinds)
def test_any_cut_gives_the_same_thought_and_answer(
    content: str, places: list[int], tags: ThinkTags
) -> None:
    assert split(cut(content, places), tags) == split([content], tags)


@given(content=scraps, places=st.lists(st.integers(0, 40), max_size=12), tags=kinds)
def test_nothing_but_tags_and_white_space_is_lost(
    content: str, places: list[int], tags: ThinkTags
) -> None:
    def bare(text: str) -> list[str]:
        return sorted("".join(re.sub("</?think>", "", text).split()))

    # Each is cleaned by itself, because the end of one and the start of the other may form a tag.
    thought, answer = split(cut(content, places), tags)
    assert sorted(bare(thought) + bare(answer)) == bare(content)


@given(answer=scraps.filter(lambda text: text.strip()), thought=st.text())
def test_what_is_said_after_a_thought_is_the_answer(answer: str, thought: str) -> None:
    thought = thought.replace("</think>", "")
    assert split([f"<think>{thought}</think>{answer}"]) == (thought, answer.lstrip())


def test_choices_are_split_apart() -> None:
    chunks = [
        chunk(choice(0, content="<th"), choice(1, content="a")),
        chunk(choice(1, content="<think>"), choice(0, content="ink>b</think>c")),
    ]
    first, second = run(ThinkSplitter(), chunks)
    assert first.to_dict()["choices"] == [
        {"index": 0, "delta": {}},
        {"index": 1, "delta": {"content": "a"}},
    ]
    assert second.to_dict()["choices"] == [
        {"index": 1, "delta": {"content": "<think>"}},
        {"index": 0, "delta": {"content": "c", "reasoning_content": "b"}},
    ]


def test_what_was_held_comes_with_the_finish_reason() -> None:
    chunks = [says("<think>a</th"), ends("length")]
    *_, last = run(ThinkSplitter(), chunks)
    assert last.to_dict()["choices"] == [
        {"index": 0, "delta": {"reasoning_content": "</th"}, "finish_reason": "length"}
    ]


def test_a_finish_reason_may_come_without_a_delta() -> None:
    chunks = [says(" "), chunk({"index": 0, "delta": None, "finish_reason": "stop"})]
    *_, last = run(ThinkSplitter(), chunks)
    assert last.to_dict()["choices"] == [
        {"index": 0, "delta": {"content": " "}, "finish_reason": "stop"}
    ]


def test_a_tag_is_found_where_every_chunk_has_a_finish_reason() -> None:
    pieces = ["<think>", "a</th", "ink>b<"]
    chunks = [chunk(choice(content=piece, finish_reason="stop")) for piece in pieces]
    assert [emitted(one) for one in run(ThinkSplitter(), chunks)] == ["/", "a/", "/b<"]


def test_without_a_finish_reason_what_was_held_comes_at_the_end_as_a_chunk_of_its_own() -> None:
    chunks = [
        chunk(choice(1, content="<think>a<"), choice(0, content="<"), choice(2, content="b")),
        chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3}),
    ]
    *_, usage, last = run(ThinkSplitter(), chunks)
    assert usage is chunks[1]
    assert last.to_dict() == {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "delta": {"content": "<"}},
            {"index": 1, "delta": {"reasoning_content": "<"}},
        ],
    }


def test_the_end_comes_once() -> None:
    machine = ThinkSplitter()
    assert [emitted(one) for one in run(machine, [says("<")])] == ["/", "/<"]
    assert list(machine.close()) == []


def test_chunks_without_a_thought_are_passed_on_as_they_are() -> None:
    chunks = [
        chunk(choice(role="assistant", content="")),
        chunk(choice(content="a", vendor=1), vendor=2),
        chunk(choice(tool_calls=[call(0, "{}", id="A", name="f")])),
        chunk({"index": 0, "delta": None}),
        chunk(),
        ends(),
    ]
    assert all(new is old for new, old in zip(run(ThinkSplitter(), chunks), chunks, strict=True))


def test_the_rest_of_a_chunk_is_kept_and_the_chunk_is_not_changed() -> None:
    one = chunk(
        {
            **choice(
                content="<think>a</think>b", role="assistant", logprobs={"content": [token("a")]}
            ),
            "note": {"x": 1},
        },
        vendor=[2],
        usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3},
    )
    one.choices[0].delta.add_unknown({"step": 3})  # type: ignore[index, union-attr]  # made above
    before = one.to_dict()
    (new,) = run(ThinkSplitter(), [one])
    expected = one.to_dict()
    expected["choices"][0]["delta"] |= {"content": "b", "reasoning_content": "a"}
    assert new.to_dict() == expected
    assert one.to_dict() == before
    new.choices[0].delta.add_unknown({"step": 4})
    assert one.to_dict() == before


@pytest.mark.parametrize(
    ("split_off", "expected"),
    [
        pytest.param({"reasoning_content": "a"}, {"reasoning_content": "ab"}, id="one name"),
        pytest.param({"reasoning": "a"}, {"reasoning": "a", "reasoning_content": "ab"}, id="other"),
    ],
)
def test_a_thought_follows_what_the_server_has_split_off(
    split_off: dict[str, Any], expected: dict[str, str]
) -> None:
    (new,) = run(ThinkSplitter(), [chunk(choice(content="<think>b", **split_off))])
    assert new.to_dict()["choices"][0]["delta"] == expected


class Answer(BaseModel):
    city: str


def events_of(pieces: Iterable[str]) -> list[Any]:
    events: list[Any] = []
    source = rx.from_iterable([*map(says, pieces), ends()])
    source.pipe(split_think(), chat_events(Answer)).subscribe(events.append)
    return events


THOUGHT = 'Say {"city": "Oslo"}?'
WRITTEN = f'<think>{THOUGHT}</think>\n{{"city": "<think>"}}'


@given(places=st.lists(st.integers(0, len(WRITTEN)), max_size=8))
def test_an_answer_after_a_thought_is_parsed(places: list[int]) -> None:
    events = events_of(cut(WRITTEN, places))
    thought = [event for event in events if event.type.startswith("reasoning")]
    answer = [event for event in events if event.type.startswith("content")]
    assert thought[-1].reasoning == THOUGHT
    assert answer[-1].parsed == Answer(city="<think>")
    assert "".join(event.delta for event in thought[:-1]) == THOUGHT
    assert "".join(event.delta for event in answer[:-1]) == '{"city": "<think>"}'
    last = [event for event in events if event.type == "chunk"][-1]
    assert last.snapshot.choices[0].message.to_dict() == {
        "role": "assistant",
        "content": '{"city": "<think>"}',
        "parsed": {"city": "<think>"},
        "reasoning_content": THOUGHT,
    }


def test_the_events_of_a_piece_have_the_thought_first() -> None:
    events = events_of([WRITTEN])
    assert [event.type for event in events] == [
        "chunk",
        "reasoning.delta",
        "content.delta",
        "chunk",
        "reasoning.done",
        "content.done",
        "finish",
    ]


@pytest.mark.parametrize("tag", ["", " ", " <think>", "<think>\n"])
def test_a_tag_has_no_white_space_at_its_ends(tag: str) -> None:
    for tags in ({"open": tag}, {"close": tag}):
        given: dict[str, Any] = tags
        with pytest.raises(ValueError, match="a tag begins and ends with something to see"):
            ThinkTags(**given)
