"""The rules by which both packages agree on a stream of a response.

Both emit the same events in the same order, and each field of the peer's event is the same in ours,
with these exceptions, where streamkit differs on purpose:

- Events of whole texts that the server left out are made; they have no ``sequence_number``.
- ``parsed`` and ``parsed_arguments`` of events are more than the peer has (R12).
- A response without any answer is an error where one was to be parsed, as for chat.
"""

from __future__ import annotations

from typing import Any, cast

from streamkit import ParseError
from tests.differential.listening import plain
from tests.families.responses.hearing import Heard

__all__ = ["check", "check_events"]


def check(peer: Heard, ours: Heard) -> None:
    """Fail unless both packages agree on a stream that both can read."""
    assert peer.error is None
    check_events(peer.events, ours.events)
    if isinstance(ours.error, ParseError) and not ours.error.content:
        assert not peer.response.output_text
        return
    assert ours.error is None
    assert bare(plain(ours.response)) == bare(plain(peer.response))
    assert ours.response.output_text == peer.response.output_text
    assert ours.response.output_parsed == peer.response.output_parsed


def check_events(peer: list[Any], ours: list[Any]) -> None:
    """Fail unless the events are the same."""
    sent = [event for event in ours if event.sequence_number is not None]
    assert [event.type for event in sent] == [event.type for event in peer]
    for his, mine in zip(peer, sent, strict=True):
        fields = bare(plain(his))
        assert {name: bare(plain(getattr(mine, name))) for name in fields} == fields


def bare(value: Any) -> Any:
    """Return plain data without empty values, which only one of the packages leaves out."""
    if isinstance(value, dict):
        fields = {name: bare(item) for name, item in cast("dict[str, Any]", value).items()}
        return {name: item for name, item in fields.items() if item not in (None, [], {}, "")}
    if isinstance(value, list):
        return [bare(item) for item in cast("list[Any]", value)]
    return value
