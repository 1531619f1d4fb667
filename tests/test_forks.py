"""After a fork each process has its own connections, and disturbs no other process."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import pytest

from streamkit import AsyncOpenAI, OpenAI, OpenAIError
from streamkit.server.faults.tls import SELF_SIGNED
from tests.http.test_cancelling import SERVES_TLS
from tests.http_server import LAST_CHUNK, Do, ScriptedServer, chunk, response
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
FILE = response(200, b'{"object": "file", "id": "x"}')

# pytest's process has threads, so it must not fork. Each program below runs in a fork of a process
# without threads that has imported everything.


def run(program: Callable[[], object]) -> NoReturn:
    """Run a program and end the process, which is a fork; the exit code is 0 for success."""
    try:
        program()
    except BaseException:  # noqa: BLE001 - the parent sees the code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def forked(child: Callable[[], object]) -> None:
    """Run ``child`` in a fork, and check that it succeeds."""
    process = os.fork()
    if not process:
        run(child)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


class Echo(BaseHTTPRequestHandler):
    """A server that answers every request for a file with the requested id."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"object": "file", "id": "%s"}' % self.path.rpartition("/")[2].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class EchoServer(ThreadingHTTPServer):
    """A server with a thread for every connection, and a queue for 500 of them."""

    request_queue_size = 500
    daemon_threads = True


def asks_for_many_files(client: OpenAI, name: str) -> None:
    for number in range(30):
        id_ = f"{name}-{number}"
        assert client.files.retrieve(id_).id == id_


def asks_for_many_files_on_a_loop(client: AsyncOpenAI, name: str) -> None:
    async def one(id_: str) -> None:
        assert (await client.files.retrieve(id_)).id == id_

    async def main() -> None:
        await asyncio.gather(*[one(f"{name}-{number}") for number in range(30)])

    asyncio.run(main())


def a_child_gets_its_own_answers() -> None:
    children_get_their_own_answers(1)


def many_children_get_their_own_answers() -> None:
    children_get_their_own_answers(6)


def children_get_their_own_answers(count: int) -> None:
    server = EchoServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    fork = multiprocessing.get_context("fork")
    kinds: list[tuple[Any, Callable[[Any, str], None]]] = [
        (OpenAI, asks_for_many_files),
        (AsyncOpenAI, asks_for_many_files_on_a_loop),
    ]
    for make, ask in kinds:
        client = make(api_key="k", base_url=url)
        ask(client, "before")
        children = [fork.Process(target=ask, args=(client, f"child-{n}")) for n in range(count)]
        for child in children:
            child.start()
        ask(client, "parent")
        for child in children:
            child.join()
        assert [child.exitcode for child in children] == [0] * count


def _a_parent_s_connection_stays_its_own(**server_options: Any) -> None:
    with ScriptedServer([FILE], **server_options) as server:
        client = OpenAI(api_key="k", base_url=server.url)
        client.files.retrieve("x")

        def child() -> None:
            client.files.retrieve("x")
            client.files.retrieve("x")
            client.close()
            gc.collect()

        forked(child)
        client.files.retrieve("x")
        assert server.connections == 2
        client.close()


def a_parent_s_connection_stays_its_own() -> None:
    _a_parent_s_connection_stays_its_own()


def a_parent_s_encrypted_connection_stays_its_own() -> None:
    os.environ["SSL_CERT_FILE"] = str(SELF_SIGNED)
    _a_parent_s_connection_stays_its_own(tls=SERVES_TLS)


def a_loop_s_connection_stays_its_parent_s() -> None:
    async def main(server: ScriptedServer) -> None:
        client = AsyncOpenAI(api_key="k", base_url=server.url)
        await client.files.retrieve("x")

        async def in_the_child() -> None:
            await client.files.retrieve("x")
            await client.close()

        forked(lambda: (asyncio.run(in_the_child()), gc.collect()))
        await client.files.retrieve("x")
        assert server.connections == 2
        await client.close()

    with ScriptedServer([FILE]) as server:
        asyncio.run(main(server))


def _text(one: Any) -> Any:
    return one.choices[0].delta.content


def a_stream_goes_on_though_a_child_leaves_it() -> None:
    rest = threading.Event()
    script = [*stream(part("a"), end=()), rest, chunk(part("b")), chunk(DONE), LAST_CHUNK]
    with ScriptedServer(script) as server:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0)
        with client.chat.completions.create(**ASKED, stream=True) as chunks:
            next(chunks)

            def child() -> None:
                nonlocal chunks
                chunks.close()
                del chunks
                gc.collect()

            forked(child)
            rest.set()
            assert [_text(one) for one in chunks] == ["b"]
        client.close()


def a_stream_goes_on_though_a_child_forgets_it() -> None:
    rest = threading.Event()
    script = [*stream(part("a"), end=()), rest, chunk(part("b")), chunk(DONE), LAST_CHUNK]
    with ScriptedServer(script) as server:
        client = OpenAI(api_key="k", base_url=server.url, max_retries=0)
        held = [client.chat.completions.create(**ASKED, stream=True)]
        next(held[0])

        def child() -> None:
            held.clear()
            gc.collect()

        forked(child)
        rest.set()
        assert [_text(one) for one in held[0]] == ["b"]
        client.close()


def a_child_is_not_held_up_by_a_thread_that_it_has_not() -> None:
    with ScriptedServer([FILE], [Do.HOLD], [FILE]) as server:
        client: Any = OpenAI(api_key="k", base_url=server.url, max_retries=0)
        client.files.retrieve("x")
        server.asked.clear()
        threading.Thread(target=client.files.retrieve, args=("y",), daemon=True).start()
        server.asked.wait(10)
        place = client._transport._connections._place
        with place.lock:  # like a thread that holds the lock during the fork
            forked(lambda: client.files.retrieve("z"))


def a_given_client_with_connections_is_refused() -> None:
    with ScriptedServer([FILE]) as server:
        http = httpx.Client()
        client = OpenAI(api_key="k", base_url=server.url, http_client=http)
        client.files.retrieve("x")

        def child() -> None:
            with pytest.raises(OpenAIError, match="after the fork"):
                client.files.retrieve("x")

        forked(child)
        client.files.retrieve("x")
        assert server.connections == 1


def a_given_client_without_connections_is_not() -> None:
    with ScriptedServer([FILE]) as server:
        client = OpenAI(api_key="k", base_url=server.url, http_client=httpx.Client())
        forked(lambda: client.files.retrieve("x"))


def a_given_client_without_sockets_is_not() -> None:
    http = httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "x"}))
    )
    client = OpenAI(api_key="k", base_url="http://host", http_client=http)
    client.files.retrieve("x")
    forked(lambda: client.files.retrieve("x"))


def ended(program: Callable[[], object]) -> tuple[int, str]:
    """Run ``program`` in a fork; return its exit code and its output on standard error."""
    with tempfile.TemporaryFile() as said:
        process = os.fork()
        if not process:
            os.dup2(said.fileno(), sys.stderr.fileno())
            signal.alarm(60)  # the alarm ends a program that hangs
            run(program)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        said.seek(0)
        return code, said.read().decode()


def run_what_is_asked_for() -> None:
    """Run the program that each line of standard input names, and print a line with its result."""
    for line in sys.stdin:
        print(json.dumps(ended(globals()[line.strip()])), flush=True)  # noqa: T201 - the answer


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[[str], tuple[int, str]]]:
    """Return a function that runs a program in a fork of a child process."""
    command = [sys.executable, "-c", "from tests import test_forks as t; t.run_what_is_asked_for()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def ask(name: str) -> tuple[int, str]:
            asked.write(f"{name}\n")
            asked.flush()
            code, said = json.loads(answers.readline())
            return code, said

        yield ask
        asked.close()


@pytest.mark.parametrize(
    "program",
    [
        a_child_gets_its_own_answers,
        pytest.param(many_children_get_their_own_answers, marks=pytest.mark.thorough),
        a_parent_s_connection_stays_its_own,
        a_parent_s_encrypted_connection_stays_its_own,
        a_loop_s_connection_stays_its_parent_s,
        a_stream_goes_on_though_a_child_leaves_it,
        a_stream_goes_on_though_a_child_forgets_it,
        a_child_is_not_held_up_by_a_thread_that_it_has_not,
        a_given_client_with_connections_is_refused,
        a_given_client_without_connections_is_not,
        a_given_client_without_sockets_is_not,
    ],
)
def test_after_a_fork(ask: Callable[[str], tuple[int, str]], program: Callable[[], None]) -> None:
    code, said = ask(program.__name__)
    assert code == 0, said
