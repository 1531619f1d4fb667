"""An answer that is not streamed, made of the frames of its stream."""

from __future__ import annotations

import msgspec

from streamkit.sources import read

__all__ = ["completion", "response"]


def completion(frames: bytes, choices: int) -> bytes:
    """Return the JSON of the chat completion whose chunks are in some frames."""
    with read([frames], "chat", choices=choices) as stream:
        for _ in stream:
            pass
        whole = stream.get_final().raw
    return msgspec.json.encode(whole.to_dict(mode="json"))


def response(frames: bytes) -> bytes:
    """Return the JSON of the response that the last of some frames has."""
    return bytes(msgspec.json.decode(frames.rpartition(b"\ndata: ")[2], type=_Last).response)


class _Last(msgspec.Struct):
    response: msgspec.Raw
