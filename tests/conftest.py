"""The settings of every test run, the fixtures that many tests share, and marble diagrams."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import settings

from streamkit.testing.marbles import assert_marbles
from tests.diagonal import off_the_diagonal
from tests.examples import EXAMPLES, FEWER_EXAMPLES
from tests.exchange import KINDS, LIBRARIES, Api, ApiType, Connect
from tests.programs import left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser, Page
    from reactivex import Observable

# Loading the certificates of all the world's authorities takes longer than most tests do, and no
# test needs them.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "authority.pem")

WITH_DEV = {
    "tests/demo_page/test_page.py",
    "tests/demo_page/test_partial_json_js.py",
    "tests/docs/test_typed.py",
    "tests/faults/test_llmock.py",
    "tests/faults/test_real_server.py",
    "tests/inspector/test_page.py",
    "tests/proxy/test_judged.py",
    "tests/relay/test_judges.py",
    "tests/relay/test_reader_js.py",
    "tests/server/test_judge_llama.py",
    "tests/test_browser.py",
    "tests/test_cookbook_notebook.py",
    "tests/test_real_server.py",
    "tests/test_unasync.py",
}
"""The files that need the extra ``dev``; they are collected with ``--thorough``, or by name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that also runs the tests that take longest."""
    parser.addoption(
        "--thorough",
        action="store_true",
        help="run the tests marked `thorough`, and the others with all their examples",
    )
    parser.addoption(
        "--nightly",
        action="store_true",
        help="also run the tests marked `nightly`, which need the extra `nightly`",
    )
    parser.addoption(
        "--pictures", action="store_true", help="let the tests of pages save the pictures of docs/"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Run three workers on two processors, because a test waits for a third of its time."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return processors + processors // 2


def pytest_configure(config: pytest.Config) -> None:
    """Choose how Hypothesis looks for examples, and let Ctrl-C reach the tests' commands."""
    # A deadline would measure the machine and its other work. CI tries the same examples every
    # time, so that a failure comes from the change; on a developer's machine each run looks for new
    # ones.
    in_ci = bool(os.environ.get("CI"))
    examples = EXAMPLES if config.getoption("--thorough") else FEWER_EXAMPLES
    settings.register_profile(
        "streamkit", deadline=None, max_examples=examples, derandomize=in_ci, print_blob=in_ci
    )
    settings.load_profile("streamkit")
    # A shell starts jobs in the background with Ctrl-C ignored, which commands would inherit.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Switch the garbage collector off during collection, where it takes a sixth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the files that need the extra ``dev``, unless ``--thorough`` is given."""
    if config.getoption("--thorough") or not collection_path.is_relative_to(config.rootpath):
        return None
    return collection_path.relative_to(config.rootpath).as_posix() in WITH_DEV or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests whose marker's option is not given, and those off their diagonal."""
    left_out = {
        item
        for item in items
        for marker in ("thorough", "nightly")
        if item.get_closest_marker(marker) and not config.getoption(f"--{marker}")
    }
    if not config.getoption("--thorough"):
        left_out |= {*off_the_diagonal(item for item in items if item not in left_out)}
    if left_out:
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module", autouse=True)
def _what_was_there_before_is_not_looked_at() -> None:
    """Freeze the objects of other modules, above all imports, so that the collector skips them.

    Hundreds of tests collect garbage, to check that nothing keeps a stream. Looking through
    everything that was ever imported took a third of the suite's time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether every test runs in full, however long it takes."""
    return bool(pytestconfig.getoption("--thorough"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None]:
    """Print the cells of the matrix of faults that pass and, last, what the suite left out."""
    _print_faults(terminalreporter)
    yield
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        for line in left_out(thorough=bool(config.getoption("--thorough"))):
            terminalreporter.write_line(f"left out: {line}")


def _print_faults(terminalreporter: pytest.TerminalReporter) -> None:
    cells = {
        outcome: sum(
            "faults/test_matrix.py::" in report.nodeid and "[" in report.nodeid
            for report in terminalreporter.getreports(outcome)
        )
        for outcome in ("passed", "failed")
    }
    if any(cells.values()):
        terminalreporter.write_line(
            f"faults: {cells['passed']} of {sum(cells.values())} cells end as the tables say"
        )


LOST = OSError("lost")
"""The error that a ``#`` in a source's diagram stands for."""


class Marbles(Protocol):
    """Runs an operator on a source in virtual time and compares its output with a diagram.

    A diagram's elements are its values; a column is a tick, and an element is as wide as it is
    written. ``#`` in ``expected`` is the error of the source, or any error of type ``raises``. A
    ``!`` in ``until`` is the tick at which the subscriptions are disposed.

    Two observers subscribe and must receive the same, because state is per subscription. The source
    must be disposed of at the end of ``expected``, or at the ``!``.
    """

    def __call__(
        self,
        source: str,
        operator: Callable[[Observable[Any]], Observable[Any]],
        expected: str,
        *,
        until: str = "",
        raises: type[Exception] | None = None,
    ) -> None: ...


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def api_type(request: pytest.FixtureRequest) -> ApiType:
    """Each kind of transport."""
    kind: ApiType = request.param
    return kind


@pytest.fixture(params=[*LIBRARIES.values()], ids=[*LIBRARIES])
def http_library(request: pytest.FixtureRequest) -> Any:
    """Each HTTP library that a transport can use."""
    return request.param


@pytest.fixture
def connect(api_type: ApiType, http_library: Any) -> Iterator[Connect]:
    """Make transports of each kind over each library, and close them after the test."""
    apis: list[Api] = []

    def connect(url: str, **config: Any) -> Api:
        apis.append(api_type(http_library, url, **config))
        return apis[-1]

    yield connect
    for api in apis:
        api.close()


@pytest.fixture
def with_ctrl_c() -> Iterator[None]:
    """Restore Ctrl-C for the test and its children; a shell may have started pytest without it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run a Chromium, for the tests of a module, which use the blocking interface of playwright.

    It is not that of a session, because an event loop of playwright runs in this thread meanwhile,
    where tests that are coroutines need theirs.
    """
    from tests.browser import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """Return what the pages of a test complain of; a test that expects some takes them out."""
    return []


@pytest.fixture
def page(chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    """Open a page in a context of its own; ``page.context.new_page()`` opens another tab."""
    from tests.browser import opened

    with opened(chromium, complaints) as context:
        yield context.new_page()
    assert not complaints


class Picture(Protocol):
    """Saves what a page shows as a picture of the documentation, if the run is to save them."""

    def __call__(self, page: Page, name: str) -> None: ...


@pytest.fixture
def picture(pytestconfig: pytest.Config) -> Picture:
    """Save a picture in ``docs/pictures``, with ``--pictures``."""

    def save(page: Page, name: str) -> None:
        if pytestconfig.getoption("--pictures"):
            folder = pytestconfig.rootpath / "docs" / "pictures"
            page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return save


@pytest.fixture
def marbles() -> Marbles:
    """Compare an operator's output with a diagram."""

    def compare(
        source: str,
        operator: Callable[[Observable[Any]], Observable[Any]],
        expected: str,
        *,
        until: str = "",
        raises: type[Exception] | None = None,
    ) -> None:
        assert_marbles(source, operator, expected, until=until, raises=raises, error=LOST)

    return compare
