"""streamkit is graded by llmock, another project's server that makes faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from streamkit import (
    AsyncOpenAI,
    BadRequestError,
    OpenAI,
    OpenAIError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
)

TEXT = "One two three four five six seven eight nine ten."
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Count."}]}

Fault = Callable[[LLMock], LLMock]

IN_MID_STREAM: dict[str, tuple[Fault, type[OpenAIError]]] = {
    "disconnect": (lambda llmock: llmock.disconnect(after_chunks=3), StreamTruncatedError),
    "truncate": (lambda llmock: llmock.truncate(after_chunks=3), StreamTruncatedError),
    # Without a pace the server has sent everything before it can see that the client has left.
    "malformed": (lambda llmock: llmock.pace(20).corrupt(after_chunks=3), StreamDecodeError),
    "stall": (lambda llmock: llmock.stall(after_chunks=3, seconds=30), StreamTimeoutError),
}
BEFORE_THE_ANSWER: dict[str, Fault] = {
    "500 twice": lambda llmock: llmock.fail(500, times=2),
    "429 with Retry-After": lambda llmock: llmock.rate_limit(times=2, retry_after=0.1),
}


@pytest.mark.parametrize(("fault", "error"), IN_MID_STREAM.values(), ids=IN_MID_STREAM)
def test_a_fault_in_mid_stream_is_raised_and_the_next_try_is_whole(
    llmock: LLMock, fault: Fault, error: type[OpenAIError]
) -> None:
    fault(llmock.reply(TEXT, times=None))
    with OpenAI(base_url=llmock.base_url(), api_key="k", timeout=1.0, max_retries=0) as client:
        with pytest.raises(error) as raised:
            answer(client)
        seen(llmock)
        assert answer(client) == TEXT
    so_far = raised.value.completion
    assert so_far is not None
    begun = so_far.choices[0].message.content
    assert begun is not None
    assert TEXT.startswith(begun)
    assert "" != begun != TEXT
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize(("fault", "error"), IN_MID_STREAM.values(), ids=IN_MID_STREAM)
async def test_the_async_client_raises_the_same(
    llmock: LLMock, fault: Fault, error: type[OpenAIError]
) -> None:
    fault(llmock.reply(TEXT, times=None))
    url = llmock.base_url()
    async with AsyncOpenAI(base_url=url, api_key="k", timeout=1.0, max_retries=0) as client:
        with pytest.raises(error):
            await answer_async(client)
        await asyncio.to_thread(seen, llmock)
        assert await answer_async(client) == TEXT
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("fault", BEFORE_THE_ANSWER.values(), ids=BEFORE_THE_ANSWER)
def test_a_fault_before_the_answer_is_retried_as_the_judge_wants_it(
    llmock: LLMock, fault: Fault
) -> None:
    fault(llmock.reply(TEXT, times=None))
    with OpenAI(base_url=llmock.base_url(), api_key="k") as client:
        assert answer(client) == TEXT
    assert len(llmock.requests) == 3
    llmock.assert_resilient(strict=True)


def test_what_cannot_succeed_is_not_tried_again(llmock: LLMock) -> None:
    llmock.context_overflow()
    with OpenAI(base_url=llmock.base_url(), api_key="k") as client:
        with pytest.raises(BadRequestError):
            answer(client)
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


def seen(llmock: LLMock) -> None:
    """Wait until llmock has seen the end of a request; it counts no earlier one as a retry."""
    assert llmock.requests


def answer(client: OpenAI) -> str | None:
    with client.chat.completions.stream(**ASKED) as stream:
        return stream.get_final_completion().choices[0].message.content


async def answer_async(client: AsyncOpenAI) -> str | None:
    async with client.chat.completions.stream(**ASKED) as stream:
        return (await stream.get_final_completion()).choices[0].message.content
