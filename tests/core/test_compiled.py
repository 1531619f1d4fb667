"""One thread at a time compiles a type, because msgspec would crash the process otherwise."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread

import msgspec
import pytest

from streamkit._core.compiled import convert, converter, decoder

PROGRAM = """
import sys
from threading import Barrier, Thread

import msgspec
from streamkit.types.chunk import ChatCompletionChunk
from streamkit._core.compiled import convert, converter
from streamkit._core.decoding import WireDecoder

call = b'{"index":0,"id":"x","type":"function","function":{"name":"f","arguments":""}}'
delta = b'{"content":"a","role":"assistant","tool_calls":[%b]}' % call
choice = b'{"index":0,"delta":%b,"finish_reason":null}' % delta
usage = b'{"total_tokens":1,"prompt_tokens":1,"completion_tokens":1}'
chunk = b'{"id":"c","created":1,"model":"m","choices":[%b],"usage":%b}' % (choice, usage)
decoded = msgspec.json.decode(chunk)
start = Barrier(8)

def use():
    start.wait()
    for _ in range(10):
        USE

sys.setswitchinterval(1e-6)
threads = [Thread(target=use) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""
USES = {
    "a decoder": "WireDecoder(ChatCompletionChunk).decode(chunk)",
    "a converter": "converter(ChatCompletionChunk)(decoded)",
    "a conversion": "convert(decoded, ChatCompletionChunk)",
}


@pytest.mark.thorough
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_threads_may_be_the_first_to_use_a_type_together(use: str) -> None:
    program = PROGRAM.replace("USE", use)
    for _ in range(3):  # without the lock two of three processes would crash
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


class Text(msgspec.Struct):
    text: str


class Patient(msgspec.Struct):
    """A type whose construction waits for other threads that use types."""

    text: str

    def __post_init__(self) -> None:
        if self.text == "wait":
            others = [
                Thread(target=convert, args=({"text": "b"}, Text), daemon=True),
                Thread(target=decoder(Text).decode, args=(b'{"text": "b"}',), daemon=True),
                Thread(target=converter(Text), args=({"text": "b"},), daemon=True),
                # The very first use of a type.
                Thread(target=converter, args=(dict[str, Text],), daemon=True),
            ]
            for other in others:
                other.start()
            for other in others:
                other.join(10)
            assert not any(other.is_alive() for other in others)


def test_a_conversion_keeps_no_other_thread_from_its_own() -> None:
    assert convert({"text": "wait"}, Patient).text == "wait"
    assert converter(Patient)({"text": "wait"}).text == "wait"


def test_a_value_that_does_not_fit_is_refused_the_first_time_and_later() -> None:
    for _ in range(2):
        with pytest.raises(msgspec.ValidationError, match=r"Expected `str`, got `int`"):
            convert({"text": 1}, Text)
    assert convert({"text": "a"}, Text) == Text("a")
    assert convert("1", int, strict=False) == 1
