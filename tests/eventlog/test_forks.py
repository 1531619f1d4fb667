"""After a fork, each process has its own producers, threads and connections."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

# pytest's process has threads, so it must not fork.
PROGRAM = """
import asyncio, os, sys, threading
from streamkit.eventlog import SQLiteLog

log = SQLiteLog(sys.argv[1], pace=0.0)
goes_on = threading.Event()

def source():
    yield b"1"
    goes_on.wait()
    yield b"2"

async def numbers(stream_id):
    return [entry.number async for entry in log.read(stream_id)]

production = log.produce("parent", source())
production.producer.opened.wait()
log.append("before", [b"1"])
log.finish("before")
assert asyncio.run(numbers("before")) == [1, 2]

def look():  # so that at the fork a thread is most probably in the store
    while not goes_on.is_set():
        log.status("before")

threading.Thread(target=look, daemon=True).start()
child = os.fork()
if not child:
    assert [*log.produce("child", [b"1", b"2", b"3"])] == [b"1", b"2", b"3"]
    assert asyncio.run(numbers("child")) == [1, 2, 3, 4]
    assert log.status("before") is not None
    log.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
goes_on.set()
production.until_done()
assert production.producer.error is None
print([(entry.number, entry.data) for entry in log.read("parent")])
print([entry.number for entry in log.read("child")])
"""


def test_a_child_has_streams_of_its_own_and_leaves_its_parent_s_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(tmp_path / "logs.db")]
    output = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert output.stdout.splitlines() == [
        """[(1, b'1'), (2, b'2'), (3, b'{"type":"end","status":"complete"}')]""",
        "[1, 2, 3, 4]",
    ], output.stderr
