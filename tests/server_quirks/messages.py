"""Quirks of several servers in choices, calls and other fields of chunks."""

from __future__ import annotations

from tests.server_quirks.quirk import (
    EMITTED,
    HI,
    NO_MORE,
    ONE,
    STOP,
    USAGE,
    WHOLE,
    Quirk,
    call,
    calls,
    chunk,
    delta,
    made,
    message,
    says,
    sends,
)

CHOICES = {
    "any: choices in any order, and with gaps": Quirk(
        sends(
            chunk(says("c", 7)),
            chunk(says("a")),
            chunk(says("b", 2)),
            chunk(says("d", 7)),
            *(chunk(delta("stop", index)) for index in (2, 0, 7)),
        ),
        ["7+c", "0+a", "2+b", "7+d", "2=b", "0=a", "7=cd"],
        {"choices": [{"index": 0}, {"index": 2}, {"index": 7, "message": {"content": "cd"}}]},
        n=3,
    ),
    "any: a choice without an index": Quirk(
        sends(chunk({"delta": {"content": "Hi"}}), chunk({"delta": {}, "finish_reason": "stop"})),
        ["0+Hi", "0=Hi"],
        WHOLE,
    ),
    "any: the index of a choice is null": Quirk(
        sends(
            chunk({"index": None, "delta": {"content": "Hi"}}),
            chunk({"index": None, "delta": {}, "finish_reason": "stop"}),
        ),
        ["0+Hi", "0=Hi"],
        WHOLE,
    ),
    "any: an empty finish reason is none": Quirk(
        sends(chunk(says("H", finish="")), chunk(says("i", finish="")), STOP), EMITTED, WHOLE
    ),
    "any: an unknown finish reason": Quirk(
        sends(*HI, chunk(delta("eos"))), EMITTED, {"choices": [{"finish_reason": "eos"}]}
    ),
    "any: a finish reason in every chunk": Quirk(
        sends(*(chunk(says(piece, finish="stop")) for piece in ('{"a"', ":", "1}"))),
        ['0+{"a"', '0={"a"', "0+:", "0+1}", '0={"a":1}'],
        {"choices": [{"finish_reason": "stop", "message": {"parsed": {"a": 1}}}]},
    ),
    "any: an empty piece after the finish": Quirk(
        sends(*HI, STOP, chunk(says(""))), [*EMITTED, "0+"], WHOLE
    ),
    "any: an answer goes on after its finish": Quirk(
        sends(*HI, STOP, chunk(says("!"))), [*EMITTED, "0+!", "0=Hi!"], message(content="Hi!")
    ),
    "any: empty log probabilities, and a refusal that is null": Quirk(
        sends(chunk(delta(content="H", refusal=None) | {"logprobs": {"content": []}}), HI[1], STOP),
        EMITTED,
        WHOLE,
    ),
}

CALLS = {
    "any: interleaved calls": Quirk(
        sends(
            chunk(calls(call('{"a"', "f", index=0, id="x"))),
            chunk(calls(call('{"a"', "g", index=1, id="y"))),
            chunk(calls(call(":1}", index=0))),
            chunk(calls(call(":2}", index=1))),
            NO_MORE,
        ),
        ['0.0+{"a"', '0.1+{"a"', "0.0+:1}", '0.0=f#x({"a":1})', "0.1+:2}", '0.1=g#y({"a":2})'],
        made("f", "g"),
    ),
    "any: calls out of order, and with gaps": Quirk(
        sends(
            chunk(calls(call("{}", "g", index=5, id="y"))),
            chunk(calls(call("{}", "f", index=2, id="x"))),
            NO_MORE,
        ),
        ["0.5+{}", "0.2+{}", "0.5=g#y({})", "0.2=f#x({})"],
        made("f", "g"),
    ),
    "any: the same index twice in one chunk": Quirk(
        sends(
            chunk(calls(call('{"a":', "f", index=0, id="x", type="function"), call("1}", index=0))),
            NO_MORE,
        ),
        ['0.0+{"a":', "0.0+1}", '0.0=f#x({"a":1})'],
        made("f"),
    ),
    "any: no type": Quirk(
        sends(chunk(calls(call("{}", "f", index=0, id="x"))), NO_MORE),
        ["0.0+{}", "0.0=f#x({})"],
        message(tool_calls=[{"type": "function"}]),
    ),
    "any: the id and type come before the function": Quirk(
        sends(
            chunk(calls(call(index=0, id="x", type="function"))),
            chunk(calls(call("{}", "f", index=0))),
            NO_MORE,
        ),
        ["0.0+", "0.0+{}", "0.0=f#x({})"],
        made("f"),
    ),
    "any: fragments without index, the finish reason stop": Quirk(
        sends(
            chunk(calls(call("", "f", id="x"))),
            chunk(calls(call('{"a":'))),
            chunk(calls(call("1}"))),
            STOP,
        ),
        ONE,
        {"choices": [{"finish_reason": "stop"}]},
    ),
    "any: the arguments are null": Quirk(
        sends(
            chunk(
                delta(
                    tool_calls=[
                        {"index": 0, "id": "x", "function": {"name": "f", "arguments": None}}
                    ]
                )
            ),
            NO_MORE,
        ),
        ["0.0+", "0.0=f#x()"],
        made("f"),
    ),
    "any: a custom tool": Quirk(
        sends(
            chunk(calls({"index": 0, "id": "x", "type": "custom", "custom": {"name": "c"}})),
            chunk(calls({"index": 0, "custom": {"input": "a"}})),
            chunk(calls({"index": 0, "custom": {"input": "b"}})),
            NO_MORE,
        ),
        [],
        message(tool_calls=[{"id": "x", "type": "custom", "custom": {"name": "c", "input": "ab"}}]),
    ),
    "any: a call of the old kind": Quirk(
        sends(
            chunk(delta(function_call={"name": "f", "arguments": '{"a":'})),
            chunk(delta(function_call={"arguments": "1}"})),
            chunk(delta("function_call")),
        ),
        [],
        message(function_call={"name": "f", "arguments": '{"a":1}'}),
    ),
}

FIELDS = {
    "any: a usage, fingerprint or id that later chunks lack": Quirk(
        sends(
            chunk(says("H"), usage=USAGE, system_fingerprint="fp", service_tier="default"),
            chunk(says("i")) | {"usage": None, "id": None, "system_fingerprint": None},
            {"choices": [delta("stop")]},
        ),
        EMITTED,
        WHOLE | {"id": "c1", "usage": USAGE, "system_fingerprint": "fp", "service_tier": "default"},
    ),
    "any: citations in the last chunk": Quirk(
        sends(*HI, STOP | {"citations": ["a", "b"]}), EMITTED, WHOLE | {"citations": ["a", "b"]}
    ),
    "any: lists without indices": Quirk(
        sends(*(chunk(delta(content=text, annotations=[{"type": text}])) for text in "Hi"), STOP),
        EMITTED,
        message(annotations=[{"type": "H"}, {"type": "i"}]),
    ),
    "any: flags, counts and times in every chunk": Quirk(
        sends(*(each | {"cached": True, "at": 5, "created": 9} for each in (*HI, STOP))),
        EMITTED,
        {"cached": True, "at": 5, "created": 9},
    ),
    "any: the object is missing": Quirk(
        sends(*({"id": "c", "choices": each["choices"]} for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: the object is another": Quirk(
        sends(*(each | {"object": "chat.completion"} for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: an object that is no chunk": Quirk(
        sends(HI[0], {"type": "ping"}, {"status": "ok", "cost": 0.1}, HI[1], STOP), EMITTED, WHOLE
    ),
    "any: an error that is null": Quirk(sends(*HI, STOP | {"error": None}), EMITTED, WHOLE),
    "any: an audio answer, with no finish reason": Quirk(
        sends(
            chunk(delta(audio={"id": "a", "transcript": "H", "data": "AA"})),
            chunk(delta(audio={"transcript": "i", "data": "BB"})),
            chunk(delta(audio={"expires_at": 9})),
        ),
        [],
        message(audio={"id": "a", "transcript": "Hi", "data": "AABB", "expires_at": 9}),
    ),
}
