# Made from ../_async/resource.py by .ci/unasync.py: change it there.
"""How the resources of a client that blocks send a call, and poll."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.exchange import SyncExchange
from streamkit.families._resource.listing import listed
from streamkit.polling import observe_polling, poll_until_done
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._http.transport import SyncTransport
    from streamkit.families._resource.call import Answer, Call
    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.polling import Reply
    from streamkit.types import CursorPage

__all__ = ["SyncResource"]

W = TypeVar("W", bound=Wire)


class SyncResource:
    """A part of the API, for a client that blocks."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    def _send(self, call: Call[W]) -> W:
        answer = self._exchange(call)
        return answer.value

    def _exchange(self, call: Call[W]) -> Answer[W]:
        """Send it, and return the headers of the response as well."""
        return call.answer(SyncExchange(self._transport, call.request).send())

    def _list(self, call: Call[CursorPage[W]]) -> SyncCursorPage[W]:
        return listed(call, self._send)

    def _poll(self, plan: PollPlan[W]) -> W:
        return poll_until_done(plan.polling, self._ask(plan))

    def _observe_poll(self, plan: PollPlan[W]) -> Observable[W]:
        """Poll for every subscription.

        The async client polls on the running loop. The other polls on the scheduler given to
        ``subscribe``; without one, ``subscribe`` waits and returns when the polling has ended.
        """
        return observe_polling(plan.polling, self._ask(plan))

    def _ask(self, plan: PollPlan[W]) -> Callable[[W | None], Reply[W]]:
        def ask(first: W | None) -> Reply[W]:
            return plan.reply(self._exchange(plan.call(first)))

        return ask
