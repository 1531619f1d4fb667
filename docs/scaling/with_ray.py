"""What `streamkit replay FOLDER --pipeline PIPELINE` does, as a job of Ray Data.

    python docs/scaling/with_ray.py recordings docs/scaling/words.py

It runs on this machine, or on the cluster whose address is in `RAY_ADDRESS`.
"""

# Ray is there for the nightly tests alone.
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import ray.data

from streamkit import bulk


def lines(pipeline: bulk.Pipeline, row: dict[str, Any]) -> list[dict[str, str]]:
    """Return the outcomes for a cassette as rows, all of one form whatever the results are."""
    return [{"line": outcome.to_json()} for outcome in bulk.outcomes(pipeline, row["item"])]


def main(folder: str, pipeline: str) -> None:
    """Print the outcomes of a pipeline, a line of JSON each."""
    ray.init(log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    names = ray.data.from_items(bulk.cassettes(folder))
    for row in names.flat_map(partial(lines, bulk.NamedPipeline(pipeline))).iter_rows():
        print(row["line"])


if __name__ == "__main__":
    main(*sys.argv[1:])
