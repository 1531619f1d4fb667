"""The generator of the blocking client: it writes each ``_sync`` folder from its ``_async`` twin.

python .ci/unasync.py             write the files that have changed
python .ci/unasync.py --check     write nothing, and fail if a file would have to be written

A file in ``_async`` is written by hand and its twin is committed, so that users, type checkers and
debuggers see plain Python in both. Code in which the two clients differ, for example where a thread
waits in another way than a task, is in no such folder: it is written twice, in ``thing.py`` and
``async_thing.py``, or as ``thing`` and ``thing_async``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent

RULES = [
    # The language.
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(Iterator|Iterable|Generator)\b", r"\1"),
    (r"\bAwaitable\[(\w+(?:\[\w+\])?)\]", r"\1"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\n\n +aclose = close\b", ""),
    (r"\ba(iter|next|close|closing)\b", r"\1"),
    # The modules and functions of streamkit.
    (r"\b_async\b", "_sync"),
    (r"\basync_([a-z])", r"\1"),
    (r"(?<=[a-z])_async(?=_|\b)", ""),
    # The types of streamkit: public ones are named after the thing, and the others after the
    # client.
    (r"\bAsync(Pages|CursorPage)\b", "SyncCursorPage"),
    (r"\bAsync(Body|ByteStream|Connections|Exchange|Form|Resource|Transport)\b", r"Sync\1"),
    (r"\bAsync([A-Z])", r"\1"),
    # The docstrings.
    (r"\ban ``(with|for)``", r"a ``\1``"),
    (r"\ban ``async (with|for)``", r"a ``\1``"),
    (r"\b([Cc]lient) on the running loop\b", r"\1 that blocks"),
    (r"\ban async iterator\b", "an iterator"),
    (r"\bin one task\b", "by one thread at a time"),
    (r"\bany task\b", "any thread"),
    (r"\bbetween tasks\b", "between threads"),
]
"""The patterns and their replacements; each applies to the result of the one before it."""

LEFT_OVER = re.compile(r".*\b(?:async(?!\s+client\b)|await|asyncio|aclose|Async[A-Z]\w*)\b.*")
"""Matches a line of a twin that needs an event loop; both clients may mention an "async client"."""

HEADER = "# Made from ../_async/{} by .ci/unasync.py: change it there."


def main() -> int:
    """Write or check the twins in the repository; return 1 for a stale twin or a missing rule."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    stale, unruly = written(ROOT, check=bool(arguments))
    for path in stale:
        print(
            f"{path.relative_to(ROOT)}: {'not what would be written' if arguments else 'written'}"
        )
    for line in unruly:
        print(f"no rule in .ci/unasync.py makes this fit a client that blocks: {line}")
    return 1 if unruly or (arguments and stale) else 0


def written(root: Path, *, check: bool = False) -> tuple[list[Path], list[str]]:
    """Write the twins below ``root``, or with ``check`` only compare them.

    Return the files that were stale or have no source, and the lines that do not fit a blocking
    client and that no rule has changed.
    """
    sources = sorted(root.glob("streamkit/**/_async/*.py"))
    texts = {twin_of(source): blocking(source) for source in sources}
    stale = [path for path, text in texts.items() if not _holds(path, text)]
    orphans = [path for path in root.glob("streamkit/**/_sync/*.py") if path not in texts]
    if not check:
        for path in stale:
            path.parent.mkdir(exist_ok=True)
            path.write_text(texts[path], "utf-8")
        for path in orphans:
            path.unlink()
    unruly = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path, text in texts.items()
        for line in LEFT_OVER.findall(_without_header(text))
    ]
    return [*stale, *orphans], unruly


def twin_of(source: Path) -> Path:
    """Return the path of the file that is made from ``source``."""
    return source.parent.with_name("_sync") / source.name


def blocking(source: Path) -> str:
    """Return the text of the twin of ``source``, formatted like the whole project."""
    text = f"{HEADER.format(source.name)}\n{translated(source.read_text('utf-8'))}"
    return _formatted(text, twin_of(source))


def translated(text: str) -> str:
    """Apply the rules to a text, and return the result."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return text


def _formatted(text: str, path: Path) -> str:
    # ruff sorts the imports, removes those that only a coroutine needs, and turns a loop that only
    # yields into ``yield from``.
    mended = ["check", "--select", "I,F401,UP028", "--fix-only", "--unsafe-fixes"]
    for command in (mended, ["format"]):
        text = _ruff([*command, "--quiet", "--stdin-filename", str(path), "-"], text)
    return text


def _ruff(arguments: Iterable[str], text: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "ruff", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _without_header(text: str) -> str:
    return text.partition("\n")[2]


if __name__ == "__main__":
    sys.exit(main())
