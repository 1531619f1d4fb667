""".ci/unasync.py generates the blocking client from the async one."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / ".ci" / "unasync.py"

unasync: Any = SimpleNamespace(**runpy.run_path(str(SCRIPT)))

SOURCE = '''"""``async_client.things``: things."""

from __future__ import annotations

from streamkit.families.things._async.resource import AsyncResource


class AsyncThings(AsyncResource):
    """Things."""

    async def count(self) -> int:
        """Return how many there are."""
        return await self._send()
'''

TWIN = '''# Made from ../_async/things.py by .ci/unasync.py: change it there.
"""``client.things``: things."""

from __future__ import annotations

from streamkit.families.things._sync.resource import SyncResource


class Things(SyncResource):
    """Things."""

    def count(self) -> int:
        """Return how many there are."""
        return self._send()
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "streamkit" / "families" / "things" / "_async" / "things.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE)
    return path


def test_every_file_of_the_blocking_client_is_what_would_be_written() -> None:
    checked = subprocess.run(
        [sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False
    )

    assert (checked.stdout, checked.returncode) == ("", 0)


def test_no_twin_lacks_its_first_line() -> None:
    twins = [*ROOT.glob("streamkit/**/_sync/*.py")]

    assert twins
    for twin in twins:
        first = twin.read_text().partition("\n")[0]
        assert first == f"# Made from ../_async/{twin.name} by .ci/unasync.py: change it there."


def test_a_module_that_is_written_twice_says_what_differs() -> None:
    twice = [*ROOT.glob("streamkit/**/async_*.py")]

    assert twice
    for path in twice:
        twin = path.name.removeprefix("async_")
        assert path.with_name(twin).exists()
        assert f"(``{twin}``)" in str(ast.get_docstring(ast.parse(path.read_text()))), path


def test_a_twin_is_written_beside_its_source(source: Path, tmp_path: Path) -> None:
    stale, unruly = unasync.written(tmp_path)

    twin = source.parent.parent / "_sync" / "things.py"
    assert (stale, unruly) == ([twin], [])
    assert twin.read_text() == TWIN
    assert unasync.written(tmp_path) == ([], [])


def _changed(twin: Path) -> Path:
    twin.write_text(twin.read_text().replace("Return how", "Say how"))
    return twin


def _removed(twin: Path) -> Path:
    twin.unlink()
    return twin


def _without_its_source(twin: Path) -> Path:
    orphan = twin.with_name("more.py")
    orphan.write_text(twin.read_text())
    return orphan


@pytest.mark.parametrize("spoilt", [_changed, _removed, _without_its_source])
def test_a_check_reports_a_twin_and_leaves_it(
    spoilt: Callable[[Path], Path], source: Path, tmp_path: Path
) -> None:
    unasync.written(tmp_path)
    twin = spoilt(source.parent.parent / "_sync" / "things.py")
    found = twin.exists() and twin.read_text()

    assert unasync.written(tmp_path, check=True) == ([twin], [])
    assert (twin.exists() and twin.read_text()) == found


@pytest.mark.parametrize("spoilt", [_changed, _removed, _without_its_source])
def test_writing_mends_it(spoilt: Callable[[Path], Path], source: Path, tmp_path: Path) -> None:
    unasync.written(tmp_path)
    twins = source.parent.parent / "_sync"
    spoilt(twins / "things.py")

    unasync.written(tmp_path)

    assert [(path.name, path.read_text()) for path in twins.iterdir()] == [("things.py", TWIN)]


def test_what_no_rule_knows_is_reported_and_fails_a_check(source: Path, tmp_path: Path) -> None:
    source.write_text(SOURCE.replace("self._send()", "asyncio.wait_for(self._send(), 1)"))

    _, unruly = unasync.written(tmp_path)

    twin = "streamkit/families/things/_sync/things.py"
    assert unruly == [f"{twin}: return asyncio.wait_for(self._send(), 1)"]


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("async with aclosing(a) as b:", "with closing(a) as b:"),
        ("async for item in await self:", "for item in self:"),
        ("return (x async for x in y)", "return (x for x in y)"),
        ("def f(self) -> AsyncIterator[T]: ...", "def f(self) -> Iterator[T]: ..."),
        ("async def __aenter__(self) -> Self:", "def __enter__(self) -> Self:"),
        ("return await anext(self._stream)", "return next(self._stream)"),
        ("except StopAsyncIteration:", "except StopIteration:"),
        ("send: Callable[[Call[W]], Awaitable[W]]", "send: Callable[[Call[W]], W]"),
        ("-> Awaitable[CursorPage[W]]", "-> CursorPage[W]"),
        ("from streamkit._http.async_exchange import x", "from streamkit._http.exchange import x"),
        ("observe_async(open_stream)", "observe(open_stream)"),
        ("pool.handle_async_request(sent)", "pool.handle_request(sent)"),
        ("def all(self) -> AsyncPages[Run]:", "def all(self) -> SyncCursorPage[Run]:"),
        ("AsyncStream(AsyncExchange(transport))", "Stream(SyncExchange(transport))"),
        ("class AsyncBody(httpx.AsyncByteStream):", "class SyncBody(httpx.SyncByteStream):"),
        ("    await self.aclose()\n\n    aclose = close\n", "    self.close()\n"),
        ("For a client on the running loop.", "For a client that blocks."),
        (
            "The async client polls on the running loop.",
            "The async client polls on the running loop.",
        ),
        ("Return what an ``async with`` opens.", "Return what a ``with`` opens."),
        ("With the async client it is awaited.", "With the async client it is awaited."),
    ],
)
def test_the_rules(text: str, twin: str) -> None:
    assert unasync.translated(text) == twin
