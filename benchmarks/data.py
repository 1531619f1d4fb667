"""The data of all benchmarks, made from one seed, so that each run has the same data."""

from __future__ import annotations

import json
from functools import lru_cache
from random import Random
from typing import Any, Literal, NamedTuple, TypeAlias

import pydantic  # noqa: TID253 - this is not the library

__all__ = [
    "TOKEN",
    "Kind",
    "Report",
    "Streamed",
    "delta_pieces",
    "prose",
    "records",
    "streamed",
    "string",
]

TOKEN = 4
"""The number of characters in a delta: about a token."""
SEED = 20261123
CALLS = 64
CHOICES = 8

Kind: TypeAlias = Literal[
    "text", "structured", "tool arguments", "logprobs", "n=8", "64 tool calls"
]


class Step(pydantic.BaseModel):
    """A record of ``Report``."""

    title: str
    detail: str
    amount: float
    done: bool


class Report(pydantic.BaseModel):
    """The type of structured answers and of tool arguments."""

    steps: list[Step]
    summary: str


class Streamed(NamedTuple):
    """The body of a streamed answer, and its content."""

    pieces: tuple[bytes, ...]
    """The server-sent events: the chunks and ``[DONE]``."""
    text: str
    """All deltas of all choices and calls, joined in the order in which they come."""
    parsed: Any
    """The parsed value of the last choice or call; None when no JSON was requested."""
    tokens: int
    """The number of tokens with log probabilities."""


def prose(length: int) -> str:
    """Return ``length`` characters of words, some with an accent, a quote or a line break."""
    random = Random(SEED)  # noqa: S311 - nothing secret
    words: list[str] = []
    size = 0
    while size < length:
        word = "".join(random.choices("etaoinshrdlucmf", k=random.randint(2, 9)))
        word += random.choice([" "] * 12 + [", ", ".\n", "é ", '" '])
        words.append(word)
        size += len(word)
    return "".join(words)[:length]


def records(length: int) -> str:
    """Return a ``Report`` as JSON of ``length`` characters (26 or more), most of it records."""
    random = Random(SEED)  # noqa: S311 - as above
    text = prose(length)
    steps: list[str] = []
    left = length - len(_json({"steps": [], "summary": ""}))
    at = 0
    while True:
        title, detail = random.randint(8, 24), random.randint(20, 90)
        step = {
            "title": text[at : at + title],
            "detail": text[at + title : at + title + detail],
            "amount": round(random.uniform(-1e4, 1e4), 2),
            "done": random.random() < 0.5,
        }
        at += title + detail
        written = _json(step)
        if len(written) + 1 > left:
            break
        steps.append(written)
        left -= len(written) + (len(steps) > 1)
    return f'{{"steps":[{",".join(steps)}],"summary":"{"e" * left}"}}'


def string(length: int) -> str:
    """Return a JSON document of about ``length`` characters with one long string."""
    return _json({"text": prose(length - 11)})


def delta_pieces(text: str) -> list[str]:
    """Return a text cut into deltas."""
    return [text[at : at + TOKEN] for at in range(0, len(text), TOKEN)]


@lru_cache(maxsize=4)
def streamed(kind: Kind, chunks: int) -> Streamed:
    """Return an answer of ``chunks`` chunks: at least 20, and at least 600 for 64 calls."""
    match kind:
        case "text":
            deltas = delta_pieces(prose(TOKEN * (chunks - 2)))
            return _answer([_choice(content=d) for d in deltas], "".join(deltas), None)
        case "structured":
            text = records(TOKEN * (chunks - 2))
            deltas = delta_pieces(text)
            return _answer([_choice(content=d) for d in deltas], text, json.loads(text))
        case "logprobs":
            deltas = delta_pieces(prose(TOKEN * (chunks - 2)))
            steps = [_choice(content=d, logprobs={"content": [_token(d)]}) for d in deltas]
            return _answer(steps, "".join(deltas), None, tokens=len(deltas))
        case "tool arguments":
            return _called(1, chunks)
        case "64 tool calls":
            return _called(CALLS, chunks)
        case "n=8":
            deltas = delta_pieces(prose(TOKEN * (chunks - 2 * CHOICES)))
            steps = [_choice(i % CHOICES, content=d) for i, d in enumerate(deltas)]
            return _answer(steps, "".join(deltas), None)


def _called(calls: int, chunks: int) -> Streamed:
    steps: list[dict[str, Any]] = []
    texts: list[str] = []
    fragments = chunks - 2 - calls
    for index in range(calls):
        # The remainder of the division goes to the first calls.
        text = records(TOKEN * (fragments // calls + (index < fragments % calls)))
        texts.append(text)
        opening = {"name": "report", "arguments": ""}
        steps.append(_fragment(index, opening, id=f"call_{index}", type="function"))
        steps.extend(_fragment(index, {"arguments": delta}) for delta in delta_pieces(text))
    parsed = json.loads(texts[-1])
    return _answer(steps, "".join(texts), parsed, finish_reason="tool_calls")


def _fragment(index: int, function: dict[str, str], **fields: str) -> dict[str, Any]:
    return _choice(tool_calls=[{"index": index, **fields, "function": function}])


def _choice(index: int = 0, *, logprobs: Any = None, **delta: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None}


def _token(text: str) -> dict[str, Any]:
    return {"token": text, "logprob": -0.25, "bytes": list(text.encode()), "top_logprobs": []}


def _answer(
    steps: list[dict[str, Any]],
    text: str,
    parsed: Any,
    *,
    tokens: int = 0,
    finish_reason: str = "stop",
) -> Streamed:
    choices = 1 + max(step["index"] for step in steps)
    opening = [_choice(index, role="assistant", content=None) for index in range(choices)]
    ending = [{**_choice(index), "finish_reason": finish_reason} for index in range(choices)]
    events = [_event(choice) for choice in (*opening, *steps, *ending)]
    return Streamed((*events, b"data: [DONE]\n\n"), text, parsed, tokens)


def _event(choice: dict[str, Any]) -> bytes:
    chunk = {
        "id": "chatcmpl-D3f5T7h9KqLmNpRsVwXz2b4c6",
        "object": "chat.completion.chunk",
        "created": 1795392000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_a1b2c3d4e5",
        "choices": [choice],
        "obfuscation": "k9Xw2",
    }
    return b"data: %b\n\n" % _json(chunk).encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
