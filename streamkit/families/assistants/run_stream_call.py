"""The requests that start the stream of a run, or continue it with tool outputs. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from streamkit.families.assistants import runs, threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._http.request import Request
    from streamkit.families._resource.call import Call
    from streamkit.types.beta.threads.run import Run

__all__ = ["RunStreamCall", "create", "create_and_run", "submit_tool_outputs"]


@dataclass(frozen=True)
class RunStreamCall:
    """A call that the server answers with the events of a run."""

    request: Request
    on_truncated: OnTruncated
    thread_id: str
    """The id of the thread; empty when the call makes the thread."""
    options: Mapping[str, Any]
    """The options of the request: extra headers, extra query and timeout."""

    def continuation(self, run: Run, tool_outputs: Iterable[Mapping[str, Any]]) -> Request:
        """Return the request that submits the tool outputs that the run waits for."""
        params = {**self.options, "tool_outputs": [*tool_outputs]}
        thread_id = run.thread_id or self.thread_id
        return _streamed(runs.submit_tool_outputs(run.id, thread_id, params))


def create(
    thread_id: str, params: Mapping[str, Any], on_truncated: OnTruncated = "error"
) -> RunStreamCall:
    """Return the call that starts a run on a thread and streams its events."""
    call = runs.create(thread_id, params)
    return RunStreamCall(_streamed(call), on_truncated, thread_id, _options(params))


def create_and_run(params: Mapping[str, Any], on_truncated: OnTruncated = "error") -> RunStreamCall:
    """Return the call that makes a thread, starts a run on it and streams its events."""
    call = threads.create_and_run(params)
    return RunStreamCall(_streamed(call), on_truncated, "", _options(params))


def submit_tool_outputs(
    run_id: str, thread_id: str, params: Mapping[str, Any], on_truncated: OnTruncated = "error"
) -> RunStreamCall:
    """Return the call that submits tool outputs and streams the run's next events."""
    call = runs.submit_tool_outputs(run_id, thread_id, params)
    return RunStreamCall(_streamed(call), on_truncated, thread_id, _options(params))


def _streamed(call: Call[Run]) -> Request:
    body = cast("dict[str, Any]", call.request.json)
    return replace(call.request, json={**body, "stream": True}, stream=True)


def _options(params: Mapping[str, Any]) -> dict[str, Any]:
    # Without the extra body, which was meant for the start of the run.
    return {
        name: params[name] for name in ("extra_headers", "extra_query", "timeout") if name in params
    }
