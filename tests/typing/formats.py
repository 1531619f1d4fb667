"""The types that mypy and pyright infer from a response format; nothing runs this file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NewType, Optional, TypeVar, Union, assert_type

from pydantic import BaseModel, Field, TypeAdapter
from reactivex import Observable
from typing_extensions import TypeAliasType

from streamkit import AsyncOpenAI, OpenAI
from streamkit import operators as ops
from streamkit.events import (
    AttemptResetEvent,
    ChatCompletionEvent,
    CommonEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
)
from streamkit.families.assistants.events import AssistantEvent
from streamkit.families.assistants.message_events import TextDeltaEvent, TextDoneEvent
from streamkit.families.chat._async.stream import AsyncChatCompletionStream
from streamkit.families.chat._sync.stream import ChatCompletionStream
from streamkit.families.chat.log import ChoiceUpdate
from streamkit.structured.response_format import ResponseFormat, response_format
from streamkit.types import ChatCompletionChunk, ParsedChatCompletion

T = TypeVar("T")

MESSAGES = [{"role": "user", "content": "hello"}]


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


UserId = NewType("UserId", int)
Pet = Union[Cat, Dog]  # noqa: UP007  # how an alias of before is written
Tagged = Annotated[Cat | Dog, Field(discriminator="kind")]
Numbers = TypeAliasType("Numbers", list[int])
Many = TypeAliasType("Many", list[T], type_params=(T,))
Answer = Literal["yes", "no"]


def a_union_is_inferred(client: OpenAI) -> None:
    completions = client.chat.completions
    piped = completions.parse(model="m", messages=MESSAGES, response_format=Cat | Dog)
    assert_type(piped, ParsedChatCompletion[Cat | Dog])
    assert_type(piped.choices[0].message.parsed, Cat | Dog | None)
    written = completions.parse(model="m", messages=MESSAGES, response_format=Union[Cat, Dog])  # noqa: UP007  # as users write it
    assert_type(written, ParsedChatCompletion[Cat | Dog])
    named = completions.parse(model="m", messages=MESSAGES, response_format=Pet)
    assert_type(named, ParsedChatCompletion[Cat | Dog])
    optional = completions.parse(model="m", messages=MESSAGES, response_format=Optional[Cat])  # noqa: UP045  # as users write it
    assert_type(optional, ParsedChatCompletion[Cat | None])
    or_none = completions.parse(model="m", messages=MESSAGES, response_format=Cat | None)
    assert_type(or_none, ParsedChatCompletion[Cat | None])


def every_other_form_is_inferred(client: OpenAI) -> None:
    completions = client.chat.completions
    literal = completions.parse(model="m", messages=MESSAGES, response_format=Literal["yes", "no"])
    assert_type(literal, ParsedChatCompletion[Literal["yes", "no"]])
    answer = completions.parse(model="m", messages=MESSAGES, response_format=Answer)
    assert_type(answer, ParsedChatCompletion[Literal["yes", "no"]])
    annotated = completions.parse(
        model="m", messages=MESSAGES, response_format=Annotated[int, Field(ge=1)]
    )
    assert_type(annotated, ParsedChatCompletion[int])
    tagged = completions.parse(model="m", messages=MESSAGES, response_format=Tagged)
    assert_type(tagged, ParsedChatCompletion[Cat | Dog])
    new = completions.parse(model="m", messages=MESSAGES, response_format=UserId)
    assert_type(new, ParsedChatCompletion[UserId])
    alias = completions.parse(model="m", messages=MESSAGES, response_format=Numbers)
    assert_type(alias, ParsedChatCompletion[list[int]])
    generic = completions.parse(model="m", messages=MESSAGES, response_format=Many[int])
    assert_type(generic, ParsedChatCompletion[list[int]])
    pair = completions.parse(model="m", messages=MESSAGES, response_format=tuple[int, int])
    assert_type(pair, ParsedChatCompletion[tuple[int, int]])


def what_says_no_type_is_any(client: OpenAI, unknown: object) -> None:
    completions = client.chat.completions
    none = completions.parse(model="m", messages=MESSAGES, response_format=None)
    assert_type(none, ParsedChatCompletion[Any])
    given = completions.parse(model="m", messages=MESSAGES, response_format=unknown)
    assert_type(given, ParsedChatCompletion[Any])


def a_stream_infers_the_same(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="m", messages=MESSAGES, response_format=Cat | Dog
    ) as stream:
        assert_type(stream, ChatCompletionStream[Cat | Dog])
    with client.chat.completions.stream(
        model="m", messages=MESSAGES, response_format=Answer
    ) as literal:
        assert_type(literal, ChatCompletionStream[Literal["yes", "no"]])
    events = client.chat.completions.observe(
        model="m", messages=MESSAGES, response_format=Cat | None
    )
    assert_type(events, Observable[ChatCompletionEvent[Cat | None]])


async def the_async_client_infers_the_same(client: AsyncOpenAI, unknown: object) -> None:
    completions = client.chat.completions
    union = await completions.parse(model="m", messages=MESSAGES, response_format=Cat | Dog)
    assert_type(union, ParsedChatCompletion[Cat | Dog])
    literal = await completions.parse(model="m", messages=MESSAGES, response_format=Answer)
    assert_type(literal, ParsedChatCompletion[Literal["yes", "no"]])
    given = await completions.parse(model="m", messages=MESSAGES, response_format=unknown)
    assert_type(given, ParsedChatCompletion[Any])
    async with completions.stream(model="m", messages=MESSAGES, response_format=Tagged) as stream:
        assert_type(stream, AsyncChatCompletionStream[Cat | Dog])


def operators_infer_the_same(
    chunks: Observable[ChatCompletionChunk], choice: Observable[ChoiceUpdate]
) -> None:
    assert_type(chunks.pipe(ops.chat_events(Cat | Dog)), Observable[ChatCompletionEvent[Cat | Dog]])
    assert_type(
        choice.pipe(ops.partial_parse(Answer)),
        Observable[ContentDeltaEvent | ContentDoneEvent[Literal["yes", "no"]]],
    )


def the_events_of_a_run_keep_their_types(
    events: Observable[AssistantEvent], texts: Observable[TextDeltaEvent | TextDoneEvent]
) -> None:
    assert_type(events.pipe(ops.partial_parse(Cat)), Observable[AssistantEvent])
    assert_type(events.pipe(ops.tool_arg_parse()), Observable[AssistantEvent])
    parsed = ops.tool_arg_parse()(ops.partial_parse(Cat)(events))
    assert_type(parsed, Observable[AssistantEvent])
    assert_type(texts.pipe(ops.partial_parse(Cat)), Observable[TextDeltaEvent | TextDoneEvent])


def common_events_keep_their_types(events: Observable[CommonEvent[Any]]) -> None:
    assert_type(events.pipe(ops.partial_parse(Cat)), Observable[CommonEvent[Cat]])
    assert_type(events.pipe(ops.tool_arg_parse()), Observable[CommonEvent[Any]])
    # mypy infers an operator with several signatures only if it is the first of its pipe.
    retried = events.pipe(ops.retry_stream()).pipe(ops.partial_parse(Cat))
    assert_type(retried, Observable[CommonEvent[Any] | AttemptResetEvent])


def a_format_infers_the_same() -> None:
    assert_type(response_format(Cat | Dog), ResponseFormat[Cat | Dog])
    assert_type(response_format(Answer), ResponseFormat[Literal["yes", "no"]])
    assert_type(response_format(TypeAdapter(list[int])), ResponseFormat[list[int]])
    assert_type(response_format(Numbers), ResponseFormat[list[int]])
    assert_type(response_format(None), None)
