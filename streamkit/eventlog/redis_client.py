"""The connections of a store in Redis: commands without hidden repetitions, and errors as ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from streamkit.eventlog.errors import EventLogError, LogUnavailableError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from streamkit.eventlog.redis_scripts import Script

__all__ = ["RedisClient"]

TIMEOUT = 5.0
"""Seconds after which a server that does not answer counts as away."""


class RedisClient:
    """Two clients of redis-py: one for commands, and one that waits for news."""

    # redis-py repeats commands whose reply was lost, by default. The scripts could bear it; but its
    # patience would come on top of ours, so it is switched off. A command that waits for news must
    # not be ended by the timeout of its socket, so that is longer: without one, a connection whose
    # other side has vanished would be waited for for ever.

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        redis = _imported()
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._is_closed = False
        timeout = options.get("socket_timeout") or TIMEOUT
        given = {} if url.startswith("unix:") else {"socket_connect_timeout": TIMEOUT}
        given |= options
        fixed = {"protocol": 2, "decode_responses": False, "retry": Retry(NoBackoff(), 0)}
        self._errors: Any = redis.exceptions
        self._commands: Any = redis.Redis.from_url(
            url, **{**given, **fixed, "socket_timeout": timeout}
        )
        self._waiting: Any = redis.Redis.from_url(
            url, **{**given, **fixed, "socket_timeout": timeout + TIMEOUT}
        )

    def call(self, *command: Any) -> Any:
        """Return the reply to a command, as redis-py reads it."""
        with self._translated():
            return self._commands.execute_command(*command)

    def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Return the reply to a script."""
        (reply,) = self.run_all(script, [(keys, arguments)])
        if isinstance(reply, EventLogError):
            raise reply
        return reply

    def run_all(
        self, script: Script, calls: Sequence[tuple[Sequence[str], Sequence[Any]]]
    ) -> list[Any]:
        """Return the replies to several calls of a script, in one round trip.

        The reply of a call that the server refuses is an ``EventLogError``.

        Raises:
            LogUnavailableError: The server cannot be reached, or cannot write now.
        """
        commands = [
            ("EVALSHA", script.sha, len(keys), *keys, *arguments) for keys, arguments in calls
        ]
        with self._translated():
            replies = self._replies(commands)
            if any(isinstance(reply, self._errors.NoScriptError) for reply in replies):
                self._commands.execute_command("SCRIPT LOAD", script.text)
                replies = self._replies(commands)  # those that have run do it again
        refused = [self._translation(reply) for reply in replies if isinstance(reply, Exception)]
        for error in refused:
            if isinstance(error, LogUnavailableError):
                raise error
        return [
            self._translation(reply) if isinstance(reply, Exception) else reply for reply in replies
        ]

    def read(
        self, keys: Sequence[bytes], places: Sequence[bytes], seconds: float, limit: int
    ) -> list[tuple[bytes, list[Any]]]:
        """Wait for entries of streams after some places, and return those of each stream."""
        wait = max(1, int(seconds * 1000))
        command = ("XREAD", "COUNT", limit, "BLOCK", wait, "STREAMS", *keys, *places)
        with self._translated():
            return self._waiting.execute_command(*command) or []

    def close(self) -> None:
        """Close the connections, and make no more."""
        self._is_closed = True
        self._commands.close()
        self._waiting.close()

    def _replies(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands in one go, and return their replies and errors."""
        pipeline = self._commands.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        # redis-py gives this no type.
        return pipeline.execute(raise_on_error=False)  # type: ignore[no-any-return]

    @contextmanager
    def _translated(self) -> Generator[None]:
        if self._is_closed:
            raise LogUnavailableError("the event log was closed")
        try:
            yield
        except (self._errors.RedisError, OSError) as error:
            raise self._translation(error) from error

    def _translation(self, error: Exception) -> EventLogError:
        """Return an error of redis-py as one of ours; those that may pass are retried."""
        message = f"Redis: {type(error).__name__}: {error}"
        errors = self._errors
        if isinstance(error, errors.AuthenticationError | errors.AuthorizationError):
            return EventLogError(message)
        passes = (
            errors.ConnectionError,
            errors.TimeoutError,
            errors.ReadOnlyError,
            errors.OutOfMemoryError,
            errors.TryAgainError,
            errors.ClusterDownError,
            OSError,
        )
        return LogUnavailableError(message) if isinstance(error, passes) else EventLogError(message)


def _imported() -> Any:
    try:
        import redis
    except ImportError as error:
        raise ImportError(
            "RedisLog needs the package redis: pip install 'streamkit-rx[redis]'"
        ) from error
    return redis
