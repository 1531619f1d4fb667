"""The command ``streamkit`` as ``python -m streamkit``."""

from __future__ import annotations

from streamkit.cli import main

if __name__ == "__main__":
    main()
