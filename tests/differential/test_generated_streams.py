"""Both packages give the same results for the same generated streams."""

from __future__ import annotations

from collections.abc import Mapping

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import streamkit
from tests.differential.agreement import Agreement, alone
from tests.differential.listening import hear_peer, hear_streamkit
from tests.differential.streams import IN_ANY_ORDER, KINDS, Streamed

STREAMS: Mapping[str, int] = {
    "text": 350,
    "structured": 300,
    "refused": 200,
    "json mode": 100,
    "reasoned": 150,
    "tools": 350,
    "of all kinds": 300,
    "cut short, nothing to parse": 150,
    "cut short": 200,
    "misfits": 100,
}
"""The number of streams of each kind that are compared with ``--thorough``."""

STREAMS_IN_ANY_ORDER = 100

WITHOUT_THOROUGH = 20
"""Without ``--thorough`` the number of streams is divided by this."""


def test_at_least_two_thousand_streams_are_compared() -> None:
    assert STREAMS.keys() == KINDS.keys()
    assert sum(STREAMS.values()) >= 2000


@pytest.mark.parametrize("kind", KINDS)
def test_streamkit_says_what_the_openai_package_says(kind: str, thorough: bool) -> None:
    compared, wanted = 0, STREAMS[kind] if thorough else STREAMS[kind] // WITHOUT_THOROUGH

    @settings(max_examples=wanted)
    @given(KINDS[kind], st.booleans(), st.booleans())
    def compare(streamed: Streamed, late: bool, partial_strings: bool) -> None:
        nonlocal compared
        peer = hear_peer(streamed.pieces, streamed.params(openai))
        ours = hear_streamkit(
            streamed.pieces,
            streamed.params(streamkit),
            late=late,
            partial_strings=partial_strings,
        )
        json_mode = isinstance(streamed.format, dict)
        Agreement(json_mode=json_mode, partial_strings=partial_strings).check(peer, ours)
        compared += 1

    compare()
    assert compared >= wanted


def test_streamkit_says_of_each_choice_what_the_openai_package_says_of_it_alone(
    thorough: bool,
) -> None:
    @settings(max_examples=STREAMS_IN_ANY_ORDER // (1 if thorough else WITHOUT_THOROUGH))
    @given(IN_ANY_ORDER)
    def compare(streamed: Streamed) -> None:
        ours = hear_streamkit(streamed.pieces, streamed.params(streamkit))
        for index in range(streamed.n):
            single = streamed.alone(index)
            peer = hear_peer(single.pieces, single.params(openai))
            Agreement().check(alone(peer, 0), alone(ours, index))

    compare()
