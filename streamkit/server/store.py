"""The store of the objects that clients create."""

# Strategy: one SQLite database, in which each object is a row with its JSON. Without a file it is a
# temporary database, which SQLite holds in memory and moves to disk as it grows, so that a large
# upload needs no memory either. Entering the store begins a transaction. Nothing is awaited inside
# one, so requests never see each other's half-done work, and an error undoes what its request
# wrote. A lock keeps threads apart, because one connection serves them all. While another process
# has locked the file, the request that enters waits without delaying others.

from __future__ import annotations

import sqlite3
import weakref
from contextlib import suppress
from os import fspath
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any

import anyio
import msgspec
from msgspec import Struct

from streamkit.server.api_error import ApiError
from streamkit.server.identity import EPOCH, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike
    from types import TracebackType
    from typing import Self

Document = dict[str, Any]
"""An object as the API shows it."""

LOCKED_SECONDS = 5.0
"""The seconds that a request waits for a database that another process has locked."""
PAUSE = 0.02
"""The seconds between two attempts to enter a locked database."""
APPLICATION = 0x73747265
"""The ``application_id`` in SQLite of a database of this server."""


class Record(Struct):
    """An object, with the private data that the API does not show."""

    kind: str
    """The value of its field ``object``."""
    id: str
    owner: str
    """The id of the object it is deleted with, as a message's thread; empty for none."""
    document: Document
    private: dict[str, Any]


class LockedError(ApiError):
    """Another process is in the middle of a transaction."""

    def __init__(self) -> None:
        super().__init__(
            "The database is locked by another process. Please retry your request.",
            status=503,
            kind="server_error",
            code="database_locked",
        )


class Store:
    """The store of all objects; each use is inside ``async with store``, which is a transaction.

    ``with store`` is a transaction that does not wait for a database that another process has
    locked.

    Args:
        database: A file that outlives the server; None forgets everything with the store.
        seed: The seed of ids, which also follow from the number of objects created before.

    Raises:
        OSError: The file cannot be opened.
        ValueError: The file is not a database of this server.
    """

    def __init__(self, database: str | PathLike[str] | None, seed: int) -> None:
        self._seed = seed
        self._lock = Lock()
        name = "" if database is None else fspath(database)
        try:
            self._connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
            # No caller has to close a store: it is usable as long as it is referenced.
            weakref.finalize(self, self._connection.close)
            self._prepare(name)
        except sqlite3.OperationalError as error:
            raise OSError(f"cannot open the database {name}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise ValueError(f"{name} is no database: {error}") from error

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._lock.release()
            if _is_busy(error):
                raise LockedError from None
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        finally:
            # Also after a commit that failed, for example on a full disk.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._lock.release()

    async def __aenter__(self) -> Self:
        with suppress(LockedError):
            return self.__enter__()
        # Shielded, because the work of a client that has left must still be ended.
        with anyio.move_on_after(LOCKED_SECONDS, shield=True):
            while True:
                await anyio.sleep(PAUSE)
                with suppress(LockedError):
                    return self.__enter__()
        raise LockedError

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    @property
    def now(self) -> int:
        """The Unix time in seconds: it advances with every object, and no clock is read."""
        return EPOCH + self._number()

    def add(
        self,
        kind: str,
        prefix: str,
        document: Document,
        *,
        owner: str = "",
        private: Mapping[str, Any] | None = None,
    ) -> Record:
        """Insert a new object, with a new id that begins with ``prefix``, and return it."""
        number = self._number() + 1
        source = Random(f"{self._seed} {kind} {number}")  # noqa: S311 - repeatable, guards nothing
        head = {"id": prefix + identifier(source, 24), "object": kind, "created_at": EPOCH + number}
        return self.insert(kind, {**head, **document}, owner=owner, private=private)

    def insert(
        self,
        kind: str,
        document: Document,
        *,
        owner: str = "",
        private: Mapping[str, Any] | None = None,
    ) -> Record:
        """Insert an object that has an id; one of the same kind, id and owner is replaced."""
        record = Record(kind, document["id"], owner, document, dict(private or {}))
        self._connection.execute(
            "INSERT OR REPLACE INTO records (kind, id, owner, body) VALUES (?, ?, ?, ?)",
            (kind, record.id, owner, _body(record)),
        )
        return record

    def save(self, record: Record) -> None:
        """Write the changes of an object; do nothing when it was removed."""
        self._connection.execute(
            "UPDATE records SET body = ? WHERE kind = ? AND owner = ? AND id = ?",
            (_body(record), record.kind, record.owner, record.id),
        )

    def find(self, kind: str, id: str, *, owner: str = "") -> Record | None:
        """Return an object, or None when it does not exist."""
        found = self._connection.execute(
            "SELECT kind, id, owner, body FROM records WHERE kind = ? AND owner = ? AND id = ?",
            (kind, owner, id),
        ).fetchone()
        return _record(found) if found else None

    def select(  # noqa: PLR0913 - the clauses of a query, by keyword
        self,
        kind: str,
        *,
        owner: str = "",
        where: Mapping[str, str] | None = None,
        descending: bool = False,
        beyond: str | None = None,
        limit: int = -1,
    ) -> list[Record]:
        """Return objects in the order of their creation.

        Args:
            kind: The kind of the objects.
            owner: The id of their owner.
            where: Their values at paths such as ``document.status`` or ``private.batch``.
            descending: Whether the latest comes first.
            beyond: The id of an object, which must exist: only those after it are returned.
            limit: The largest number of objects; -1 for no limit.
        """
        conditions = ["kind = ?", "owner = ?"]
        values: list[str | int] = [kind, owner]
        for path, value in (where or {}).items():
            conditions.append("json_extract(body, ?) = ?")
            values += (f"$.{path}", value)
        if beyond is not None:
            one = "(SELECT number FROM records WHERE kind = ? AND owner = ? AND id = ?)"
            conditions.append(f"number {'<' if descending else '>'} {one}")
            values += (kind, owner, beyond)
        rows = self._connection.execute(
            f"SELECT kind, id, owner, body FROM records WHERE {' AND '.join(conditions)} "  # noqa: S608 - of literals alone
            f"ORDER BY number {'DESC' if descending else 'ASC'} LIMIT ?",
            (*values, limit),
        )
        return [_record(row) for row in rows]

    def remove(self, kind: str, id: str, *, owner: str | None = "") -> None:
        """Remove an object and all that it owns; with ``owner`` None, from every owner."""
        self._connection.execute(
            """
            WITH RECURSIVE doomed (number, id) AS (
                SELECT number, id FROM records
                WHERE kind = ?1 AND id = ?2 AND owner = ifnull(?3, owner)
                UNION
                SELECT records.number, records.id FROM records JOIN doomed ON owner = doomed.id
            )
            DELETE FROM records WHERE number IN (SELECT number FROM doomed)
            """,
            (kind, id, owner),
        )

    def write(self, name: str, position: int, data: bytes) -> None:
        """Write one piece of a file's content."""
        self._connection.execute("INSERT INTO pieces VALUES (?, ?, ?)", (name, position, data))

    def read(self, name: str, position: int) -> bytes | None:
        """Return one piece of a file's content; None after the last."""
        found = self._connection.execute(
            "SELECT data FROM pieces WHERE name = ? AND position = ?", (name, position)
        ).fetchone()
        return found[0] if found else None

    def discard(self, name: str) -> None:
        """Remove a file's content."""
        self._connection.execute("DELETE FROM pieces WHERE name = ?", (name,))

    def _prepare(self, name: str) -> None:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION:
            raise ValueError(f"the database {name} was not made by this server")
        if name:
            # Readers do not wait for writers, and writers do not wait for the disk: a crash of the
            # system may lose the last requests, but never the database.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        for statement in _tables():
            self._connection.execute(statement)
        self._forget_unfinished_uploads()
        # From now on no call waits inside SQLite.
        self._connection.execute("PRAGMA busy_timeout = 0")

    def _forget_unfinished_uploads(self) -> None:
        """Remove the content of uploads that a killed server left unfinished."""
        self._connection.execute("DELETE FROM records WHERE kind = 'upload'")
        self._connection.execute(
            """
            DELETE FROM pieces WHERE name IN (
                SELECT name FROM pieces EXCEPT SELECT id FROM records WHERE kind = 'file'
            )
            """
        )

    def _number(self) -> int:
        found = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'records'"
        ).fetchone()
        return int(found[0]) if found else 0


def _tables() -> Iterable[str]:
    yield f"PRAGMA application_id = {APPLICATION}"
    # A number is never used twice, so that neither ids nor the order of objects repeat.
    yield """
        CREATE TABLE IF NOT EXISTS records (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            owner TEXT NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (kind, owner, id)
        )
    """
    yield "CREATE INDEX IF NOT EXISTS owners ON records (owner)"
    yield """
        CREATE TABLE IF NOT EXISTS pieces (
            name TEXT NOT NULL,
            position INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (name, position)
        )
    """


def _body(record: Record) -> str:
    body = {"document": record.document, "private": record.private}
    return msgspec.json.encode(body).decode()


def _is_busy(error: BaseException) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the other bits hold the reason


def _record(row: tuple[str, str, str, str]) -> Record:
    kind, id, owner, text = row
    body = msgspec.json.decode(text)
    return Record(kind, id, owner, body["document"], body["private"])
