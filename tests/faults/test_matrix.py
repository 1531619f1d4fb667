"""Each fault, on each road and with each content, ends with the tabled error, text and attempts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import pytest

from streamkit import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    InternalServerError,
    ParseError,
    RateLimitError,
    StreamDecodeError,
    StreamTimeoutError,
    StreamTruncatedError,
)
from streamkit._http.config import Timeout
from streamkit.errors import TimeLimit
from streamkit.server import EmbeddedServer
from streamkit.server.faults import KINDS, BrokenTLS
from streamkit.server.faults.tls import How
from tests.faults.families import FAMILIES, Family
from tests.faults.roads import KEY, ROADS, Road, released

pytestmark = pytest.mark.diagonal

WHOLE, PART, OTHER, NONE = "the whole answer", "its beginning", "another answer", "nothing"


class Outcome(NamedTuple):
    """The end of a request."""

    error: type[Exception] | None
    arrived: str
    """The text of the answer, or of the error's ``partial``."""
    attempts: int = 1


class Row(NamedTuple):
    """The ends of requests with a fault; ``observe`` gives the same as ``stream``."""

    parse: Outcome
    stream: Outcome | dict[str, Outcome]
    """One outcome for all contents, or one for each."""


def always(outcome: Outcome) -> Row:
    return Row(outcome, outcome)


OK = Outcome(None, WHOLE)
AT_LAST = Outcome(None, WHOLE, attempts=2)
UNREACHABLE = Outcome(APIConnectionError, NONE, attempts=3)
INVALID = Outcome(APIResponseValidationError, NONE)
REPORTED = Outcome(APIError, NONE)
CUT = Outcome(StreamTruncatedError, PART)
CUT_AT_ONCE = Outcome(StreamTruncatedError, NONE, attempts=3)
MANGLED = {
    "text": Outcome(None, OTHER),
    "structured": Outcome(ParseError, OTHER),
    "tools": Outcome(ParseError, OTHER),
}
"""Repeated or swapped events do not violate the protocol, so only a parser notices them."""

TABLE: dict[str, Row] = {
    # Before the headers: nothing has begun, so the request is retried.
    "status?code=500": always(Outcome(InternalServerError, NONE, attempts=3)),
    "status?code=500&times=1": always(AT_LAST),
    "status?code=429&retry_after=7": always(Outcome(RateLimitError, NONE, attempts=3)),
    "status?code=429&retry_after=7&times=1": always(AT_LAST),
    "status?code=429&retry_after=3600": always(Outcome(RateLimitError, NONE)),
    "hang_up": always(UNREACHABLE),
    "hang_up?times=1": always(AT_LAST),
    "not_http": always(UNREACHABLE),
    "silence": always(OK),
    # The connection ends too early.
    "cut?after={middle}": Row(UNREACHABLE, CUT),
    "cut?after={middle}&times=1": Row(AT_LAST, CUT),
    "cut?after={bytes}&unit=bytes": Row(OK, CUT),
    "half_frame?after={middle}": Row(UNREACHABLE, CUT),
    "reset?after={middle}": Row(UNREACHABLE, CUT),
    # It ends before the first content, and the request is retried.
    "cut?after=90&unit=bytes": Row(UNREACHABLE, CUT_AT_ONCE),
    "cut": Row(UNREACHABLE, CUT_AT_ONCE),
    "cut?times=1": always(AT_LAST),
    "cut?after=1": Row(UNREACHABLE, CUT_AT_ONCE),
    "reset?times=2": always(Outcome(None, WHOLE, attempts=3)),
    "half_frame": Row(UNREACHABLE, CUT_AT_ONCE),
    # HTTP sees a complete body.
    "truncate?after={middle}": Row(INVALID, CUT),
    "truncate": Row(INVALID, Outcome(StreamDecodeError, NONE, attempts=3)),
    "truncate?times=1": Row(INVALID, AT_LAST),
    # The bytes are wrong.
    "error?after={middle}": Row(REPORTED, Outcome(APIError, PART)),
    "error?after={middle}&named=true": Row(REPORTED, Outcome(APIError, PART)),
    "error": Row(REPORTED, Outcome(APIError, NONE, attempts=3)),
    "error?times=1": Row(REPORTED, AT_LAST),
    "garbage?after={middle}": Row(INVALID, Outcome(StreamDecodeError, PART)),
    "garbage": Row(INVALID, Outcome(StreamDecodeError, NONE)),
    "duplicate?after={second}": Row(INVALID, MANGLED),
    "reorder?after={second}": Row(INVALID, MANGLED),
    # Only the time is wrong.
    "stall?after={middle}": always(OK),
    "stall": always(OK),
    "drip?size=7": always(OK),
    "keep_alives?after={middle}&count=50": always(OK),
}
EXCEPTIONS: dict[tuple[str, str, str], Outcome] = {
    # The first event names the call, and it has been emitted.
    ("cut?after=1", "chat", "tools"): Outcome(StreamTruncatedError, NONE),
    # An input that is no JSON costs a message that input alone, as the API allows it.
    ("duplicate?after={second}", "messages", "tools"): Outcome(None, OTHER),
    ("reorder?after={second}", "messages", "tools"): Outcome(None, OTHER),
}
"""The ends of streams that differ by the family and the content."""
WAITS = {
    "status?code=429&retry_after=7": [7.0, 7.0],
    "status?code=429&retry_after=7&times=1": [7.0],
}
"""The waits of a client that honours ``Retry-After``, in seconds."""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


PLAIN = {name: road for name, road in ROADS.items() if name.endswith("parse")}
STREAMED = {name: road for name, road in ROADS.items() if name not in PLAIN}
CONTENTS = [*FAMILIES["chat"].contents]
SAME = [fault for fault, row in TABLE.items() if isinstance(row.stream, Outcome)]
"""The faults that have the same effect on every content."""


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("road", PLAIN)
@pytest.mark.parametrize("fault", TABLE)
def test_a_plain_answer_with_a_fault_ends_as_the_table_says(
    fault: str, road: str, content: str, family: str, server: EmbeddedServer
) -> None:
    check(fault, road, content, family, server)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("road", STREAMED)
@pytest.mark.parametrize("fault", SAME)
def test_a_stream_with_a_fault_ends_as_the_table_says(
    fault: str, road: str, content: str, family: str, server: EmbeddedServer
) -> None:
    check(fault, road, content, family, server)


@pytest.mark.parametrize("road", STREAMED)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("fault", "content"),
    [*itertools.product([fault for fault in TABLE if fault not in SAME], CONTENTS)],
)
def test_so_does_one_whose_content_makes_a_difference(
    fault: str, road: str, content: str, family: str, server: EmbeddedServer
) -> None:
    check(fault, road, content, family, server)


def check(fault: str, road: str, content: str, name: str, server: EmbeddedServer) -> None:
    family = FAMILIES[name]
    text = f"{name} {content}: {road} through {fault}"
    params = {**family.asking(text), **family.contents[content]}
    whole = family.text(ROADS["parse"](family, server.url, **params).answer)
    header = fault.format_map(family.places)
    thread = released(server, fault)
    headers = {"x-streamkit-fault": header}
    result = ROADS[road](family, server.url, extra_headers=headers, **params)
    if thread is not None:
        thread.join()

    (end,) = result.ends
    outcome = Outcome(
        kind(end), relation(said(family, result), whole), attempts(server, header, text)
    )
    assert outcome == expected(fault, road, content, name)
    assert result.naps == WAITS.get(fault, result.naps)
    assert KEY not in f"{end} {end!r}"


def said(family: Family, result: Any) -> str:
    return "" if result.answer is None else family.text(result.answer)


def expected(fault: str, road: str, content: str, family: str) -> Outcome:
    row = TABLE[fault]
    outcome = row.parse if road in PLAIN else row.stream
    if isinstance(outcome, dict):
        outcome = outcome[content]
    if road in STREAMED:
        outcome = EXCEPTIONS.get((fault, family, content), outcome)
    is_reported = outcome.error is APIError
    return outcome._replace(error=FAMILIES[family].reported) if is_reported else outcome


def kind(end: Exception | None) -> type[Exception] | None:
    return None if end is None else type(end)


def relation(text: str, whole: str) -> str:
    if text in {"", whole}:
        return WHOLE if text else NONE
    return PART if whole.startswith(text) else OTHER


def attempts(server: EmbeddedServer, fault: str, text: str) -> int:
    """Return the number of times that the client sent the request with the fault."""
    return sum(
        each.headers.get("x-streamkit-fault") == fault and text.encode() in (each.content or b"")
        for each in server.exchanges
    )


LIMITS: dict[TimeLimit, float] = {
    "first_content": 0.05,
    "between_content": 0.25,  # no shorter, so that the chunks before the fault are not late
    "read": 0.25,
    "total": 0.05,
}
TIMES: dict[tuple[str, TimeLimit], Outcome] = {
    # A limit on the first content causes a retry.
    ("silence", "first_content"): Outcome(StreamTimeoutError, NONE, attempts=3),
    ("stall", "first_content"): Outcome(StreamTimeoutError, NONE, attempts=3),
    ("keep_alives", "first_content"): Outcome(StreamTimeoutError, NONE, attempts=3),
    ("stall?after={middle}", "between_content"): Outcome(StreamTimeoutError, PART),
    ("keep_alives?after={middle}", "between_content"): Outcome(StreamTimeoutError, PART),
    ("stall?after={middle}", "read"): Outcome(StreamTimeoutError, PART),
    ("silence", "total"): Outcome(StreamTimeoutError, NONE),
    ("keep_alives", "total"): Outcome(StreamTimeoutError, NONE),
}
"""The ends of answers that never continue, under a time limit."""


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("road", STREAMED)
@pytest.mark.parametrize(("fault", "limit"), TIMES)
def test_a_limit_of_time_ends_what_a_fault_holds_back(  # noqa: PLR0917 - axes
    fault: str, limit: TimeLimit, road: str, content: str, name: str, server: EmbeddedServer
) -> None:
    family = FAMILIES[name]
    text = f"{name} {content}: {road} through {fault} within {limit}"
    params = {**family.asking(text), **family.contents[content]}
    whole = family.text(ROADS["parse"](family, server.url, **params).answer)
    result = ROADS[road](
        family,
        server.url,
        extra_headers={"x-streamkit-fault": fault.format_map(family.places)},
        timeout=Timeout(**{limit: LIMITS[limit]}),
        **params,
    )
    (end,) = result.ends
    # The requests seen by the server are not counted: within so short a limit some never arrive.
    outcome = Outcome(kind(end), relation(said(family, result), whole), len(result.naps) + 1)
    assert outcome == TIMES[fault, limit]
    assert isinstance(end, StreamTimeoutError)
    assert end.limit == limit


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
@pytest.mark.parametrize("how", get_args(How))
def test_a_failed_handshake_is_a_connection_error(
    how: How, road: Road, content: str, family: Family
) -> None:
    with BrokenTLS(how) as listener:
        result = road(
            family,
            listener.base_url.removesuffix("/v1"),
            **family.asking("hi"),
            **family.contents[content],
        )
        handshakes = listener.handshakes
    (end,) = result.ends
    assert (kind(end), handshakes) == (APIConnectionError, 3)
    assert "SSL" in str(end)


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert {fault.partition("?")[0] for fault in TABLE} == set(KINDS)
