from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from streamkit._core.json.parser import PartialJSON
from streamkit._core.visible import visible
from streamkit.cli.display import Answer, Fields, Figures, Lines, is_live, shown
from streamkit.cli.display.answer import ITEM_LIMIT
from streamkit.cli.display.lines import FIELD_LIMIT
from streamkit.cli.display.shown import Frame
from streamkit.cli.display.tree import value_tree
from streamkit.events import LogprobsContentDeltaEvent
from streamkit.families.chat.machine import ChatEvents
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import pydantic_function_tool, tool_parsers
from tests.chat_chunks import call, calls, choice, chunk, cut, ends, says, token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from streamkit.events import Event
    from streamkit.types import ChatCompletionChunk


class City(BaseModel):
    name: str
    sights: list[str]


class GetWeather(BaseModel):
    city: str
    unit: str


TOOLS = [pydantic_function_tool(GetWeather, name="get_weather")]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def events(
    *chunks: ChatCompletionChunk, format: object = None, tools: Any = (), whole: bool = True
) -> Iterator[Event]:
    """Yield the events of the chunks; without ``whole`` the stream was cut."""
    machine = ChatEvents(Reader(response_format(format), tool_parsers(tools)))
    for part in chunks:
        yield from machine.feed(part)
    if whole:
        yield from machine.close()


def drawing(renderable: RenderableType, width: int = 60) -> str:
    page = io.StringIO()
    Console(file=page, width=width, color_system=None).print(renderable)
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip().split("\n"))


def drawn(answer: Answer, width: int = 60, rows: int | None = None) -> str:
    return drawing(answer.drawn(width=width, rows=rows), width)


def fed(answer: Answer, parts: Iterator[Event]) -> Answer:
    for event in parts:
        answer.feed(event)
    return answer


def written(parts: Iterator[Event], **options: Any) -> list[str]:
    """Return the texts that were written for the events, one for each write."""
    said: list[str] = []
    lines = Lines(said.append, **options)
    for event in parts:
        lines.feed(event)
    lines.close()
    return said


# Figures


def test_figures_count_and_time_what_came() -> None:
    times = iter([10.0, 10.5, 11.0, 12.5])
    figures = Figures(lambda: next(times))
    opening = chunk(choice(role="assistant", content=""))
    usage = chunk(usage={"prompt_tokens": 1234, "completion_tokens": 3, "total_tokens": 1237})
    for event in events(opening, says("a"), says("b"), says("c"), ends(), usage):
        figures.feed(event)
    assert (figures.events, figures.chunks, figures.tokens) == (11, 6, 3)
    assert figures.first_token == 0.5
    assert figures.rate == 1.0
    assert str(figures) == (
        "11 events · 6 chunks · first token 500 ms · 1 tokens/s · 1,234 + 3 tokens used"
    )


def test_figures_say_nothing_of_tokens_that_have_not_come() -> None:
    figures = Figures()
    assert str(figures) == "0 events · 0 chunks"
    figures.add_chunk(ends())
    assert figures.cells() == ("0", "1", "-", "-")


def test_figures_of_one_token_have_no_rate() -> None:
    figures = Figures(iter([0.0, 1.0]).__next__)
    figures.add_chunk(says("a"))
    assert figures.first_token == 1.0
    assert figures.rate is None


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "a"},
        {"refusal": "a"},
        {"tool_calls": [call(0, "{")]},
        {"reasoning_content": "a"},
        {"reasoning": "a"},
    ],
    ids=lambda delta: next(iter(delta)),
)
def test_anything_that_is_said_counts_as_a_token(delta: dict[str, Any]) -> None:
    figures = Figures()
    figures.add_chunk(chunk(choice(**delta)))
    assert figures.tokens == 1


# Control characters


@given(st.text(st.characters(categories=["Cc"])))
def test_no_control_character_reaches_a_terminal(text: str) -> None:
    assert all(character.isprintable() or character == "\n" for character in visible(text))


def test_text_without_control_characters_stays_as_it_is() -> None:
    assert visible("naïve 日本語\n🇫🇷") == "naïve 日本語\n🇫🇷"


# Fields


@given(JSON, st.data())
def test_every_leaf_is_shown_once_and_with_its_final_value(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    places = data.draw(st.lists(st.integers(0, len(text))))
    parser, fields = PartialJSON(), Fields()
    shown: list[tuple[str, object]] = []
    for piece in cut(text, places):
        parser.feed(piece)
        shown += fields.news(parser.view())
    shown += fields.news(json.loads(text), whole=True)
    assert shown == list(leaves(value))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, item in cast("dict[str, Any]", value).items():
            step = f"[{json.dumps(key, ensure_ascii=False)}]"
            if key.isidentifier():
                step = f".{key}" if path else key
            yield from leaves(item, path + step)
    elif isinstance(value, list) and value:
        for place, item in enumerate(cast("list[Any]", value)):
            yield from leaves(item, f"{path}[{place}]")
    else:
        yield path, value


def test_a_field_is_shown_as_soon_as_it_cannot_grow_any_more() -> None:
    fields = Fields("answer")
    shown: list[list[tuple[str, object]]] = []
    parser = PartialJSON()
    for piece in ('{"a": "x', 'y"', ', "b": [1', ", tru", "e, {}", "]", ', "c": nul', 'l, "'):
        parser.feed(piece)
        shown.append(list(fields.news(parser.view())))
    assert shown == [
        [],
        [],
        [("answer.a", "xy")],
        [("answer.b[0]", 1)],
        [("answer.b[1]", True), ("answer.b[2]", {})],
        [],
        [],
        [("answer.c", None)],
    ]


# Trees


def test_a_tree_shows_where_its_value_grows() -> None:
    parser = PartialJSON()
    parser.feed('{"name": "Rome", "sights": ["Forum", "Pan')
    tree = value_tree(Text("City"), parser.view(), growing=True)
    assert drawing(tree) == "City\n├── name Rome\n└── sights\n    ├── [0] Forum\n    └── [1] Pan▌"


def test_a_tree_of_a_whole_value_has_no_cursor() -> None:
    value: dict[str, Any] = {"a": None, "b": [], "c": {}, "d": True, "e": 1.5}
    assert drawing(value_tree(Text("X"), value)) == (
        "X\n├── a null\n├── b []\n├── c {}\n├── d true\n└── e 1.5"
    )


def test_a_tree_with_a_limit_shows_the_end_of_what_is_long() -> None:
    tree = value_tree(Text("X"), {"a": 1, "b": [1, 2, 3, 4], "c": 3}, limit=2)
    assert drawing(tree) == (
        "X\n├── … 1 more\n├── b\n│   ├── … 2 more\n│   ├── [2] 3\n│   └── [3] 4\n└── c 3"
    )


# Answers that are drawn


def test_text_grows_until_it_is_done() -> None:
    answer = Answer()
    seen: list[str] = []
    for event in events(says("Hel"), says("lo\x1b[2J"), ends()):
        answer.feed(event)
        if not seen or seen[-1] != drawn(answer):
            seen.append(drawn(answer))
    assert seen[1:] == ["Hel▌", "Hello␛[2J▌", "Hello␛[2J"]


def test_an_object_fills_in() -> None:
    answer = Answer(format_name="City")
    seen: list[str] = []
    pieces = ('{"na', 'me": "Ro', 'me", "sights"', ": [", '"Forum"]}')
    for event in events(*map(says, pieces), ends(), format=City):
        answer.feed(event)
        if not seen or seen[-1] != drawn(answer):
            seen.append(drawn(answer))
    assert seen[1:] == [
        "City",
        "City\n└── name Ro▌",
        "City\n└── name Rome▌",
        "City\n├── name Rome\n└── sights ▌",
        "City\n├── name Rome\n└── sights\n    └── [0] Forum",
        "City ✓\n├── name Rome\n└── sights\n    └── [0] Forum",
    ]


def test_an_object_that_does_not_fit_is_marked() -> None:
    parts = events(says('{"name": 1}'), ends(), format=City, whole=False)
    assert drawn(fed(Answer(format_name="City"), parts)) == "City ✗\n└── name 1"


def test_text_that_came_instead_of_an_object_is_shown() -> None:
    parts = events(says("Sorry, "), says("no."), format=City, whole=False)
    assert drawn(fed(Answer(format_name="City"), parts)) == "Sorry, no.▌"


def test_tool_calls_grow_and_are_parsed() -> None:
    answer = Answer()
    opened = calls(call(0, '{"city": "Pa', id="c0", name="get_weather"))
    grown = calls(call(0, 'ris", "unit": "c"}'), call(1, "{", id="c1", name="other"))
    parts = events(opened, grown, ends("tool_calls"), tools=TOOLS)
    seen: list[str] = []
    for event in parts:
        answer.feed(event)
        seen.append(drawn(answer))
    assert "get_weather()\n└── city Pa▌" in seen
    assert seen[-1] == (
        "get_weather() ✓\n├── city Paris\n├── unit c\n"
        "└── = GetWeather(city='Paris', unit='c')\n"
        "other() ✓\n└── {"
    )


def test_a_refusal_is_shown_as_one() -> None:
    # Many servers also send an empty content.
    refusing = [chunk(choice(refusal="I ", content="")), chunk(choice(refusal="won't."))]
    assert drawn(fed(Answer(), events(*refusing, whole=False))) == "refusal I won't.▌"
    assert drawn(fed(Answer(), events(*refusing, ends()))) == "refusal I won't."


def test_reasoning_is_shown_before_the_answer() -> None:
    answer = fed(Answer(), events(chunk(choice(reasoning="\nHm,\n\n")), whole=False))
    assert drawn(answer) == "Hm,"
    assert drawn(fed(answer, events(chunk(choice(reasoning="x" * 100)))), rows=1) == "x" * 59
    assert drawn(fed(answer, events(says("Hi"), ends()))).split("\n")[-1] == "Hi"


def test_choices_stand_side_by_side_whichever_comes_first() -> None:
    answer = fed(Answer(choices=2), events(says("one", 1), says("zero", 0), whole=False))
    heading, texts = drawn(answer).splitlines()
    assert heading.split("  ")[0] == "choice 0"
    assert heading.index("choice 1") == texts.index("one▌")
    assert heading.index("choice 0") == texts.index("zero▌")


def test_choices_stand_below_each_other_where_there_is_no_room() -> None:
    answer = fed(Answer(choices=2), events(says("one", 1), says("zero", 0), whole=False))
    assert drawn(answer, width=40) == "choice 0\nzero▌\nchoice 1\none▌"


def test_an_answer_says_why_it_ended_early() -> None:
    assert drawn(fed(Answer(), events(says("Hel"), ends("length")))) == "Hel\nended by: length"
    assert drawn(fed(Answer(), events(ends()))) == "nothing came"


def test_only_the_end_of_a_long_text_is_drawn_while_it_grows() -> None:
    answer = fed(Answer(), events(*map(says, ("x" * 1000, "end")), whole=False))
    assert drawn(answer, rows=2) == "x" * 60 + "\n" + "x" * 56 + "end▌"


def test_an_object_of_thousands_of_items_is_drawn_by_its_end() -> None:
    numbers = json.dumps({"value": list(range(5000))})
    answer = fed(Answer(format_name="numbers"), events(says(numbers), ends(), format=list[int]))
    lines = drawn(answer).splitlines()
    assert len(lines) == ITEM_LIMIT + 2
    assert lines[1] == "├── … 4,800 more"
    assert lines[-1] == "└── [4999] 4999"


def test_log_probabilities_are_not_shown() -> None:
    logprobs = {"content": [token("Hi")], "refusal": None}
    chunks = [chunk(choice(content="Hi", logprobs=logprobs)), ends()]
    assert any(isinstance(event, LogprobsContentDeltaEvent) for event in events(*chunks))
    assert drawn(fed(Answer(), events(*chunks))) == "Hi"
    assert "".join(written(events(*chunks))) == "Hi\n"


# Lines


def test_text_is_written_as_it_comes() -> None:
    assert written(events(says("Hel"), says("lo"), ends())) == ["Hel", "lo", "\n"]


def test_text_that_ends_a_line_is_followed_by_no_empty_one() -> None:
    assert "".join(written(events(says("Hello\n"), ends()))) == "Hello\n"


def test_the_text_of_choices_is_written_by_the_line() -> None:
    chunks = [says("a", 1), says("A\nB", 0), says("b\nc", 1), ends(index=0), ends(index=1)]
    assert "".join(written(events(*chunks), choices=2)) == "[0] A\n[1] ab\n[0] B\n[1] c\n"


def test_a_value_is_written_field_by_field() -> None:
    pieces = ('{"name": "Ro', 'me", "sig', 'hts": ["Forum", "P', 'antheon"]}')
    parts = events(*map(says, pieces), ends(), format=City)
    assert written(parts, format_name="City") == [
        'name = "Rome"\n',
        'sights[0] = "Forum"\n',
        'sights[1] = "Pantheon"\n',
    ]


def test_a_value_that_was_cut_shows_what_had_come() -> None:
    parts = events(says('{"name": "Ro'), format=City, whole=False)
    assert written(parts, format_name="City") == ['name = "Ro" …\n']


def test_text_that_came_instead_of_a_value_is_written() -> None:
    parts = events(says("Sorry, "), says("no."), ends(), format=City, whole=False)
    assert written(parts, format_name="City") == ["Sorry, no.\n"]


def test_a_value_that_is_no_container_is_written_when_it_is_whole() -> None:
    parts = events(says('{"value": "a'), says('b"}'), ends(), format=str)
    assert written(parts, format_name="str") == ['answer = "ab"\n']


def test_a_value_of_many_fields_does_not_fill_the_log() -> None:
    numbers = json.dumps({"value": list(range(10_000))})
    parts = events(*map(says, (numbers[:20_000], numbers[20_000:])), ends(), format=list[int])
    said = written(parts, format_name="numbers")
    assert len(said) == FIELD_LIMIT + 1
    assert said[-1] == "… and more fields\n"


def test_tool_calls_are_written_with_what_they_parse_to() -> None:
    opened = calls(call(0, '{"city": "Paris", "un', id="c0", name="get_weather"))
    grown = calls(call(0, 'it": "c"}'), call(1, "{}", id="c1", name="other"))
    said = written(events(says("Well"), opened, grown, ends("tool_calls"), tools=TOOLS))
    assert "".join(said).splitlines() == [
        "Well",
        'get_weather.city = "Paris"',
        'get_weather.unit = "c"',
        "get_weather = GetWeather(city='Paris', unit='c')",
        "other: {}",
    ]


def test_reasoning_is_not_written_for_where_lines_go_is_for_the_answer() -> None:
    assert written(events(chunk(choice(reasoning="Hm")), says("Hi"))) == ["Hi", "\n"]


def test_a_refusal_is_written_as_one() -> None:
    refusing = [chunk(choice(refusal="I ")), chunk(choice(refusal="won't.")), ends()]
    assert "".join(written(events(*refusing))) == "refusal: I won't.\n"


# Choosing a display


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def console_of(file: io.StringIO, **options: Any) -> Console:
    environment = {"TERM": "xterm", "COLUMNS": "40", "LINES": "6"}
    return Console(file=file, color_system=None, _environ=environment | options)


def test_what_is_no_terminal_gets_lines_whatever_is_asked_of_colours() -> None:
    pipe = io.StringIO()
    with shown(console_of(pipe, FORCE_COLOR="1"), Figures()) as show:
        for event in events(says("Hello"), ends()):
            show(event)
    assert pipe.getvalue() == "Hello\n"


def test_a_dumb_terminal_gets_lines() -> None:
    assert is_live(console_of(Terminal()))
    assert not is_live(console_of(Terminal(), TERM="dumb"))


def test_a_terminal_keeps_the_whole_answer_and_its_figures() -> None:
    screen, figures = Terminal(), Figures()
    with shown(console_of(screen), figures) as show:
        for event in events(*(says(f"line {number}\n") for number in range(20)), ends()):
            figures.feed(event)
            show(event)
    assert all(f"line {number}\n" in screen.getvalue() for number in range(20))
    assert "42 events · 21 chunks" in screen.getvalue()


def test_a_terminal_keeps_what_came_before_a_failure() -> None:
    screen = Terminal()

    def fail() -> None:
        with shown(console_of(screen), Figures()) as show:
            for event in events(says("Hello"), whole=False):
                show(event)
            raise OSError("lost")

    with pytest.raises(OSError, match="lost"):
        fail()
    assert "Hello▌" in screen.getvalue()


def test_a_growing_answer_is_never_taller_than_its_terminal() -> None:
    console = console_of(Terminal())
    answer = fed(Answer(), events(*(says(f"line {number}\n") for number in range(20)), whole=False))
    frame = Frame(answer, Figures())
    lines = "".join(part.text for part in console.render(frame)).splitlines()
    assert len(lines) < 6
    assert lines[-2:] == ["▌", "0 events · 0 chunks"]
    assert lines[-3] == "line 19"
