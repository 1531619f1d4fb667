"""The parser of partial JSON agrees with ``json.loads`` at any cut, and its views only grow."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

from streamkit._core.json.parser import PartialJSON
from tests.core.json_growth import grows, plain
from tests.core.json_texts import load
from tests.fuzz.pieces import pieces


def check(data: bytes) -> None:
    """Check a text; the first byte decides its pieces."""
    size, text = data[0] if data else 0, data[1:].decode("utf-8", "replace")
    parser = PartialJSON()
    views: list[Any] = []
    for piece in pieces(text, size):
        parser.feed(piece)
        views.append(plain(parser.view()))
    parser.close()
    views.append(plain(parser.view()))
    for older, newer in pairwise(views):
        assert grows(older, newer) or has_a_key_twice(text)

    at_once = PartialJSON()
    at_once.feed(text)
    at_once.close()
    assert json.dumps(plain(at_once.view())) == json.dumps(views[-1])
    assert (parser.complete, parser.error, parser.error_position, parser.position) == (
        at_once.complete,
        at_once.error,
        at_once.error_position,
        at_once.position,
    )
    compare_with_json(text, at_once)


def compare_with_json(text: str, parser: PartialJSON) -> None:
    """Check that the parser and ``json.loads`` accept the same documents with the same values."""
    try:
        value = load(text)
    except (ValueError, RecursionError):
        assert not parser.complete or parser.error is not None
        return
    if parser.error is None:
        assert parser.complete
        assert json.dumps(plain(parser.view())) == json.dumps(value)
    else:
        ours = ("nested deeper", "number longer", "integer longer", "number that is not finite")
        assert parser.error.startswith(ours)


def has_a_key_twice(text: str) -> bool:
    """Return whether two keys may be equal; a later value then replaces an earlier one."""
    keys = re.findall(r'("(?:[^"\\\x00-\x1f]|\\.)*")\s*:', text)
    return len(set(keys)) < len(keys) or any("\\" in key for key in keys)
