"""The command line as ``python -m streamkit.cli``."""

from __future__ import annotations

from streamkit.cli import main

if __name__ == "__main__":
    main()
