"""The programs of the cookbook run as they are printed, and are short."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit import AsyncOpenAI
from streamkit.server import EmbeddedServer
from tests.cookbook import COOKBOOK, PAGES, program
from tests.documented_examples import output_of, run_all
from tests.relay.asgi_calls import serving

if TYPE_CHECKING:
    from tests.documented_examples import Ran

LONGEST = 25
"""The lines that a program of the cookbook may have."""

PRINTS = {
    "agent": (
        r"^population gave \d+\nweather gave \d+ days of rain in [^\n]*\n"
        r"\w[^\n]*\.\n5 messages\n$"
    ),
    "batch": r"^ended 3\n(city-[012] \w[^\n]*\.\n){3}$",
    "extraction": r"^\d+ invoices, \d+\.\d\d in all; failed: \[\]\n$",
    "migration": r"^\w[^\n]*\n\w[^\n]*\n$",
    "panels": r"(\u256d\u2500+\u256e\s+){3}",
    "race": r"^number [01] won; 1 closed\n\w[^\n]*\.\n$",
    "speech": r"^(\[\w[^\n]*\.\]\n){3,}$",
}
ELSEWHERE = {"notebook", "relay", "testing"}
"""The pages that a test of their own runs: below, and `tests/test_testing.py`."""


@pytest.fixture(scope="module")
def ran(thorough: bool) -> dict[str, Ran]:
    """Run the programs, one after another; 500 documents are fewer unless all is tried."""
    programs = {page: program(page) for page in PRINTS}
    if not thorough:
        programs["extraction"] = programs["extraction"].replace("500", "40")
    with EmbeddedServer() as server:
        return run_all(programs, server)


def test_the_list_names_every_page() -> None:
    listed = re.findall(r"\]\((\w+)\.md\)", (COOKBOOK / "README.md").read_text())
    assert sorted({*listed} - {"operators"}) == PAGES == sorted({*PRINTS, *ELSEWHERE})


@pytest.mark.parametrize("page", PAGES)
def test_a_program_is_short(page: str) -> None:
    assert len(program(page).splitlines()) <= LONGEST


@pytest.mark.parametrize("page", PRINTS)
def test_a_program_does_what_its_page_says(page: str, ran: dict[str, Ran]) -> None:
    assert re.search(PRINTS[page], ran[page].output)


@pytest.mark.thorough
def test_the_migrated_program_is_one_of_the_other_package(ran: dict[str, Ran]) -> None:
    before, count = re.subn(r"from streamkit import (\w+)  # (.*)", r"\2", program("migration"))
    assert count == 1
    with EmbeddedServer() as server:
        assert output_of(before, server) == ran["migration"].output


def test_two_browsers_see_the_whole_answer_whenever_they_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with EmbeddedServer() as server:
        server.reply("It rains in Bergen, as it mostly does.")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        app: dict[str, Any] = {"AsyncOpenAI": AsyncOpenAI}
        exec(program("relay"), app)  # noqa: S102 - our own program
        with serving(app["app"]) as url, httpx.Client(base_url=url) as browser:
            assert browser.post("/chats/1", params={"question": "How is it?"}).is_success

            def watch() -> str:
                body = browser.get("/chats/1").text
                return "".join(re.findall(r'"type":"content.delta".*?"delta":"(.*?)"', body))

            with ThreadPoolExecutor() as pool:
                first, second = pool.submit(watch), pool.submit(watch)
            texts = [first.result(), second.result(), watch()]  # the last comes after the end
        assert len(server.exchanges) == 1
    assert texts == ["It rains in Bergen, as it mostly does."] * 3
