"""A test in a browser fails by what its pages complain of, and leaves nothing to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect

from tests.http_server import ScriptedServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.thorough


def served(html: str) -> ScriptedServer:
    """Return a server of one page, which has an icon, so that the browser asks for nothing else."""
    body = f'<!doctype html><link rel="icon" href="data:,"><h1>Here</h1>{html}'.encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(body)
    return ScriptedServer([head + body])


def shown(page: Page, html: str = "") -> None:
    with served(html) as server:
        page.goto(server.url)
        expect(page.get_by_role("heading")).to_have_text("Here")


@pytest.mark.parametrize(
    ("html", "event", "complaint"),
    [
        ("<script>console.error('It is wrong')</script>", "console", "It is wrong"),
        ("<script>throw new Error('Not caught')</script>", "weberror", "Not caught"),
        ("<script>Promise.reject(new Error('Not awaited'))</script>", "weberror", "Not awaited"),
        ("<img src='http://elsewhere.example/x.png'>", "requestfailed", "elsewhere.example/x.png"),
        ("<script>fetch('http://localhost:9/')</script>", "requestfailed", "localhost:9"),
    ],
    ids=["console", "uncaught error", "rejected promise", "foreign image", "another name"],
)
def test_a_complaint_of_a_page_is_noted(
    html: str, event: Any, complaint: str, page: Page, complaints: list[str]
) -> None:
    with page.context.expect_event(event):
        shown(page, html)
    assert any(complaint in noted for noted in complaints)
    complaints.clear()


def test_a_page_that_does_all_itself_has_no_complaints(page: Page, complaints: list[str]) -> None:
    shown(page, "<script>console.log('Fine')</script><img src='data:image/svg+xml,'>")
    assert complaints == []


def test_each_test_has_a_browser_without_a_past(page: Page, chromium: Browser) -> None:
    with served("") as server, chromium.new_context() as other:
        page.goto(server.url)
        page.evaluate("localStorage.setItem('kept', 'yes')")
        tab, stranger = page.context.new_page(), other.new_page()
        for each, kept in ((tab, "yes"), (stranger, None)):
            each.goto(server.url)
            assert each.evaluate("localStorage.getItem('kept')") == kept


def test_no_name_but_the_loopback_address_resolves(page: Page, complaints: list[str]) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elsewhere.example/")
    assert complaints[0] == "a request to http://elsewhere.example/"
    complaints.clear()
