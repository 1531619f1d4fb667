"""Requests of each protocol as those of another; all pure functions.

Requests for chat completions stand in the middle: those of browsers become one, and a request for
Responses or Messages is made of one. What the other protocol has no word for is refused, but for
hints that do not change the answer.
"""

from __future__ import annotations

from streamkit.proxy.requests.from_ag_ui import from_ag_ui
from streamkit.proxy.requests.from_responses import from_responses
from streamkit.proxy.requests.from_ui_message import from_ui_message
from streamkit.proxy.requests.refusal import RequestError
from streamkit.proxy.requests.to_messages import to_messages
from streamkit.proxy.requests.to_responses import to_responses

__all__ = [
    "RequestError",
    "from_ag_ui",
    "from_responses",
    "from_ui_message",
    "to_messages",
    "to_responses",
]
