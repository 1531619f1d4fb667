"""Quirks of gateways, of local servers and of mocks."""

from __future__ import annotations

from streamkit import APIError, StreamDecodeError
from tests.server_quirks.quirk import (
    EMITTED,
    ERROR,
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

OPENROUTER = {
    "openrouter: comments while it is processing": Quirk(
        sends(
            b": OPENROUTER PROCESSING\n\n" * 3, HI[0], b": OPENROUTER PROCESSING\n\n", HI[1], STOP
        ),
        EMITTED,
        WHOLE,
    ),
    "openrouter: the role in every chunk": Quirk(
        sends(
            chunk(delta(role="assistant", content="H")),
            chunk(delta(role="assistant", content="i")),
            chunk(delta("stop", role="assistant", content="")),
        ),
        ["0+H", "0+i", "0+", "0=Hi"],
        message(role="assistant", content="Hi"),
    ),
    "openrouter: reasoning, and its details as a list without end": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        content="",
                        reasoning=text,
                        reasoning_details=[{"type": "reasoning.text", "text": text}],
                    )
                )
                for text in ("Hm", ".")
            ),
            *HI,
            STOP,
        ),
        ["0~Hm", "0+", "0~.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(reasoning="Hm.", reasoning_details=[{"text": "Hm"}, {"text": "."}], content="Hi"),
    ),
    "openrouter: reasoning details that grow by index": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        content="",
                        reasoning=text,
                        reasoning_details=[{"type": "reasoning.text", "index": 0, "text": text}],
                    )
                )
                for text in ("Hm", ".")
            ),
            *HI,
            STOP,
        ),
        ["0~Hm", "0+", "0~.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(reasoning="Hm.", reasoning_details=[{"index": 0, "text": "Hm."}], content="Hi"),
    ),
    "openrouter: an error beside the choices, which finish with it": Quirk(
        sends(HI[0], chunk(says("", finish="error"), error=ERROR)),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

LITELLM = {
    "litellm: no finish reason's key until the end, and no other nulls": Quirk(
        sends(
            chunk({"index": 0, "delta": {"content": "H", "role": "assistant"}}),
            chunk({"index": 0, "delta": {"content": "i"}}),
            STOP,
        ),
        EMITTED,
        WHOLE,
    ),
    "litellm: the usage comes with an empty choice": Quirk(
        sends(*HI, STOP, chunk({"index": 0, "delta": {}}, usage=USAGE)),
        EMITTED,
        WHOLE | {"usage": {"total_tokens": 7}},
    ),
    "litellm: two choices in one chunk": Quirk(
        sends(chunk(says("a"), says("b", 1)), chunk(delta("stop"), delta("stop", 1))),
        ["0+a", "1+b", "0=a", "1=b"],
        {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]},
        n=2,
    ),
    "litellm: the fields of an error are the text None": Quirk(
        sends(
            HI[0], {"error": {"message": "too hot", "type": "None", "param": "None", "code": "500"}}
        ),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

LLAMA_CPP_PYTHON = {
    "llama-cpp-python: every fragment has id, type and name, and a twin of the old kind": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        tool_calls=[call(piece, "f", index=0, id="x", type="function")],
                        function_call={"name": "f", "arguments": piece},
                    )
                )
                for piece in ("", '{"a":', "1}")
            ),
            NO_MORE,
        ),
        ONE,
        message(
            tool_calls=[{"id": "x", "function": {"name": "f", "arguments": '{"a":1}'}}],
            function_call={"name": "f", "arguments": '{"a":1}'},
        ),
    ),
    "llama-cpp-python: an exception after the headers is a body of no bytes": Quirk(
        b"", error=StreamDecodeError, said="empty"
    ),
}

OGX = {
    "ogx: no [DONE]": Quirk(sends(*HI, STOP, end=b""), EMITTED, WHOLE),
    "ogx: every field of a delta is there, and null": Quirk(
        sends(
            chunk(
                calls(
                    {
                        "index": 0,
                        "id": "x",
                        "type": "function",
                        "function": {"name": "f", "arguments": ""},
                    }
                )
                | {"logprobs": None}
            ),
            *(
                chunk(
                    delta(
                        content=None,
                        refusal=None,
                        role=None,
                        function_call=None,
                        tool_calls=[
                            {
                                "index": 0,
                                "id": None,
                                "type": None,
                                "function": {"name": None, "arguments": piece},
                            }
                        ],
                    )
                )
                for piece in ('{"a":', "1}")
            ),
            NO_MORE,
            end=b"",
        ),
        ONE,
        made("f"),
    ),
    "ogx: it fails in mid-stream, in a 200": Quirk(
        sends(HI[0], {"error": {"message": "too hot"}}, end=b""),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

AIMOCK = {
    "aimock: an emoji is cut between its UTF-16 halves": Quirk(
        sends(
            rb'data: {"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}' + b"\n\n",
            rb'data: {"choices":[{"index":0,"delta":{"content":"\ude80"}}]}' + b"\n\n",
            STOP,
        ),
        ["0+a", "0+\U0001f680", "0=a\U0001f680"],
        message(content="a\U0001f680"),
    ),
    "aimock: reasoning before the role": Quirk(
        sends(
            chunk(delta(reasoning_content="Hm.")),
            chunk(delta(role="assistant", content="")),
            *HI,
            STOP,
        ),
        ["0~Hm.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(role="assistant", reasoning_content="Hm.", content="Hi"),
    ),
}

MOCKS = {
    "mockllm: a new id on every chunk": Quirk(
        sends(HI[0] | {"id": "c1"}, HI[1] | {"id": "c2"}, STOP | {"id": "c3"}),
        EMITTED,
        WHOLE | {"id": "c3"},
    ),
    "mock-llm: role, answer and finish in one chunk, and no created": Quirk(
        sends(
            {
                "id": "c",
                "object": "chat.completion.chunk",
                "model": "m",
                "choices": [delta("stop", role="assistant", content="Hi")],
            }
        ),
        ["0+Hi", "0=Hi"],
        WHOLE | {"created": 0},
    ),
    "stubllm: no role, and the finish with the last content": Quirk(
        sends(chunk(says("H")), chunk(says("i", finish="stop"))), EMITTED, message(role="assistant")
    ),
}
