"""Types are compiled by one thread at a time: else msgspec brings the process down."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from threading import Barrier, Thread

from streamkit.types.chunk import ChatCompletionChunk
from streamkit._core.decoding import WireDecoder

call = b'{"index":0,"id":"x","type":"function","function":{"name":"f","arguments":""}}'
delta = b'{"content":"a","role":"assistant","tool_calls":[%b]}' % call
choice = b'{"index":0,"delta":%b,"finish_reason":null}' % delta
usage = b'{"total_tokens":1,"prompt_tokens":1,"completion_tokens":1}'
chunk = b'{"id":"c","created":1,"model":"m","choices":[%b],"usage":%b}' % (choice, usage)
start = Barrier(8)

def decode():
    start.wait()
    for _ in range(10):
        WireDecoder(ChatCompletionChunk).decode(chunk)

sys.setswitchinterval(1e-6)
threads = [Thread(target=decode) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""


def test_threads_may_be_the_first_to_use_a_type_together() -> None:
    for _ in range(3):  # the process would crash in two of three
        subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
