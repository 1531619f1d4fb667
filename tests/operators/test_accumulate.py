from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit.errors import APIError
from streamkit.families.chat.accumulator import Accumulator
from streamkit.operators import accumulate, pipe
from tests.chat_chunks import cut, ends, run, says

if TYPE_CHECKING:
    from streamkit.events import ChunkEvent
    from tests.conftest import Marbles


def content(event: ChunkEvent) -> str | None:
    return event.snapshot.choices[0].message.content


CONTENT_SO_FAR = pipe(rx_operators.map(says), accumulate(), rx_operators.map(content))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--H---i---|", "--H---Hi--|", id="some"),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--H--#", "--H--#", id="error"),
    ],
)
def test_each_chunk_is_emitted_with_the_completion_so_far(
    marbles: Marbles, source: str, expected: str
) -> None:
    marbles(source, CONTENT_SO_FAR, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--H---i---|", CONTENT_SO_FAR, "--H---", until="-----!")


def test_an_event_holds_the_chunk_as_it_came() -> None:
    chunk = says("H")
    (event,) = Accumulator().feed(chunk)
    assert event.chunk is chunk


def test_an_error_of_the_stream_carries_what_had_arrived() -> None:
    errors: list[Exception] = []
    source = rx.concat(rx.of(says("H"), says("i")), rx.throw(APIError("overloaded")))
    source.pipe(accumulate()).subscribe(on_error=errors.append)
    (error,) = errors
    assert isinstance(error, APIError)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "Hi"


def test_what_an_error_carries_already_is_left_to_it() -> None:
    first, second = Accumulator(), Accumulator()
    first.feed(says("first"))
    second.feed(says("second"))
    error = APIError("overloaded")
    first.fail(error)
    second.fail(error)
    assert error.completion is not None
    assert error.completion.choices[0].message.content == "first"


def test_other_errors_pass_as_they_are() -> None:
    errors: list[Exception] = []
    error = OSError("lost")
    rx.throw(error).pipe(accumulate()).subscribe(on_error=errors.append)
    assert errors == [error]
    assert not hasattr(error, "completion")


@given(text=st.text(), places=st.lists(st.integers(0, 40), max_size=8))
def test_any_cut_of_the_text_adds_up_to_the_same_completion(text: str, places: list[int]) -> None:
    chunks = [*map(says, cut(text, places)), ends()]
    last = run(Accumulator(), chunks)[-1]
    assert last.snapshot == run(Accumulator(), [says(text), ends()])[-1].snapshot
