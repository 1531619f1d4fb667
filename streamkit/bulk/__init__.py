"""Recordings in bulk: a pipeline runs over each exchange of many cassettes, in several processes.

    from streamkit import bulk

    def words(recording):
        return len(bulk.stream_of(recording).get_final().text.split())

    if __name__ == "__main__":
        for outcome in bulk.replay(words, "recordings", jobs=4):
            print(outcome.file, outcome.exchange, outcome.result)

A pipeline is a function of a ``Recording`` that returns anything JSON has a word for. ``stream_of``
has the typed events of a recorded answer, and ``observe`` is an observable of them, for operators:
``[*iterate(bulk.observe(recording).pipe(ops.text()))]``. ``streamkit replay`` does this on the
command line.
``outcomes`` does it for one cassette, wherever it runs: a bag of Dask or a data set of Ray maps it
over the names that ``cassettes`` returns.
"""

from __future__ import annotations

from streamkit._sources.recorded import observe, stream_of
from streamkit.bulk.cassettes import cassettes
from streamkit.bulk.named import NamedPipeline
from streamkit.bulk.outcomes import Outcome, Pipeline, answer, outcomes
from streamkit.bulk.replay import replay

__all__ = [
    "NamedPipeline",
    "Outcome",
    "Pipeline",
    "answer",
    "cassettes",
    "observe",
    "outcomes",
    "replay",
    "stream_of",
]
