"""``streamkit serve --fault``."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import httpx
import pytest

COMMAND = [sys.executable, "-m", "streamkit.cli", "serve", "--port", "0", "--fault"]


@pytest.mark.usefixtures("with_ctrl_c")
def test_the_command_serves_with_a_fault() -> None:
    with subprocess.Popen(
        [*COMMAND, "status?code=503&retry_after=3"], stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        found = re.match(r"Serving at (\S+) ", served.stdout.readline())
        assert found
        answer = httpx.get(found[1] + "/models")
        served.send_signal(signal.SIGINT)
        served.stdout.read()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


def test_the_command_refuses_what_is_no_fault() -> None:
    ran = subprocess.run([*COMMAND, "nope"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "no fault 'nope'" in ran.stderr
