"""An answer is the same in the common vocabulary of every protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import APIError, Final, FinalToolCall, StreamTruncatedError, read
from streamkit.errors import LengthFinishReasonError
from tests.families.common.answers import ANSWERS, Answer, Person
from tests.families.common.protocols import PROTOCOLS, TOOLS, Protocol
from tests.families.common.taking import TAKES, Take, by_channel
from tests.http_server import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS),
    pytest.mark.diagonal,
]

ways = pytest.mark.parametrize("take", TAKES.values(), ids=TAKES)
answers = pytest.mark.parametrize(
    "answer", [ANSWERS[name] for name in ANSWERS if name != "cut short"], ids=[*ANSWERS][:-1]
)
TEXT = ANSWERS["text"]


def pieces(type: str, name: str, texts: Any, **fields: Any) -> Iterator[dict[str, Any]]:
    """Yield what the events of a text say: each piece, and the whole."""
    whole = ""
    for text in texts:
        whole += text
        yield {"type": f"{type}.delta", "delta": text, "snapshot": whole, **fields}
    yield {"type": f"{type}.done", name: whole, **fields}


def arguments(id: str, index: int, texts: Any) -> Iterator[dict[str, Any]]:
    """Yield what the events of a call say: an empty piece, each piece, and the whole."""
    call = {"index": index, "name": "greet", "tool_call_id": id}
    type, whole = "tool_calls.function.arguments", ""
    for text in ("", *texts):
        whole += text
        said = {"arguments_delta": text, "arguments": whole}
        yield {"type": f"{type}.delta", **call, **said}
    yield {"type": f"{type}.done", **call, "arguments": whole}


def expected(answer: Answer, *, refuses_with: str = "stop") -> dict[Any, list[Any]]:
    """Return what the events of an answer say, without what is parsed."""
    channels: dict[Any, list[Any]] = {}
    if answer.reasoning:
        channels["reasoning", None] = [*pieces("reasoning", "reasoning", answer.reasoning)]
    if answer.text:
        channels["content", None] = [*pieces("content", "content", answer.text)]
    if answer.refusal:
        channels["refusal", None] = [{"type": "refusal.done", "refusal": answer.refusal}]
    for index, (id, texts) in enumerate(answer.calls.items()):
        channels["tool_calls.function.arguments", id] = [*arguments(id, index, texts)]
    reason = refuses_with if answer.refusal else answer.reason
    channels["", None] = [{"type": "finish", "reason": reason}]
    return channels


def without_parsed(channels: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
    for said in (said for channel in channels.values() for said in channel):
        said.pop("parsed", None)
        said.pop("parsed_arguments", None)
    return channels


def format_of(answer: Answer) -> Any:
    return Person if answer is ANSWERS["structured"] else None


@ways
@answers
def test_the_events_say_the_same(protocol: Protocol, take: Take, answer: Answer) -> None:
    taken = take(protocol, protocol.script(answer), format=format_of(answer), tools=TOOLS)
    assert taken.completed
    reason = "content_filter" if protocol is PROTOCOLS["messages"] else "stop"
    channels = without_parsed(by_channel(taken.items))
    assert channels == expected(answer, refuses_with=reason)


@pytest.mark.parametrize("size", [1, 7, 64])
@answers
def test_any_cut_of_the_bytes_gives_the_same_events(
    protocol: Protocol, answer: Answer, size: int
) -> None:
    family: Any = next(name for name, each in PROTOCOLS.items() if each is protocol)
    wire = b"".join(protocol.frames(answer))
    pieces = [wire[start : start + size] for start in range(0, len(wire), size)]
    at_once = read([wire], family, format=format_of(answer), tools=TOOLS)
    assert by_channel(read(pieces, family, format=format_of(answer), tools=TOOLS)) == by_channel(
        at_once
    )


@ways
def test_usage_is_counted_alike(protocol: Protocol, take: Take) -> None:
    taken = take(protocol, protocol.script(TEXT), format=None)
    usages = [event.usage for event in taken.items if event.type == "usage"]
    assert usages[-1] == TEXT.usage


@ways
def test_values_are_parsed_alike(protocol: Protocol, take: Take) -> None:
    script = protocol.script(ANSWERS["structured"])
    taken = take(protocol, script, format=Person)
    parsed = [event.parsed for event in taken.items if event.type.startswith("content.")]
    assert parsed == [{}, {"name": "Ada"}, {"name": "Ada"}, Person(name="Ada")]
    assert type(parsed[-1]) is Person


@ways
def test_arguments_are_parsed_alike(protocol: Protocol, take: Take) -> None:
    taken = take(protocol, protocol.script(ANSWERS["calls"]), format=None, tools=TOOLS)
    parsed = [
        event.parsed_arguments for event in taken.items if event.type.endswith("arguments.done")
    ]
    assert parsed == [Person(name="Ada"), Person(name="Bo")]


@ways
def test_parts_are_kept_apart(protocol: Protocol, take: Take) -> None:
    taken = take(protocol, protocol.script(ANSWERS["calls"]), format=None, tools=TOOLS)
    parts: dict[Any, set[str]] = {}
    for event in taken.items:
        if hasattr(event, "tool_call_id"):
            parts.setdefault(event.part, set()).add(event.tool_call_id)
    assert sorted(map(sorted, parts.values())) == [["call_1"], ["call_2"]]


def final_of(answer: Answer, protocol: Protocol) -> Final[Any]:
    structured = answer is ANSWERS["structured"]
    blocked = answer.refusal and protocol is PROTOCOLS["messages"]
    calls = [
        FinalToolCall(id, "greet", "".join(texts), Person.model_validate_json("".join(texts)))
        for id, texts in answer.calls.items()
    ]
    return Final(
        answer.content,
        "".join(answer.reasoning),
        answer.refusal,
        Person(name="Ada") if structured else None,
        calls,
        answer.usage,
        "content_filter" if blocked else answer.reason,
        None,
    )


@answers
def test_the_final_answer_is_the_same(protocol: Protocol, answer: Answer) -> None:
    asked = protocol.asked(format_of(answer), tools=TOOLS)
    with ScriptedServer(protocol.script(answer)) as server, protocol.open(server) as client:
        with protocol.resource(client).stream(**asked) as stream:
            final = stream.get_final()

    async def main() -> Any:
        async with protocol.open_async(server) as client:
            async with protocol.resource(client).stream(**asked) as stream:
                return await stream.get_final()

    with ScriptedServer(protocol.script(answer)) as server:
        again = asyncio.run(main())
    for each in (final, again):
        fields = {name: getattr(each, name) for name in Final.__struct_fields__ if name != "raw"}
        assert Final(**fields, raw=None) == final_of(answer, protocol)


@answers
def test_common_events_of_a_stream_are_those_of_observe(protocol: Protocol, answer: Answer) -> None:
    asked = protocol.asked(format_of(answer), tools=TOOLS)
    pushed: list[Any] = []
    pulled: list[Any] = []
    awaited: list[Any] = []
    with ScriptedServer(protocol.script(answer)) as server, protocol.open(server) as client:
        protocol.resource(client).observe(**asked).subscribe(pushed.append)
        with protocol.resource(client).stream(**asked) as stream:
            pulled.extend(stream.common)

    async def main() -> None:
        async with protocol.open_async(server) as client:
            async with protocol.resource(client).stream(**asked) as stream:
                async for event in stream.common:
                    awaited.append(event)  # noqa: PERF401 - what came before an error counts

    with ScriptedServer(protocol.script(answer)) as server:
        asyncio.run(main())
    said = [(event.type, event.part) for event in pushed]
    assert [(event.type, event.part) for event in pulled] == said
    assert [(event.type, event.part) for event in awaited] == said
    assert by_channel(pulled) == by_channel(awaited) == by_channel(pushed)


@ways
def test_a_cut_is_an_error_with_the_text_so_far(protocol: Protocol, take: Take) -> None:
    taken = take(protocol, protocol.cut(TEXT), format=None)
    assert isinstance(taken.error, StreamTruncatedError)
    assert protocol.text(taken.error.partial) == TEXT.content
    assert "finish" not in [event.type for event in taken.items]


@ways
def test_an_error_in_mid_stream_comes_after_the_events_before_it(
    protocol: Protocol, take: Take
) -> None:
    taken = take(protocol, protocol.failing(TEXT), format=None)
    assert isinstance(taken.error, APIError)
    assert "sorry" in str(taken.error)
    assert protocol.text(taken.error.partial) == TEXT.content
    deltas = [event.delta for event in taken.items if event.type == "content.delta"]
    assert deltas == TEXT.text


@ways
def test_an_answer_that_ran_out_of_tokens_is_an_error_after_its_events(
    protocol: Protocol, take: Take
) -> None:
    taken = take(protocol, protocol.script(ANSWERS["cut short"]), format=Person)
    assert isinstance(taken.error, LengthFinishReasonError)
    kinds = [event.type for event in taken.items]
    assert "content.done" in kinds
    finishes = [event.reason for event in taken.items if event.type == "finish"]
    assert finishes == ["length"]
    assert taken.items[-1].type in {"finish", "usage"}


def test_a_refusal_after_some_text_is_a_part_of_its_own(protocol: Protocol) -> None:
    answer = Answer(text=["Well"], refusal="No.")
    seen: list[Any] = []
    with ScriptedServer(protocol.script(answer)) as server, protocol.open(server) as client:
        protocol.resource(client).observe(**protocol.asked(None)).subscribe(seen.append)
    parts = {event.type: event.part for event in seen}
    if protocol is PROTOCOLS["chat"]:  # whose parts are the choices
        assert parts["content.done"] == parts["refusal.done"]
    else:
        assert parts["content.done"] != parts["refusal.done"]
