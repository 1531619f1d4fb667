"""The programs of the cookbook, read out of its pages."""

from __future__ import annotations

import re
from pathlib import Path

COOKBOOK = Path(__file__).parent.parent / "docs" / "cookbook"
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

PAGES = sorted(
    page.stem for page in COOKBOOK.glob("*.md") if page.stem not in {"README", "operators"}
)


def program(page: str) -> str:
    """Return the one program of a page."""
    (found,) = PROGRAM.finditer((COOKBOOK / f"{page}.md").read_text())
    return found[1]
