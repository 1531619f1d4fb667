"""A server whose answer is the stream of a run."""

from __future__ import annotations

import pytest

from tests.assistant_streams import body
from tests.families.assistants.handled import RUN, Server


@pytest.fixture
def server() -> Server:
    return Server(body(*RUN))
