"""The questions of the page, as requests to the embedded server, and its replies to them."""

# A mark in a question, such as [[cut]], lets its answer go wrong, as the server's own marks do.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reactivex.operators as rx

from streamkit.cli.demo_page.answers import scene_of
from streamkit.cli.demo_page.question import QuestionEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reactivex import Observable

    from streamkit.client import OpenAI
    from streamkit.events import Event
    from streamkit.server.exchange import Exchange

__all__ = ["MODEL", "Asking", "scripted_reply"]

MODEL = "demo-page"
"""The model of the page's requests, by which the server knows them."""
FAULTS = {"[[cut]]": "cut?after=40", "[[error]]": "error?after=40"}
"""The faults of answers, by the marks in their questions."""
REFUSED = "[[refuse]]"
"""The mark of a question that the server refuses to answer."""


class Asking:
    """The function that asks the server a question, and returns the stream of the whole turn."""

    def __init__(self, client: OpenAI, pace: float) -> None:
        self._client = client
        self._pace = pace

    def __call__(self, text: str) -> Observable[Event]:
        """Return the question and its answer; the request is sent on subscription."""
        headers = {"x-streamkit-pace": str(self._pace)}
        fault = next((FAULTS[mark] for mark in FAULTS if mark in text), None)
        if fault is not None:
            headers["x-streamkit-fault"] = fault
        answer: Observable[Any] = self._client.chat.completions.observe(
            model=MODEL,
            messages=[{"role": "user", "content": text}],
            response_format=scene_of(text).format,
            extra_headers=headers,
        )
        return answer.pipe(rx.start_with(QuestionEvent(text)))


def scripted_reply(exchange: Exchange) -> Mapping[str, Any] | None:
    """Return the server's reply to a question, or None for the refusal that it makes up itself."""
    text: str = exchange.body["messages"][-1]["content"]
    return None if REFUSED in text else {"parsed": scene_of(text).answer(text)}
