"""``python -m streamkit.cli``: the same as the command."""

from __future__ import annotations

from streamkit.cli import main

if __name__ == "__main__":
    main()
