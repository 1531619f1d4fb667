"""What every test runs under, and the marble diagrams."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import settings
from reactivex.notification import Notification, OnError, OnNext
from reactivex.observable.marbles import parse
from reactivex.testing import ReactiveTest, TestScheduler
from reactivex.testing.marbles import messages_to_records

from tests.diagonal import off_the_diagonal
from tests.exchange import KINDS, LIBRARIES, Api, ApiType, Connect

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from reactivex import Observable, abc
    from reactivex.testing.recorded import Recorded

# To load the certificates of all the world's authorities takes longer than most tests do, and no
# test asks for one.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "authority.pem")

WITH_DEV = {
    "tests/faults/test_llmock.py",
    "tests/faults/test_real_server.py",
    "tests/test_real_server.py",
    "tests/test_unasync.py",
}
"""The files that need the extra ``dev``; they are collected with ``--thorough``, or by name."""

EXAMPLES, FEWER_EXAMPLES = 100, 25
"""How many Hypothesis tries of each property, with ``--thorough`` and without."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs what takes longest, too."""
    parser.addoption(
        "--thorough",
        action="store_true",
        help="run the tests marked `thorough`, and the others with all their examples",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Run three workers on two processors: a test waits for others a third of its time."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return processors + processors // 2


def pytest_configure(config: pytest.Config) -> None:
    """Say how Hypothesis looks for examples."""
    # A deadline measures the machine and what else it does. CI tries the same examples every time,
    # so that a change is judged by what it changed; at a desk each run looks for new ones.
    in_ci = bool(os.environ.get("CI"))
    examples = EXAMPLES if config.getoption("--thorough") else FEWER_EXAMPLES
    settings.register_profile(
        "streamkit", deadline=None, max_examples=examples, derandomize=in_ci, print_blob=in_ci
    )
    settings.load_profile("streamkit")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, for there is next to none: it takes a sixth."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs the extra ``dev``, unless everything is asked for."""
    if config.getoption("--thorough") or not collection_path.is_relative_to(config.rootpath):
        return None
    return collection_path.relative_to(config.rootpath).as_posix() in WITH_DEV or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked ``thorough``, or is off a ``diagonal``, unless it is asked for."""
    if config.getoption("--thorough"):
        return
    left_out = {item for item in items if item.get_closest_marker("thorough")}
    left_out |= {*off_the_diagonal(item for item in items if item not in left_out)}
    if left_out:
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module", autouse=True)
def _what_was_there_before_is_not_looked_at() -> None:
    """Take what other modules made, imports above all, out of the collector's sight.

    Hundreds of tests collect garbage, to see that nothing keeps a stream. To look through all that
    was ever imported each time took a third of the suite's time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether everything is to be tried, however long it takes."""
    return bool(pytestconfig.getoption("--thorough"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cells of the matrix of faults hold."""
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
"""The ``#`` of a diagram's source."""


class Marbles(Protocol):
    """Runs an operator in virtual time on a source and compares what comes out.

    A diagram's elements are its values; a column is a tick, and an element is as wide as it is
    written. ``#`` in ``expected`` is the error of the source, or any error of type ``raises``. A
    ``!`` in ``until`` says when it is disposed.

    Two observers subscribe and must see the same, for state is per subscription; and the source
    must be let go at the end of ``expected``, or when it is disposed.
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
    """Each library that it may send by."""
    return request.param


@pytest.fixture
def connect(api_type: ApiType, http_library: Any) -> Iterator[Connect]:
    """Make transports, of each kind and over each library, that are closed at the end."""
    apis: list[Api] = []

    def connect(url: str, **config: Any) -> Api:
        apis.append(api_type(http_library, url, **config))
        return apis[-1]

    yield connect
    for api in apis:
        api.close()


@pytest.fixture
def with_ctrl_c() -> Iterator[None]:
    """Let the test and its children hear of it, though a shell may have run it deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def marbles() -> Marbles:
    """Compare what an operator does with a diagram."""

    def compare(
        source: str,
        operator: Callable[[Observable[Any]], Observable[Any]],
        expected: str,
        *,
        until: str = "",
        raises: type[Exception] | None = None,
    ) -> None:
        start, disposed = ReactiveTest.subscribed, ReactiveTest.disposed
        scheduler = TestScheduler()
        hot = scheduler.create_hot_observable(_records(source))
        observed = operator(hot)
        observers = [scheduler.create_observer() for _ in range(2)]
        subscriptions: list[abc.DisposableBase] = []

        def subscribe(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
            subscriptions.extend(observed.subscribe(one, scheduler=scheduler) for one in observers)

        def dispose(_scheduler: abc.SchedulerBase, _state: Any = None) -> None:
            for subscription in subscriptions:
                subscription.dispose()

        scheduler.schedule_absolute(start, subscribe)
        scheduler.schedule_absolute(start + until.index("!") if until else disposed, dispose)
        scheduler.start()

        def meant(error: Exception) -> object:
            # An error is the one that was meant, not one that reads the same.
            return raises if raises and isinstance(error, raises) else error

        records = _records(expected)
        for observer in observers:
            assert _plain(observer.messages, meant) == _plain(records, lambda _: raises or LOST)
        ends = [record.time for record in records if not isinstance(record.value, OnNext)]
        let_go = start + until.index("!") if until else ends[0] if ends else disposed
        assert hot.subscriptions == [ReactiveTest.subscribe(start, let_go)] * len(observers)

    return compare


def _records(diagram: str) -> list[Recorded[Any]]:
    start = ReactiveTest.subscribed
    return messages_to_records(parse(diagram, timespan=1.0, time_shift=start, error=LOST))


def _plain(
    records: list[Recorded[Any]], meant: Callable[[Exception], object]
) -> list[tuple[float, str, object]]:
    plain: list[tuple[float, str, object]] = []
    for record in records:
        notification = record.value
        assert isinstance(notification, Notification)
        value: object = getattr(notification, "value", None)
        if isinstance(notification, OnError):
            value = meant(notification.exception)
        plain.append((record.time, notification.kind, value))
    return plain
