"""The page in a browser: it shows streams of every kind, live ones too, by mouse and by keys."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from streamkit.inspector import Inspector
from streamkit.recording import Cassette
from tests.http_server import ScriptedServer
from tests.inspector.recordings import ALL, CUT, HOSTILE, KEYS, TOOLS, cassette, long
from tests.inspector.test_proxy import ASKED, HEAD, piece
from tests.trace.test_trace import chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    """An inspector of every kind of stream."""
    with Inspector(cassette()) as served:
        yield served


def opened(page: Page, inspector: Inspector, name: str) -> None:
    """Open the page of a stream, and wait until it shows a moment."""
    page.goto(f"{inspector.url}#/stream/{KEYS[name]}")
    expect(page.locator(".where")).not_to_be_empty()


def events(page: Page) -> Locator:
    return page.get_by_role("grid", name="Events").get_by_role("row")


def chosen(page: Page) -> Locator:
    return page.get_by_role("grid", name="Events").locator(".row.chosen")


def slide(page: Page, name: str, value: int) -> None:
    page.get_by_role("slider", name=name).fill(str(value))


def test_the_list_has_a_row_for_each_stream(page: Page, inspector: Inspector) -> None:
    page.goto(inspector.url)
    rows = page.get_by_role("grid", name="Streams").get_by_role("row")
    expect(rows).to_have_count(len(ALL))
    expect(rows.nth(0)).to_contain_text("567 + 66")
    expect(rows.nth(1).locator(".badge")).to_have_text("cut")
    expect(rows.nth(2)).to_contain_text("0: stop, 1: stop, 2: stop")
    expect(rows.nth(3)).to_contain_text("error")


def test_a_slider_shows_calls_as_they_were_at_any_moment(page: Page, inspector: Inspector) -> None:
    opened(page, inspector, "tools")
    state = page.locator(".state")
    expect(state).to_contain_text('{"city": "Paris", "unit": "c"}')
    expect(page.locator("article.call")).to_have_count(2)
    slide(page, "Event", 14)
    expect(page.locator(".where")).to_contain_text("event 15 of 47")
    expect(state.locator(".said")).to_have_count(1)
    expect(state.locator(".said")).to_have_text('{"city": "Paris",')
    expect(state.locator(".object figcaption")).to_have_text("the object so far")
    expect(page.locator(".wire")).to_contain_text('"arguments":"\\",')
    expect(chosen(page)).to_contain_text("14")
    page.get_by_role("button", name="get_time").click()
    expect(state).to_contain_text('{"city": "Paris"}')
    expect(page.locator(".where")).to_contain_text("event 44 of 47")


def test_a_click_on_the_timeline_goes_to_its_moment(page: Page, inspector: Inspector) -> None:
    opened(page, inspector, "tools")
    tracks = page.locator(".tracks")
    box = tracks.bounding_box()
    assert box is not None
    tracks.click(position={"x": box["width"] * 0.5, "y": 10})
    expect(page.locator(".where")).to_have_text(re.compile(r"event \d+ of 47, 1\.\d\d s"))
    expect(page.locator(".state")).not_to_contain_text("get_time")


def test_a_call_leads_to_the_turn_with_its_result(page: Page, inspector: Inspector) -> None:
    opened(page, inspector, "asks")
    expect(page.locator(".result")).to_contain_text("21 degrees")
    page.get_by_role("link", name="in the next turn").click()
    expect(page.locator(".request summary")).to_contain_text("turn 2")


@pytest.mark.parametrize(
    ("name", "badge", "said"),
    [
        ("cut", "cut", "Cut after 3.67 s: the stream was cut after 142 events"),
        ("failed", "error", "Error after 2.00 s: Out of memory"),
        ("refused", "error", "the server answered with status 429"),
        ("unreached", "error", "ConnectError: no"),
        ("broken", "error", "oops"),
        ("empty", "error", "the body of the stream is empty"),
    ],
)
def test_a_stream_says_how_it_ended(
    name: str, badge: str, said: str, page: Page, inspector: Inspector
) -> None:
    opened(page, inspector, name)
    expect(page.locator("h1 .badge")).to_have_text(badge)
    expect(page.get_by_role("status").first).to_contain_text(said)


def test_what_is_no_answer_shows_its_frames(page: Page, inspector: Inspector) -> None:
    opened(page, inspector, "models")
    expect(page.locator(".where")).to_have_text("no events")
    page.get_by_text("All raw frames").click()
    expect(page.get_by_role("grid", name="Frames")).to_contain_text('{"data": []}')


def test_filters_choose_events_by_type_choice_path_and_text(
    page: Page, inspector: Inspector, complaints: list[str]
) -> None:
    opened(page, inspector, "three")
    total = page.locator(".filters output")
    expect(total).to_have_text("74 events")
    page.get_by_label("Choice").select_option("1")
    expect(total).to_have_text("19 events")
    page.get_by_label("Type of event").select_option("content.delta")
    page.get_by_label("Path").fill("$.year")
    expect(events(page).first).to_contain_text("$.year")
    expect(page.locator(".events .row .path", has_text="$.name")).to_have_count(0)
    page.get_by_label("Path").fill("$..x")
    expect(page.get_by_role("alert")).to_contain_text("'..' is not supported")
    page.get_by_label("Path").fill("")
    page.get_by_label("Choice").select_option("")
    page.get_by_label("Text").fill("Ada")
    expect(total).to_have_text("3 events")
    complaints.clear()  # of the path that is none


def test_keys_move_filter_and_help(page: Page, inspector: Inspector) -> None:
    page.goto(inspector.url)
    expect(page.locator(".streams .row")).to_have_count(len(ALL))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("gemma-3-270m")
    expect(page.locator(".where")).to_contain_text("event 47 of 47")
    page.keyboard.press("Home")
    expect(chosen(page)).to_contain_text("{")
    expect(page.locator(".where")).to_contain_text("event 3 of 47")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".where")).to_contain_text("event 5 of 47")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".where")).to_contain_text("event 3 of 47")
    page.keyboard.press("End")
    expect(page.locator(".where")).to_contain_text("event 47 of 47")
    page.keyboard.press("/")
    expect(page.get_by_label("Text")).to_be_focused()
    page.keyboard.type("?Paris")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Text")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid", name="Streams")).to_be_visible()


def test_two_cassettes_stand_side_by_side_at_the_same_time(page: Page) -> None:
    with Inspector(Cassette((TOOLS,)), Cassette((CUT,))) as inspector:
        page.goto(f"{inspector.url}#/compare")
        sides = page.locator(".pair .state")
        expect(sides.nth(0)).to_contain_text("get_time")
        expect(page.locator(".pick .badge")).to_have_text(["done", "cut"])
        slide(page, "Time", 500)
        expect(page.locator(".where")).to_have_text("after 1.84 s")
        expect(sides.nth(0)).not_to_contain_text("get_time")
        expect(sides.nth(0)).to_contain_text("city")
        expect(page.locator(".requests")).to_contain_text("$.tools")
        page.get_by_label("Stream").nth(1).select_option("1")
        expect(page.locator(".pick .badge")).to_have_text(["done", "done"])
        expect(page.get_by_text("The requests are the same.")).to_be_visible()


def test_many_chunks_scroll_with_few_elements_and_few_requests(page: Page) -> None:
    asked: list[str] = []
    with Inspector(Cassette((long(25_000),))) as inspector:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{inspector.url}#/stream/1")
        expect(page.locator(".where")).to_contain_text("event 50,003 of 50,003")
        before = len(asked)
        grid = page.get_by_role("grid", name="Events")
        for share in (0.25, 0.5, 0.75, 0.1):
            grid.evaluate("(grid, share) => { grid.scrollTop = share * grid.scrollHeight }", share)
            number = int(25_001 * share)
            expect(grid).to_contain_text(re.compile(rf"w{number // 100}\d\d "))
        assert events(page).count() < 60
        assert page.locator("*").count() < 4000
        assert len(asked) - before <= 8
        assert max(map(len, asked)) < 200


def test_traffic_appears_while_it_passes(page: Page) -> None:
    goes_on = threading.Event()
    script: list[Any] = [
        HEAD,
        piece(chunk(content="The sky")),
        goes_on,
        piece(chunk("stop", content=" is blue.") + b"data: [DONE]\n\n"),
        b"0\r\n\r\n",
    ]
    with ScriptedServer(script) as api, Inspector() as inspector:
        base_url, _ = inspector.proxy(api.url)
        page.goto(inspector.url)
        expect(page.get_by_text("Nothing has passed yet.")).to_be_visible()
        expect(page.locator("#live")).to_be_visible()
        with httpx.stream("POST", f"{base_url}/chat/completions", json=ASKED) as answer:
            reads = answer.iter_raw()
            next(reads)
            expect(page.locator(".streams .row .badge")).to_have_text("live")
            page.locator(".streams .row").click()
            expect(page.locator(".state")).to_contain_text("The sky")
            expect(page.locator(".state")).not_to_contain_text("blue")
            goes_on.set()
            deque(reads, maxlen=0)
            expect(page.locator(".state")).to_contain_text("The sky is blue.")
            expect(page.locator("h1 .badge")).to_have_text("done")
        page.goto("about:blank")  # else it complains that the inspector stops


def test_what_a_stream_says_is_text_whatever_it_is(page: Page, inspector: Inspector) -> None:
    page.goto(inspector.url)
    expect(page.locator(".streams .row")).to_have_count(len(ALL))
    for name in ("inert", "huge", "broken"):
        opened(page, inspector, name)
        page.locator(".request summary").click()
    opened(page, inspector, "inert")
    expect(page.locator(".state")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img, main script").count() == 0
    assert HOSTILE[:30] in page.locator(".state").inner_text()


def test_the_page_follows_the_light_and_the_width(page: Page, inspector: Inspector) -> None:
    grounds: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        opened(page, inspector, "tools")
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(251, 251, 253)", "rgb(20, 23, 31)"]
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("", f"#/stream/{KEYS['tools']}", "#/compare"):
            page.goto(f"{inspector.url}{path}")
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_stream_that_does_not_exist_says_so(
    page: Page, inspector: Inspector, complaints: list[str]
) -> None:
    page.goto(f"{inspector.url}#/stream/999")
    expect(page.get_by_role("alert")).to_have_text("There is no such stream, or it was dropped.")
    assert len(complaints) == 1
    complaints.clear()


def test_a_cassette_without_a_stream_says_so(page: Page) -> None:
    with Inspector(Cassette(())) as inspector:
        page.goto(inspector.url)
        expect(page.get_by_text("There is no stream in it.")).to_be_visible()
        page.goto(f"{inspector.url}#/compare")
        expect(page.get_by_text("It takes two streams.")).to_be_visible()
