"""``gate`` holds text back until a check lets it pass."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Subject

from streamkit import AsyncOpenAI, TextWithheldError, iterate
from streamkit import operators as ops
from streamkit.events import AttemptResetEvent
from streamkit.operators import gate
from streamkit.operators.gate import WindowsMachine
from tests.chat_chunks import cut, run
from tests.http_server import Do, ScriptedServer
from tests.operators.texts import events
from tests.sse_bodies import part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from tests.conftest import Marbles

RESET = AttemptResetEvent(2, 0, OSError("lost"))


def harmless(text: str) -> bool:
    return "bad" not in text


async def harmless_later(text: str) -> bool:
    await asyncio.sleep(0)
    return "bad" not in text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("-a-b------|", "---(a,b)--|", id="happy"),
        pytest.param("-a-b------c-|", "---(a,b)----(c,|)", id="the rest of a text"),
        pytest.param("-|", "-|", id="empty"),
        pytest.param("---", "---", id="never"),
        pytest.param("-a-b------c-#", "---(a,b)----#", id="error"),
    ],
)
def test_a_window_passes_as_a_whole(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, gate(harmless, window=2), expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("-a-b------c-d-|", gate(harmless, window=2), "---(a,b)---", until="-----------!")


def outcome(pieces: list[Any], check: Callable[[str], Any], window: int) -> tuple[list[Any], Any]:
    """Return what passes, and the error."""

    async def main() -> tuple[list[Any], Any]:
        passed: list[Any] = []
        try:
            async for each in iterate(reactivex.of(*pieces).pipe(gate(check, window=window))):
                passed.append(each)  # noqa: PERF401 - items before an error count
        except Exception as error:  # noqa: BLE001 - it is the result
            return passed, error
        return passed, None

    return asyncio.run(main())


CHECKS = pytest.mark.parametrize("check", [harmless, harmless_later], ids=["sync", "async"])


@CHECKS
def test_what_a_check_refuses_is_not_emitted(check: Callable[[str], Any]) -> None:
    passed, error = outcome(["good", "bad", "more"], check, 3)
    assert passed == ["good"]
    assert isinstance(error, TextWithheldError)
    assert "bad" in error.content
    assert "bad" not in str(error)


@CHECKS
@given(st.lists(st.integers(0, 40), max_size=8), st.integers(3, 30))
def test_no_cut_hides_a_word_from_the_check(
    check: Callable[[str], Any], places: list[int], window: int
) -> None:
    text = "all of this is good, and this is bad, so"
    passed, error = outcome(cut(text, sorted(places)), check, window)
    assert isinstance(error, TextWithheldError)
    assert "bad" not in "".join(passed)


@CHECKS
def test_everything_else_keeps_its_place(check: Callable[[str], Any]) -> None:
    answer = events([*"abcdef"])
    passed, error = outcome(answer, check, 4)
    assert (passed, error) == (answer, None)


def test_events_wait_for_the_text_before_them() -> None:
    windows = run(WindowsMachine(2), events([*"abc"]))
    assert [[each.type for each in window.events] for window in windows] == [
        ["chunk"],
        ["content.delta", "chunk", "content.delta"],
        ["chunk"],
        ["content.delta", "chunk", "content.done"],
    ]
    assert [window.texts for window in windows] == [[], ["ab"], [], ["abc"]]


def test_choices_are_checked_each_by_itself() -> None:
    one, other = (
        [event for event in events([*text], index) if event.type == "content.delta"]
        for index, text in enumerate(("bd", "ax"))
    )
    passed, error = outcome([one[0], other[0], one[1], other[1]], harmless, 2)
    assert (len(passed), error) == (4, None)


def test_a_new_attempt_begins_anew() -> None:
    windows = run(WindowsMachine(3), ["b", "a", RESET, "d"])
    assert [window.texts for window in windows] == [[], ["d"]]
    assert [[*window.events] for window in windows] == [[RESET], ["d"]]


@pytest.mark.parametrize("fails", [OSError("check"), None])
def test_an_error_of_the_check_arrives_as_one(fails: Exception | None) -> None:
    def check(_: str) -> bool:
        if fails is not None:
            raise fails
        return False

    source: Subject[str] = Subject()
    failed: list[Exception] = []
    source.pipe(gate(check, window=1)).subscribe(on_error=failed.append)
    source.on_next("a")
    assert failed == [fails] if fails else isinstance(failed[0], TextWithheldError)
    assert source.observers == []


def test_each_subscription_holds_for_itself() -> None:
    source: Subject[str] = Subject()
    gated: Observable[str] = source.pipe(gate(harmless, window=2))
    seen: list[list[str]] = [[], []]
    gated.subscribe(seen[0].append)
    source.on_next("a")
    second = gated.subscribe(seen[1].append)
    source.on_next("b")
    second.dispose()
    source.on_next("cd")
    assert seen == [["a", "b", "cd"], []]


def test_a_refusal_hangs_up() -> None:
    async def main(url: str) -> None:
        async with AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as client:
            answer = client.chat.completions.observe(model="m", messages=[])
            async for _ in iterate(answer.pipe(ops.text(), gate(harmless_later, window=3))):
                pass

    with ScriptedServer(stream(part("bad"), end=[Do.HOLD])) as server:
        with pytest.raises(TextWithheldError):
            asyncio.run(main(server.url))
        assert server.hung_up.wait(10)


def test_a_check_whose_awaitable_nobody_awaits_lets_nothing_pass() -> None:
    seen: list[Any] = []

    def check(text: str) -> Any:  # hides that it is one of coroutines
        return harmless_later(text)

    reactivex.of("bad").pipe(gate(check, window=1)).subscribe(seen.append, seen.append)
    assert [type(each) for each in seen] == [TypeError]


def test_a_window_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="window must be at least 1"):
        gate(harmless, window=0)
