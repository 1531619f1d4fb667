"""The types that mypy and pyright infer of polling; both check this file, and nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from reactivex import Observable

from streamkit import AsyncOpenAI, OpenAI, UploadProgress
from streamkit._http.upload import FileTypes
from streamkit.polling import poll
from streamkit.types import FileObject
from streamkit.types.beta.threads import Run
from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

FILES: list[FileTypes] = [Path("a"), ("b", b"text"), ("c", b"{}", "application/json")]


def is_over(run: Run) -> bool | None:
    return run.status == "completed"


def poll_gives_what_fetch_returns(client: OpenAI) -> None:
    def fetch() -> Run:
        return client.beta.threads.runs.retrieve("run_1", thread_id="thread_1")

    assert_type(poll(fetch, is_over), Observable[Run])
    assert_type(poll(fetch, until=lambda run: run.status == "completed"), Observable[Run])


def poll_gives_what_fetch_awaits(client: AsyncOpenAI) -> None:
    async def fetch() -> Run:
        return await client.beta.threads.runs.retrieve("run_1", thread_id="thread_1")

    assert_type(poll(fetch, is_over, 0.5), Observable[Run])


def helpers_return_what_they_poll(client: OpenAI) -> None:
    runs = client.beta.threads.runs
    run = runs.create_and_poll(thread_id="t", assistant_id="a", poll_interval_ms=500)
    assert_type(run, Run)
    assert_type(runs.poll("run_1", "thread_1", max_wait_seconds=60), Run)
    assert_type(runs.submit_tool_outputs_and_poll(run_id="r", thread_id="t", tool_outputs=[]), Run)
    assert_type(client.beta.threads.create_and_run_poll(assistant_id="a"), Run)
    stores = client.vector_stores
    assert_type(stores.files.poll("f", vector_store_id="v"), VectorStoreFile)
    assert_type(stores.files.create_and_poll("f", vector_store_id="v"), VectorStoreFile)
    assert_type(stores.files.upload(vector_store_id="v", file=b""), VectorStoreFile)
    assert_type(stores.files.upload_and_poll(vector_store_id="v", file=b""), VectorStoreFile)
    batches = stores.file_batches
    assert_type(batches.poll("b", vector_store_id="v"), VectorStoreFileBatch)
    assert_type(batches.create_and_poll("v", file_ids=["f"]), VectorStoreFileBatch)
    assert_type(batches.upload_and_poll("v", files=FILES), VectorStoreFileBatch)
    assert_type(client.files.wait_for_processing("f"), FileObject)


async def those_of_the_async_client_are_awaited(client: AsyncOpenAI) -> None:
    run = await client.beta.threads.runs.create_and_poll(thread_id="t", assistant_id="a")
    assert_type(run, Run)
    batches = client.vector_stores.file_batches
    batch = await batches.upload_and_poll("v", files=FILES, max_concurrency=2)
    assert_type(batch, VectorStoreFileBatch)
    assert_type(await client.files.wait_for_processing("f"), FileObject)


def twins_are_observables_of_the_states(client: OpenAI, async_client: AsyncOpenAI) -> None:
    for runs in (client.beta.threads.runs, async_client.beta.threads.runs):
        assert_type(runs.observe_poll("run_1", "thread_1"), Observable[Run])
    for batches in (client.vector_stores.file_batches, async_client.vector_stores.file_batches):
        assert_type(
            batches.observe_upload_and_poll("v", files=FILES),
            Observable[UploadProgress | VectorStoreFileBatch],
        )
        assert_type(
            batches.observe_create_and_poll("v", file_ids=["f"]), Observable[VectorStoreFileBatch]
        )
