"""Streams as the API sends them, with the request, the chunks and the cuts of the network.

Choices open in order and then take turns, one a chunk; each ends in a chunk with its finish reason
alone, and the usage comes last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from tests.differential.answers import (
    Answer,
    content,
    cut_short,
    misfit_texts,
    names,
    people_texts,
    reasoned,
    refusals,
    solution_texts,
    texts,
    tool_calls,
)
from tests.differential.models import MathResponse, Person, tools_of
from tests.differential.wire import (
    HEADING,
    LINE_FEEDS,
    Framing,
    chunk,
    cut,
    delta,
    sse,
    without_other_choices,
)

__all__ = ["IN_ANY_ORDER", "KINDS", "Streamed"]


@dataclass(frozen=True, repr=False)
class Streamed:
    """A request and the stream that answers it."""

    chunks: Sequence[Mapping[str, Any]]
    format: Any = None
    has_tools: bool = False
    n: int = 1
    framing: Framing = LINE_FEEDS
    sizes: Sequence[int] = (1 << 16,)

    def __repr__(self) -> str:
        """Return a text short enough for a report, with only the differences between chunks."""
        said = [json.dumps(_news(chunk)) for chunk in self.chunks]
        request = f"format={self.format}, has_tools={self.has_tools}, n={self.n}"
        return "\n".join((f"{request}, {self.framing}, sizes={self.sizes}", *said))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        # Hypothesis prints examples with this method.
        printer.text(repr(self))

    @property
    def pieces(self) -> Iterator[bytes]:
        """Return the body in the pieces that the network delivers."""
        return cut(sse(self.chunks, self.framing), self.sizes)

    def alone(self, index: int) -> Streamed:
        """Return the stream as it would be without the other choices."""
        return replace(self, chunks=without_other_choices(self.chunks, index), n=1)

    def params(self, package: ModuleType) -> dict[str, Any]:
        """Return the parameters of ``stream()`` of ``package``, which is openai or streamkit."""
        params: dict[str, Any] = {"model": "test-model", "messages": [], "n": self.n}
        if self.format is not None:
            params["response_format"] = self.format
        if self.has_tools:
            params["tools"] = tools_of(package)
        return params


@st.composite
def streams(
    draw: st.DrawFn,
    answers: st.SearchStrategy[Answer],
    *,
    format: Any = None,
    has_tools: bool = False,
    n: int = 3,
    in_order: bool = True,
) -> Streamed:
    choices = draw(st.lists(answers, min_size=1, max_size=n))
    with_usage = draw(st.booleans())
    heading: dict[str, Any] = {"service_tier": "default"} if draw(st.booleans()) else {}
    if with_usage:
        heading["usage"] = None
    indices = list(range(len(choices)))
    opening = indices if in_order else draw(st.permutations(indices))
    chunks = [
        chunk(said_of, **heading, obfuscation="x" * (number % 5))
        for number, said_of in enumerate(_mixed(choices, opening, draw(turns)))
    ]
    if with_usage:
        chunks.append(chunk(**{**heading, "usage": draw(usages)}))
    return Streamed(chunks, format, has_tools, len(choices), draw(framings), draw(network_cuts))


turns = st.lists(st.integers(0, 2), min_size=1, max_size=6)
network_cuts = st.lists(st.integers(1, 4), max_size=3).map(lambda small: [*small, 1009])
framings = st.builds(
    Framing,
    newline=st.sampled_from(["\n", "\r\n"]),
    space=st.sampled_from([" ", ""]),
    ascii_only=st.booleans(),
    comment_every=st.integers(0, 3),
)
tokens = st.integers(0, 10**6)
usages = st.fixed_dictionaries(
    {
        "prompt_tokens": tokens,
        "completion_tokens": tokens,
        "total_tokens": tokens,
        "prompt_tokens_details": st.none()
        | st.fixed_dictionaries({"cached_tokens": tokens, "audio_tokens": tokens}),
    }
)


def _mixed(
    choices: Sequence[Answer], opening: Sequence[int], turns: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield the choices of all chunks, one choice at a time."""
    left = [list(_said_of(index, choices[index])) for index in opening]
    for parts in left:
        yield parts.pop(0)
    for turn in cycle(turns):
        left = [parts for parts in left if parts]
        if not left:
            return
        yield left[turn % len(left)].pop(0)


def _said_of(index: int, answer: Answer) -> Iterator[dict[str, Any]]:
    for part in answer.parts:
        yield {**delta(index, **part.message), "logprobs": part.logprobs}
    yield delta(index, answer.finish_reason)


def _news(chunk: Mapping[str, Any]) -> dict[str, Any]:
    known = {*HEADING, "service_tier", "obfuscation"}
    return {name: value for name, value in chunk.items() if value and name not in known}


answers_of_all_kinds = st.one_of(
    content(people_texts), refusals, tool_calls(preambles=st.just("") | people_texts)
)

KINDS: Mapping[str, st.SearchStrategy[Streamed]] = {
    "text": streams(content(texts)),
    "structured": st.one_of(
        streams(content(people_texts), format=Person, n=2),
        streams(content(solution_texts), format=MathResponse, n=2),
    ),
    "refused": streams(content(people_texts) | refusals, format=Person, n=2),
    "json mode": streams(
        content(people_texts | solution_texts), format={"type": "json_object"}, n=2
    ),
    "reasoned": streams(reasoned(answers_of_all_kinds), format=Person, has_tools=True, n=2),
    "tools": streams(tool_calls(preambles=st.just("") | names), has_tools=True),
    "of all kinds": streams(answers_of_all_kinds, format=Person, has_tools=True),
    "cut short, nothing to parse": streams(cut_short(content(texts) | refusals)),
    "cut short": st.one_of(
        streams(cut_short(answers_of_all_kinds), format=Person, has_tools=True),
        streams(answers_of_all_kinds | cut_short(answers_of_all_kinds), format=Person),
    ),
    "misfits": streams(content(misfit_texts), format=Person, n=1),
}
"""The kinds of streams by name."""

IN_ANY_ORDER = streams(answers_of_all_kinds, format=Person, has_tools=True, in_order=False)
"""Streams whose choices open in any order, on which the peer fails (C01, C02)."""
