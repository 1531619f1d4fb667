"""Any bytes as the body of a run end well or in a typed error, however they are cut."""

from __future__ import annotations

from streamkit._core.answer_decoder import OnTruncated
from streamkit.errors import OpenAIError
from streamkit.families.assistants.follower import RunFollower
from tests.fuzz.pieces import pieces
from tests.pipelines import run_pipeline


def check(data: bytes) -> None:
    """Check a body; the first byte decides its pieces and ``on_truncated``."""
    size, body = data[0] if data else 0, data[1:]
    on_truncated: OnTruncated = "accept" if size % 2 else "error"
    emitted, error = taken([body], on_truncated)
    again, same = taken(pieces(body, size), on_truncated)
    assert again == emitted
    assert str(same) == str(error)


def taken(parts: list[bytes], on_truncated: OnTruncated) -> tuple[list[object], OpenAIError | None]:
    """Return the contents of all events, as read at once and as read at the end, and the error."""
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
        # The last event, which may lack its empty line.
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
