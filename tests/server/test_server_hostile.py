"""No request can stop the embedded server: too much work is refused, and nothing crashes.

None of these tests measures time, because the limit of every test catches a hang.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit.server import EmbeddedServer
from streamkit.server.call import OBJECT_LIMIT
from streamkit.server.sampling.budget import STEPS, Budget

if TYPE_CHECKING:
    from collections.abc import Iterator

ASK = {"model": "m", "messages": [{"role": "user", "content": "Answer in JSON."}]}
BETA = {"OpenAI-Beta": "assistants=v2"}
PLACE = '"@@"'


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture(autouse=True)
def no_faults(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that no request leaves a traceback in the log."""
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.fixture
def _less_to_spend(monkeypatch: pytest.MonkeyPatch, thorough: bool) -> None:
    """Allow a tenth of the work per request, unless all tests run: all of it takes a second."""
    if not thorough:
        monkeypatch.setattr(Budget.__init__, "__defaults__", (STEPS // 10,))


def wants(schema: Any) -> dict[str, Any]:
    named = {"name": "t", "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def text(**keywords: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"x": {"type": "string", **keywords}},
        "required": ["x"],
    }


def chained(count: int, last: Any, **link: Any) -> dict[str, Any]:
    """Return definitions that each refer to the next, where the JSON of ``link`` has ``@@``."""
    written = json.dumps(link)
    links = {
        f"d{n}": json.loads(written.replace(PLACE, json.dumps({"$ref": f"#/$defs/d{n + 1}"})))
        for n in range(count)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{count}": last}}


NEXT = "@@"
SCHEMAS: dict[str, Any] = {
    "repeated repetitions": text(pattern="(((^{9999}){9999}){9999})"),
    "a repetition of nothing": text(pattern="((((|){9999}){9999}){9999})"),
    "200,000 letters": text(pattern="a" * 200_000),
    "half an escape": text(pattern=r"\xZZ"),
    "5,000 digits": text(pattern="a{" + "9" * 5000 + "}"),
    "nested groups": text(pattern="(" * 4999 + ")" * 4999),
    "alternatives": text(pattern="|".join(["a"] * 200_000)),
    "a large set": text(pattern="[" + "".join(map(chr, range(0x4E00, 0x4E00 + 9000))) + "]{9999}"),
    "backtracking": {"enum": ["a" * 9000 + "!"] * 9, "pattern": "^(a+)+$"},
    "patterns of names": {
        "type": "object",
        "patternProperties": {f"^(a|a)*{n}$": {"type": "integer"} for n in range(20_000)},
        "additionalProperties": {"type": "integer"},
    },
    "patterns of unevaluated names": {
        "type": "object",
        "properties": {"a" * 5000: True},
        "patternProperties": {"^(a+)+$": False},
        "unevaluatedProperties": False,
    },
    "another dialect within": {
        **text(pattern="^(a+)+$", enum=["a" * 9000 + "!"]),
        "$schema": "http://json-schema.org/draft-07/schema#",
    },
    "a pattern as a value": {"enum": ["(" * 9000], "format": "regex"},
    "doubled references": chained(60, {"type": "integer"}, allOf=[NEXT, NEXT]),
    "doubled alternatives": chained(60, False, anyOf=[NEXT, NEXT]),
    "doubled fields": chained(
        60,
        {"type": "integer"},
        type="object",
        properties={"a": NEXT, "b": NEXT},
        required=["a", "b"],
    ),
    "a long chain": chained(
        3000, {"type": "integer"}, type="object", properties={"a": NEXT}, required=["a"]
    ),
    "a reference to itself": {"$ref": "#"},
    "a dynamic reference to itself": {"$dynamicRef": "#"},
    "an unknown anchor": {"$ref": "#nowhere"},
    "a long pointer": {"$ref": "#" + "/a" * 100_000},
    "many values": {"enum": list(range(500_000))},
    "alike values": {"enum": [n * (2**61 - 1) for n in range(100_000)]},
    "too many items": {"type": "array", "minItems": 10**18},
    "too many unique items": {"type": "array", "minItems": 19_000, "uniqueItems": True},
    "too many fields": {"type": "object", "minProperties": 10**18},
    "too long": text(minLength=10**30),
    "too long together": {"type": "array", "minItems": 9000, "items": text(minLength=9000)},
    "long constants": {"type": "array", "minItems": 9000, "items": {"const": "x" * 90_000}},
    "long names": {"type": "array", "minItems": 9000, "items": {"required": ["x" * 90_000]}},
    "a negative length": text(maxLength=-1),
    "no multiple": {"type": "number", "multipleOf": 0},
    "a large multiple": {"type": "integer", "multipleOf": 1.7e308, "minimum": 1e308},
    "a tiny multiple of what is large": {"type": "number", "multipleOf": 5e-324, "minimum": 1e308},
    "a large number": {"type": "integer", "minimum": 10**4000},
    "nothing between": {"type": "number", "exclusiveMinimum": 1e308, "exclusiveMaximum": 1e308},
    "many required": {"required": [f"r{n}" for n in range(50_000)]},
    "what cannot be required": {"required": [[n] for n in range(50_000)]},
    "many faults": {"properties": {f"p{n}": 1 for n in range(50_000)}},
    "many fields": {"properties": {f"p{n}": {"type": "string"} for n in range(50_000)}},
    "one of many": {"oneOf": [{"type": "integer"}] * 50_000},
    "never contained": {"type": "array", "contains": {"const": 1}, "minContains": 10**9},
    "names that cannot be": {"propertyNames": False, "minProperties": 10**9},
}


@pytest.mark.usefixtures("_less_to_spend")
@pytest.mark.parametrize(
    "streamed", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["whole", "streamed"]
)
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_that_takes_too_much_is_refused(
    server: EmbeddedServer, schema: Any, *, streamed: bool
) -> None:
    body = {**ASK, **wants(schema), "n": 128, "stream": streamed}
    answer = httpx.post(server.base_url + "/chat/completions", json=body, timeout=60)
    assert answer.status_code == 400
    assert len(answer.content) < 5000
    assert answer.json()["error"]["message"].startswith("Invalid schema for response_format 't': ")


@pytest.mark.usefixtures("_less_to_spend")
@pytest.mark.parametrize("schema", [SCHEMAS["doubled references"], SCHEMAS["too long together"]])
def test_the_tools_of_a_request_share_its_budget(server: EmbeddedServer, schema: Any) -> None:
    tools = [
        {"type": "function", "function": {"name": f"f{n}", "parameters": schema}}
        for n in range(128)
    ]
    answer = httpx.post(
        server.base_url + "/chat/completions", json={**ASK, "tools": tools}, timeout=60
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "minItems": 2.0, "maxItems": 2.0, "items": {"const": 1}}, [1, 1]),
        ({"type": "string", "minLength": 1.0, "maxLength": 1.0, "pattern": "^a{1,9}$"}, "a"),
        ({"type": "number", "multipleOf": 1e-300, "minimum": 0, "maximum": 0}, 0),
        ({"type": "string", "pattern": "^a{0," + "9" * 5000 + "}b{0}$", "maxLength": 0}, ""),
        ({"type": "integer", "const": 10**4000}, 10**4000),
    ],
    ids=["items", "length", "multiple", "bound", "number"],
)
def test_what_is_odd_and_can_be_had_is_answered(
    server: EmbeddedServer, schema: Any, value: Any
) -> None:
    body = {**ASK, **wants(schema)}
    answer = httpx.post(server.base_url + "/chat/completions", json=body)
    assert answer.status_code == 200
    assert json.loads(answer.json()["choices"][0]["message"]["content"]) == value


MESSAGE = b'"messages": [{"role": "user", "content": "Hi"}]'
BODIES: dict[str, tuple[bytes, int]] = {
    "no UTF-8": (b'{"model": "m", "messages": [{"role": "user", "content": "\xff"}]}', 400),
    "a key that is no UTF-8": (b'{"\xff": 1}', 400),
    "half a surrogate pair": (b'{"model": "\\ud800"}', 400),
    "5,000 digits": (b'{"seed": ' + b"9" * 5000 + b"}", 400),
    "4,000 digits": (b'{"model": "m", "seed": ' + b"9" * 4000 + b"," + MESSAGE + b"}", 200),
    "beyond a double": (b'{"temperature": 1e999}', 400),
    "not a number": (b'{"temperature": NaN}', 400),
    "deep lists": (b"[" * 900_000, 400),
    "deep objects": (b'{"a":' * 900_000, 400),
    "a deep value": (
        b'{"model": "m", "prediction": ' + b'{"a":' * 700 + b"1" + b"}" * 700
        + b"," + MESSAGE + b"}",
        200,
    ),
    "a million lists": (b"[" + b"[]," * 1_500_000 + b"[]]", 413),
    "many messages": (
        b'{"model": "m", "messages": [' + b'{"role":"user","content":"a"},' * 300_000
        + b'{"role":"user","content":"a"}]}',
        200,
    ),
    "a long prompt": (
        b'{"model": "m", "n": 128, "messages": [{"role": "user", "content": "'
        + b"word " * 2_000_000
        + b'"}]}',
        200,
    ),
    "a long model": (b'{"model": "' + b"m" * 2_000_000 + b'",' + MESSAGE + b"}", 200),
    "a model that is none": (b'{"model": {"a": 1},' + MESSAGE + b"}", 400),
    "many parameters": (
        b'{"model": "m", "logit_bias": {' + b",".join(b'"%d": 0' % n for n in range(200_000))
        + b"}," + MESSAGE + b"}",
        200,
    ),
    "many tokens": (b'{"model": "m", "max_tokens": ' + b"9" * 400 + b"," + MESSAGE + b"}", 200),
    "all log probabilities": (
        b'{"model": "m", "n": 128, "logprobs": true, "top_logprobs": 20,' + MESSAGE + b"}",
        200,
    ),
}  # fmt: skip
LONG = {"many messages", "a long prompt", "all log probabilities"}
"""Those that are answered, after as much work as several hundred other tests take."""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(*of, id=name, marks=[pytest.mark.thorough] if name in LONG else [])
        for name, of in BODIES.items()
    ],
)
def test_an_odd_body_is_answered_or_refused(
    server: EmbeddedServer, body: bytes, status: int
) -> None:
    url = server.base_url + "/chat/completions"
    assert httpx.post(url, content=body, timeout=60).status_code == status
    assert httpx.get(server.base_url + "/models").status_code == 200


def test_more_log_probabilities_than_the_budget_are_refused(server: EmbeddedServer) -> None:
    schema = {"type": "array", "minItems": 9, "items": {"type": "string", "minLength": 9000}}
    body = {**ASK, **wants(schema), "logprobs": True, "top_logprobs": 20}
    url = server.base_url + "/chat/completions"
    answer = httpx.post(url, json=body, headers={"x-streamkit-token-size": "1"})
    assert answer.status_code == 400
    assert "too much work" in answer.json()["error"]["message"]


ODD_HEADERS = [
    {"x-streamkit-pace": "nan"},
    {"x-streamkit-pace": "inf"},
    {"x-streamkit-speed": "infinity"},
    {"x-streamkit-token-size": "9" * 400},
    {"x-streamkit-polls": "9" * 30},
    {"x-streamkit-fault": "drip?pace=nan"},
    {"x-streamkit-fault": "drip?pace=inf"},
    {"x-streamkit-fault": "status?retry_after=inf"},
    {"x-streamkit-fault": "cut?after=" + "9" * 5000},
    {"x-streamkit-fault": "{" * 9000},
    {"x-streamkit-fault": '{"kind":"drip","pace":1e999}'},
    {"x-streamkit-fault": '{"kind":"cut","after":' + '{"a":' * 5000},
]


@pytest.mark.parametrize("headers", ODD_HEADERS, ids=lambda headers: str(headers)[:50])
def test_an_odd_header_is_refused(server: EmbeddedServer, headers: dict[str, str]) -> None:
    url = server.base_url + "/chat/completions"
    answer = httpx.post(url, json={**ASK, "stream": True}, headers=headers)
    assert answer.status_code == 400


RUNS: dict[str, dict[str, Any]] = {
    "a pattern": wants(text(pattern="(((a?){9999}){9999}){9999}")),
    "long texts": wants(SCHEMAS["too long together"]),
    "a text of many tokens": wants(text(minLength=9000)),
    "long instructions": {"instructions": "x" * 300_000},
    "many messages": {"thread": {"messages": [{"role": "user", "content": "a"}] * 6000}},
    "long metadata": {"metadata": {"a": "x" * 600}},
    "too large": {"instructions": "x" * OBJECT_LIMIT},
}


@pytest.mark.diagonal
@pytest.mark.parametrize("streamed", [False, True], ids=["polled", "streamed"])
@pytest.mark.parametrize("fields", RUNS.values(), ids=RUNS)
def test_no_run_takes_for_ever(
    server: EmbeddedServer, fields: dict[str, Any], *, streamed: bool
) -> None:
    thread = {"messages": [{"role": "user", "content": "Hi"}]}
    answer = httpx.post(
        server.base_url + "/threads/runs",
        json={"assistant_id": "a", "thread": thread, "stream": streamed, **fields},
        headers={**BETA, "x-streamkit-polls": "0", "x-streamkit-token-size": "1"},
        timeout=60,
    )
    assert answer.status_code in {200, 400, 413}
    if answer.status_code == 200 and not streamed:
        assert answer.json()["status"] in {"completed", "failed"}
