"""Work for several processes, whose results come in the order of the work."""

# Strategy: each process has a pipe, and one piece of work at a time. So when one dies, by a fault
# of a library in C or for want of memory, it is known which piece it had, and all others go on; a
# pool of the standard library would hang or be broken. Processes are spawned: a copy of one with
# threads may wait for ever for a lock that none of its own threads holds.

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection

__all__ = ["Died", "in_processes"]

T = TypeVar("T")

AHEAD = 16
"""The pieces of work, for each process, that may be done or begun before the next in order is."""


class Died(NamedTuple):
    """What stands for the result when a process died at its work."""

    code: int | None

    def __str__(self) -> str:
        if self.code is not None and self.code < 0:
            return f"the process was killed by signal {-self.code}"
        return f"the process ended with exit code {self.code}"


def in_processes(
    work: Callable[[T], Any], items: Iterable[T], jobs: int
) -> Generator[tuple[T, Any]]:
    """Yield each item with what ``work`` returns for it, or with ``Died``, in their order.

    ``work`` must not raise. Leaving the generator, in any way, kills the processes.

    Raises:
        TypeError: ``work`` cannot be pickled here, or not be found by its name there.
        RuntimeError: A process cannot be started.
    """
    try:
        pickled = pickle.dumps(work)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        raise TypeError(f"what several processes run is a function of a module: {error}") from error
    pool = _Pool[T](pickled, iter(items), jobs)
    try:
        yield from pool.results()
    finally:
        pool.close()


class _Task(Generic[T]):
    """A piece of work, and its result once there is one."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.is_done = False
        self.result: Any = None

    def finish(self, result: Any) -> None:
        self.is_done, self.result = True, result


class _Pool(Generic[T]):
    """The processes, and the pieces of work whose results have not been yielded."""

    def __init__(self, pickled: bytes, items: Iterator[T], jobs: int) -> None:
        self._pickled = pickled
        self._items = items
        self._is_exhausted = False
        self._jobs = jobs
        self._tasks: deque[_Task[T]] = deque()
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, _Task[T]]] = {}

    def results(self) -> Iterator[tuple[T, Any]]:
        """Yield each item with its result."""
        while True:
            self._hand_out()
            while self._tasks and self._tasks[0].is_done:
                task = self._tasks.popleft()
                yield task.item, task.result
            if self._busy:
                for connection in wait([*self._busy]):
                    self._take(cast("Connection", connection))
            elif self._is_exhausted:
                return

    def _hand_out(self) -> None:
        while len(self._busy) < self._jobs and len(self._tasks) < self._jobs * AHEAD:
            try:
                item = next(self._items)
            except StopIteration:
                self._is_exhausted = True
                return
            worker = self._idle.pop() if self._idle else _Worker(self._pickled)
            task = _Task(item)
            self._tasks.append(task)
            self._busy[worker.connection] = worker, task
            worker.send(item)

    def _take(self, connection: Connection) -> None:
        """Take the result of a process, or note that it has started, or has died."""
        worker, task = self._busy[connection]
        try:
            result = connection.recv()
        except (EOFError, OSError):
            del self._busy[connection]
            task.finish(Died(worker.end()))
            if not worker.has_started:
                raise RuntimeError(f"no process can be started: {task.result}") from None
            return
        if worker.has_started:
            del self._busy[connection]
            task.finish(result)
            self._idle.append(worker)
        elif result is not None:
            raise TypeError(f"a process cannot find what it is to run: {result}")
        worker.has_started = True

    def close(self) -> None:
        """Kill all processes."""
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            worker.end()


class _Worker:
    """A process, and this end of its pipe."""

    def __init__(self, pickled: bytes) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, pickled), daemon=True)
        self._process.start()
        theirs.close()
        self.has_started = False

    def send(self, item: Any) -> None:
        """Give it a piece of work."""
        with suppress(OSError):  # it has died, which its pipe says when it is read
            self.connection.send(item)

    def end(self) -> int | None:
        """Kill the process if it lives, and return its exit code."""
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        self.connection.close()
        return code


def _work(connection: Connection, pickled: bytes) -> None:
    """Work until the other end of the pipe is closed; what a process does."""
    # Ctrl-C reaches every process of a terminal, and the first one sees to the end of all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work = pickle.loads(pickled)  # noqa: S301 - the parent's own
    except Exception as error:  # noqa: BLE001 - it is said there
        connection.send(f"{type(error).__name__}: {error}")
        return
    connection.send(None)
    try:
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, OSError):
        return
