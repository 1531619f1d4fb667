"""The server of the soak, as a process: ``python -m benchmarks.soak.server``.

It prints its ``base_url`` and serves until its input ends.
"""

from __future__ import annotations

import sys

from streamkit.server import EmbeddedServer


def main() -> None:
    """Serve until the input ends."""
    with EmbeddedServer() as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
