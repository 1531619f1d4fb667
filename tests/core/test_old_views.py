"""Views that are kept cost little to read, however much of their object came after them."""

from __future__ import annotations

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json.parser import PartialJSON, PartialObject

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 800
OBJECT = json.dumps({f"key {number}": number for number in range(MANY)})


def kept(text: str, size: int = 8) -> list[Any]:
    """Return the views after each piece of a text, as of when more of it had come."""
    parser = PartialJSON()
    views: list[Any] = []
    for at in range(0, len(text), size):
        parser.feed(text[at : at + size])
        views.append(parser.view())
    return [view for view in views if view is not None]


READS: dict[str, Callable[[Any], Any]] = {
    "a key that it has": lambda view: view.get("key 0"),
    "a key that came later": lambda view: view.get(f"key {MANY - 1}"),
    "a key that never came": lambda view: view.get("no key"),
    "the last key": lambda view: view.get(f"key {len(view) - 1}"),
    "a look for a key": lambda view: "key 9" in view,
    "the number of keys": len,
    "a path": lambda view: bool(view.is_complete("['key 9']")),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_to_read_a_key_of_each_kept_view_copies_no_object(read: Callable[[Any], Any]) -> None:
    views = kept(OBJECT)
    read(views[0])  # what is imported or noted for all views at once does not count
    tracemalloc.start()
    for view in views:
        read(view)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * MANY


def test_a_kept_view_that_was_read_as_a_whole_holds_no_copy() -> None:
    views = kept(OBJECT)
    tracemalloc.start()
    for view in views[:: len(views) // 50]:
        assert dict(view) == view.to_dict()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200 * MANY


KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
OBJECTS = st.lists(st.tuples(KEYS, st.sampled_from(["1", '"x"', "{}", '{"a": [2]}'])), max_size=9)


@given(members=OBJECTS, order=st.randoms(use_true_random=False), size=st.integers(1, 9))
def test_every_key_of_a_kept_view_is_as_it_was(
    members: list[tuple[str, str]], order: Any, size: int
) -> None:
    text = "{" + ", ".join(f'"{key}": {value}' for key, value in members) + "}"
    twins: list[tuple[PartialObject, str]] = []
    parser = PartialJSON()
    for at in range(0, len(text), size):
        parser.feed(text[at : at + size])
        view = parser.view()
        if isinstance(view, PartialObject):
            twins.append((view, json.dumps(view.to_dict())))
    order.shuffle(twins)
    for view, said in twins:
        then = json.loads(said)
        for key in "abcdef":
            assert (key in view) == (key in then)
            assert view.get(key) == then.get(key)
        assert [*view] == [*then]


def test_threads_may_look_up_keys_of_old_views_while_another_one_feeds() -> None:
    parser = PartialJSON()
    parser.feed(OBJECT[:100])
    view = parser.view()
    there = len(view)

    def look() -> set[int]:
        found: set[int] = set()
        while not parser.complete:
            found.add(sum(f"key {number}" in view for number in range(0, MANY, 7)))
        return found

    with ThreadPoolExecutor(2) as threads:
        looking = [threads.submit(look) for _ in range(2)]
        for at in range(100, len(OBJECT), 8):
            parser.feed(OBJECT[at : at + 8])
        numbers = set[int]().union(*(each.result() for each in looking))
    assert numbers <= {len(range(0, there, 7))}
