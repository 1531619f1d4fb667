"""The values of ``timeout=``; mypy and pyright check this file, and nothing runs it."""

from __future__ import annotations

from typing import assert_type

import httpx
from reactivex import Observable
from reactivex.scheduler import TimeoutScheduler

from streamkit import AsyncOpenAI, OpenAI, StreamTimeoutError, Timeout
from streamkit import operators as ops
from streamkit.errors import TimeLimit
from streamkit.types import ChatCompletionChunk

MESSAGES = [{"role": "user", "content": "hello"}]
LIMITS = Timeout(connect=1, read=None, first_content=30, between_content=2.5, total=None)


def a_client_takes_seconds_a_timeout_of_any_library_or_none() -> None:
    OpenAI(timeout=10)
    OpenAI(timeout=2.5).with_options(timeout=None)
    OpenAI(timeout=httpx.Timeout(10, connect=1))
    AsyncOpenAI(timeout=LIMITS)
    OpenAI(timeout="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - no number


def so_does_a_call(client: OpenAI, chunks: Observable[ChatCompletionChunk]) -> None:
    client.chat.completions.create(model="m", messages=MESSAGES, timeout=10)
    client.chat.completions.stream(model="m", messages=MESSAGES, timeout=LIMITS)
    client.chat.completions.observe(model="m", messages=MESSAGES, timeout=httpx.Timeout(10))
    limited = chunks.pipe(
        ops.content_timeout(first_content=30, scheduler=TimeoutScheduler.singleton())
    )
    assert_type(limited, Observable[ChatCompletionChunk])
    Timeout(10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - every limit is named


def the_error_says_which_limit(error: StreamTimeoutError) -> None:
    assert_type(error.limit, TimeLimit)
    assert_type(error.seconds, float | None)
