"""The command ``streamkit``: a demonstration, a chat, the inspector, uploads, and a test server.

The command needs the extra ``cli``.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code; report an extra that is not installed."""
    try:
        from streamkit.cli.app import app

        app()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "streamkit":
            raise
        sys.exit(
            f"streamkit: the command needs {missing!r}, which comes with an extra:"
            " pip install 'streamkit-rx[cli]'"
        )
