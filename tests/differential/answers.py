"""The possible answers of a model in one choice, and their pieces: one strategy for each kind.

Each answer opens with its role. Other behaviour of real servers is in the files test_*_defects.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from hypothesis import strategies as st
from pydantic import BaseModel

from tests.differential.models import GetTime, GetWeather, Kind, MathResponse, Person, Step
from tests.differential.wire import cut

__all__ = [
    "Answer",
    "Part",
    "content",
    "cut_short",
    "misfit_texts",
    "names",
    "people_texts",
    "reasoned",
    "refusals",
    "solution_texts",
    "texts",
    "tool_calls",
]

Draw: TypeAlias = st.DrawFn


@dataclass(frozen=True)
class Part:
    """The part of a choice in one chunk."""

    message: Mapping[str, Any]
    logprobs: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """One choice: its parts in order, and its finish reason."""

    parts: Sequence[Part]
    finish_reason: str = "stop"


# The texts: short ones, with letters that some program cannot handle.

HARD = [
    "Hello",
    " ",
    "8x = -29",
    '"',
    "\\",
    "\n",
    "{}",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "caf\u00e9",
    "日本語",
    "\U0001d54f",
    "\U0001f468\u200d\U0001f469",
    "\U0001f1eb\U0001f1f7",
]
words = st.lists(st.sampled_from(HARD), min_size=1, max_size=6).map("".join)
texts = words | st.text(min_size=1, max_size=20)
names = st.sampled_from(HARD) | st.text(max_size=6)
integers = st.integers(-(10**6), 10**20)
numbers = st.sampled_from([0.5, -12.25, 1e-7, 1.7976931348623157e308, -0.0, 20.0]) | st.floats(
    allow_nan=False, allow_infinity=False
)
people: st.SearchStrategy[Person] = st.builds(
    Person,
    name=names,
    born=st.none() | integers,
    alive=st.booleans(),
    tags=st.lists(names, max_size=2),
    scores=st.lists(numbers, max_size=2),
    kind=st.sampled_from(Kind),
    grid=st.lists(st.lists(integers, max_size=2), max_size=2),
    friend=st.none(),
)
friends = st.tuples(people, st.none() | people).map(
    lambda pair: pair[0].model_copy(update={"friend": pair[1]})
)
solutions = st.builds(
    MathResponse,
    steps=st.lists(st.builds(Step, explanation=texts, output=names), max_size=2),
    final_answer=texts,
)


def written(value: Any) -> st.SearchStrategy[str]:
    """Draw the JSON text of a value in one of the ways in which models write it."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return st.sampled_from(
        [
            json.dumps(plain, separators=(",", ":")),
            json.dumps(plain, ensure_ascii=False),
            json.dumps(plain, ensure_ascii=False, indent=2),
        ]
    )


# The pieces: a few letters each, and sometimes none.


def pieces(text: str) -> st.SearchStrategy[list[str]]:
    sizes = st.lists(st.integers(0, 12), max_size=4)
    return sizes.map(lambda small: list(cut(text, [*small, 41])))


def logprobs_of(field: str, piece: str, top: int) -> dict[str, Any]:
    token = {"token": piece, "logprob": -len(piece) / 3, "bytes": list(piece.encode())}
    others = [{**token, "logprob": -float(rank)} for rank in range(top)]
    other_field = "refusal" if field == "content" else "content"
    return {field: [{**token, "top_logprobs": others}], other_field: None}


@st.composite
def said(draw: Draw, field: str, text: str) -> Answer:
    """Draw an answer whose ``field`` (content or refusal) contains the text."""
    top = draw(st.none() | st.integers(0, 2))
    opening: dict[str, str | None] = {"content": None, "refusal": None} | {field: ""}
    parts = [Part({"role": "assistant", **opening})]
    for piece in draw(pieces(text)):
        logprobs = logprobs_of(field, piece, top) if piece and top is not None else None
        parts.append(Part({field: piece}, logprobs))
    return Answer(parts)


def content(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Answer]:
    return texts.flatmap(lambda text: said("content", text))


refusals = texts.flatmap(lambda text: said("refusal", text))

people_texts = friends.flatmap(written)
solution_texts = solutions.flatmap(written)

calls = st.one_of(
    st.builds(GetWeather, city=names, unit=st.sampled_from(["c", "f"]), days=integers)
    .flatmap(written)
    .map(lambda arguments: ("GetWeather", arguments)),
    st.builds(GetTime, city=names).flatmap(written).map(lambda arguments: ("get_time", arguments)),
    st.fixed_dictionaries({"cities": st.lists(names, max_size=2)})
    .flatmap(written)
    .map(lambda arguments: ("list_cities", arguments)),
    # The other tools have no strict schema: arguments may be no JSON, and a tool may not exist.
    texts.map(lambda arguments: ("take_note", arguments)),
    texts.map(lambda arguments: ("no_such_tool", arguments)),
)


@st.composite
def tool_calls(draw: Draw, preambles: st.SearchStrategy[str]) -> Answer:
    parts = [Part({"role": "assistant", "content": None})]
    if preamble := draw(preambles):
        parts += [Part({"content": piece}) for piece in draw(pieces(preamble))]
    for index, (name, arguments) in enumerate(draw(st.lists(calls, min_size=1, max_size=3))):
        function = {"name": name, "arguments": ""}
        opening = {"index": index, "id": f"call_{index}", "type": "function", "function": function}
        parts.append(Part({"tool_calls": [opening]}))
        for piece in draw(pieces(arguments)):
            fragment = {"index": index, "function": {"arguments": piece}}
            parts.append(Part({"tool_calls": [fragment]}))
    return Answer(parts, "tool_calls")


@st.composite
def reasoned(draw: Draw, answers: st.SearchStrategy[Answer]) -> Answer:
    """Draw an answer with reasoning before and within it, under one of its two names, or both."""
    answer = draw(answers)
    fields = draw(
        st.sampled_from([["reasoning_content"], ["reasoning"], ["reasoning_content", "reasoning"]])
    )
    opening, *parts = answer.parts
    for piece in draw(pieces(draw(texts))):
        place = draw(st.integers(0, len(parts)))
        parts.insert(place, Part(dict.fromkeys(fields, piece)))
    return replace(answer, parts=[opening, *parts])


@st.composite
def cut_short(draw: Draw, answers: st.SearchStrategy[Answer]) -> Answer:
    answer = draw(answers)
    length = draw(st.integers(1, len(answer.parts)))
    return Answer(answer.parts[:length], draw(st.sampled_from(["length", "content_filter"])))


def without_a_field(person: Person) -> st.SearchStrategy[str]:
    said_of = person.model_dump(mode="json")
    fields = st.sampled_from(sorted(said_of))
    return fields.map(lambda field: {**said_of, field: {"not": "this"}}).flatmap(written)


misfit_texts = friends.flatmap(without_a_field)
