"""Twins of types: events with one unknown field, which become events of their own type."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from streamkit._core import twins
from streamkit._core.construction import construct
from streamkit._core.twins import reader_with_one
from streamkit.families.responses.events import ResponseTextDeltaEvent

FIELDS: dict[str, Any] = {"type": "response.output_text.delta", "item_id": "m", "delta": "a"}

VALUES: list[Any] = [1, -0.5, "text", None, True, [1], {"a": [{}]}, []]
MISFITS: dict[str, dict[str, Any]] = {
    "another field": {"provider": 1, "tokens": 1},
    "levels": {"provider": json.loads("[" * 20 + "]" * 20)},
    "a misfit": {"delta": [], "provider": 1},
    "another type": {"type": "response.refusal.delta", "provider": 1},
    "NaN": {"provider": float("nan")},
}


def data_of(**more: Any) -> bytes:
    return json.dumps({**FIELDS, **more}).encode()


def reader(name: str, max_depth: int = 20) -> Any:
    read = reader_with_one(ResponseTextDeltaEvent, name, max_depth)
    assert read is not None
    return read


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_event_is_the_one_that_is_built_field_by_field(value: object) -> None:
    read = reader("provider")
    event = read(data_of(provider=value))
    assert (event.__class__,) == (ResponseTextDeltaEvent,)
    built: Any = construct(ResponseTextDeltaEvent, {**FIELDS, "provider": value})
    assert event == built == copy.copy(event) == pickle.loads(pickle.dumps(event))
    assert event.to_dict() == built.to_dict()
    assert repr(event) == repr(built)
    assert event.provider == event.model_extra["provider"] == value
    assert read(data_of(provider=value).decode()) == event


def test_an_event_without_the_field_has_no_unknown_field() -> None:
    event = reader("provider")(data_of())
    assert type(event) is ResponseTextDeltaEvent
    assert not event.unknown_fields
    assert event.model_extra == {}


@pytest.mark.parametrize("more", MISFITS.values(), ids=MISFITS)
def test_another_decoder_is_to_read_what_does_not_fit(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        reader("provider")(data_of(**more))


@pytest.mark.parametrize("name", ["delta", "type", "to_dict", "model_extra", "__class__"])
def test_a_name_that_is_taken_has_no_twin(name: str) -> None:
    assert reader_with_one(ResponseTextDeltaEvent, name, 20) is None


def test_under_a_low_limit_of_levels_all_of_an_event_count_and_there_is_no_twin() -> None:
    assert reader_with_one(ResponseTextDeltaEvent, "provider", 5) is None


def test_a_process_has_few_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[Any, Any] = {}
    monkeypatch.setattr(twins, "_decoders", known)
    monkeypatch.setattr(twins, "_MAX_TWINS", 2)
    readers = [reader_with_one(ResponseTextDeltaEvent, name, 20) for name in ("a", "b", "c", "a")]
    assert [read is None for read in readers] == [False, False, True, False]
    assert len(known) == 2


def test_a_type_whose_objects_cannot_change_their_class_has_no_twin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Larger(ResponseTextDeltaEvent, tag="larger"):
        more: int = 0

    def made(*_: Any, **__: Any) -> type[Larger]:
        return Larger

    monkeypatch.setattr(twins, "_decoders", {})
    monkeypatch.setattr(twins, "defstruct", made)
    assert reader_with_one(ResponseTextDeltaEvent, "provider", 20) is None
