"""What a polling helper asks, and when that is over; written once for both clients, and no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar

from streamkit._core.duration import LONGEST_WAIT, require_duration
from streamkit.families._resource.call import split
from streamkit.polling import DEFAULT_INTERVAL, Polling, Reply
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamkit.families._resource.call import Answer, Call
    from streamkit.families._resource.params import NotGiven

__all__ = ["PollParams", "PollPlan", "PollTerms", "Statuses"]

W = TypeVar("W", bound=Wire)


class PollParams(TypedDict, total=False):
    """How long to wait, and how often to ask."""

    poll_interval_ms: float | NotGiven | None
    """Milliseconds between an answer and the next request; by default the server's header
    ``openai-poll-after-ms`` says, or else it is a second."""
    max_wait_seconds: float | NotGiven | None
    """After these no other request is made: ``PollTimeoutError``. They count from the first poll,
    not from what comes before it; by default there is no limit."""


@dataclass(frozen=True)
class Statuses:
    """The words that ``status`` may have."""

    working: frozenset[str]
    final: frozenset[str]

    def is_final(self, state: Any) -> bool | None:
        """Tell whether the status of ``state`` is final; None when it is none of these."""
        if state.status in self.final:
            return True
        return False if state.status in self.working else None


@dataclass(frozen=True)
class PollPlan(Generic[W]):
    """The calls of one polling, and its terms."""

    polling: Polling[W]
    call: Callable[[W | None], Call[W]]
    """Given the first state; None asks for the call that gives it."""
    follows_hints: bool

    def reply(self, answer: Answer[W]) -> Reply[W]:
        """What the answer says of the state, and of the next request."""
        hint = answer.headers.get("openai-poll-after-ms") if self.follows_hints else None
        return Reply(answer.value, hint, answer.redact)


class PollTerms:
    """The parameters of a helper: those of what it starts, and those of its polls.

    ``ValueError`` for a time that nobody can wait.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        interval: float = DEFAULT_INTERVAL,
        max_wait_seconds: float | None = None,
    ) -> None:
        self.params, self.options = split(params)
        """What is to be sent to start it, and the options that its requests share.

        All but ``extra_body``, which goes with what starts the work; where nothing does, it goes
        with the polls. Headers and a query go everywhere: they say who asks, and which version.
        """
        self._interval_ms: float | None = self.params.pop("poll_interval_ms", None)
        self._default_interval = interval
        self._max_wait_seconds: float | None = self.params.pop("max_wait_seconds", max_wait_seconds)
        if self._interval_ms is not None:
            require_duration("poll_interval_ms", self._interval_ms, LONGEST_WAIT * 1000)

    @property
    def start_params(self) -> dict[str, Any]:
        """For the call that starts what is polled."""
        return {**self.params, **self.options}

    @property
    def poll_params(self) -> dict[str, Any]:
        """For the calls that ask how far it is; by its headers a server knows a poll."""
        headers = {"X-Stainless-Poll-Helper": "true"}
        if self._interval_ms is not None:
            headers["X-Stainless-Custom-Poll-Interval"] = str(self._interval_ms)
        return {
            **self.options,
            "extra_headers": {**headers, **(self.options.get("extra_headers") or {})},
        }

    @property
    def follow_params(self) -> dict[str, Any]:
        """The same for what was started, to which the extra body went."""
        params = self.poll_params
        params.pop("extra_body", None)
        return params

    def polled(self, statuses: Statuses, call: Call[W], resource_id: str) -> PollPlan[W]:
        """Poll what exists already."""
        return self._plan(statuses, lambda _: call, resource_id=resource_id)

    def started(
        self, statuses: Statuses, start: Call[W], retrieve: Callable[[W], Call[W]]
    ) -> PollPlan[W]:
        """Start something, and poll it by the id that it has got."""
        return self._plan(
            statuses,
            lambda first: start if first is None else retrieve(first),
            starts_work=True,
        )

    def _plan(
        self, statuses: Statuses, call: Callable[[W | None], Call[W]], **polling: Any
    ) -> PollPlan[W]:
        interval_ms = self._interval_ms
        return PollPlan(
            Polling(
                until=statuses.is_final,
                interval=self._default_interval if interval_ms is None else interval_ms / 1000,
                max_wait_seconds=self._max_wait_seconds,
                **polling,
            ),
            call,
            follows_hints=interval_ms is None,
        )
