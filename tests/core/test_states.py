from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.states import states_of

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
