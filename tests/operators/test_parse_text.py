"""``parse_text`` parses any text while it comes, also one with prose and fences around its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter
from reactivex import operators as rx_operators

from streamkit import ParseError
from streamkit import operators as ops
from streamkit._core.json.found import FoundJSON
from tests.chat_chunks import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reactivex import Observable

    from tests.conftest import Marbles


class A(BaseModel):
    a: int


def outcome(
    pieces: Sequence[str], format: Any = A, *, lenient: bool = False
) -> tuple[list[Any], ParseError | None]:
    """Return the events, and the error."""
    seen: list[Any] = []
    failed: list[Any] = []
    parsing: Any = ops.parse_text(format, lenient=lenient)
    reactivex.of(*pieces).pipe(parsing).subscribe(seen.append, failed.append)
    return seen, failed[0] if failed else None


def values(source: Observable[str]) -> Observable[Any]:
    def shown(event: Any) -> str:
        if event.type == "content.done":
            return "w" if event.parsed == A(a=12) else "n"
        return "p" if event.parsed else "e"

    pieces = {"o": '{"a":', "v": "12", "c": "}", "x": "?"}
    return source.pipe(
        rx_operators.map(pieces.__getitem__), ops.parse_text(A), rx_operators.map(shown)
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("-o-v-c-|", "-e-e-p-(w,|)", id="happy"),
        pytest.param("-|", "-(n,#)", id="empty"),
        pytest.param("---", "---", id="never"),
        pytest.param("-o-x-|", "-e-e-(n,#)", id="a text that does not fit"),
    ],
)
def test_a_text_is_parsed_as_it_comes(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, values, expected, raises=ParseError)


def test_an_error_of_the_source_passes(marbles: Marbles) -> None:
    marbles("-o-#", values, "-e-#")


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("-o-v-c-|", values, "-e-e", until="----!")


def test_the_events_have_the_text_and_the_value_as_of_then() -> None:
    (first, second, done), error = outcome(['{"a": ', "12}"])
    assert (first.delta, first.snapshot, first.parsed) == ('{"a": ', '{"a": ', {})
    assert (second.snapshot, second.parsed) == ('{"a": 12}', {"a": 12})
    assert (done.content, done.parsed, error) == ('{"a": 12}', A(a=12), None)


def test_the_operators_on_json_take_the_events() -> None:
    seen: list[Any] = []
    reactivex.of('{"a": 1', "2}").pipe(ops.parse_text(A), ops.select("a")).subscribe(seen.append)
    assert [event.value for event in seen] == [12]


@pytest.mark.parametrize(
    ("text", "format", "is_incomplete"),
    [
        pytest.param('{"a": 1', A, True, id="cut"),
        pytest.param("", A, True, id="empty"),
        pytest.param('{"a": x}', A, False, id="invalid"),
        pytest.param('{"a": "x"}', A, False, id="of another type"),
        pytest.param("[1, 2", list[int], True, id="a list that is cut"),
    ],
)
@pytest.mark.parametrize("lenient", [False, True])
def test_what_is_cut_is_told_from_what_is_wrong(
    text: str,
    format: Any,
    is_incomplete: bool,
    lenient: bool,
) -> None:
    events, error = outcome([text], format, lenient=lenient)
    assert events[-1].parsed is None
    assert isinstance(error, ParseError)
    assert error.is_incomplete is (is_incomplete and not (lenient and not text))


SURROUNDED = {
    "a fence": '```json\n{"a": 12}\n```',
    "prose": 'Sure! Here is {the} JSON [1]: {"a": 12}. Anything else, say {x: 1} or NaN?',
    "brackets in prose": '{{"a": 12}}',
    "a string with brackets": 'x {"b": "}{", "a": 12} {',
    "nothing": '{"a": 12}',
}


@pytest.mark.parametrize("text", SURROUNDED.values(), ids=[*SURROUNDED])
@given(places=st.lists(st.integers(0, 80)))
def test_text_around_the_json_is_passed_over_however_it_is_cut(
    text: str, places: list[int]
) -> None:
    pieces = cut(text, [min(place, len(text)) for place in places])
    events, error = outcome(pieces, A, lenient=True)
    assert (events[-1].content, events[-1].parsed, error) == (text, A(a=12), None)
    assert events[-2].parsed["a"] == 12


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        pytest.param("see {1}: [1, 2]!", list[int], [1, 2], id="a list"),
        pytest.param("see [x]: [1, 2]!", TypeAdapter(list[int]), [1, 2], id="an adapter"),
        pytest.param('so: {"b": 1}', {"type": "json_object"}, {"b": 1}, id="plain data"),
    ],
)
def test_the_bracket_of_the_format_begins_the_value(text: str, format: Any, expected: Any) -> None:
    events, error = outcome([text], format, lenient=True)
    assert (events[-1].parsed, error) == (expected, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no idea", "it has no JSON"),
        ('well: {"a": 1', "it ends inside its JSON"),
        ('well: {"a": }', "its JSON has a fault: "),
    ],
)
def test_the_error_says_what_is_missing(text: str, says: str) -> None:
    _, error = outcome([text], lenient=True)
    assert f"The answer is not a valid A: {says}" in str(error)


def test_without_leniency_prose_is_an_error() -> None:
    assert outcome(['Sure: {"a": 12}'])[1] is not None


def test_every_character_is_read_once() -> None:
    parser = FoundJSON("{[")
    text = "[" * 50_000 + "{" * 50_000 + '{"a": 1}'
    for at in range(0, len(text), 7):
        parser.feed(text[at : at + 7])
    assert parser.position == len(text)
    assert text[parser.start : parser.end] == '{"a": 1}'


def test_each_subscription_has_a_text_of_its_own() -> None:
    source: reactivex.Subject[str] = reactivex.Subject()
    parsed = source.pipe(ops.parse_text(A))
    seen: list[list[Any]] = [[], []]
    parsed.subscribe(seen[0].append)
    source.on_next('{"a"')
    parsed.subscribe(seen[1].append)
    source.on_next('{"a"')
    assert [[event.snapshot for event in each] for each in seen] == [
        ['{"a"', '{"a"{"a"'],
        ['{"a"'],
    ]
