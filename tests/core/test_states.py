from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.states import TrackedStates, states_of

CHANGES = st.lists(st.integers(0, 200), max_size=200)


@given(before=st.integers(0, 200), places=CHANGES)
def test_states_are_those_of_their_moment_whatever_changes_later(
    before: int, places: list[int]
) -> None:
    states, twin = states_of(range(before)), [*range(before)]
    moments = [(states, [*twin])]
    for number, drawn in enumerate(places):
        place = min(drawn, len(twin))
        twin[place : place + 1] = [-number]
        states = states.replaced(place, -number)
        moments.append((states, [*twin]))
    for states, twin in moments:
        assert [*states] == twin
        assert len(states) == len(twin)
        assert bool(states) == bool(twin)


def test_a_change_copies_few_of_many_states() -> None:
    states = states_of(range(1024))
    changed = states.replaced(500, -1)
    mine = {id(block) for block in states.blocks}
    (copied,) = [block for block in changed.blocks if id(block) not in mine]
    assert len(copied) + len(changed.blocks) <= 64
    assert [*islice(changed, 500, 501)] == [-1]


@given(acts=st.lists(st.sampled_from(["add", "change", "reverse", "look"]), max_size=60))
def test_tracked_states_are_those_of_all_parts(acts: list[str]) -> None:
    parts: dict[int, int] = {}
    states: TrackedStates[int, int] = TrackedStates()
    for number, act in enumerate([*acts, "look"]):
        if act == "add":
            parts[number] = number
            states.add(number)
        elif act == "change" and parts:
            key = [*parts][number % len(parts)]
            parts[key] = -number
            states.change(key)
        elif act == "reverse":
            parts = dict(reversed(parts.items()))
            states.forget()
        elif act == "look":
            assert [*states.present(parts, parts.__getitem__)] == [*parts.values()]


def test_only_changed_parts_are_asked_for_their_states() -> None:
    parts = dict.fromkeys(range(100), 0)
    asked: list[int] = []
    states: TrackedStates[int, int] = TrackedStates()

    def state(key: int) -> int:
        asked.append(key)
        return parts[key]

    states.present(parts, state)
    asked.clear()
    parts[100] = 0
    states.add(100)
    states.change(7)
    states.change(200)  # it is none of them
    assert len(states.present(parts, state)) == 101
    assert asked == [100, 7]
