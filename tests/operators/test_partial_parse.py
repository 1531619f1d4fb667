from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from reactivex import operators as rx_operators

from streamkit.errors import ParseError
from streamkit.families.chat.emitters import ContentParser
from streamkit.operators import partial_parse, pipe
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from tests.chat_chunks import choice, chunk, cut, ends, one_choice, run, says, updates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import Observable

    from streamkit.events import ContentDeltaEvent, ContentDoneEvent
    from streamkit.types import ChatCompletionChunk
    from tests.conftest import Marbles


class A(BaseModel):
    a: int


class Step(BaseModel):
    output: str
    value: float | None


class Answer(BaseModel):
    steps: list[Step]
    final: str


WHOLE = Answer(
    steps=[Step(output="é\N{ROCKET}", value=-1.5), Step(output="", value=None)], final="ok"
)
TEXT = json.dumps(WHOLE.model_dump())


def emitted(event: ContentDeltaEvent | ContentDoneEvent[A]) -> str:
    if event.type == "content.done":
        return f"=A{event.parsed.a}" if event.parsed else f"={event.content}"
    return "+" + json.dumps(event.parsed, default=dict, separators=(":", ":"))


def emitting(format_: Any) -> Callable[[Observable[str]], Observable[str]]:
    return pipe(
        rx_operators.map(says), one_choice(), partial_parse(format_), rx_operators.map(emitted)
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('--{"a":--1}-------|', '--+{}----+{"a":1}-(=A1,|)', id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param('--{"a":--#', "--+{}----#", id="error"),
    ],
)
def test_content_is_emitted_in_pieces_and_as_a_whole(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, emitting(A), expected)


def test_content_that_does_not_fit_is_an_error_after_the_done_event(marbles: Marbles) -> None:
    marbles('--{"b":1}--|', emitting(A), '--+{"b":1}-(={"b":1},#)', raises=ParseError)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles('--{"a":--1}--|', emitting(A), "--+{}--", until="--------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles('--{"a":--1}--|', pipe(emitting(A), rx_operators.take(1)), "--(+{},|)")


def test_the_error_says_what_came_and_why_it_does_not_fit() -> None:
    machine = parser(A)
    for update in updates([says('{"b": 1}'), ends()]):
        machine.feed(update)
    with pytest.raises(ParseError) as raised:
        list(machine.close())
    assert raised.value.content == '{"b": 1}'
    assert isinstance(raised.value.__cause__, ValidationError)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_content_that_was_cut_short_is_not_parsed(reason: str) -> None:
    assert done(A, [says('{"a": 1'), ends(reason)]).parsed is None


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_content_that_was_whole_when_the_answer_was_cut_short_is_parsed(reason: str) -> None:
    assert done(A, [says('{"a": 1}'), ends(reason)]).parsed == A(a=1)


def test_a_refusal_is_not_parsed() -> None:
    refused = [says('{"a": 1}'), chunk(choice(refusal="no")), ends()]
    assert done(A, refused).parsed is None


def test_without_a_format_nothing_is_parsed() -> None:
    events = run(parser(None), updates([says('{"a": 1}'), ends()]))
    assert [event.parsed for event in events] == [None, None]


def test_a_format_given_as_a_dict_is_read_as_the_json_it_is() -> None:
    events = run(parser({"type": "json_object"}), updates([says('{"a": 1'), says("}"), ends()]))
    assert [event.parsed for event in events] == [{}, {"a": 1}, {"a": 1}]


def test_text_in_the_place_of_json_is_emitted_and_not_parsed() -> None:
    events = run(parser({"type": "json_object"}), updates([says("Sorry, "), says("no."), ends()]))
    assert [event.parsed for event in events] == [None, None, None]
    assert events[-1].content == "Sorry, no."


def test_what_is_invalid_leaves_the_last_good_value() -> None:
    pieces = ['{"a": [1, 2], ', "oops", ' and "more": [3]}']
    events = run(parser({"type": "json_object"}), updates(map(says, pieces)))
    assert [event.parsed for event in events[:-1]] == [{"a": [1, 2]}] * 3
    assert events[-1].parsed is None


def test_what_is_no_object_is_taken_out_of_its_wrapper() -> None:
    events = run(parser(list[int]), updates([says('{"value": [1, 2'), says("3]}"), ends()]))
    assert [event.parsed for event in events] == [[1], [1, 23], [1, 23]]


def test_open_strings_grow_unless_they_are_to_wait() -> None:
    pieces = ['{"a": "x', 'y"', "}"]
    for partial_strings, expected in (
        (True, [{"a": "x"}, {"a": "xy"}]),
        (False, [{}, {"a": "xy"}]),
    ):
        reader = Reader(response_format({"type": "json_object"}), partial_strings=partial_strings)
        events = run(ContentParser(reader), updates(map(says, pieces)))
        assert [event.parsed for event in events[:2]] == expected


def test_an_operator_passes_on_how_strings_are_shown() -> None:
    events: list[Any] = []
    source = rx.of(says('{"a": "x')).pipe(one_choice())
    source.pipe(partial_parse({"type": "json_object"}, partial_strings=False)).subscribe(
        events.append
    )
    assert events[0].parsed == {}


def test_a_delta_says_the_content_so_far() -> None:
    events = run(parser(None), updates([says("H"), says("i")]))
    assert [(event.delta, event.content, event.snapshot) for event in events[:-1]] == [
        ("H", "H", "H"),
        ("i", "i", "Hi"),
    ]


def test_content_of_nothing_has_a_delta_and_no_done_event() -> None:
    chunks = [chunk(choice(role="assistant", content="")), ends()]
    assert [event.type for event in run(parser(None), updates(chunks))] == ["content.delta"]


def test_null_content_is_nothing() -> None:
    chunks = [chunk(choice(role="assistant", content=None)), ends()]
    assert run(parser(A), updates(chunks)) == []


def test_an_empty_piece_after_the_end_does_not_end_it_again() -> None:
    machine = parser(None)
    first, last = updates([says("Hi"), says("")])
    assert [event.type for event in run(machine, [first])] == ["content.delta", "content.done"]
    assert [event.type for event in run(machine, [last])] == ["content.delta"]


def test_a_character_cut_between_its_utf_16_halves_is_joined() -> None:
    events = run(parser(None), updates(map(says, ["a\ud83d", "\ude80b", "\ud83d", "\ude80"])))
    assert [event.delta for event in events[:-1]] == ["a", "\N{ROCKET}b", "", "\N{ROCKET}"]
    assert events[-1].content == "a\N{ROCKET}b\N{ROCKET}"


def test_half_a_character_without_its_other_half_is_replaced() -> None:
    events = run(parser(None), updates(map(says, ["a\ud83d", "b", "\ude80"])))
    assert events[-1].content == "a\ufffdb\ufffd"


def test_events_know_their_choice() -> None:
    events = run(parser(None), updates([says("Hi", index=2)]))
    assert [event.choice_index for event in events] == [2, 2]


def test_a_text_is_validated_once() -> None:
    validated: list[str] = []

    class Counted(BaseModel):
        a: str

        def model_post_init(self, _context: object) -> None:
            validated.append(self.a)

    reader = Reader(response_format(Counted))
    (update,) = updates([says('{"a": "x"}')])
    done = run(ContentParser(reader), [update])[-1]
    assert reader.content(update.choice.content).value is done.parsed
    assert validated == ["x"]


@given(places=st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_any_cut_of_the_content_gives_the_same_done_event(places: list[int]) -> None:
    *deltas, last = run(parser(Answer), updates([*map(says, cut(TEXT, places)), ends()]))
    assert last == done(Answer, [says(TEXT), ends()])
    assert last.parsed == WHOLE
    assert "".join(event.delta for event in deltas) == TEXT
    assert deltas[-1].parsed == WHOLE.model_dump()


def parser(format_: object) -> ContentParser:
    return ContentParser(Reader(response_format(format_)))


def done(format_: object, chunks: Iterable[ChatCompletionChunk]) -> ContentDoneEvent[Any]:
    last: ContentDoneEvent[Any] = run(parser(format_), updates(chunks))[-1]
    return last
