"""``partial_parse`` and ``tool_arg_parse`` after ``observe``: common events come out parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import reactivex as rx
from pydantic import BaseModel

from streamkit import ParseError, pydantic_function_tool
from streamkit import operators as ops
from streamkit.events import AttemptResetEvent
from tests.chat_chunks import call, calls, ends, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable


class A(BaseModel):
    a: int


TOOLS = [pydantic_function_tool(A, name="f")]


def taken(
    operator: Callable[[Observable[Any]], Observable[Any]], *chunks: Any
) -> tuple[list[Any], list[Exception]]:
    """Return the events of chunks after an operator, and the errors."""
    events: list[Any] = []
    errors: list[Exception] = []
    source = rx.of(*chunks).pipe(ops.chat_events(), operator)
    source.subscribe(events.append, errors.append)
    return events, errors


def test_content_is_parsed_while_it_grows_and_when_it_is_whole() -> None:
    events, errors = taken(ops.partial_parse(A), says('{"a":'), says(" 1}"), ends())
    parsed = [event.parsed for event in events if event.type.startswith("content.")]
    assert parsed == [{}, {"a": 1}, A(a=1)]
    assert errors == []


def test_arguments_are_parsed_while_they_grow_and_when_they_are_whole() -> None:
    chunks = [calls(call(0, '{"a":', id="c", name="f")), calls(call(0, " 1}")), ends("tool_calls")]
    events, errors = taken(ops.tool_arg_parse(TOOLS), *chunks)
    parsed = [event.parsed_arguments for event in events if event.type.startswith("tool_calls.")]
    assert parsed == [{}, {"a": 1}, A(a=1)]
    assert errors == []


def test_all_other_events_pass_untouched() -> None:
    chunks = [says('{"a": 1}'), ends()]
    plain: list[Any] = []
    rx.of(*chunks).pipe(ops.chat_events()).subscribe(plain.append)
    events, _ = taken(ops.tool_arg_parse(TOOLS), *chunks)
    assert [event.type for event in events] == [event.type for event in plain]


def test_content_that_does_not_fit_is_an_error_after_the_last_event() -> None:
    events, errors = taken(ops.partial_parse(A), says("{}"), ends())
    assert events[-1].type == "finish"
    assert [type(error) for error in errors] == [ParseError]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_content_that_was_cut_short_need_not_fit(reason: str) -> None:
    events, errors = taken(ops.partial_parse(A), says('{"a":'), ends(reason))
    done = events[-2]
    assert (done.type, done.parsed, errors) == ("content.done", None, [])


def test_one_choice_that_was_cut_short_excuses_no_other() -> None:
    chunks = [says("{", 0), says("{}", 1), ends("length", 0), ends("stop", 1)]
    _, errors = taken(ops.partial_parse(A), *chunks)
    assert [error.content for error in errors if isinstance(error, ParseError)] == ["{}"]


def test_an_attempt_that_is_void_leaves_no_error() -> None:
    events: list[Any] = []
    errors: list[Exception] = []
    failed, whole = (
        rx.of(*chunks).pipe(ops.chat_events())
        for chunks in ([says("{}"), ends()], [says('{"a": 1}'), ends()])
    )
    reset = rx.just(AttemptResetEvent(2, 0, OSError("lost")))
    rx.concat(failed, reset, whole).pipe(ops.partial_parse(A)).subscribe(
        events.append, errors.append
    )
    assert errors == []
    assert events[-2].parsed == A(a=1)
