"""Patches of arriving JSON rebuild the value as far as it is there."""

from __future__ import annotations

import json
from typing import Any

import jsonpatch
from hypothesis import given

from streamkit._core.json.parser import PartialJSON
from streamkit._core.json.patches import Patches
from streamkit._core.json.view import plain
from tests.core.json_documents import SIZES, VALUES, as_text, cut


def apply(document: Any, operations: Any) -> Any:
    """Apply operations with ``jsonpatch``, which has no ``append``."""
    for operation in operations:
        given = dict(operation)
        if given["op"] == "append":
            before = jsonpatch.JsonPointer(given["path"]).resolve(document)
            given |= {"op": "replace", "value": before + given["value"]}
        document = jsonpatch.apply_patch(document, [given])
    return document


@given(VALUES, SIZES)
def test_the_operations_rebuild_every_view_of_the_value(value: Any, sizes: list[int]) -> None:
    text = as_text(value)
    patches, parser, document = Patches(), PartialJSON(), None
    for piece in cut(text, sizes):
        document = apply(document, patches.take(piece))
        parser.feed(piece)
        assert document == plain(parser.view())
    document = apply(document, patches.finish())
    assert document == value


@given(SIZES)
def test_a_key_that_comes_again_is_replaced_once_its_value_is_whole(sizes: list[int]) -> None:
    text = '{"a": "x", "b": {"c": "old", "c": {"d": ["new"]}}, "a": "y", "e": "z"}'
    patches, parser, document = Patches(), PartialJSON(), None
    for piece in cut(text, sizes):
        document = apply(document, patches.take(piece))
        parser.feed(piece)
        assert document == plain(parser.view())
    assert document == json.loads(text)


def test_a_piece_within_a_string_is_one_operation() -> None:
    patches = Patches()
    assert patches.take('{"a": {"b/c": "x') == [
        {"op": "add", "path": "", "value": {}},
        {"op": "add", "path": "/a", "value": {}},
        {"op": "add", "path": "/a/b~1c", "value": "x"},
    ]
    assert patches.take("yz") == [{"op": "append", "path": "/a/b~1c", "value": "yz"}]
    assert patches.take('!", "d": [1, "e"') == [
        {"op": "append", "path": "/a/b~1c", "value": "!"},
        {"op": "add", "path": "/a/d", "value": []},
        {"op": "add", "path": "/a/d/0", "value": 1},
        {"op": "add", "path": "/a/d/1", "value": "e"},
    ]


def test_the_operations_grow_with_the_text_and_not_with_its_square() -> None:
    text = json.dumps({"text": "word " * 2_000})
    patches = Patches()
    sent = sum(len(json.dumps(patches.take(piece))) for piece in cut(text, [5]))
    assert sent < 20 * len(text)
