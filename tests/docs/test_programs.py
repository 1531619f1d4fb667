"""The Python of each page runs from top to bottom as one program."""

from __future__ import annotations

import re

import pytest

from streamkit.server import EmbeddedServer
from tests.docs.pages import BEGINNING, COOKBOOK, PAGES, programs
from tests.documented_examples import Ran, run_all

PRINTS = {
    ("start", "A first stream"): r"^\w[^\n]*\.$",
    ("concepts/errors", "Ends and errors"): r"^\{",
    ("concepts/events", "Events"): r"\n[01] \S+ \{.*\n[01] steps=\[Step\(explanation=",
    ("concepts/events", "One vocabulary for every protocol"): r"stop\n.*stop\n.*stop\n",
    ("concepts/time", "Time limits"): r"^\w[^\n]*\.\n$",
    ("guides/assistants", "Assistants"): (
        r"^\w[^\n]*\ncompleted\n"
        r"(function call_\w+\nrequires_action\n){2}\w[^\n]*\n$"
    ),
    ("guides/event-logs", "An answer that outlives its reader"): r"^\w[^\n]*\.0\n$",
    ("guides/hub", "Many readers"): r"^\w[^\n]*\.$",
    ("guides/map", "Many requests"): (
        r"^(solve [^\n]* steps=\[[^\n]*\n){2}MapProgress\(done=2, failed=0, running=0, [^\n]*\n$"
    ),
    (
        "guides/own-client",
        "Your own client, and any source",
    ): r"^\w[^\n]*\.\nstreamkit\n\w[^\n]*\.\n$",
    ("guides/own-operators", "Operators of your own"): r"^(\S+\n){5}$",
    ("guides/pipelines", "Observables"): (
        r"^chunk\n.*content\.delta\n.*content\.done\n.*done\n\w[^\n]*$"
    ),
    ("guides/pipelines", "A pipeline of your own"): (
        r"ContentDeltaEvent\(choice_index=2.*ContentDoneEvent\(choice_index=[012], content='\w+.*"
    ),
    ("guides/polling", "Polling and uploads"): (
        r"^completed\n(UploadProgress\([^\n]*\n)+(VectorStoreFileBatch\([^\n]*\n)+2\n$"
    ),
    ("guides/recording", "Record and replay"): r"^stop\n$",
    ("guides/responses", "Responses"): (
        r"^\S+ \{.*\nsteps=\[Step\(explanation=.* ResponseUsage\(input_tokens="
    ),
    ("guides/structured-outputs", "Structured outputs"): r"^steps=\[Step\(.* final_answer='",
    ("guides/testing", "A server for tests"): (
        r"^ChatCompletion\([^\n]*\nHello\nany\nincomplete max_completion_tokens\n$"
    ),
    ("guides/tools", "Tools"): r"^weather It is sunny in [^\n]*\.\n\w[^\n]*\.$",
    ("migration/anthropic", "Coming from `anthropic`"): r"steps=\[Step\(.* final_answer='",
    ("migration/openai", "Coming from `openai`"): r"^steps=\[Step\(.* final_answer='",
}
"""What the programs below a heading print; of others the page shows it, or they print nothing."""

MARK = "\N{PILCROW SIGN}"
SHOWN = {
    page: found
    for page, text in PAGES.items()
    if not page.startswith(COOKBOOK) and (found := programs(text))
}


@pytest.fixture(scope="module")
def ran() -> dict[str, Ran]:
    """Run the program of each page; the blocks of the others go on from the beginning."""
    made: dict[str, str] = {}
    for page, found in SHOWN.items():
        marked = "".join(f"print({MARK!r}, end='')\n{each.code}" for each in found)
        made[page] = (BEGINNING if page != "start" else "") + marked
    with EmbeddedServer() as server:
        return run_all(made, server)


@pytest.mark.thorough
def test_the_programs_of_every_page_print_what_it_says(ran: dict[str, Ran]) -> None:
    # One test, because of several each worker would run all of the programs.
    wrong: dict[str, str] = {}
    for page, found in SHOWN.items():
        parts = ran[page].output.split(MARK)[1:]
        sections: dict[str, str] = {}
        for each, printed in zip(found, parts, strict=True):
            if each.prints:
                assert printed == each.prints, page
            else:
                sections[each.heading] = sections.get(each.heading, "") + printed
        for heading, printed in sections.items():
            if not re.search(PRINTS.get((page, heading), r"^$"), printed, re.DOTALL):
                wrong[f"{page}: {heading}"] = printed
    assert not wrong


def test_the_list_names_sections_that_are_there() -> None:
    there = {(page, each.heading) for page, found in SHOWN.items() for each in found}
    assert PRINTS.keys() - there == set()
