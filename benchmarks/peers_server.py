"""The server of the benchmarks `peers` and `paced`: ``python -m benchmarks.peers_server``.

It streams a structured answer in the protocol of the path that is asked, chat completions or
Messages. The model says how: ``chunks-600`` has 600 chunks, sent as fast as they are read, and
``paced-60`` has 60, one each 20 ms. It does little else, so that it keeps the pace for as many
streams as one processor allows. It prints the address of
its root, and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import subprocess
import sys
from functools import lru_cache

from benchmarks.data import streamed
from benchmarks.protocols import wire

__all__ = ["PACE", "SIZES", "fast", "paced", "serving"]

SIZES = (600, 2_400, 6_000)
"""The numbers of chunks of answers that are made at the start, so that no request waits for it."""

PACE = 0.02
"""The seconds from a chunk to the next one of the same stream."""

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def fast(chunks: int) -> str:
    """Return the model whose answer comes as fast as it is read."""
    return f"chunks-{chunks}"


def paced(chunks: int) -> str:
    """Return the model whose answer comes at the pace of a model."""
    return f"paced-{chunks}"


@lru_cache
def serving() -> str:
    """Start the server in a process, which ends with this one; return the address of its root."""
    command = [sys.executable, "-m", "benchmarks.peers_server"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # closes its input, which ends it
    return next(iter(server.stdout or ())).strip()


@lru_cache(maxsize=16)
def _frames(path: str, chunks: int) -> list[bytes]:
    if path.endswith("/messages"):
        # With three events more it has as many deltas as a chat of so many chunks.
        pieces = wire("messages", "structured", chunks + 3)
    else:
        pieces = streamed("structured", chunks).pieces
    return [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            asked = json.loads(await reader.readexactly(int(length)))
            pace, _, chunks = asked["model"].partition("-")
            path = head.split(b" ")[1].partition(b"?")[0].decode()
            start = loop.time()
            writer.write(_HEAD)
            for number, frame in enumerate(_frames(path, int(chunks))):
                if pace == "paced":
                    await asyncio.sleep(max(0.0, start + number * PACE - loop.time()))
                    if writer.is_closing():
                        return
                    writer.write(frame)
                else:
                    writer.write(frame)
                    await writer.drain()
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (OSError, EOFError, asyncio.CancelledError):
        pass  # the client has what it wanted, or all of this ends
    finally:
        writer.close()


async def _serve() -> None:
    for path in ("/v1/chat/completions", "/v1/messages"):
        for chunks in SIZES:
            _frames(path, chunks)
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=2_000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
