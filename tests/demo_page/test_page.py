"""The chat page in a real Chromium: an answer fills in, and outlives a reload, a tab and a cut."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from streamkit.cli.demo_page import demo_page
from streamkit.server import EmbeddedServer
from tests.demo_page.client import PageClient

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from streamkit.eventlog import EventLog
    from tests.conftest import Picture

pytestmark = pytest.mark.thorough

TRIP = "Plan a trip to Lisbon"
AWAY = "The server cannot be reached; trying again."


@pytest.fixture
def chat_page(page: Page, address: str, chat: str) -> Page:
    """Return a page in a new chat."""
    page.goto(f"{address}?chat={chat}")
    return page


def ask(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Your message")
    field.fill(text)
    field.press("Enter")


def answer(page: Page, number: int = 1) -> Locator:
    return page.get_by_role("article", name=f"Answer {number}", exact=True)


def value(page: Page, number: int = 1) -> Locator:
    return answer(page, number).locator(".value")


def verdict(page: Page, number: int = 1) -> Locator:
    return answer(page, number).locator(".verdict")


def expected(complaints: list[str], text: str) -> None:
    """Take the complaints out that a test expects."""
    complaints[:] = [complaint for complaint in complaints if text not in complaint]


def at_the_stall(page: Page, server: EmbeddedServer) -> None:
    """Wait until the page shows what its server has sent, to the middle of the second stop."""
    assert server.stalled(30)
    expect(verdict(page)).to_have_text("Answering … 52 events")


def test_an_answer_fills_in(chat_page: Page, stalls: EmbeddedServer, picture: Picture) -> None:
    chat_page.set_viewport_size({"width": 800, "height": 640})
    ask(chat_page, TRIP)
    at_the_stall(chat_page, stalls)
    picture(chat_page, "demo-page")
    shown = value(chat_page).inner_text()
    assert "Three days in Lisbon" in shown
    assert "Cascais" not in shown
    expect(chat_page.get_by_role("listitem").filter(has=answer(chat_page))).to_have_attribute(
        "aria-busy", "true"
    )
    stalls.release()
    expect(verdict(chat_page)).to_have_text("Complete. 123 events")
    expect(value(chat_page)).to_contain_text("Cascais")
    expect(chat_page.get_by_role("status")).to_have_text("Complete.")
    assert value(chat_page).inner_text().startswith(shown.rstrip()[:-1])  # nothing was redone


def test_a_page_that_is_reloaded_in_the_middle_misses_and_doubles_nothing(
    chat_page: Page, stalls: EmbeddedServer
) -> None:
    ask(chat_page, TRIP)
    at_the_stall(chat_page, stalls)
    before = value(chat_page).inner_text()
    chat_page.reload()
    at_the_stall(chat_page, stalls)
    assert value(chat_page).inner_text() == before
    stalls.release()
    expect(verdict(chat_page)).to_have_text("Complete. 123 events")
    whole = value(chat_page).inner_text()
    chat_page.reload()
    expect(verdict(chat_page)).to_have_text("Complete. 123 events")
    assert value(chat_page).inner_text() == whole
    assert whole.count("Cascais") == 1


def test_a_page_whose_server_was_away_goes_on_after_the_last_event(
    chat_page: Page, log: EventLog, stalls: EmbeddedServer, complaints: list[str]
) -> None:
    """One server makes the answer, and another has the page, over the same log."""
    address, _, chat = chat_page.url.partition("?chat=")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with EmbeddedServer(port=port) as other, demo_page(other, log) as there:
        chat_page.goto(f"{there}?chat={chat}")
        with PageClient(address, chat) as asker:
            asker.ask(TRIP)
        at_the_stall(chat_page, stalls)
        other.stop()
        expect(chat_page.get_by_role("alert")).to_have_text(AWAY)
        stalls.release()
        assert stalls.exchanges[-1].wait(30) == "completed"
        expect(verdict(chat_page)).to_have_text("Answering … 52 events")
        with chat_page.expect_response(lambda response: response.ok) as resumed:
            other.start()
        assert re.fullmatch("[0-9a-f]{12}-52", resumed.value.request.headers["last-event-id"])
        expect(verdict(chat_page)).to_have_text("Complete. 123 events")
        expect(chat_page.get_by_role("alert")).to_have_count(0)
        assert value(chat_page).inner_text().count("Cascais") == 1
        chat_page.close()
    expected(complaints, "Failed to load resource")


def test_two_tabs_show_the_same_and_each_can_ask(chat_page: Page, stalls: EmbeddedServer) -> None:
    tab = chat_page.context.new_page()
    tab.goto(chat_page.url)
    ask(chat_page, TRIP)
    at_the_stall(chat_page, stalls)
    at_the_stall(tab, stalls)
    assert value(tab).inner_text() == value(chat_page).inner_text()
    stalls.release()
    stalls.fault = None
    for each in (chat_page, tab):
        expect(verdict(each)).to_have_text("Complete. 123 events")
    ask(tab, "A recipe for pancakes")
    for each in (chat_page, tab):
        expect(value(each, 2)).to_contain_text("Pancakes for a slow morning")
        expect(verdict(each, 2)).to_contain_text("Complete.")
        expect(each.locator(".question")).to_have_text([TRIP, "A recipe for pancakes"])


def test_stop_ends_the_answer_in_every_tab_and_where_it_is_made(
    chat_page: Page, stalls: EmbeddedServer
) -> None:
    tab = chat_page.context.new_page()
    tab.goto(chat_page.url)
    ask(chat_page, TRIP)
    at_the_stall(tab, stalls)
    tab.get_by_role("button", name="Stop").click()
    assert stalls.exchanges[-1].wait(30) == "cut"
    for each in (chat_page, tab):
        expect(verdict(each)).to_contain_text("Stopped. This is what had arrived.")
        expect(value(each)).to_contain_text("Three days in Lisbon")
        expect(each.get_by_role("status")).to_contain_text("Stopped.")
        expect(each.get_by_role("button", name="Send")).to_be_enabled()


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("[[cut]]", "Cut off: the stream ended before the answer did. This is what had arrived."),
        ("[[error]]", "Failed: An error occurred. This is what had arrived."),
    ],
)
def test_a_page_says_how_an_answer_went_wrong(mark: str, said: str, chat_page: Page) -> None:
    ask(chat_page, f"{TRIP} {mark}")
    expect(verdict(chat_page)).to_contain_text(said)
    expect(value(chat_page)).to_contain_text("Three days in Lisbon")
    ask(chat_page, TRIP)  # and the chat goes on
    expect(verdict(chat_page, 2)).to_have_text("Complete. 123 events")


def test_a_refusal_is_shown(chat_page: Page) -> None:
    chat_page.get_by_role("button", name="A refusal").click()
    expect(answer(chat_page)).to_contain_text("I'm sorry, but I can't")
    expect(verdict(chat_page)).to_contain_text("Complete.")


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("<b>Bold</b> & plain", "<b>Bold</b> & plain"),
        ('{"<i>": "<b>Bold</b>"}', "<i>\n<b>Bold</b>"),
        ('{"__proto__": {"constructor": null}}', "proto\nConstructor\nnone"),
        ('[[1, [true]], "x"]', "1\nyes\nx"),
        ("12", "12"),
    ],
    ids=["no JSON", "markup", "names of the language", "lists", "a number"],
)
def test_any_answer_is_shown_as_what_it_is(
    content: str, shown: str, chat_page: Page, log: EventLog, chat: str
) -> None:
    delta = {"type": "content.delta", "choice_index": 0, "delta": content}
    turn = [{"type": "question", "text": "<b>What?</b>"}, delta]
    log.produce(f"demo/{chat}/1", [json.dumps(event).encode() for event in turn])
    expect(verdict(chat_page)).to_have_text("Complete. 3 events")
    assert chat_page.locator(".question").inner_text() == "<b>What?</b>"
    assert value(chat_page).inner_text() == shown


def test_the_keyboard_is_enough(chat_page: Page, stalls: EmbeddedServer) -> None:
    keyboard = chat_page.keyboard
    expect(chat_page.get_by_role("textbox")).to_be_focused()
    keyboard.type("Plan a trip")
    keyboard.press("Shift+Enter")
    keyboard.type("to Lisbon")
    keyboard.press("Enter")
    expect(chat_page.locator(".question")).to_have_text("Plan a trip\nto Lisbon")
    at_the_stall(chat_page, stalls)
    keyboard.press("Escape")
    expect(verdict(chat_page)).to_contain_text("Stopped.")
    focused = chat_page.locator(":focus")
    keyboard.type("x")
    keyboard.press("Tab")
    expect(focused).to_have_accessible_name("Send")
    for name in ("Your message", "The JSON as it comes", "New chat"):
        keyboard.press("Shift+Tab")
        expect(focused).to_have_text(name) if name != "Your message" else None


def test_what_is_odd_is_said_and_what_was_typed_stays(
    chat_page: Page, complaints: list[str]
) -> None:
    chat_page.route("**/turns/1", lambda route: route.abort() if _asks(route) else route.fallback())
    ask(chat_page, TRIP)
    expect(chat_page.get_by_role("alert")).to_have_text("The server cannot be reached.")
    expect(chat_page.get_by_role("textbox")).to_have_value(TRIP)
    expected(complaints, "ERR_FAILED")


def _asks(route: Any) -> bool:
    return bool(route.request.method == "POST")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1000])
def test_nothing_is_cut_off_or_hard_to_read(scheme: Any, width: int, chat_page: Page) -> None:
    chat_page.emulate_media(color_scheme=scheme)
    chat_page.set_viewport_size({"width": width, "height": 800})
    ask(chat_page, f"{TRIP} {'and_further_' * 20}")
    expect(verdict(chat_page)).to_have_text("Complete. 123 events")
    assert chat_page.evaluate("document.documentElement.scrollWidth") == width
    assert chat_page.evaluate(CONTRASTS) == []


CONTRASTS = """
() => {
  const channels = color => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const ground = node => {
    for (; node; node = node.parentElement) {
      const color = channels(getComputedStyle(node).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('body *')]
    .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
    .filter(node => node.checkVisibility())
    .map(node => {
      const pair = [light(channels(getComputedStyle(node).color)), light(ground(node))]
      return [node.className || node.tagName, (Math.max(...pair) + .05) / (Math.min(...pair) + .05)]
    })
    .filter(([, contrast]) => contrast < 4.5)
}
"""
"""A program that returns the texts whose contrast is below that of WCAG 2, level AA."""
