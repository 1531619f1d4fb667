"""The rules by which the events and completions of both packages count as equal.

Per channel, which is an event type of a choice, both must emit the same events in the same order,
equal in every documented field, and the final completions must be equal. Where streamkit differs on
purpose, the peer's events are first changed into those that streamkit must emit:

- **Parsed so far.** Open strings are visible (with ``partial_strings=True``, the default); numbers
  and words are visible once something follows them; with the peer both are the other way round
  (C32). A response format that is a plain dict of type ``json_object`` or ``json_schema`` also has
  a value, plain JSON, and a partial one while it grows. The parsed values in a chunk's snapshot are
  not compared: the delta events have them, and the peer's snapshot may be ahead (C28).
- **An empty refusal or list of log probabilities has no done event** (C36).
- **Content is done when its choice is** (C27), not when its first tool call begins: its place
  between the channels differs, and its place in its own channel does not.
- **A call whose arguments are not JSON is done when its choice is** (C06), with the peer when
  another one opens; so the calls of a choice may be done in another order.
- **Errors about the content come last** (C22, C30): the peer raises them in the middle, so only its
  events until then are compared, and the kind of the error. Of several errors streamkit raises that
  of the first choice, the peer the first one that came. If nothing was to be parsed, an answer that
  was cut short is no error.
- **Fields that a server adds late stay** (C20): the peer keeps the first chunk's fields. Late
  fields must be named.
- **Reasoning has events.** The peer keeps the field and emits nothing (C33). The events are
  compared with the completions, which must be equal.
- **No leftovers.** The peer's tool calls keep the ``index`` of the deltas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import jiter
from openai import ContentFilterFinishReasonError, LengthFinishReasonError

import streamkit
from tests.differential.listening import Channel, Events, Heard

__all__ = ["Agreement", "alone"]

_LEFTOVERS = ("index",)
FINISH_REASON_ERRORS = (LengthFinishReasonError, ContentFilterFinishReasonError)


@dataclass(frozen=True)
class Agreement:
    """A comparison of both packages under the rules of this module."""

    json_mode: bool = False
    """Whether the response format was a plain dict that asks for JSON."""
    partial_strings: bool = True
    late_fields: Iterable[str] = ()
    """The fields of a completion that not all chunks have."""

    def check(self, peer: Heard, ours: Heard) -> None:
        """Fail unless both packages agree on a stream."""
        if peer.error is None:
            self.check_events(peer, ours)
            assert ours.error is None
            assert peer.final_error is None or isinstance(peer.final_error, FINISH_REASON_ERRORS)
            assert self._bare(ours.completion) == self._completion(peer)
            _check_reasoning(ours)
        else:
            actual = self._actual(ours)
            for channel, events in self._expected(peer).items():
                assert actual[channel][: len(events)] == events
            _check_kinds(peer.error, ours.error)

    def check_events(self, peer: Heard, ours: Heard) -> None:
        """Fail unless both packages emitted the same events."""
        assert self._actual(ours) == self._expected(peer)

    def _expected(self, peer: Heard) -> dict[Channel, Events]:
        channels = {channel: self._said(channel[0], said) for channel, said in peer.events.items()}
        return {channel: events for channel, events in channels.items() if events}

    def _actual(self, ours: Heard) -> dict[Channel, Events]:
        return {
            channel: self._comparable(channel[0], said)
            for channel, said in ours.events.items()
            if not channel[0].startswith("reasoning.")
        }

    def _said(self, type_: str, said: Events) -> Events:
        """Return the events that streamkit must emit, made from the peer's."""
        match type_:
            case "content.delta":
                return [self._seen(event, "snapshot", "parsed") for event in said]
            case "tool_calls.function.arguments.delta":
                return [self._seen(event, "arguments", "parsed_arguments") for event in said]
            case "content.done" if self.json_mode:
                return [event | {"parsed": _json(event["content"])} for event in said]
            case "refusal.done":
                return [event for event in said if event["refusal"]]
            case "logprobs.content.done" | "logprobs.refusal.done":
                return [event for event in said if any(event.values())]
            case _:
                return self._comparable(type_, said)

    def _comparable(self, type_: str, said: Events) -> Events:
        match type_:
            case "chunk":
                names = ("parsed", "parsed_arguments", *_LEFTOVERS)
                return [
                    event | {"snapshot": self._bare(event["snapshot"], *names)} for event in said
                ]
            case "tool_calls.function.arguments.done":
                return sorted(said, key=itemgetter("index"))
            case _:
                return said

    def _seen(self, event: dict[str, Any], text: str, parsed: str) -> dict[str, Any]:
        return event | {parsed: self._view(event[text], event[parsed])}

    def _view(self, text: str, parsed: Any) -> Any:
        """Return the view that streamkit must show of a text; ``parsed`` is the peer's view.

        The peer's parser reads the text again, in the mode that shows open strings if they are to
        be shown, and without the number or word at the end, which may be incomplete.
        """
        if parsed is not None:
            assert parsed == jiter.from_json(text.encode(), partial_mode="on")
        elif not (self.json_mode and text.strip()):
            return None
        certain = text[: len(text) - len(_open_scalar(text))]
        return jiter.from_json(
            certain.encode(), partial_mode="trailing-strings" if self.partial_strings else "on"
        )

    def _completion(self, peer: Heard) -> dict[str, Any]:
        """Return the final completion that streamkit must return."""
        completion = self._bare(peer.completion, *_LEFTOVERS)
        if self.json_mode:
            for choice in completion["choices"]:
                message = choice["message"]
                if (parsed := _json(message.get("content") or "")) is not None:
                    message["parsed"] = parsed
        return completion

    def _bare(self, completion: Mapping[str, Any], *names: str) -> dict[str, Any]:
        """Return a completion without uncompared parts; ``names`` are fields of its messages."""

        def bare(part: Mapping[str, Any]) -> dict[str, Any]:
            kept = {name: value for name, value in part.items() if name not in names}
            if "tool_calls" in kept:
                kept["tool_calls"] = [bare(call) for call in kept["tool_calls"]]
            if "function" in kept:
                kept["function"] = bare(kept["function"])
            return kept

        choices = [
            choice | {"message": bare(choice["message"])} for choice in completion["choices"]
        ]
        return {
            **{name: item for name, item in completion.items() if name not in self.late_fields},
            "choices": choices,
        }


def alone(heard: Heard, index: int) -> Heard:
    """Return the events and the completion of one choice, as if it were the only one."""
    events: dict[Channel, Events] = {
        (type_, 0): said for (type_, choice), said in heard.events.items() if choice == index
    }
    choices = [choice for choice in heard.completion["choices"] if choice["index"] == index]
    return Heard(
        events=events,
        completion={"choices": [choice | {"index": 0} for choice in choices]},
        error=heard.error,
        final_error=heard.final_error,
    )


_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_SCALAR = re.compile(r"(?:-|-?\d[-+.eE\d]*|true|false|null)\Z")


def _open_scalar(text: str) -> str:
    scalar = _SCALAR.search(_STRING.sub('""', text))
    return scalar[0] if scalar else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None  # the text was cut short


def _check_reasoning(ours: Heard) -> None:
    for choice in ours.completion["choices"]:
        index, message = choice["index"], choice["message"]
        deltas = ours.events.get(("reasoning.delta", index), [])
        done = ours.events.get(("reasoning.done", index), [])
        reasoning = message.get("reasoning_content") or message.get("reasoning")
        assert [event["reasoning"] for event in done] == ([reasoning] if reasoning else [])
        text = ""
        for event in deltas:
            text += event["delta"]
            assert event["snapshot"] == text
        assert text == (reasoning or "")


def _check_kinds(peer: Exception, ours: Exception | None) -> None:
    if isinstance(peer, FINISH_REASON_ERRORS):
        kinds = (streamkit.LengthFinishReasonError, streamkit.ContentFilterFinishReasonError)
        assert isinstance(ours, kinds)
    else:
        assert isinstance(ours, streamkit.ParseError)
        assert type(ours.__cause__) is type(peer)
