"""The server of the benchmark `map`, as a process: ``python -m benchmarks.answers``.

It prints its ``base_url``, answers each chat completion as a whole with a report about the number
in its last message, and serves until its input ends. It takes little of the machine's time.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

__all__ = ["report_on"]

LATENCY = 0.02
"""The seconds after which a request is answered."""


def report_on(number: int) -> dict[str, Any]:
    """Return the fields of the Report about a number."""
    return {"title": f"Number {number}", "total": number, "ratio": number / 7}


def _answer(body: bytes) -> bytes:
    number = int(json.loads(body)["messages"][-1]["content"])
    message = {"role": "assistant", "content": json.dumps(report_on(number))}
    completion = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1795392000,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 30, "total_tokens": 39},
    }
    return json.dumps(completion).encode()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            data = _answer(await reader.readexactly(length))
            await asyncio.sleep(LATENCY)
            headers = f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + headers.encode() + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
