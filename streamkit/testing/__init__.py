"""Tools for tests of programs that use the API of OpenAI or of Anthropic.

The fixtures of pytest need the extra ``server``. A test module or a ``conftest.py`` loads them by
name::

    pytest_plugins = ["streamkit.testing"]


    def test_a_cut_answer_is_not_kept(openai_server, fault):
        fault("cut?after=3")
        ...


    def test_an_answer_is_shown(openai_server):
        openai_server.reply("Hello")
        ...


    def test_with_the_real_api(cassette):
        client = cassette(OpenAI())
        ...

``openai_server`` and ``anthropic_server`` are the same server, for clients of either package that
find its address in the environment; a test may use both. Its ``reply`` says what it answers, and
its ``exchanges`` what it was asked. ``cassette`` replays what was recorded with
``STREAMKIT_RECORD=1``, and ``VirtualClock`` times a replay without waiting.

For operators of one's own there are ``assert_marbles``, which compares an operator's output with a
marble diagram in virtual time, ``events_of``, which makes typed events, and ``assert_any_cut``.

No entry point loads them, so that programs with streamkit installed do not pay for them in every
test run. A module that imports from here as well gets no warning of pytest, because there is
nothing to rewrite (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

from streamkit.testing.cassettes import UseCassette, cassette
from streamkit.testing.cuts import assert_any_cut
from streamkit.testing.events import events_of
from streamkit.testing.fixtures import anthropic_server, embedded_server, fault, openai_server
from streamkit.testing.marbles import assert_marbles
from streamkit.testing.virtual_clock import VirtualClock

__all__ = [
    "UseCassette",
    "VirtualClock",
    "anthropic_server",
    "assert_any_cut",
    "assert_marbles",
    "cassette",
    "embedded_server",
    "events_of",
    "fault",
    "openai_server",
]
