"""The calls of responses: their requests, and the reading of their answers. No I/O.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._core.arguments import require_iterable
from streamkit._core.decoding import loads
from streamkit._core.reports import report_in, reported
from streamkit.errors._request_id import request_id_in
from streamkit.families._resource import call as calls
from streamkit.families._resource.call import Call, path
from streamkit.families._resource.checked_call import CheckedCall
from streamkit.families._resource.mapped_calls import MappedCalls
from streamkit.families._resource.params import NOT_GIVEN
from streamkit.families._resource.plain_answer import no_answer
from streamkit.families._resource.poll_plan import PollTerms, Statuses
from streamkit.families._resource.streamed_call import AnswerCall, StreamedCall
from streamkit.families.responses import family
from streamkit.families.responses.decoder import ENDED, failure
from streamkit.families.responses.final import final
from streamkit.families.responses.format import text_and_format
from streamkit.families.responses.machine import ResponseEvents
from streamkit.families.responses.resumption import ResumableEvents
from streamkit.families.responses.tools import flat, parsers
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.types import CursorPage
from streamkit.types.responses.items import ResponseOutputItem
from streamkit.types.responses.parsed import ParsedResponse
from streamkit.types.responses.response import Response, ResponseDeleted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.machine import AnswerMachine
    from streamkit._core.pipeline import NewPipeline
    from streamkit._http.request import Request
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.types.responses.stream_event import ResponseStreamEvent

__all__ = [
    "MAPPED",
    "ResponseCall",
    "cancel",
    "create_and_poll",
    "delete",
    "input_items",
    "poll",
    "retrieve",
    "retrieve_stream",
]

STATUSES = Statuses(working=frozenset({"queued", "in_progress"}), final=ENDED)
"""The statuses of a response: those in which it is generated, and those in which polling ends."""


class ResponseCall(CheckedCall[Response, ParsedResponse[Any]]):
    """A call for a new response, or for the stream of an existing one.

    Args:
        params: The parameters of the method.
        stream: Whether the answer is streamed.
    """

    def __init__(self, params: Mapping[str, Any], *, stream: bool) -> None:
        body, options = calls.split(params)
        self._on_truncated: OnTruncated = body.pop("on_truncated", "error")
        partial_strings: bool = body.pop("partial_strings", True)
        self.response_id: str | None = body.pop("response_id", None)
        self.starting_after: int | None = body.pop("starting_after", None)
        require_iterable("tools", body.get("tools") or (), "an iterable of tools")
        given = [*(body["tools"] or ())] if "tools" in body else []
        text, format_ = text_and_format(
            body, body.pop("text_format", None), body.pop("parse_as", NOT_GIVEN)
        )
        self._reader = Reader(format_, parsers(given), partial_strings=partial_strings)
        if stream:
            _require_one(self.response_id, self.starting_after, body)
        self._options = options
        self.in_background = True
        """Whether the server generates the response without a reader, so that one may come back."""
        if self.response_id is not None:
            self.request = self.continued(self.response_id, self.starting_after, body)
            return
        if "tools" in body:
            body["tools"] = [flat(tool) for tool in given]
        if text is not None:
            body["text"] = text
        if stream or "stream" in body:
            body["stream"] = stream
        self.in_background = bool(body.get("background"))
        body.update(options.get("extra_body") or {})
        self.request = _request("POST", "/responses", options, {}, stream=stream, json=body)

    def machine(self, limits: Limits = DEFAULTS) -> ResponseEvents:
        """Return a new machine for the answer."""
        return ResponseEvents(self._reader, limits=limits)

    def streamed(self) -> AnswerCall[Any, CommonEvent[Any]]:
        """Return the call whose answer is a stream of typed events."""
        machine = self._resumable if self.in_background else self.machine
        return AnswerCall(self.request, family.events(machine), self._on_truncated)

    def chunks(self) -> StreamedCall[ResponseStreamEvent]:
        """Return the call whose answer is a stream of events as they came."""
        return StreamedCall(self.request, family.chunks(), self._on_truncated)

    def _decoded(self, response: httpx.Response, limits: Limits) -> Response:
        value = Call(self.request, Response).answer(response).value
        if value.id or value.output or value.status:
            return value
        report = report_in(loads(response.content, limits.json_depth))
        if report is None:
            raise no_answer(response, "response")
        error = reported(response.content, report)
        error.request_id = request_id_in(response.headers)
        raise error

    def _feed(self, machine: ResponseEvents, answer: Response) -> None:
        machine.log.finish(answer)
        if answer.status == "failed":
            error = failure(answer)
            machine.fail(error)
            raise error

    def again(self, machine: AnswerMachine[Any, Any, Any], limits: Limits) -> NewPipeline[Any]:
        """Return a function that makes the pipeline of a resumed stream, with its old machine."""
        same = family.events(lambda _: machine)
        return StreamedCall(self.request, same, self._on_truncated).pipelines(limits)

    def _resumable(self, limits: Limits) -> ResumableEvents:
        return ResumableEvents(self.machine(limits), self.response_id, self.starting_after)

    def continued(
        self, response_id: str, after: int | None, params: Mapping[str, Any] | None = None
    ) -> Request:
        """Return the request for the stream of an existing response, after one of its events."""
        query = {"stream": True, "starting_after": after, **(params or {})}
        return _streamed(response_id, self._options, query)


def retrieve(response_id: str, params: Mapping[str, Any]) -> Call[Response]:
    """Return the call that fetches a response."""
    options = {name: value for name, value in params.items() if name != "on_truncated"}
    return calls.get(_one(response_id), Response, options, {})


def retrieve_stream(
    response_id: str, params: Mapping[str, Any]
) -> StreamedCall[ResponseStreamEvent]:
    """Return the call that fetches a response as the stream of its events, as they came."""
    query, options = calls.split(params)
    on_truncated: OnTruncated = query.pop("on_truncated", "error")
    request = _streamed(response_id, options, {"stream": True, **query})
    return StreamedCall(request, family.chunks(), on_truncated)


def cancel(response_id: str, params: Mapping[str, Any]) -> Call[Response]:
    """Return the call that cancels a response in the background."""
    return calls.post(f"{_one(response_id)}/cancel", Response, params, {})


def delete(response_id: str, params: Mapping[str, Any]) -> Call[ResponseDeleted]:
    """Return the call that deletes a response."""
    return calls.delete(_one(response_id), ResponseDeleted, params, {})


def input_items(
    response_id: str, params: Mapping[str, Any]
) -> Call[CursorPage[ResponseOutputItem]]:
    """Return the call that lists the input of a response."""
    type_: Any = CursorPage[ResponseOutputItem]
    return calls.get(f"{_one(response_id)}/input_items", type_, params, {})


def poll(response_id: str, params: Mapping[str, Any]) -> PollPlan[Response]:
    """Return the plan that polls a response in the background."""
    terms = PollTerms(params)
    look = retrieve(response_id, {**_included(terms), **terms.poll_params})
    return terms.polled(STATUSES, look, response_id)


def create_and_poll(params: Mapping[str, Any]) -> tuple[ResponseCall, PollPlan[Response]]:
    """Return the call that begins a response in the background, and the plan that polls it."""
    terms = PollTerms(params)
    call = ResponseCall({"background": True, **terms.start_params}, stream=False)
    plan = terms.started(
        STATUSES,
        Call(call.request, Response),
        lambda first: retrieve(first.id, {**_included(terms), **terms.follow_params}),
    )
    return call, plan


def _included(terms: PollTerms) -> dict[str, Any]:
    """Return the parameter that polls share with the call that begins the response."""
    return {name: value for name, value in terms.params.items() if name == "include"}


def _require_one(response_id: str | None, after: int | None, body: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` unless the parameters are of a new response, or of an existing one."""
    new = sorted({"input", "model", "prompt"} & body.keys())
    if response_id is not None and new:
        raise ValueError(f"response_id is of an existing response, and {new[0]} of a new one")
    if response_id is None and after is not None:
        raise ValueError("starting_after is a place in an existing response: give its response_id")
    if response_id is None and not new:
        raise ValueError("a stream is of a new response, by its input and model, or of response_id")


def _one(response_id: str) -> str:
    return path("/responses/{response_id}", response_id=response_id)


def _streamed(response_id: str, options: Mapping[str, Any], query: Mapping[str, Any]) -> Request:
    given = {name: value for name, value in query.items() if value is not None}
    return _request("GET", _one(response_id), options, calls.in_url(given), stream=True)


def _request(
    method: str, path: str, options: Mapping[str, Any], query: Mapping[str, object], **kwargs: Any
) -> Request:
    rest = {name: value for name, value in options.items() if name != "extra_body"}
    return calls.request(method, path, {}, rest, query, **kwargs)


MAPPED = MappedCalls(
    partial(ResponseCall, stream=False),
    final,
    {"text_format": response_format, "parse_as": response_format},
)
