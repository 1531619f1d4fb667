"""``until`` passes events on, and ends the stream once a value is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from reactivex import operators as rx_operators

from streamkit import OpenAI
from streamkit import operators as ops
from streamkit._core.json.path import Path
from streamkit.operators import pipe, until
from streamkit.operators.until import UntilMachine
from tests.chat_chunks import run
from tests.http_server import Do, ScriptedServer
from tests.operators.texts import call_events, events
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from tests.conftest import Marbles

PIECES = {"o": '{"a":"', "x": "x", "e": '"', "n": ',"n":1', "c": "}"}
NAMES = {text: letter for letter, text in PIECES.items()}


def letters(path: str) -> Any:
    return pipe(
        rx_operators.map(PIECES.__getitem__),
        until(path),
        rx_operators.map(NAMES.__getitem__),
    )


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        pytest.param("a", "--o--x--e--n--c--|", "--o--x--(e,|)", id="a string"),
        pytest.param("n", "--o--x--e--n--c--|", "--o--x--e--n--(c,|)", id="a number"),
        pytest.param(
            "b", "--o--x--e--n--c--|", "--o--x--e--n--c--|", id="a value that never comes"
        ),
        pytest.param("a", "--|", "--|", id="empty"),
        pytest.param("a", "-----", "-----", id="never"),
        pytest.param("a", "--o--x--#", "--o--x--#", id="error"),
    ],
)
def test_the_stream_ends_with_the_value(
    marbles: Marbles, path: str, source: str, expected: str
) -> None:
    marbles(source, letters(path), expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--o--x--e--|", letters("a"), "--o--x-", until="-------!")


def test_the_arguments_of_a_tool_can_end_it() -> None:
    inputs = call_events("search", ['{"q": "a"', ', "r": "b"}'])
    passed = run(UntilMachine([Path.of("q")], tool="search"), inputs)
    assert passed == inputs  # run() goes on; ``done`` ends an operator
    machine = UntilMachine([Path.of("q")], tool="search")
    seen = [event for event in inputs if not machine.done and machine.feed(event)]
    assert seen[-1].type == "tool_calls.function.arguments.delta"
    assert seen[-1].arguments == '{"q": "a"'


def test_other_texts_do_not_end_it() -> None:
    machine = UntilMachine([Path.of("q")])
    run(machine, call_events("search", ['{"q": "a"}']))
    assert not machine.done
    run(machine, events(['{"q": "a"}']))
    assert machine.done


def test_the_server_sees_that_no_more_is_wanted() -> None:
    body = stream(part('{"a": "x'), part('", "b"'), end=[Do.HOLD])
    seen: list[Any] = []
    with ScriptedServer(body) as server:
        with OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
            client.chat.completions.observe(model="m", messages=[]).pipe(ops.until("a")).subscribe(
                seen.append, on_completed=lambda: seen.append("done")
            )
        assert server.hung_up.wait(10)
    assert seen[-1] == "done"
    assert seen[-2].snapshot == '{"a": "x", "b"'
