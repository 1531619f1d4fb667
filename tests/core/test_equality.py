"""What ``==`` and ``!=`` say of one another, and of hashes, in every type."""

from __future__ import annotations

import copy
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

import streamkit.families
import streamkit.types
from streamkit._core.json.parser import PartialJSON
from streamkit.events import EventsDroppedEvent, decode, encode
from streamkit.families._common.decoded_events import UnknownEvent
from streamkit.types import ChatCompletionChunk
from streamkit.types.messages import RawContentBlockDeltaEvent, TextDelta
from streamkit.types.responses import ResponseTextDeltaEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

for package in (streamkit.families, streamkit.types):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


def below(type_: Any) -> Iterator[Any]:
    """Yield all types that inherit from a type."""
    for inner in type_.__subclasses__():
        yield inner
        yield from below(inner)


STRUCT: Any = Struct
COMPARED: list[Any] = [type_ for type_ in below(STRUCT) if type_.__eq__ is not STRUCT.__eq__]
NOT: Any = object.__ne__


def view(text: str) -> Any:
    """Return the view of a JSON text that goes on."""
    parser = PartialJSON()
    parser.feed(text)
    return parser.view(True)


VALUES: list[Any] = [
    EventsDroppedEvent(3),
    decode('{"type": "content.delta", "choice_index": 0, "delta": "x", "part": ["a", 0]}'),
    UnknownEvent("new", {"a": [1]}),
    ChatCompletionChunk(id="a"),
    RawContentBlockDeltaEvent(index=0, delta=TextDelta(text="x")),
    ResponseTextDeltaEvent(item_id="i", output_index=0, content_index=0, delta="x"),
    view('{"a": [1'),
    view('{"a": [1')["a"],
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_equal_is_not_unequal(value: Any) -> None:
    same = copy.deepcopy(value)
    assert value == same
    assert not value != same  # noqa: SIM202 - the claim is about this operator
    assert all((value != other) is (value is not other) for other in VALUES)


def test_a_struct_that_compares_in_its_own_way_has_the_opposite_of_it_and_no_hash() -> None:
    assert len(COMPARED) > 100
    assert [type_ for type_ in COMPARED if type_.__ne__ is not NOT] == []
    assert [type_ for type_ in COMPARED if type_.__hash__ is not None] == []


def test_a_decoded_event_is_not_unequal_to_its_copy() -> None:
    event = decode('{"type": "content.delta", "choice_index": 0, "delta": "x"}')
    assert not event != decode(encode(event))  # noqa: SIM202 - as above
