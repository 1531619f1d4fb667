"""Question 4: the cost of the import."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.budgets import times_cheaper
from benchmarks.case import COST, Answer, Case, Contender, Workload
from benchmarks.peers_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Figures, Run

CHAT = "import and chat"
STATEMENTS = {
    "import": "import {package}",
    "import and make a client": "import {package}; {package}.OpenAI(api_key='k')",
    CHAT: """
import {package}
client = {package}.OpenAI(api_key='k', base_url='{address}/v1')
messages = [{{'role': 'user', 'content': 'Report.'}}]
with client.chat.completions.stream(model='chunks-20', messages=messages) as stream:
    stream.until_done()
""",
}
REPEATS = 3


def _importing(package: str) -> Callable[[Workload], Run]:
    def prepare(workload: Workload) -> Run:
        address = serving() if workload.name == CHAT else ""
        statement = STATEMENTS[workload.name].format(package=package, address=address)

        def run() -> Answer:
            costs = _child_seconds(statement) - _child_seconds("")
            return Answer({"imported": True}, {COST: costs})

        return run

    return prepare


def _child_seconds(statement: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _least(run: Run) -> Figures:
    return {COST: min(run().figures[COST] for _ in range(REPEATS))}


CASE = Case(
    question="What does an import cost, beyond the start of the interpreter?",
    unit="ms of CPU time, the least of 3",
    workloads=[Workload(name, 1) for name in STATEMENTS],
    quick=[Workload("import", 1)],
    contenders={
        "streamkit": Contender(_importing("streamkit"), ("streamkit-rx",)),
        "openai": Contender(_importing("openai"), ("openai",)),
    },
    answer=lambda _: {"imported": True},
    measure=_least,
    scale=lambda _: 1e3,
    budgets=[
        times_cheaper(8.75, "openai", where=lambda work: work.name != CHAT),
        times_cheaper(2, "openai", where=lambda work: work.name == CHAT),
    ],
)
