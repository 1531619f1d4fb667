"""The embedded server's journal is bounded, and the next start cleans up after a killed server."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from streamkit.server import EmbeddedServer, Exchange
from streamkit.server.exchange import Journal
from streamkit.server.faults.middleware import Faults
from streamkit.server.store import Store
from tests.server.test_server_bounds import BETA, body

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def exchange(number: int, path: str = "/", **headers: str) -> Exchange:
    return Exchange(method="POST", path=path, headers=headers, request_id=str(number))


def remembered(journal: Journal) -> list[str]:
    return [each.request_id for each in journal.exchanges()]


def test_the_journal_keeps_so_many_exchanges() -> None:
    journal = Journal(kept=2)
    for number in range(4):
        journal.add(exchange(number))
    assert remembered(journal) == ["2", "3"]


def test_the_journal_keeps_so_many_bytes() -> None:
    journal = Journal(kept_bytes=100)
    for number in range(4):
        each = exchange(number)
        journal.add(each)
        journal.note(each, b"x" * 40)
    assert remembered(journal) == ["2", "3"]
    journal.add(exchange(4, path="/" * 20, name="x" * 20))
    assert remembered(journal) == ["3", "4"]


def test_the_body_of_a_forgotten_exchange_is_not_counted() -> None:
    journal = Journal(kept=1, kept_bytes=100)
    old, new = exchange(0), exchange(1)
    journal.add(old)
    journal.add(new)
    journal.note(old, b"x" * 99)
    journal.note(new, b"x" * 99)
    assert remembered(journal) == ["1"]
    assert old.content is not None


def test_what_is_remembered_of_a_request_is_what_was_sent() -> None:
    with EmbeddedServer() as server:
        httpx.post(server.base_url + "/chat/completions", content=b'{"a": [1, {}]}')
        httpx.post(server.base_url + "/chat/completions", content=b"{no")
        sent, broken = server.exchanges
    assert (sent.content, sent.body) == (b'{"a": [1, {}]}', {"a": [1, {}]})
    assert (broken.content, broken.body) == (None, None)


def test_of_a_fault_s_repetitions_no_body_is_remembered() -> None:
    with EmbeddedServer(fault="status?times=1") as server:
        asked = body(user="x" * 100_000)
        statuses = [
            httpx.post(server.base_url + "/chat/completions", json=asked).status_code
            for _ in range(2)
        ]
        # The memory of faults is visible nowhere else.
        faults: Faults = server._app.state.faults  # pyright: ignore[reportPrivateUsage]
    assert statuses == [500, 200]
    assert [len(key) for key in faults._hit] == [16]  # pyright: ignore[reportPrivateUsage]  # the same


# A database that another process has locked


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[EmbeddedServer, sqlite3.Connection]]:
    """Yield a server, and the connection that has locked its database."""
    with EmbeddedServer(database=tmp_path / "state.db") as server:
        other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield server, other
        other.close()


def test_a_locked_database_blocks_no_other_request(
    locked: tuple[EmbeddedServer, sqlite3.Connection],
) -> None:
    server, other = locked
    with ThreadPoolExecutor() as pool:
        late = pool.submit(
            httpx.post, server.base_url + "/threads", json={}, headers=BETA, timeout=30
        )
        while not [each for each in server.exchanges if each.path == "/v1/threads"]:
            pass
        for _ in range(3):
            answer = httpx.post(server.base_url + "/chat/completions", json=body())
            assert answer.status_code == 200
        assert not late.done()
        other.execute("ROLLBACK")
        assert late.result(30).status_code == 200


def test_a_database_that_stays_locked_is_an_error_that_says_so(
    locked: tuple[EmbeddedServer, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamkit.server.store.LOCKED_SECONDS", 0.05)
    server, other = locked
    answers = [
        httpx.post(server.base_url + "/threads", json={}, headers=BETA),
        httpx.get(server.base_url + "/files"),
        httpx.post(
            server.base_url + "/files",
            files={"file": ("a", b"a")},
            data={"purpose": "assistants"},
        ),
    ]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.json()["error"]["code"] for answer in answers} == {"database_locked"}
    other.execute("ROLLBACK")
    assert httpx.get(server.base_url + "/files").json()["data"] == []


# The remains of a killed upload


def test_what_a_killed_upload_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    with EmbeddedServer(database=database) as server:
        form = {"files": {"file": ("a", b"whole")}, "data": {"purpose": "assistants"}}
        # mypy joins the types of the two values.
        whole = httpx.post(server.base_url + "/files", **form).json()["id"]  # type: ignore[arg-type]
    store = Store(database, 0)
    with store:
        for name in ("a", "b"):
            upload = store.add("upload", "file-", {"filename": name})
            store.write(upload.id, 0, b"x" * 100_000)
        store.add("upload", "file-", {"filename": "without a piece"})
        store.remove("upload", upload.id)
    del store
    with EmbeddedServer(database=database) as server:
        assert httpx.get(f"{server.base_url}/files/{whole}/content").content == b"whole"
    with sqlite3.connect(database) as connection:
        names = connection.execute("SELECT DISTINCT name FROM pieces").fetchall()
        kinds = connection.execute("SELECT DISTINCT kind FROM records").fetchall()
    connection.close()
    assert (names, kinds) == ([(whole,)], [("file",)])


def test_an_upload_that_another_server_took_for_dead_is_no_file(tmp_path: Path) -> None:
    with EmbeddedServer(database=tmp_path / "state.db") as server:

        def content() -> Iterator[bytes]:
            yield b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            yield b"x" * 1000 + b"\r\n--b--\r\n"

        removing = sqlite3.connect(tmp_path / "state.db")
        removing.execute(
            "CREATE TRIGGER taken AFTER INSERT ON pieces BEGIN DELETE FROM records; END"
        )
        removing.commit()
        removing.close()
        answer = httpx.post(
            server.base_url + "/files",
            content=content(),
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
        assert answer.status_code == 503
        assert httpx.get(server.base_url + "/files").json()["data"] == []


# Forms


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'


@pytest.mark.parametrize(
    "form",
    [
        PART + b"X: " + b"y" * 200_000 + b"\r\n\r\n\r\n--b--\r\n",
        PART + b"X:\r\n" * 100_000 + b"\r\n\r\n--b--\r\n",
        PART + b"X" * 200_000,
        PART * 1000,
        b"--b\r\n\r\n\r\n" * 1000,
    ],
    ids=["long header", "many headers", "long name", "many parts", "parts without a name"],
)
def test_a_form_with_endless_headers_is_refused(form: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    with EmbeddedServer() as server:
        answer = httpx.post(server.base_url + "/files", content=form, headers=kind)
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["idna", "utf-16", "unicode_escape", "base64", "no-such"])
def test_a_form_in_another_charset_is_refused(charset: str) -> None:
    kind = {"Content-Type": f'multipart/form-data; boundary=b; charset="{charset}"'}
    with EmbeddedServer() as server:
        answer = httpx.post(server.base_url + "/files", content=PART + b"\r\n", headers=kind)
    assert answer.status_code == 415
