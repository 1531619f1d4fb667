"""The clients' helpers that poll, and the ways to call each."""

from __future__ import annotations

import pytest

from tests.polled import (
    BATCH,
    FILE,
    POLL_BATCH,
    POLL_FILE,
    POLL_RUN,
    POLL_STORED,
    RUN,
    STORED,
    WAYS,
    Helper,
)

HELPERS = [
    Helper(
        "beta.threads.create_and_run_poll",
        {"assistant_id": "asst_1"},
        "POST /v1/threads/runs",
        POLL_RUN,
        RUN,
    ),
    Helper(
        "beta.threads.runs.create_and_poll",
        {"thread_id": "thread_1", "assistant_id": "asst_1"},
        "POST /v1/threads/thread_1/runs",
        POLL_RUN,
        RUN,
    ),
    Helper(
        "beta.threads.runs.submit_tool_outputs_and_poll",
        {
            "thread_id": "thread_1",
            "run_id": "run_1",
            "tool_outputs": [{"tool_call_id": "call_1", "output": "1"}],
        },
        "POST /v1/threads/thread_1/runs/run_1/submit_tool_outputs",
        POLL_RUN,
        RUN,
        working="queued",
    ),
    Helper(
        "beta.threads.runs.poll",
        {"thread_id": "thread_1", "run_id": "run_1"},
        "",
        POLL_RUN,
        RUN,
        working="cancelling",
        final="cancelled",
    ),
    Helper(
        "vector_stores.files.create_and_poll",
        {"file_id": "file_1", "vector_store_id": "vs_1"},
        "POST /v1/vector_stores/vs_1/files",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.files.poll",
        {"file_id": "file_1", "vector_store_id": "vs_1"},
        "",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.file_batches.create_and_poll",
        {"vector_store_id": "vs_1", "file_ids": ["file_1"]},
        "POST /v1/vector_stores/vs_1/file_batches",
        POLL_BATCH,
        BATCH,
    ),
    Helper(
        "vector_stores.file_batches.poll",
        {"batch_id": "vsfb_1", "vector_store_id": "vs_1"},
        "",
        POLL_BATCH,
        BATCH,
    ),
    Helper(
        "files.wait_for_processing", {"id": "file_1"}, "", POLL_FILE, FILE, "uploaded", "processed"
    ),
]
UPLOADS = [
    Helper(
        "vector_stores.files.upload_and_poll",
        {"vector_store_id": "vs_1", "file": ("a", b"text")},
        "POST /v1/vector_stores/vs_1/files",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.file_batches.upload_and_poll",
        {"vector_store_id": "vs_1", "files": [("a", b"text")]},
        "POST /v1/vector_stores/vs_1/file_batches",
        POLL_BATCH,
        BATCH,
    ),
]


every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
every_helper = pytest.mark.parametrize("helper", HELPERS, ids=lambda helper: helper.name)
every_upload = pytest.mark.parametrize("helper", UPLOADS, ids=lambda helper: helper.name)
starting_helpers = pytest.mark.parametrize(
    "helper", [helper for helper in HELPERS if helper.starts], ids=lambda helper: helper.name
)
