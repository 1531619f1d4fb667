"""The base of the resources that send calls and poll, for a client on the running loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._http.async_exchange import AsyncExchange
from streamkit.families._resource.async_listing import listed
from streamkit.families._resource.base import Resource
from streamkit.families._resource.polled import Polled, observed
from streamkit.polling import observe_polling, poll_until_done_async
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable

    from streamkit._http._async.transport import AsyncTransport
    from streamkit.families._resource.async_listing import AsyncPages
    from streamkit.families._resource.call import Answer, Call
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.polling import Reply
    from streamkit.types import CursorPage

__all__ = ["AsyncResource"]

W = TypeVar("W", bound=Wire)


class AsyncResource(Resource):
    """A resource of the API, for a client on the running loop."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def _send(self, call: Call[W]) -> W:
        answer = await self._exchange(call)
        return answer.value

    async def _exchange(self, call: Call[W]) -> Answer[W]:
        """Send a call, and return the answer with the headers of the response."""
        return call.answer(await AsyncExchange(self._transport, call.request).send())

    def _list(self, call: Call[CursorPage[W]]) -> AsyncPages[W]:
        return listed(call, self._send)

    async def _poll(self, plan: PollPlan[W]) -> W:
        polled = Polled()
        try:
            state = await poll_until_done_async(plan.polling, self._ask(plan, polled))
        except BaseException as error:
            polled.ended(error)
            raise
        polled.ended(None)
        return state

    def _observe_poll(self, plan: PollPlan[W]) -> Observable[W]:
        """Return a cold observable of the states; every subscription polls.

        The async client polls on the running loop. The other polls on the scheduler given to
        ``subscribe``; without a scheduler, ``subscribe`` returns when the polling has ended.
        """
        return observed(lambda polled: observe_polling(plan.polling, self._ask(plan, polled)))

    def _ask(self, plan: PollPlan[W], polled: Polled) -> Callable[[W | None], Awaitable[Reply[W]]]:
        async def ask(first: W | None) -> Reply[W]:
            call = plan.call(first)
            exchange = AsyncExchange(self._transport, call.request)
            polled.follow(exchange)
            answer = call.answer(await exchange.send())
            polled.state = answer.value
            return plan.reply(answer)

        return ask
