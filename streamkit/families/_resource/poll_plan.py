"""The plan of a polling helper: its calls, and the final states. For both clients; no I/O."""

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
    """The options of polling."""

    poll_interval_ms: float | NotGiven | None
    """Milliseconds between an answer and the next request; by default the server's header
    ``openai-poll-after-ms`` decides, or else it is a second."""
    max_wait_seconds: float | NotGiven | None
    """Seconds after which no other request is made: ``PollTimeoutError``. They count from the first
    poll, without the time before it; by default there is no limit."""


@dataclass(frozen=True)
class Statuses:
    """The values that ``status`` may have."""

    working: frozenset[str]
    final: frozenset[str]

    def is_final(self, state: Any) -> bool | None:
        """Return whether the status of ``state`` is final; None when the status is unknown."""
        if state.status in self.final:
            return True
        return False if state.status in self.working else None


@dataclass(frozen=True)
class PollPlan(Generic[W]):
    """The calls of one polling, and its options."""

    polling: Polling[W]
    call: Callable[[W | None], Call[W]]
    """Returns the call after the first state; for None, the call that gives the first state."""
    follows_hints: bool

    def reply(self, answer: Answer[W]) -> Reply[W]:
        """Return the state in the answer, and its hint for the next request."""
        hint = answer.headers.get("openai-poll-after-ms") if self.follows_hints else None
        return Reply(answer.value, hint, answer.redact)


class PollTerms:
    """The parameters of a helper: those of the call that starts the work, and those of its polls.

    The constructor raises ``ValueError`` for a time that cannot be waited.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        interval: float = DEFAULT_INTERVAL,
        max_wait_seconds: float | None = None,
    ) -> None:
        self.params, self.options = split(params)
        """The parameters of the call that starts the work, and the options that its requests share.

        An ``extra_body`` is sent with the call that starts the work, or, without such a call,
        with the polls. Headers and a query go everywhere: they identify the caller and version.
        """
        self._interval_ms: float | None = self.params.pop("poll_interval_ms", None)
        self._default_interval = interval
        self._max_wait_seconds: float | None = self.params.pop("max_wait_seconds", max_wait_seconds)
        if self._interval_ms is not None:
            require_duration("poll_interval_ms", self._interval_ms, LONGEST_WAIT * 1000)

    @property
    def start_params(self) -> dict[str, Any]:
        """The parameters of the call that starts the work."""
        return {**self.params, **self.options}

    @property
    def poll_params(self) -> dict[str, Any]:
        """The parameters of the polls; the headers mark them as polls for the server."""
        headers = {"X-Stainless-Poll-Helper": "true"}
        if self._interval_ms is not None:
            headers["X-Stainless-Custom-Poll-Interval"] = str(self._interval_ms)
        return {
            **self.options,
            "extra_headers": {**headers, **(self.options.get("extra_headers") or {})},
        }

    @property
    def follow_params(self) -> dict[str, Any]:
        """The parameters of the polls after a start, which has already sent the extra body."""
        params = self.poll_params
        params.pop("extra_body", None)
        return params

    def polled(self, statuses: Statuses, call: Call[W], resource_id: str) -> PollPlan[W]:
        """Return a plan that polls an existing object."""
        return self._plan(statuses, lambda _: call, resource_id=resource_id)

    def started(
        self, statuses: Statuses, start: Call[W], retrieve: Callable[[W], Call[W]]
    ) -> PollPlan[W]:
        """Return a plan that starts the work, and polls it by the id of its answer."""
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
