"""The server of the end-to-end benchmark, as a process: ``python -m benchmarks.server``.

It prints its ``base_url`` and serves until its input ends.
"""

from __future__ import annotations

import sys

from benchmarks.data import streamed
from streamkit.recording import Read, Recording
from streamkit.server import EmbeddedServer

__all__ = ["MODELS"]

MODELS = {"recording:long": 2_400, "recording:short": 120}
"""The number of chunks in each model's answer; each is sent alone, as fast as the client reads."""


def main() -> None:
    """Serve until the input ends."""
    recordings = {
        model.removeprefix("recording:"): Recording(
            request={"stream": True},
            reads=tuple(Read(0.0, piece) for piece in streamed("structured", chunks).pieces),
        )
        for model, chunks in MODELS.items()
    }
    with EmbeddedServer(recordings=recordings) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
