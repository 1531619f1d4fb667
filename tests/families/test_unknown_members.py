"""Events with unknown members at one place are decoded the same, whatever came before them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamkit._core.compiled import decoder
from streamkit._core.unknown_members import UnknownMembers
from streamkit.families.messages.decoder import MessageDecoder
from streamkit.families.responses.decoder import EventDecoder
from streamkit.families.responses.events import DECODED, ResponseTextDeltaEvent
from streamkit.limits import Limits
from tests.families.test_unknown_scalars import found

EVENT: dict[str, Any] = {
    "type": "response.output_text.delta",
    "item_id": "m",
    "output_index": 0,
    "delta": 'a, "provider": "b"}',
    "logprobs": [],
}
PLACES = range(len(EVENT) + 1)
NAMES = st.sampled_from(
    [
        *("provider", "tokens", "to_dict", "__class__", "\u00e9", 'a"b', "vars"),
        *("error", "delta", "type", "obfuscation", "sequence_number", "", "unknown_fields"),
    ]
)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    st.sampled_from([10**30, -0.0, "\ud83d", '"}', ', "tokens": 1', "}"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
MEMBERS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=3)
FEW: list[list[tuple[str, Any]]] = [[("provider", 1)], [("provider", 1), ("tokens", [])]]
BYTES = st.sampled_from([b"", b"}", b"{", b",", b'"', b" ", b"1", b"\n", b"\xff", b"provider"])


def data_of(place: int, members: list[tuple[str, Any]], *, is_spaced: bool = True) -> bytes:
    """Return the data of an event with members at a place, also with names that it has."""
    known = [*EVENT.items()]
    written = [*known[:place], *members, *known[place:]]
    comma, colon = (", ", ": ") if is_spaced else (",", ":")
    pairs = [f"{json.dumps(name)}{colon}{json.dumps(value)}" for name, value in written]
    return f"{{{comma.join(pairs)}}}".encode()


def new(levels: int = 5) -> EventDecoder:
    return EventDecoder(DECODED, limits=Limits(json_depth=levels))


@pytest.mark.parametrize("levels", [5, 20])
@given(
    place=st.sampled_from(PLACES),
    earlier=MEMBERS,
    members=MEMBERS,
    takes_same_names=st.booleans(),
    is_spaced=st.booleans(),
)
@example(
    place=0,
    earlier=[("provider", 1)],
    members=[("provider", 2)],
    takes_same_names=False,
    is_spaced=True,
)
@example(
    place=5,
    earlier=[("provider", [1])],
    members=[("provider", [[[[[2]]]]])],
    takes_same_names=False,
    is_spaced=True,
)
@example(
    place=5,
    earlier=[("provider", 1)],
    members=[("provider", 2), ("provider", 3)],
    takes_same_names=False,
    is_spaced=True,
)
@example(
    place=2,
    earlier=[("provider", 1), ("tokens", {})],
    members=[("provider", 1), ("tokens", {"a": 1})],
    takes_same_names=False,
    is_spaced=False,
)
def test_members_at_a_place_where_others_were_are_decoded_as_the_first_ones_are(
    *,
    levels: int,
    place: int,
    earlier: list[tuple[str, Any]],
    members: list[tuple[str, Any]],
    takes_same_names: bool,
    is_spaced: bool,
) -> None:
    if takes_same_names:
        members = [(name, value) for (name, _), (_, value) in zip(earlier, members, strict=False)]
    later = new(levels)
    for data in [data_of(place, earlier, is_spaced=is_spaced)] * 3:
        found(later, data)
    data = data_of(place, members, is_spaced=is_spaced)
    assert [found(later, data) for _ in range(3)] == [found(new(levels), data)] * 3


@pytest.mark.parametrize("levels", [5, 20])
@pytest.mark.parametrize("events_before", [1, 3])
@given(
    place=st.sampled_from(PLACES),
    value=SCALARS,
    at=st.integers(0, 200),
    cut=st.integers(0, 3),
    put=BYTES,
)
@example(place=0, value=1, at=14, cut=1, put=b"")
def test_mutated_data_are_decoded_or_refused_as_the_first_ones_are(
    *, levels: int, events_before: int, place: int, value: Any, at: int, cut: int, put: bytes
) -> None:
    later = new(levels)
    data = data_of(place, [("provider", value)])
    for _ in range(events_before):
        found(later, data)
    mutated = data[:at] + put + data[at + cut :]
    assert found(later, mutated) == found(new(levels), mutated)


@pytest.mark.parametrize("events_before", [1, 3])
@pytest.mark.parametrize("members", FEW)
@pytest.mark.parametrize("place", PLACES)
def test_data_that_are_cut_off_anywhere_are_refused(
    place: int, members: list[tuple[str, Any]], events_before: int
) -> None:
    data = data_of(place, members)
    for end in range(len(data)):
        later = new(levels=20)
        for _ in range(events_before):
            found(later, data)
        assert found(later, data[:end]) == found(new(levels=20), data[:end])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [1, "text", [1], {"a": {}}], ids=repr)
def test_members_at_every_place_are_cut_out(place: int, value: object) -> None:
    data = data_of(place, [("provider", value), ("tokens", 1)])
    event: Any = decoder(dict[str, Any]).decode(data)
    strictly = decoder(ResponseTextDeltaEvent).decode

    members = UnknownMembers(strictly, refused, max_depth=5)
    members.first(data, ResponseTextDeltaEvent, event)
    for tokens in (1, 2, 3):
        data = data_of(place, [("provider", value), ("tokens", tokens)])
        part = members.decode(data) if tokens == 1 else members.read(data)
        assert part.model_extra == vars(part) == {"provider": value, "tokens": tokens}
        assert part.delta == event["delta"]


def refused(_: bytes | str) -> None:
    raise ValueError("it is left to another decoder")


def test_all_levels_of_an_event_count_whatever_came_before_it() -> None:
    item = {"type": "message", "id": "m", "content": [{"type": "output_text", "text": ""}]}
    added = json.dumps({"type": "response.output_item.added", "item": item, "provider": 1}).encode()
    for depth, is_refused in ((3, True), (4, False)):
        for before in (0, 3):
            later = EventDecoder(DECODED, limits=Limits(json_depth=depth))
            for _ in range(before):
                later.decode(b'{"type": "response.output_text.delta", "provider": 1}')
            assert ("LimitExceededError" in repr(found(later, added))) is is_refused


def test_a_field_with_the_name_that_no_server_sends_is_kept() -> None:
    data = b'{"type": "response.output_text.delta", "\\ufdd0": {"a": 1}, "delta": "", "q": 1}'
    part: Any = new().decode(data)
    assert part.model_extra == {"\ufdd0": {"a": 1}, "q": 1}


@pytest.mark.parametrize("place", PLACES)
def test_two_events_in_a_row_say_how_the_next_is_read(place: int) -> None:
    strictly = decoder(DECODED).decode
    members = UnknownMembers(strictly, refused, max_depth=20)
    data = data_of(place, [("provider", 1)])
    members.first(data, ResponseTextDeltaEvent, json.loads(data))
    assert members.read == strictly
    members.decode(data)
    for value in (2, [3], {"a": None}):
        part = members.read(data_of(place, [("provider", value)]))
        assert type(part) is ResponseTextDeltaEvent
        assert part.model_extra == vars(part) == {"provider": value}
    plain = b'{"type": "response.refusal.delta", "item_id": "m", "delta": "a"}'
    for _ in range(2):
        assert members.read != strictly
        members.decode(plain)
    assert members.read == strictly


def test_containers_and_fields_of_an_event_are_its_own() -> None:
    later = new()
    seen: list[Any] = []
    for _ in range(4):
        for value in ([1], 2):
            part: Any = later.decode(data_of(5, [("provider", value)]))
            seen.append(part.model_extra)
            if value == [1]:
                part.provider.append(3)
            part.unknown_fields["provider"] = 4
    assert seen == [{"provider": [1, 3]}, {"provider": 2}] * 4


RECORDINGS = sorted(
    path
    for folder in ("anthropic", "responses")
    for path in (Path(__file__).parents[1] / "recordings" / folder).glob("*.sse")
)


@pytest.mark.parametrize(
    "recording", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
@pytest.mark.parametrize("value", ["a", 1, [1]], ids=repr)
def test_a_member_of_all_events_is_decoded_the_same_whatever_their_types_are(
    recording: Path, value: object
) -> None:
    fresh = MessageDecoder if recording.parent.name == "anthropic" else new
    later = fresh()
    for data in re.findall(rb"^data: (\{.*)", recording.read_bytes(), re.MULTILINE):
        more = json.dumps({**json.loads(data), "provider": value, "type": json.loads(data)["type"]})
        assert found(later, more.encode()) == found(fresh(), more.encode())


def test_the_request_id_of_an_event_is_none_of_its_fields() -> None:
    later = new()
    for value in (1, 1, 2):
        part: Any = later.decode(data_of(5, [("provider", value)]))
        part.note_request_id("req_1")
        assert (part.request_id, part.model_extra) == ("req_1", {"provider": value})
        assert "_request_id" not in part.to_dict()
