"""Every road from bytes to events gives the same: pulled, pushed, awaited, or composed by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import GroupedObservable, Observable
from reactivex import operators as rx_ops
from reactivex.scheduler import ImmediateScheduler

import streamkit
from streamkit import operators as ops
from tests.differential.listening import ASYNC_CLIENT, CLIENT, OURS, Heard, hear_streamkit
from tests.differential.streams import KINDS, Streamed
from tests.ways import ADDED


@given(st.sampled_from(sorted(KINDS)).flatmap(KINDS.__getitem__))
def test_every_road_leads_to_the_same_events(streamed: Streamed) -> None:
    params = streamed.params(streamkit)
    pulled = hear_streamkit(streamed.pieces, params)
    assert_same(await_events(streamed, params), pulled)
    pushed = push_events(streamed, params)
    for road in (push_events_to_a_loop, lift_events, pull_common_events, await_common_events):
        assert_same(road(streamed, params), pushed)
    pushed.types = [kind for kind in pushed.types if kind not in ADDED]
    pushed.events = {key: said for key, said in pushed.events.items() if key[0] not in ADDED}
    assert_same(pushed, pulled)


@given(st.sampled_from(sorted(KINDS)).flatmap(KINDS.__getitem__))
def test_operators_compose_to_what_the_client_does(streamed: Streamed) -> None:
    params = streamed.params(streamkit)
    pulled = hear_streamkit(streamed.pieces, params)
    composed = compose_by_hand(streamed, params)
    if pulled.error is None:
        del pulled.events["chunk", None]
        assert composed.events == pulled.events


def assert_same(heard: Heard, expected: Heard) -> None:
    assert heard.types == expected.types
    assert heard.events == expected.events
    assert type(heard.error) is type(expected.error)


def pull_common_events(streamed: Streamed, params: dict[str, Any]) -> Heard:
    heard = Heard()
    with OURS.saying(streamed.pieces), CLIENT.chat.completions.stream(**params) as stream:
        try:
            for event in stream.common:
                heard.note(event)
        except streamkit.OpenAIError as error:
            heard.error = error
    return heard


def await_common_events(streamed: Streamed, params: dict[str, Any]) -> Heard:
    return await_events(streamed, params, in_common=True)


def await_events(streamed: Streamed, params: dict[str, Any], *, in_common: bool = False) -> Heard:
    heard = Heard()

    async def listen() -> None:
        async with ASYNC_CLIENT.chat.completions.stream(**params) as stream:
            async for event in stream.common if in_common else stream:
                heard.note(event)

    with OURS.saying(streamed.pieces):
        try:
            asyncio.run(listen())
        except streamkit.OpenAIError as error:
            heard.error = error
    return heard


def push_events(streamed: Streamed, params: dict[str, Any]) -> Heard:
    with OURS.saying(streamed.pieces):
        return hear(CLIENT.chat.completions.observe(**params))


def push_events_to_a_loop(streamed: Streamed, params: dict[str, Any]) -> Heard:
    heard = Heard()

    async def listen() -> None:
        ended = asyncio.Event()

        def fail(error: Exception) -> None:
            heard.error = error
            ended.set()

        ASYNC_CLIENT.chat.completions.observe(**params).subscribe(heard.note, fail, ended.set)
        await ended.wait()

    with OURS.saying(streamed.pieces):
        asyncio.run(listen())
    return heard


def lift_events(streamed: Streamed, params: dict[str, Any]) -> Heard:
    events = ops.chat_events(params.get("response_format"), params.get("tools", ()))
    with OURS.saying(streamed.pieces):
        return hear(chunks(params).pipe(events))


def compose_by_hand(streamed: Streamed, params: dict[str, Any]) -> Heard:
    def events_of(choice: GroupedObservable[int, Any]) -> Observable[Any]:
        return rx.merge(
            choice.pipe(ops.reasoning()),
            choice.pipe(ops.partial_parse(params.get("response_format"))),
            choice.pipe(ops.refusal_detect()),
            choice.pipe(ops.tool_arg_parse(params.get("tools", ()))),
            choice.pipe(ops.logprobs()),
        )

    with OURS.saying(streamed.pieces):
        return hear(
            chunks(params).pipe(ops.accumulate(), ops.split_by_choice(), rx_ops.flat_map(events_of))
        )


def chunks(params: dict[str, Any]) -> Observable[Any]:
    plain = {name: value for name, value in params.items() if name != "response_format"}
    return CLIENT.chat.completions.chunks(**plain)


def hear(events: Observable[Any]) -> Heard:
    heard = Heard()

    def fail(error: Exception) -> None:
        heard.error = error

    # On this scheduler `merge` subscribes at once; by default it waits for the end of the pushing.
    events.subscribe(heard.note, fail, scheduler=ImmediateScheduler())
    return heard
