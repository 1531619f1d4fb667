"""Question 3: the cost of incremental parsing."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import at_most
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.data import TOKEN, delta_pieces, records, string

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

RECORDS, STRING = "records", "one string"
READ, UNREAD = ", read at every delta", ", read at the end"
KINDS = tuple(document + reading for document in (RECORDS, STRING) for reading in (READ, UNREAD))
SIZES = (2_000, 24_000, 100_000, 1_000_000)


def _document(workload: Workload) -> str:
    return (records if workload.name.startswith(RECORDS) else string)(workload.size)


def _streamkit(workload: Workload) -> Run:
    from streamkit._core.json.parser import PartialJSON

    deltas = delta_pieces(_document(workload))
    reads = workload.name.endswith(READ)

    def run() -> Answer:
        parser = PartialJSON()
        for delta in deltas:
            parser.feed(delta)
            if reads:
                parser.view()
        return Answer({"value": parser.view()})

    return run


def _again_and_again(parse: Callable[[bytes], Any]) -> Callable[[Workload], Run]:
    """Parse the whole text at each delta, as programs do without an incremental parser."""

    def prepare(workload: Workload) -> Run:
        deltas = [delta.encode() for delta in delta_pieces(_document(workload))]

        def run() -> Answer:
            text = bytearray()
            value: Any = None
            for delta in deltas:
                text += delta
                value = parse(bytes(text))
            return Answer({"value": value})

        return run

    return prepare


def _jiter(data: bytes) -> Any:
    import jiter

    return jiter.from_json(data, partial_mode="trailing-strings")


def _pydantic_core(data: bytes) -> Any:
    import pydantic_core

    return pydantic_core.from_json(data, allow_partial="trailing-strings")


def _partial_json_parser(data: bytes) -> Any:
    loads: Any = import_module("partial_json_parser").loads  # untyped
    return loads(data.decode())


def _partialjson(data: bytes) -> Any:
    parser: Any = import_module("partialjson").JSONParser()  # untyped
    return parser.parse(data.decode())


def _ijson(workload: Workload) -> Run:
    deltas = [delta.encode() for delta in delta_pieces(_document(workload))]
    ijson: Any = import_module("ijson")  # untyped

    def run() -> Answer:
        found = ijson.sendable_list()
        parser = ijson.items_coro(found, "", use_float=True)
        for delta in deltas:
            parser.send(delta)
        parser.close()
        return Answer({"value": found[0]})

    return run


def _up_to(size: int, reading: str) -> Callable[[Workload], bool]:
    return lambda workload: workload.size <= size and workload.name.endswith(reading)


CASE = Case(
    question="What does it cost to know all of a JSON document that is in, at each of its deltas?",
    unit="µs of CPU time per delta of 4 characters",
    workloads=[Workload(kind, size) for kind in KINDS for size in SIZES],
    quick=[Workload(kind, size) for kind in KINDS for size in SIZES[:1]],
    contenders={
        "streamkit": Contender(_streamkit, ("streamkit-rx",)),
        "jiter": Contender(_again_and_again(_jiter), ("jiter",), _up_to(24_000, READ)),
        "pydantic_core": Contender(
            _again_and_again(_pydantic_core), ("pydantic_core",), _up_to(24_000, READ)
        ),
        # Like streamkit, these are written in Python.
        "partial-json-parser": Contender(
            _again_and_again(_partial_json_parser), ("partial-json-parser",), _up_to(2_000, READ)
        ),
        "partialjson": Contender(
            _again_and_again(_partialjson), ("partialjson",), _up_to(2_000, READ)
        ),
        # ijson shows no open string or container, so nothing can be read before the end; and it is
        # quadratic within one string.
        "ijson": Contender(
            _ijson,
            ("ijson",),
            lambda work: (
                work.name.endswith(UNREAD)
                and (work.size <= 24_000 or work.name.startswith(RECORDS))
            ),
        ),
    },
    answer=lambda work: {"value": json.loads(_document(work))},
    measure=cpu_seconds,
    scale=lambda work: 1e6 * TOKEN / work.size,
    budgets=[at_most(2, where=lambda work: work.name.endswith(UNREAD))],
)
