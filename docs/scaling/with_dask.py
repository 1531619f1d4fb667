"""What `streamkit replay FOLDER --pipeline PIPELINE` does, as a bag of Dask.

    python docs/scaling/with_dask.py recordings docs/scaling/words.py

The bag runs in processes of this machine, or on the cluster of a `dask.distributed.Client`.
"""

# Dask is there for the nightly tests alone, and has no types.
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import sys
from functools import partial

import dask.bag

from streamkit import bulk


def main(folder: str, pipeline: str) -> None:
    """Print the outcomes of a pipeline, a line of JSON each."""
    names = dask.bag.from_sequence(bulk.cassettes(folder))
    work = partial(bulk.outcomes, bulk.NamedPipeline(pipeline))
    for outcome in names.map(work).flatten():
        print(outcome.to_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
