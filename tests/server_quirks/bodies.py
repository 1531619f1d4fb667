"""Quirks of several servers in the frames of a stream, and in its end."""

from __future__ import annotations

import json

from streamkit import APIError, StreamDecodeError, StreamTruncatedError
from tests.server_quirks.quirk import (
    DONE,
    EMITTED,
    HI,
    HI_THERE,
    STOP,
    WHOLE,
    Quirk,
    chunk,
    frame,
    message,
    says,
    sends,
)

FRAMES = {
    "any: frames of retry alone": Quirk(sends(b"retry: 3000\n\n", *HI, STOP), EMITTED, WHOLE),
    "any: frames of an id alone": Quirk(sends(HI[0], b"id: 7\n\n", HI[1], STOP), EMITTED, WHOLE),
    "any: a ping without data": Quirk(
        sends(HI[0], b"event: ping\n\n", HI[1], STOP), EMITTED, WHOLE
    ),
    "any: a ping with empty data": Quirk(
        sends(HI[0], b"event: ping\ndata:\n\n", b"data: \n\n", HI[1], STOP), EMITTED, WHOLE
    ),
    "any: a comment, an id and a retry in the frame of a chunk": Quirk(
        sends(b": hi\nid: 1\nretry: +5\n" + frame(HI[0]), HI[1], STOP), EMITTED, WHOLE
    ),
    "any: events with a name": Quirk(
        sends(*(b"event: completion.chunk\n" + frame(each) for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: no space after the colon": Quirk(HI_THERE.replace(b"data: ", b"data:"), EMITTED, WHOLE),
    "any: lines end in CR": Quirk(HI_THERE.replace(b"\n", b"\r"), EMITTED, WHOLE),
    "any: lines end in CRLF": Quirk(HI_THERE.replace(b"\n", b"\r\n"), EMITTED, WHOLE),
    "any: a byte order mark": Quirk(b"\xef\xbb\xbf" + HI_THERE, EMITTED, WHOLE),
    "any: separators of lines in a text": Quirk(
        sends(chunk(says("a\u2028b\u2029c\x85d")), STOP),
        ["0+a\u2028b\u2029c\x85d", "0=a\u2028b\u2029c\x85d"],
        message(content="a\u2028b\u2029c\x85d"),
    ),
    "any: a chunk over several lines of data": Quirk(
        sends(
            b"".join(
                b"data: %b\n" % line for line in json.dumps(HI[0], indent=1).encode().splitlines()
            )
            + b"\n",
            HI[1],
            STOP,
        ),
        EMITTED,
        WHOLE,
    ),
    "any: space around [DONE]": Quirk(sends(*HI, STOP, end=b"data:  [DONE] \n\n"), EMITTED, WHOLE),
    "any: chunks after [DONE]": Quirk(
        sends(*HI, STOP, DONE, chunk(says("!")), end=b""), EMITTED, WHOLE
    ),
}

ENDS = {
    "any: the stream is cut": Quirk(
        sends(*HI, end=b""),
        EMITTED[:2],
        WHOLE,
        error=StreamTruncatedError,
        said="0 of 1 choices",
    ),
    "any: the stream is cut in a character": Quirk(
        sends(*HI, end='data: {"choices":[{"delta":{"content":"\u00e9'.encode()[:-1]),
        EMITTED[:2],
        WHOLE,
        error=StreamTruncatedError,
    ),
    "any: the stream is cut between a choice and the next": Quirk(
        sends(chunk(says("a", finish="stop")), end=b""),
        ["0+a", "0=a"],
        message(content="a"),
        n=2,
        error=StreamTruncatedError,
        said="1 of 2 choices",
    ),
    "any: an error as a text": Quirk(
        sends(HI[0], {"error": "too hot"}),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: an error event with its message on top": Quirk(
        sends(HI[0], b'event: error\ndata: {"message": "too hot"}\n\n'),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: an error event with bare text": Quirk(
        sends(HI[0], b"event: error\ndata: too hot\n\n"),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: a web page with the status 200": Quirk(
        b"<html>Bad gateway</html>", error=StreamDecodeError, said="<html>Bad gateway</html>"
    ),
    "any: an error as JSON with the status 200": Quirk(
        b'{"error": {"message": "too hot"}}', error=APIError, said="too hot"
    ),
    "any: data that are no JSON": Quirk(
        sends(HI[0], b"data: {nope}\n\n"),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="{nope}",
    ),
    "any: data that are no object": Quirk(
        sends(HI[0], b"data: 5\n\n"),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="5",
    ),
    "any: bytes that are no UTF-8": Quirk(
        sends(HI[0], b'data: {"id": "\xff"}\n\n'),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="no JSON",
    ),
}
