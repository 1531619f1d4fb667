"""The player of a run's scenario, which yields one event after another."""

# Strategy: after each event everything is in the store: the content so far, and the number of the
# next step. So a run goes on after it has waited for outputs, and after its server was killed in
# the middle of a step. Between two events the player keeps nothing of the run itself, because other
# requests may change or cancel it.

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.call import not_found
from streamkit.server.threads.context import prompt_of, sources_of, words_of
from streamkit.server.threads.endings import end_run, unfinished
from streamkit.server.threads.growth import block_growth, call_growth
from streamkit.server.threads.making import Maker, invented_file
from streamkit.server.threads.scenario import Message, Scenario, ToolCalls
from streamkit.server.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from streamkit.server.desk import Desk
    from streamkit.server.store import Document, Record
    from streamkit.server.threads.endings import Event
    from streamkit.server.threads.scenario import End


def play(desk: Desk, thread: str, id: str) -> Iterator[Event]:
    """Yield the events of a run until it ends or waits; call ``next`` only inside a transaction.

    Raises:
        ApiError: The run was deleted meanwhile, or no value fits a schema.
    """
    return _Player(desk, thread, id).play()


class _EndedError(Exception):
    def __init__(self, end: End) -> None:
        super().__init__(end)
        self.end: End = end


class _Player:
    def __init__(self, desk: Desk, thread: str, id: str) -> None:
        self._desk = desk
        self._store = desk.store
        self._thread = thread
        self._id = id
        run = self._run()
        self._size: int = run.private["token_size"]
        self._limit: int | None = run.document["max_completion_tokens"]
        self._said: int = run.private["said"]
        self._scenario = convert(run.private["scenario"], Scenario)

    def play(self) -> Iterator[Event]:
        try:
            self._look_up()
            yield self._change("in_progress", started_at=self._store.now)
            self._forget_unfinished()
            yield from self._steps()
        except _EndedError as ended:
            run = self._run()
            yield from end_run(self._store, run, ended.end, self._scenario, self._usage(run))

    def _steps(self) -> Iterator[Event]:
        steps = self._scenario.steps
        for position in range(self._run().private["next"], len(steps)):
            step = steps[position]
            early = self._scenario.end if position == len(steps) - 1 else "completed"
            if isinstance(step, Message):
                yield from self._say(step, position, early)
            else:
                yield from self._call(step, position, early)
            if action := _action(self._open_calls()):
                yield self._change("requires_action", required_action=action)
                return
        raise _EndedError(self._scenario.end)

    def _say(self, step: Message, position: int, early: End) -> Iterator[Event]:
        before = self._said
        with self._failing():
            blocks = self._maker(position).blocks(step)
        message = self._new_message()
        created = {"message_id": message.id}
        details = {"type": "message_creation", "message_creation": created}
        record = self._new_step("message_creation", details)
        yield "thread.run.step.created", record.document
        yield "thread.run.step.in_progress", record.document
        yield "thread.message.created", message.document
        yield "thread.message.in_progress", message.document
        content: list[Document] = message.document["content"]
        grown = [
            (index, *growth)
            for index, block in enumerate(blocks)
            for growth in block_growth(block, self._size)
        ]
        for index, delta, so_far in _until(early, grown):
            self._check()
            content[index:] = [so_far]
            self._store.save(message)
            said = {"content": [{"index": index, **delta}]}
            yield "thread.message.delta", _delta(message, said)
        if early != "completed":
            raise _EndedError(early)
        # Everything is written before the events, so that after a kill a step is done or not begun.
        message.document.update(status="completed", completed_at=self._store.now)
        self._store.save(message)
        self._pass(position)
        completed = self._complete(record, before)
        yield "thread.message.completed", message.document
        yield completed

    def _call(self, step: ToolCalls, position: int, early: End) -> Iterator[Event]:
        before = self._said
        with self._failing():
            calls = self._maker(position).calls(step, turn=self._turn(position))
        details: Document = {"type": "tool_calls", "tool_calls": []}
        record = self._new_step("tool_calls", details)
        yield "thread.run.step.created", record.document
        yield "thread.run.step.in_progress", record.document
        grown = [
            (index, *growth)
            for index, call in enumerate(calls)
            for growth in call_growth(call, self._size)
        ]
        for index, delta, so_far in _until(early, grown):
            self._check()
            details["tool_calls"][index:] = [so_far]
            self._store.save(record)
            said = {"type": "tool_calls", "tool_calls": [{"index": index, **delta}]}
            yield "thread.run.step.delta", _delta(record, {"step_details": said})
        if early != "completed":
            raise _EndedError(early)
        self._pass(position)
        if any(call["type"] == "function" for call in calls):
            record.private["usage"] = self._usage(self._run(), since=before)
            self._store.save(record)
        else:
            yield self._complete(record, before)

    def _check(self) -> None:
        """Count a token before it is sent; raise when the run is cancelled or at its limit."""
        self._look_up()
        if self._limit is not None and self._said >= self._limit:
            raise _EndedError("incomplete")
        self._said += 1

    def _pass(self, position: int) -> None:
        """Store that a step is done, or waits for outputs."""
        run = self._run()
        run.private.update(next=position + 1, said=self._said)
        self._store.save(run)

    def _look_up(self) -> None:
        """Raise when the run was cancelled."""
        if self._run().document["status"] == "cancelling":
            raise _EndedError("cancelled")

    @contextmanager
    def _failing(self) -> Generator[None]:
        """Fail the run when the block finds no value for a schema."""
        try:
            yield
        except ApiError as error:
            self._scenario = msgspec.structs.replace(self._scenario, message=error.message)
            raise _EndedError("failed") from None

    def _run(self) -> Record:
        run = self._store.find("thread.run", self._id, owner=self._thread)
        if run is None:
            raise not_found("thread.run", self._id)
        return run

    def _change(self, status: str, **fields: object) -> Event:
        run = self._run()
        run.document.update(fields, status=status)
        self._store.save(run)
        return f"thread.run.{status}", run.document

    def _forget_unfinished(self) -> None:
        """Remove the unfinished step that a killed server left."""
        for kind in ("thread.message", "thread.run.step"):
            for record in unfinished(self._store, self._run(), kind):
                self._store.remove(kind, record.id, owner=record.owner)

    def _maker(self, position: int) -> Maker:
        run = self._run().document
        sources = sources_of(self._store, run) or [invented_file(self._random("sources"))]
        return Maker(
            self._store,
            run,
            prompt=prompt_of(self._store, self._thread),
            sources=sources,
            # The position is the seed, so that a step is the same after a restart.
            random=self._random(f"step {position}"),
        )

    def _random(self, purpose: str) -> Random:
        return Random(f"{self._desk.seed} {self._id} {purpose}")  # noqa: S311 - repeatable, and guards nothing

    def _turn(self, position: int) -> int:
        before = self._scenario.steps[:position]
        return sum(len(step.calls) for step in before if isinstance(step, ToolCalls))

    def _new_message(self) -> Record:
        run = self._run().document
        message = {
            "thread_id": self._thread,
            "role": "assistant",
            "content": list[Any](),
            "assistant_id": run["assistant_id"],
            "run_id": self._id,
            "attachments": list[Any](),
            "metadata": dict[str, str](),
            "status": "in_progress",
            "completed_at": None,
            "incomplete_at": None,
            "incomplete_details": None,
        }
        return self._store.add("thread.message", "msg_", message, owner=self._thread)

    def _new_step(self, kind: str, details: Document) -> Record:
        run = self._run().document
        step = {
            "run_id": self._id,
            "assistant_id": run["assistant_id"],
            "thread_id": self._thread,
            "type": kind,
            "status": "in_progress",
            "cancelled_at": None,
            "completed_at": None,
            "expired_at": None,
            "failed_at": None,
            "last_error": None,
            "step_details": details,
            "usage": None,
            "metadata": dict[str, str](),
        }
        return self._store.add("thread.run.step", "step_", step, owner=self._id)

    def _complete(self, step: Record, before: int) -> Event:
        usage = self._usage(self._run(), since=before)
        step.document.update(status="completed", completed_at=self._store.now, usage=usage)
        self._store.save(step)
        return "thread.run.step.completed", step.document

    def _open_calls(self) -> list[Document]:
        steps = unfinished(self._store, self._run(), "thread.run.step")
        return [call for step in steps for call in step.document["step_details"]["tool_calls"]]

    def _usage(self, run: Record, since: int = 0) -> Document:
        asked = words_of(self._store, run)
        prompt = sum(len(tokens(text, self._size)) for text in asked)
        said = self._said - since
        return {
            "prompt_tokens": prompt,
            "completion_tokens": said,
            "total_tokens": prompt + said,
        }


def _delta(record: Record, delta: Document) -> Document:
    return {"id": record.id, "object": f"{record.kind}.delta", "delta": delta}


def _until(early: End, grown: list[Any]) -> list[Any]:
    """Return all growth, or the first half of it when the end is early."""
    return grown if early == "completed" else grown[: len(grown) // 2]


def _action(calls: list[Document]) -> Document | None:
    """Return the action that a run requires for open calls; None without calls of functions."""
    functions = [
        {
            "id": call["id"],
            "type": "function",
            "function": {key: call["function"][key] for key in ("name", "arguments")},
        }
        for call in calls
        if call["type"] == "function"
    ]
    if not functions:
        return None
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": functions}}
