"""``patches`` emits the operations that rebuild the partial value somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from reactivex import operators as rx_operators

from streamkit._core.json.view import plain
from streamkit.operators import patches, pipe
from streamkit.operators.patches import PatchesMachine
from tests.chat_chunks import run
from tests.core.json_documents import SIZES, VALUES, as_text, cut
from tests.core.test_json_patches import apply
from tests.operators.texts import call_events, events

if TYPE_CHECKING:
    from tests.conftest import Marbles

pytestmark = pytest.mark.diagonal

PIECES = {"o": '{"a":"', "x": "x", "e": '"', "c": "}"}


def emitted(event: Any) -> str:
    return "".join(
        f"{operation['op'][:2]}{operation['path'].replace('/', '.')}"
        for operation in event.operations
    )


EMITTED = pipe(rx_operators.map(PIECES.__getitem__), patches(), rx_operators.map(emitted))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "--o---------x-----x-----e--c--|", "--adad.a----ap.a--ap.a--------|", id="some"
        ),
        pytest.param("--|", "--|", id="empty"),
        pytest.param("-----", "-----", id="never"),
        pytest.param("--o---------#", "--adad.a----#", id="error"),
    ],
)
def test_what_is_new_is_emitted(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, EMITTED, expected)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--o---------x-----x--|", EMITTED, "--adad.a----ap.a-", until="----------------!")


@given(VALUES, SIZES)
def test_applied_to_nothing_they_rebuild_what_is_parsed_at_each_event(
    value: Any, sizes: list[int]
) -> None:
    pieces = [*cut(as_text({"v": value}), sizes)]
    machine = PatchesMachine()
    document: Any = None
    for event in events(pieces, type={"type": "json_object"}):
        for patch in machine.feed(event):
            document = apply(document, patch.operations)
        if event.type == "content.delta":
            assert document == plain(event.parsed)
    assert document == {"v": value}


def test_an_answer_in_a_wrapper_is_rebuilt_without_it() -> None:
    document: Any = None
    pieces = cut('{"value": [1, "ab", null]}', [1])
    for patch in run(PatchesMachine(), events(pieces, type=list[int | str | None])):
        document = apply(document, patch.operations)
    assert document == [1, "ab", None]


def test_each_text_is_a_value_of_its_own() -> None:
    mixed = [*events(["[1", "]"]), *events(["[2", "]"], index=1)]
    found = run(PatchesMachine(), mixed)
    assert [(event.choice_index, event.part) for event in found] == [(0, (0,))] * 2 + [
        (1, (1,))
    ] * 2


def test_a_tool_s_arguments_are_read_when_it_is_named() -> None:
    inputs = call_events("search", ['{"q"', ": 1}"])
    found = run(PatchesMachine(tool="search"), inputs)
    assert [operation for event in found for operation in event.operations] == [
        {"op": "add", "path": "", "value": {}},
        {"op": "add", "path": "/q", "value": 1},
    ]
