"""The server of the benchmark of paced streams: ``python -m benchmarks.paced_server``.

It answers each request with the same stream of a frame each 20 ms, and does little else, so that it
keeps the pace for as many streams as one processor allows. It prints its ``base_url`` and serves
until its input ends.
"""

from __future__ import annotations

import asyncio
import sys

from benchmarks.data import streamed

__all__ = ["CHUNKS", "PACE"]

CHUNKS = 120
"""The number of chunks in an answer."""
PACE = 0.02
"""The seconds from a frame to the next one of the same stream."""

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


async def _serve() -> None:
    frames = [b"%x\r\n%b\r\n" % (len(p), p) for p in streamed("structured", CHUNKS).pieces]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                start = loop.time()
                writer.write(_HEAD)
                for number, frame in enumerate(frames):
                    await asyncio.sleep(max(0.0, start + number * PACE - loop.time()))
                    if writer.is_closing():
                        return
                    writer.write(frame)
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except (OSError, EOFError):
            pass  # the client has what it wanted
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=2_000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
