"""The run of a pipeline over many cassettes, in this process or in several."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from streamkit._cassette.recording import Failure
from streamkit.bulk.cassettes import cassettes
from streamkit.bulk.outcomes import Outcome, outcomes
from streamkit.bulk.processes import Died, in_processes

if TYPE_CHECKING:
    from collections.abc import Generator
    from os import PathLike

    from streamkit.bulk.outcomes import Pipeline

__all__ = ["replay"]


def replay(pipeline: Pipeline, *places: str | PathLike[str], jobs: int = 1) -> Generator[Outcome]:
    """Return the outcomes of a pipeline for all exchanges at some places, in their order.

    The order does not depend on ``jobs``. A cassette is run in one process as a whole, so many
    small ones share the work best. Closing the generator, or Ctrl-C, ends all processes at once. A
    process that dies is an outcome of its cassette, and another takes its place.

    Args:
        pipeline: A function of a module, because each process imports it; with one job any.
        *places: Cassettes, and folders of them.
        jobs: The number of processes; 1 runs the pipeline in this one.

    Raises:
        ValueError: ``jobs`` is less than 1.
        FileNotFoundError: There is no such place, or no cassette in a folder.
        TypeError: The pipeline cannot be passed to another process.
        RuntimeError: No process can be started, as by a program that has not what it does below
            ``if __name__ == "__main__":``.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be a number from 1, not {jobs!r}")
    work, names = partial(outcomes, pipeline), cassettes(*places)
    if jobs == 1:
        return (outcome for name in names for outcome in work(name))
    return _in_processes(work, names, jobs)


def _in_processes(work: partial[list[Outcome]], names: list[str], jobs: int) -> Generator[Outcome]:
    for cassette, done in in_processes(work, names, min(jobs, len(names))):
        if isinstance(done, Died):
            yield Outcome(cassette, error=Failure("ProcessDied", str(done)))
        else:
            yield from cast("list[Outcome]", done)
