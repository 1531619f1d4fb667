"""A log in Redis or Valkey."""

from __future__ import annotations

from typing import Any

from streamkit.eventlog.log import PATIENCE, EventLog
from streamkit.eventlog.redis_client import RedisClient
from streamkit.eventlog.redis_store import RedisStore
from streamkit.eventlog.store import Retention
from streamkit.eventlog.writer import PACE

__all__ = ["RedisLog"]


class RedisLog(EventLog):
    """An event log on a server of Redis (6.2 or later) or Valkey, for any number of machines.

    It needs the extra ``redis``. A process has one connection that follows all its streams, however
    many readers they have, one that writes, and up to four for readers that come late. Threads use
    them, so tasks may be cancelled at any moment. The server must not be a cluster. Its user needs,
    on the keys with the prefix, the commands of ``+@stream +evalsha +script|load +expire +pexpire
    +hset +hmget +hincrby +exists +del +time +client|setinfo``.

    Args:
        url: The address, as ``redis://user:password@host:6379/0``, ``rediss://...`` for TLS or
            ``unix:///path``.
        prefix: The beginning of the names of all keys. Logs with the same one share their streams,
            so each deployment has its own.
        retention: How long the log of a stream is kept, and how long its producer may be silent.
        patience: Seconds for which a server that is away is tried again, before a log fails.
        pace: Seconds for which an entry waits for others to be written with it.
        options: Any option of ``redis.Redis.from_url``, as ``ssl_ca_certs`` or ``username``.

    Raises:
        ImportError: The package ``redis`` is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        retention: Retention | None = None,
        patience: float = PATIENCE,
        pace: float = PACE,
        **options: Any,
    ) -> None:
        store = RedisStore(RedisClient(url, options), prefix, retention or Retention())
        super().__init__(store, patience=patience, pace=pace)
