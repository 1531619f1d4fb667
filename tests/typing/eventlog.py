"""The types that mypy and pyright infer of event logs; both check this file, which never runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from pydantic import BaseModel
from reactivex import Observable

from streamkit import OpenAI
from streamkit.eventlog import Entry, EventLog, EventReader, LogStatus, Production, SQLiteLog
from streamkit.events import Event


class Answer(BaseModel):
    text: str


def in_threads(log: SQLiteLog, client: OpenAI, events: Iterator[int]) -> None:
    observed = client.chat.completions.observe(model="m", messages=[], response_format=Answer)
    for event in log.produce("s", observed):
        if event.type == "content.done":
            assert_type(event.parsed, Answer | None)
    assert_type(log.produce("s", events), Production[int])
    for entry in log.read("s"):
        assert_type(entry, Entry)
    assert_type(log.events("s"), EventReader)
    assert_type(log.events("s").observable, Observable[Event])
    assert_type(log.append("s", [b""]), list[int])
    assert_type(log.status("s"), LogStatus | None)


async def in_tasks(log: EventLog, events: AsyncIterator[int]) -> None:
    assert_type(log.produce("s", events), Production[int])
    async for number in log.produce("s", events):
        assert_type(number, int)
    async for event in log.events("s"):
        assert_type(event, Event)
    assert_type(await log.astop("s"), LogStatus)
