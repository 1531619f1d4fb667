from __future__ import annotations

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.parser import PartialJSON
from streamkit._core.json.view import Level, PartialArray, PartialObject, view_of

if TYPE_CHECKING:
    from collections.abc import Callable


def fed(*texts: str) -> PartialJSON:
    parser = PartialJSON()
    for text in texts:
        parser.feed(text)
    return parser


def open_object() -> PartialObject:
    """Return a view of three members, the last one open; the parser has read on since."""
    parser = fed('{"a": 1, "b": [2], "c": "x')
    view = parser.view()
    parser.feed('yz", "d": 4}')
    assert isinstance(view, PartialObject)
    return view


def open_array() -> PartialArray:
    """Return a view of three items, the last one open; the parser has read on since."""
    parser = fed('[1, {"a": 2}, "x')
    view = parser.view()
    parser.feed('yz", 4]')
    assert isinstance(view, PartialArray)
    return view


def newest_object() -> PartialObject:
    view = fed('{"a": 1, "b": [2], "c": "x').view()
    assert isinstance(view, PartialObject)
    return view


def newest_array() -> PartialArray:
    view = fed('[1, {"a": 2}, "x').view()
    assert isinstance(view, PartialArray)
    return view


@pytest.mark.parametrize("make", [open_object, newest_object])
def test_an_open_object_reads_like_a_dict(make: Callable[[], PartialObject]) -> None:
    twin = {"a": 1, "b": [2], "c": "x"}
    assert len(make()) == 3
    assert list(make()) == list(twin)
    assert list(reversed(make())) == list(reversed(twin))
    assert list(make().items()) == list(twin.items())
    assert list(make().keys()) == list(twin.keys())
    assert list(make().values()) == list(twin.values())
    assert {name: make()[name] for name in twin} == twin
    assert make().get("d") is None
    assert make().get("d", 5) == 5
    assert "c" in make()
    assert "d" not in make()
    assert None not in make()
    assert dict(make()) == {**make()} == make().to_dict() == twin
    assert repr(make()) == str(make()) == repr(twin)
    with pytest.raises(KeyError, match="'d'"):
        make()["d"]
    match make():
        case {"a": 1, "c": text, **rest}:
            assert (text, rest) == ("x", {"b": [2]})
        case _:
            pytest.fail("no mapping")


def test_of_a_repeated_key_the_value_counts_that_was_last_then() -> None:
    parser = fed('{"a":1,"b":2,"a":3,"a":4,"c":')
    view = parser.view()
    parser.feed('5,"a":6,"d":7,')
    newest = parser.view()
    assert (view["a"], view["b"], view.get("c")) == (4, 2, None)
    assert (newest["a"], newest["b"], newest["d"]) == (6, 2, 7)
    with pytest.raises(KeyError, match="'e'"):
        newest["e"]
    assert (view, newest) == ({"a": 4, "b": 2}, {"a": 6, "b": 2, "c": 5, "d": 7})


@pytest.mark.parametrize("make", [open_array, newest_array])
def test_an_open_array_reads_like_a_list(make: Callable[[], PartialArray]) -> None:
    twin = [1, {"a": 2}, "x"]
    assert len(make()) == 3
    assert list(make()) == [*make()] == make().to_list() == twin
    assert list(reversed(make())) == twin[::-1]
    assert [make()[index] for index in range(-3, 3)] == twin * 2
    assert make()[True] == twin[True]
    assert make().index("x") == 2
    assert make().count("x") == 1
    assert "x" in make()
    assert "xyz" not in make()
    assert repr(make()) == str(make()) == repr(twin)
    for index in (-4, 3, 100):
        with pytest.raises(IndexError, match="array index out of range"):
            make()[index]
    with pytest.raises(TypeError):
        make()["0"]  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]  # the claim
    match make():
        case [first, *_, last]:
            assert (first, last) == (1, "x")
        case _:
            pytest.fail("no sequence")


@given(st.slices(3) | st.builds(slice, st.none() | st.integers(-5, 5), st.integers(-5, 5)))
def test_a_slice_of_an_open_array_is_a_list(part: slice) -> None:
    found = open_array()[part]
    assert found == [1, {"a": 2}, "x"][part]
    assert type(found) is list


def test_empty_views_are_false_and_equal_their_plain_twins() -> None:
    assert not fed("{").view()
    assert not fed("[").view()
    assert fed("{").view() == {}
    assert fed("[").view() == []
    assert fed("{").view() != []
    assert fed("[").view() != {}
    assert list(fed("{").view()) == list(fed("[").view()) == []
    with pytest.raises(IndexError):
        fed("[").view()[0]


def test_views_equal_each_other_and_plain_values_on_either_side() -> None:
    assert open_object() == newest_object()
    assert open_array() == newest_array()
    members = {"a": 1, "b": [2], "c": "x"}
    assert newest_object() == members
    assert members == newest_object()
    assert newest_object() != {"a": 1, "b": [2], "c": "xy"}
    items = [1, {"a": 2}, "x"]
    assert newest_array() == items
    assert items == newest_array()
    assert newest_array() != tuple(items)
    assert newest_object() != newest_array()
    assert newest_object() != "x"


@pytest.mark.parametrize("make", [open_object, newest_object, open_array, newest_array])
def test_views_have_no_hash_and_take_no_assignment(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(make())
    with pytest.raises(TypeError, match="item assignment"):
        make()[0] = 1
    with pytest.raises(AttributeError):
        make().extra = 1


def copied(view: Any) -> Any:
    return copy.copy(view)


def deeply_copied(view: Any) -> Any:
    return copy.deepcopy(view)


def pickled(view: Any) -> Any:
    return pickle.loads(pickle.dumps(view))


@pytest.mark.parametrize("make", [open_object, newest_object, open_array, newest_array])
@pytest.mark.parametrize("again", [copied, deeply_copied, pickled])
def test_copies_are_equal_views(make: Callable[[], Any], again: Callable[[Any], Any]) -> None:
    found = again(make())
    assert type(found) is type(make())
    assert found == make()


def test_the_plain_twin_of_a_view_is_its_own() -> None:
    view = fed('{"done": [1], "open": {"list": [2, {"text": "x').view()
    twin = view.to_dict()
    assert type(twin["open"]) is dict
    assert type(twin["open"]["list"]) is list
    assert type(twin["open"]["list"][1]) is dict
    assert twin["done"] is view["done"]
    twin["open"]["list"].append(3)
    twin["more"] = 4
    assert view == {"done": [1], "open": {"list": [2, {"text": "x"}]}}


def test_the_text_of_an_open_string_is_joined_once() -> None:
    view = fed('{"a": ["', *["text"] * 100).view()
    assert view["a"][0] == "text" * 100
    assert view["a"][0] is view["a"][0]


def test_keys_that_arrive_during_a_look_up_are_not_seen() -> None:
    class Racing(dict[str, Any]):
        """A dict that grows whenever it is read, as if another thread changed it."""

        def __getitem__(self, key: str) -> Any:
            self[key] = "newer"
            return super().__getitem__(key)

        def items(self) -> Any:
            for member in super().items():
                self["newer"] = member
                yield member

    view = view_of(Level(Racing(a=1, b=2), 2, places={}))
    assert isinstance(view, PartialObject)
    with pytest.raises(KeyError):
        view["c"]
    assert list(view) == ["a", "b"]
    assert list(view_of(Level(Racing(a=1, b=2), 2))) == ["a", "b"]


def test_a_finished_text_is_held_once() -> None:
    parser = fed('["', "ab", "cd")
    view = parser.view()
    parser.feed('"]')
    assert view[0] is parser.view()[0]


def test_views_hold_while_another_thread_feeds() -> None:
    members = ", ".join(f'"key {number}": {{"a": "{number * 7}"}}' for number in range(700))
    text = f'{{"text": "{"so it goes, on and on, " * 300}", "all": {{{members}}}'
    sizes = range(4, len(text), 4)
    kept: list[Any] = []

    def feed() -> None:
        parser = PartialJSON()
        for size in sizes:
            parser.feed(text[size - 4 : size])
            kept.append(parser.view())

    def read() -> dict[int, Any]:
        """Read the newest view again and again; return the contents by the number of the view."""
        found: dict[int, Any] = {}
        while not feeding.done():
            number = len(kept) - 1
            if number >= 0:
                found[number] = {name: plain(kept[number][name]) for name in kept[number]}
        return found

    def plain(value: Any) -> Any:
        return dict(value.items()) if isinstance(value, PartialObject) else value

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            feeding = threads.submit(feed)
            found = threads.submit(read).result()
            feeding.result()
    finally:
        sys.setswitchinterval(interval)
    for number, size in islice(enumerate(sizes), None, None, 50):
        assert kept[number] == fed(text[:size]).view()
    for number in list(found)[:: len(found) // 50 + 1]:
        assert found[number] == fed(text[: sizes[number]]).view()
