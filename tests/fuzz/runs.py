"""Whole bodies of runs: any bytes end well or in an error of ours, wherever they are cut."""

from __future__ import annotations

from streamkit._core.answer_decoder import OnTruncated
from streamkit.errors import OpenAIError
from streamkit.families.assistants.follower import RunFollower
from tests.fuzz.pieces import pieces
from tests.pipelines import run_pipeline


def check(data: bytes) -> None:
    """The first byte says into what pieces the body is cut, and what a cut end is."""
    size, body = data[0] if data else 0, data[1:]
    on_truncated: OnTruncated = "accept" if size % 2 else "error"
    emitted, error = taken([body], on_truncated)
    again, same = taken(pieces(body, size), on_truncated)
    assert again == emitted
    assert str(same) == str(error)


def taken(parts: list[bytes], on_truncated: OnTruncated) -> tuple[list[object], OpenAIError | None]:
    """What every event tells, read when it came and when all had come, and the error."""
    follower = RunFollower()
    pipeline = run_pipeline(follower, on_truncated)
    emitted: list[object] = []
    error: OpenAIError | None = None
    try:
        for part in parts:
            emitted.extend(
                (event.event, [each.to_dict() for each in follower.emitted])
                for event in pipeline.read(part)
            )
        # The last event, if it lacked nothing but its empty line.
        emitted.extend(
            (event.event, [each.to_dict() for each in follower.emitted]) for event in pipeline.end()
        )
        follower.finish()
        emitted.append([each.to_dict() for each in follower.emitted])
        for message in follower.events.messages():
            message.to_json()
        for step in follower.events.run_steps():
            step.to_json()
    except OpenAIError as raised:
        error = raised
        pipeline.fail(error)
        for part_of_it in (*error.messages, *error.run_steps):
            part_of_it.to_json()
    return emitted, error
