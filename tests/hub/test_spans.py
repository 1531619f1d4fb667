"""Whether an event extends the newest one, or is added, the waiting events are the same."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.text import TextLog
from streamkit.events import ContentDeltaEvent
from streamkit.hub.spans import Spans
from streamkit.structured.reader import Reader

POP = "pop"


def read(event: Any) -> Any:
    return (event.choice_index, event.delta) if isinstance(event, ContentDeltaEvent) else event


@given(st.lists(st.sampled_from([0, 1, "other", POP]), max_size=30))
@example([0, 0, POP, 0, 0, POP])
@example([0, 1, 0, POP, 0, "other", 0, POP, POP, 0])
def test_an_event_that_continues_the_newest_one_extends_it(acts: list[int | str]) -> None:
    extended: Spans[Any] = Spans()
    appended: Spans[Any] = Spans()
    logs, reader = (TextLog(), TextLog()), Reader()
    for number, act in enumerate(acts):
        if act == POP:
            if appended:
                assert read(extended.popleft()) == read(appended.popleft())
            continue
        event: Any = act
        if isinstance(act, int):
            piece = f"{number} "
            log = logs[act]
            event = ContentDeltaEvent(act, log.append(piece), log, log.length, reader)
        if not extended.extend(event):
            extended.append(event)
        appended.append(event)
    assert len(extended) == len(appended)
    assert [*map(read, extended)] == [*map(read, appended)]


def test_nothing_extends_what_was_cleared() -> None:
    spans: Spans[Any] = Spans()
    log, reader = TextLog(), Reader()
    event = ContentDeltaEvent(0, log.append("a"), log, log.length, reader)
    spans.append(event)
    assert spans.extend(event)
    spans.clear()
    assert not spans.extend(event)
