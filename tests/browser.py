"""Pages in Chromium: a test has a context of its own, and fails by what its pages complain of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

from tests.programs import CHROMIUM, needed

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, WebError

__all__ = ["PATIENCE", "launched", "opened"]

PATIENCE = 30_000
"""The milliseconds after which a page that does not become what a test waits for is a failure."""

# No name resolves, so that not even the browser itself can reach the network.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def launched() -> Generator[Browser]:
    """Yield a Chromium that runs until the block ends."""
    path = needed(CHROMIUM)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[NO_NETWORK])
        with browser:
            yield browser


@contextmanager
def opened(browser: Browser, complaints: list[str]) -> Generator[BrowserContext]:
    """Yield a context without a past, and note what is wrong with its pages.

    Noted are errors in the console, errors that a script does not catch, and requests to another
    host than 127.0.0.1.
    """

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def note_error(error: WebError) -> None:
        complaints.append(str(error.error))

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            complaints.append(f"a request to {request.url}")

    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE)
        context.on("console", note_message)
        context.on("weberror", note_error)
        context.on("request", note_request)
        yield context
