"""Question 1 for two more protocols: the cost of an event of Responses and of Messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.budgets import growth, times_cheaper, times_the_cost
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds
from benchmarks.protocols import (
    NAMES,
    answer_of,
    parts_of,
    through_client,
    through_machines,
    through_package,
)
from benchmarks.streams import answer, through_pipeline

if TYPE_CHECKING:
    from benchmarks.case import Run

CHAT = "streamkit, chat"
PEER = "openai or anthropic"


def _chat(workload: Workload) -> Run:
    _, carried, size = parts_of(workload)
    run, expected = through_pipeline(carried, size), answer(carried, size)
    # Its text is longer by a few characters, so its answer is compared here and then translated.
    right = Answer(answer_of(*parts_of(workload)))

    def translated() -> Answer:
        return right if run().says["text"] == expected["text"] else Answer({})

    return translated


CASE = Case(
    question="What does an event of Responses and of Messages cost, when its value is read?",
    unit="µs of CPU time per event",
    workloads=[Workload(name, size) for name in NAMES for size in (600, 2_400, 25_000)],
    quick=[Workload(name, 2_400) for name in NAMES],
    contenders={
        "streamkit": Contender(
            lambda work: through_machines(*parts_of(work)), ("streamkit-rx", "msgspec")
        ),
        "streamkit client": Contender(
            lambda work: through_client(*parts_of(work)), ("streamkit-rx", "httpx")
        ),
        CHAT: Contender(_chat, ("streamkit-rx",)),
        PEER: Contender(
            lambda work: through_package(*parts_of(work)),
            ("openai", "anthropic", "httpx2", "pydantic", "jiter"),
            # They are quadratic when they parse what has come at each event.
            takes=lambda work: work.size <= 2_400,
        ),
    },
    answer=lambda work: answer_of(*parts_of(work)),
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[
        times_cheaper(15, PEER, since=600),
        times_the_cost(1.3, CHAT),
        growth(1.15, since=600),
    ],
)
