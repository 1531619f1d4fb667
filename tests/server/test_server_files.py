"""Files and vector stores of the embedded server; the `openai` package is the client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from starlette.datastructures import UploadFile
from typing_extensions import override

from streamkit.server import EmbeddedServer
from streamkit.server.desk import Desk
from streamkit.server.files.contents import PIECE
from streamkit.server.files.files import keep
from streamkit.server.settings import Settings
from streamkit.server.store import Store


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(poll_after_ms=0) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=server.base_url, api_key="any", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
async def async_client(server: EmbeddedServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any") as client:
        yield client


def uploaded(client: openai.OpenAI, name: str = "a.txt", data: bytes = b"a") -> str:
    """Return the id of a new file."""
    return client.files.create(file=(name, data), purpose="assistants").id


# Files


def test_a_file_is_uploaded_and_processed_after_some_polls(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.txt", b"Hello"), purpose="assistants")
    assert file.id.startswith("file-")
    assert (file.bytes, file.filename, file.purpose) == (5, "a.txt", "assistants")
    states = [file.status, *(client.files.retrieve(file.id).status for _ in range(3))]
    assert states == ["uploaded", "uploaded", "processed", "processed"]
    assert client.files.content(file.id).read() == b"Hello"


def test_the_helper_waits_until_a_file_is_processed(client: openai.OpenAI) -> None:
    file = client.files.wait_for_processing(uploaded(client), poll_interval=0)
    assert file.status == "processed"
    failed = client.files.wait_for_processing(uploaded(client, "[[error]].txt"), poll_interval=0)
    assert failed.status == "error"
    assert failed.to_dict()["status_details"]


def test_without_polls_a_file_is_processed_at_once(client: openai.OpenAI) -> None:
    file = client.files.create(
        file=("a.txt", b""), purpose="batch", extra_headers={"x-streamkit-polls": "0"}
    )
    assert (file.status, file.bytes) == ("processed", 0)
    assert client.files.content(file.id).read() == b""


def test_a_large_file_comes_back_whole(client: openai.OpenAI) -> None:
    data = bytes(range(256)) * (PIECE // 64) + b"end"
    assert len(data) > 3 * PIECE
    file = client.files.create(file=BytesIO(data), purpose="user_data")
    assert file.bytes == len(data)
    assert client.files.content(file.id).read() == data


def test_files_are_listed_by_purpose_and_deleted(client: openai.OpenAI) -> None:
    kept = client.files.create(
        file=("a.txt", b"a"),
        purpose="vision",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    gone = client.files.create(file=("b.txt", b"b"), purpose="vision")
    assert kept.expires_at == kept.created_at + 3600
    assert [file.id for file in client.files.list(purpose="vision")] == [gone.id, kept.id]
    assert len(client.files.list().data) > 2
    deleted = client.files.delete(gone.id)
    assert (deleted.id, deleted.deleted, deleted.object) == (gone.id, True, "file")
    assert [file.id for file in client.files.list(purpose="vision")] == [kept.id]
    for ask in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError, match=f"No file found with id '{gone.id}'"):
            ask(gone.id)


def test_a_name_is_a_name_and_no_path(client: openai.OpenAI, tmp_path: Path) -> None:
    name = f"../..{tmp_path}/a.txt"
    assert client.files.retrieve(uploaded(client, name)).filename == name
    assert list(tmp_path.iterdir()) == []


def test_an_upload_is_limited() -> None:
    with (
        EmbeddedServer(upload_limit=1000) as server,
        openai.OpenAI(base_url=server.base_url, api_key="any") as client,
    ):
        assert uploaded(client, data=b"x" * 1000)
        # One is found too large after it was read, and the other is not read to its end.
        for size in (1001, 1_000_000):
            with pytest.raises(openai.APIStatusError) as caught:
                uploaded(client, data=b"x" * size)
            assert caught.value.status_code == 413
        assert len(client.files.list().data) == 1


async def test_an_upload_that_is_cut_leaves_nothing() -> None:
    desk = Desk(
        store=Store(None, 0),
        seed=0,
        scenarios={},
        any_assistant=True,
        upload_limit=0,
        serve=lambda _: None,
    )
    seen: list[bytes | None] = []
    with Store(None, 0) as twin:
        id = twin.add("upload", "file-", {}).id

    class Cut(UploadFile):
        @override
        async def read(self, size: int = -1) -> bytes:
            if data := await super().read(size):
                return data
            with desk.store:
                seen.append(desk.store.read(id, 0))
            raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        await keep(desk, Cut(BytesIO(b"a")), {"purpose": "batch"}, Settings())
    with desk.store:
        assert desk.store.select("file") == desk.store.select("upload") == []
        assert [*seen, desk.store.read(id, 0)] == [b"a", None]


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ({"data": {"purpose": "batch"}, "files": {"x": b""}}, 400, "parameter: 'file'"),
        ({"files": {"file": b"a"}}, 400, "parameter: 'purpose'"),
        ({"data": {"purpose": "fun"}, "files": {"file": b"a"}}, 400, "'fun' is not one of"),
        (
            {
                "data": {"purpose": "batch", "expires_after[seconds]": "soon"},
                "files": {"file": b"a"},
            },
            400,
            "Invalid 'expires_after.seconds'",
        ),
        ({"json": {}}, 415, "expected multipart/form-data"),
        ({"data": {"purpose": "batch"}}, 415, "expected multipart/form-data"),
        (
            {"content": b"nonsense", "headers": {"content-type": "multipart/form-data"}},
            400,
            "could not parse the form",
        ),
        (
            {
                "content": b"nonsense",
                "headers": {"content-type": "multipart/form-data; boundary=x"},
            },
            400,
            "could not parse the form",
        ),
    ],
)
def test_a_malformed_upload_is_refused(
    server: EmbeddedServer, form: Any, status: int, message: str
) -> None:
    response = httpx.post(server.base_url + "/files", **form)
    assert response.status_code == status, response.text
    assert message in response.json()["error"]["message"]


# Vector stores


def test_a_vector_store_is_created_changed_and_deleted(client: openai.OpenAI) -> None:
    stores = client.vector_stores
    store = stores.create(name="Rivers", metadata={"a": "b"})
    assert store.id.startswith("vs_")
    assert (store.status, store.file_counts.total, store.usage_bytes) == ("completed", 0, 0)
    changed = stores.update(
        store.id, name="Seas", expires_after={"anchor": "last_active_at", "days": 2}
    )
    assert (changed.name, changed.metadata) == ("Seas", {"a": "b"})
    assert changed.expires_after is not None
    assert changed.expires_after.days == 2
    assert changed.expires_at is not None
    assert stores.update(store.id, metadata={}, expires_after=None).expires_at is None
    assert store.id in [each.id for each in stores.list()]
    assert stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        stores.retrieve(store.id)


def test_a_vector_store_is_busy_until_its_files_are_done(client: openai.OpenAI) -> None:
    store = client.vector_stores.create(file_ids=[uploaded(client), uploaded(client)])
    states = [store.status, *(client.vector_stores.retrieve(store.id).status for _ in range(2))]
    assert states == ["in_progress", "in_progress", "completed"]
    assert client.vector_stores.retrieve(store.id).usage_bytes == 2


def test_a_file_is_put_into_a_vector_store(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    files = client.vector_stores.files
    file = files.create_and_poll(
        uploaded(client),
        vector_store_id=store.id,
        attributes={"year": 2025, "good": True},
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 20},
        },
    )
    assert (file.status, file.usage_bytes, file.vector_store_id) == ("completed", 1, store.id)
    assert file.attributes == {"year": 2025, "good": True}
    assert file.to_dict()["chunking_strategy"] == {
        "type": "static",
        "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 20},
    }
    changed = files.update(file.id, vector_store_id=store.id, attributes={"year": 2026})
    assert changed.attributes == {"year": 2026}
    assert files.retrieve(file.id, vector_store_id=store.id) == changed
    assert files.delete(file.id, vector_store_id=store.id).deleted
    assert files.list(store.id).data == []
    assert client.files.retrieve(file.id).id == file.id


def test_a_file_that_is_deleted_is_in_no_vector_store(client: openai.OpenAI) -> None:
    file = uploaded(client)
    stores = [client.vector_stores.create(file_ids=[file]) for _ in range(2)]
    client.files.delete(file)
    assert all(client.vector_stores.retrieve(each.id).file_counts.total == 0 for each in stores)


def test_files_take_some_polls(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    file = client.vector_stores.files.create(
        store.id, file_id=uploaded(client), extra_headers={"x-streamkit-polls": "3"}
    )
    states = [file.status]
    for _ in range(3):
        file = client.vector_stores.files.retrieve(file.id, vector_store_id=store.id)
        states.append(file.status)
    assert states == ["in_progress", "in_progress", "in_progress", "completed"]


def test_without_polls_files_are_in_a_vector_store_at_once(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    batch = client.vector_stores.file_batches.create(
        store.id,
        file_ids=[uploaded(client), uploaded(client)],
        chunking_strategy={"type": "auto"},
        extra_headers={"x-streamkit-polls": "0"},
    )
    assert (batch.status, batch.file_counts.completed) == ("completed", 2)


def test_the_helpers_upload_and_poll(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    good = client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=("good.txt", b"1234")
    )
    bad = client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=("[[failed]].txt", b"1234")
    )
    assert (good.status, good.usage_bytes) == ("completed", 4)
    assert bad.status == "failed"
    assert bad.last_error is not None
    assert bad.last_error.code == "unsupported_file"
    failed = client.vector_stores.files.list(store.id, filter="failed")
    assert [file.id for file in failed] == [bad.id]


async def test_the_async_client_is_served_as_well(async_client: openai.AsyncOpenAI) -> None:
    store = await async_client.vector_stores.create()
    batch = await async_client.vector_stores.file_batches.upload_and_poll(
        store.id, files=[(f"{n}.txt", b"x" * n) for n in range(12)]
    )
    assert batch.file_counts.completed == batch.file_counts.total == 12
    assert (await async_client.vector_stores.retrieve(store.id)).usage_bytes == sum(range(12))


# Batches


def test_a_batch_shows_its_progress(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    batches = client.vector_stores.file_batches
    batch = batches.create(
        store.id,
        file_ids=[uploaded(client) for _ in range(5)],
        attributes={"year": 2025},
        extra_headers={"x-streamkit-polls": "3"},
    )
    assert batch.id.startswith("vsfb_")
    seen = [(batch.status, batch.file_counts.completed)]
    for _ in range(4):
        batch = batches.retrieve(batch.id, vector_store_id=store.id)
        seen.append((batch.status, batch.file_counts.completed))
    assert seen == [
        ("in_progress", 0),
        ("in_progress", 1),
        ("in_progress", 3),
        ("completed", 5),
        ("completed", 5),
    ]
    files = list(batches.list_files(batch.id, vector_store_id=store.id, order="asc", limit=2))
    assert len(files) == 5
    assert all(file.attributes == {"year": 2025} for file in files)


def test_the_helpers_poll_batches(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    batches = client.vector_stores.file_batches
    mixed = batches.upload_and_poll(
        store.id,
        files=[("a.txt", b"a"), ("[[failed]].txt", b"b")],
        file_ids=[uploaded(client)],
    )
    assert mixed.status == "completed"
    assert (mixed.file_counts.completed, mixed.file_counts.failed) == (2, 1)
    failed = batches.create_and_poll(store.id, file_ids=[uploaded(client, "[[failed]].txt")])
    assert failed.status == "failed"
    alone = batches.create_and_poll(
        store.id, files=[{"file_id": uploaded(client), "attributes": {"year": 2025}}]
    )
    assert alone.status == "completed"
    assert client.vector_stores.retrieve(store.id).file_counts.total == 5


def test_a_batch_is_cancelled(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    batches = client.vector_stores.file_batches
    batch = batches.create(store.id, file_ids=[uploaded(client) for _ in range(4)])
    batches.retrieve(batch.id, vector_store_id=store.id)
    batch = batches.cancel(batch.id, vector_store_id=store.id)
    assert batch.status == "cancelled"
    assert (batch.file_counts.completed, batch.file_counts.cancelled) == (2, 2)
    assert batches.retrieve(batch.id, vector_store_id=store.id) == batch
    with pytest.raises(openai.BadRequestError, match="Cannot cancel file batch with status"):
        batches.cancel(batch.id, vector_store_id=store.id)


# Refusals


@pytest.mark.parametrize(
    "path",
    [
        "/files/file-x",
        "/files/file-x/content",
        "/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd/content",
        "/vector_stores/vs_x",
        "/vector_stores/vs_x/files",
        "/vector_stores/{store}/files/file-x",
        "/vector_stores/{store}/file_batches/vsfb_x",
        "/vector_stores/{store}/file_batches/vsfb_x/files",
    ],
)
def test_what_does_not_exist_is_not_found(
    client: openai.OpenAI, server: EmbeddedServer, path: str
) -> None:
    store = client.vector_stores.create()
    response = httpx.get(server.base_url + path.format(store=store.id))
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/files", {"file_id": "file-x"}, "No file found with id 'file-x'"),
        ("/file_batches", {"file_ids": ["file-x"]}, "No file found with id 'file-x'"),
        ("/file_batches", {}, "Missing required parameter: 'file_ids'"),
        (
            "/file_batches",
            {"file_ids": ["a"], "files": [{"file_id": "a"}]},
            "cannot be given at the same time",
        ),
        ("/files", {"file_id": "a", "chunking_strategy": {"type": "x"}}, "Invalid value: 'x'"),
    ],
)
def test_what_cannot_be_put_into_a_vector_store_is_refused(
    client: openai.OpenAI, server: EmbeddedServer, path: str, body: Any, message: str
) -> None:
    store = client.vector_stores.create()
    response = httpx.post(f"{server.base_url}/vector_stores/{store.id}{path}", json=body)
    assert response.is_client_error
    assert message in response.json()["error"]["message"]
    assert client.vector_stores.retrieve(store.id).file_counts.total == 0


def test_a_filter_is_a_state(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    wrong: Any = "done"
    with pytest.raises(openai.BadRequestError, match="Supported values are: in_progress"):
        client.vector_stores.files.list(store.id, filter=wrong)
