"""How logs are made, and what they refuse."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from streamkit.eventlog import EventLogError, LogUnavailableError, MemoryLog, RedisLog, SQLiteLog


def test_no_client_or_database_is_imported_before_it_is_used() -> None:
    heavy = "{'redis', 'sqlite3', 'reactivex', 'pydantic', 'asyncio'}"
    program = (
        f"import sys; from streamkit.eventlog import *; l = MemoryLog(); l.append('s', [b'1']);"
        f"print([e.data for e in l.read('s', live=False)], sorted({heavy} & sys.modules.keys()))"
    )
    output = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert output == "[b'1'] ['asyncio']\n"


def test_a_log_in_redis_without_its_extra_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r"streamkit-rx\[redis\]"):
        RedisLog("redis://127.0.0.1", prefix="p:")


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_file_in_memory_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="MemoryLog"):
        SQLiteLog(path)


def test_a_file_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailableError, match="unable to open"):
        SQLiteLog(tmp_path / "missing" / "logs.db")


def test_a_file_that_is_no_database_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 100)
    with pytest.raises(LogUnavailableError, match="not a database"):
        SQLiteLog(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    import sqlite3

    db = sqlite3.connect(tmp_path / "logs.db")
    db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(EventLogError, match="version 7"):
        SQLiteLog(tmp_path / "logs.db")


def test_a_file_survives_its_process(tmp_path: Path) -> None:
    with SQLiteLog(tmp_path / "logs.db") as log:
        log.append("s", [b"1", b"2"])
        log.finish("s")
    with SQLiteLog(tmp_path / "logs.db") as log:
        assert [entry.number for entry in log.read("s")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("stream_id", "error"),
    [(7, TypeError), (None, TypeError), ("a" * 513, ValueError), ("\ud800", ValueError)],
    ids=["number", "none", "long", "half a character"],
)
def test_what_cannot_be_an_id_is_refused(stream_id: Any, error: type[Exception]) -> None:
    with MemoryLog() as log:
        for call in (log.open, log.read, log.events, log.status, log.stop, log.snapshot):
            with pytest.raises(error):
                call(stream_id)
        with pytest.raises(error):
            log.produce(stream_id, [])


def test_a_closed_log_refuses_what_comes_later() -> None:
    log = MemoryLog()
    log.append("s", [b"1"])
    reader = log.read("s")
    next(reader)
    log.close()
    log.close()
    with pytest.raises(LogUnavailableError, match="closed"):
        log.open("t")
    with pytest.raises(LogUnavailableError, match="closed"):
        log.produce("t", [b"1"])


def test_a_file_that_was_closed_is_not_opened_again(tmp_path: Path) -> None:
    log = SQLiteLog(tmp_path / "logs.db", patience=0.0)
    log.append("s", [b"1"])
    log.close()
    (tmp_path / "logs.db").unlink()
    with pytest.raises(LogUnavailableError, match="closed"):
        log.snapshot("s")
    assert not [*tmp_path.iterdir()]


def test_readers_of_a_closed_log_end() -> None:
    log = MemoryLog()
    log.append("s", [b"1"])
    reader = log.read("s")
    next(reader)
    log.close()
    with suppress(LogUnavailableError):
        assert next(reader).is_end
