"""Errors can be copied and pickled, and keep their texts and fields."""

from __future__ import annotations

import copy
import inspect
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from pydantic import BaseModel

from streamkit import Limits, OpenAI, errors
from streamkit.types import ChatCompletion
from streamkit.types.beta.threads import Message, Run
from streamkit.types.beta.threads.runs import RunStep
from streamkit.types.messages import ParsedMessage
from streamkit.types.responses import ParsedResponse
from tests.http_server import ScriptedServer, response
from tests.sse_bodies import DONE, part, stream
from tests.ways import WAYS, Way

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED: dict[str, Any] = {"model": "m", "messages": []}


def pickled(error: Any) -> Any:
    return pickle.loads(pickle.dumps(error))


RUN, MESSAGE, STEP = Run(id="run_1"), Message(id="msg_1"), RunStep(id="step_1")


def itself(error: Any) -> Any:
    return error


AGAIN: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, pickled]


def _made(kind: Any) -> errors.OpenAIError:
    """Return an error of any class with plausible arguments."""
    known: dict[str, Any] = {
        "message": "what happened",
        "body": {"code": "a", "list": [1]},
        "request_id": "req_1",
        "response": _response(httpx),
        "content": "{",
        "path": "a.b",
        "received": b"nonsense",
        "limit": "total",
        "value": 7,
        "came": "too much",
        "last": ("state", 1),
        "resource_id": "run_1",
        "seconds": 1.5,
        "behind": 3,
        "completion": None,
        "answer": ("answer", 1),
        "history": [{"role": "user"}],
    }
    made: errors.OpenAIError
    if not inspect.isfunction(kind.__init__):
        made = kind("what happened")
        return made
    parameters = inspect.signature(kind).parameters
    positional = [
        known[name] for name, each in parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    named = {
        name: known[name] for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY
    }
    if kind is errors.LengthFinishReasonError:
        named["completion"] = _Completion()
    made = kind(*positional, **named)
    return made


class _Completion:
    usage = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Completion)

    __hash__ = None  # type: ignore[assignment]  # it is compared alone


class OfAUser(errors.RateLimitError):
    """A subclass of a streamkit error, as a program may write one."""

    def __init__(self, response: Any) -> None:
        super().__init__("too many", response=response)
        self.tenant = "acme"


KINDS = [
    kind
    for name in errors.__all__
    if name.endswith("Error") and (kind := getattr(errors, name)).__name__ == name
]


@pytest.mark.diagonal
@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("kind", KINDS)
def test_every_error_can_be_copied_and_pickled_and_keeps_what_it_says(
    kind: Any, again: Callable[[Any], Any]
) -> None:
    error = _made(kind)
    error.add_note("seen")
    error.events_received = 3
    error.file_ids = ["file_1"]
    error.partial = error.partial or errors.PartialRun(RUN, [MESSAGE])
    other = again(error)
    assert type(other) is kind
    assert (str(other), repr(other), other.args) == (str(error), repr(error), error.args)
    assert _attributes(other) == _attributes(error)


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_subclass_with_a_constructor_of_its_own_can_too(
    library: Any, again: Callable[[Any], Any]
) -> None:
    other = again(OfAUser(_response(library)))
    assert (type(other), other.tenant, str(other)) == (OfAUser, "acme", "too many")
    assert other.response.headers["retry-after"] == "1"
    assert other.response.json() == {"error": "x"}


def test_a_copy_has_notes_of_its_own() -> None:
    error = errors.OpenAIError("what happened")
    error.add_note("seen")
    copy.copy(error).add_note("seen again")
    assert error.__notes__ == ["seen"]


def test_what_cannot_be_pickled_is_missing_with_a_reason() -> None:
    class OfAFunction:
        pass

    error = errors.ParseError("no number", content="x")
    error.partial = OfAFunction()  # like an object in `parsed`
    assert copy.copy(error).partial is error.partial
    other = pickled(error)
    assert (other.content, other.partial) == ("x", None)
    (note,) = other.__notes__
    assert note.startswith("partial is missing: it cannot be pickled")
    assert not hasattr(error, "__notes__")


def test_the_base_has_the_name_that_it_has_in_the_openai_package() -> None:
    assert errors.OpenAIError is errors.AnthropicError is errors.StreamkitError
    bases = {kind.__mro__[kind.__mro__.index(errors.StreamkitError)] for kind in KINDS}
    assert bases == {errors.StreamkitError}


@pytest.mark.parametrize("again", [itself, *AGAIN])
def test_what_had_arrived_is_one_thing_and_has_its_old_names(again: Callable[[Any], Any]) -> None:
    cut, run_cut = errors.StreamTruncatedError("cut"), errors.StreamTruncatedError("cut")
    assert _arrived(again(cut)) == (None, None, (), ())
    cut.partial = ChatCompletion(id="c", choices=[])
    assert _arrived(again(cut)) == (cut.partial, None, (), ())
    run_cut.partial = errors.PartialRun(RUN, [MESSAGE], [STEP])
    assert _arrived(again(run_cut)) == (None, RUN, [MESSAGE], [STEP])
    late = errors.PollTimeoutError("late", last=RUN)
    assert (again(late).last, again(late).partial, *_arrived(again(late))) == (
        *(RUN, RUN),
        *(None, None, (), ()),
    )


def test_a_program_can_say_itself_what_had_arrived_of_a_chat() -> None:
    error = errors.StreamTruncatedError("cut")
    error.completion = ChatCompletion(id="c", choices=[])
    assert error.completion is error.partial


@pytest.mark.parametrize(
    ("partial", "name"),
    [
        (ChatCompletion(id="c", choices=[]), "completion"),
        (ParsedResponse[Any](id="r"), "partial_response"),
        (ParsedMessage[Any](id="m"), "partial_message"),
        (RUN, None),
        (None, None),
    ],
    ids=["chat", "response", "message", "run", "nothing"],
)
def test_what_had_arrived_has_a_name_of_its_protocol(partial: Any, name: str | None) -> None:
    error = errors.StreamTruncatedError("cut")
    error.partial = partial
    for each in ("completion", "partial_response", "partial_message"):
        assert getattr(error, each) is (partial if each == name else None)


def _arrived(error: errors.StreamkitError) -> tuple[Any, ...]:
    return error.completion, error.run, error.messages, error.run_steps


class Answer(BaseModel):
    a: int


@pytest.mark.diagonal
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("content", ['{"a": "x"}', '{"a": 1'], ids=["does not fit", "broke off"])
def test_the_error_of_a_stream_takes_what_had_arrived_along(
    content: str, again: Callable[[Any], Any], way: Way
) -> None:
    whole = content.endswith("}")
    script = stream(part(content, "stop"), DONE) if whole else stream(part(content))
    with ScriptedServer(script) as server:
        error: Any = way(server.url, response_format=Answer, limits=Limits()).error
    other = again(error)
    assert other.completion.choices[0].message.content == content
    assert other.completion.to_dict() == error.completion.to_dict()
    assert other.events_received == error.events_received


def ask(url: str) -> None:
    with OpenAI(base_url=url, api_key="k", max_retries=0) as client:
        client.chat.completions.create(**ASKED)


def test_a_429_in_another_process_arrives_as_what_it_is() -> None:
    busy = response(429, b'{"error": {"message": "slow down"}}', [("Retry-After", "7")])
    with (
        ScriptedServer([busy]) as server,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        error: Any = pool.submit(ask, server.url).exception()
    assert type(error) is errors.RateLimitError
    assert str(error) == "Error code: 429 - slow down"
    assert error.response.headers["retry-after"] == "7"
    assert error.body == {"message": "slow down"}


def _response(library: Any) -> Any:
    return library.Response(
        429,
        headers={"x-request-id": "req_1", "retry-after": "1"},
        content=b'{"error": "x"}',
        request=library.Request("GET", "http://api.test/v1"),
    )


def _attributes(error: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {**vars(error)}
    if "response" in attributes:
        given: Any = attributes["response"]
        attributes["response"] = (given.status_code, given.headers.raw, given.content)
    return attributes
