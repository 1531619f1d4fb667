"""``call_tools`` runs the tools that a model calls, while its answer goes on."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest
import reactivex
from pydantic import BaseModel
from reactivex import operators as rx
from reactivex.scheduler import NewThreadScheduler
from reactivex.subject import Subject

from streamkit import Anthropic, AsyncOpenAI, OpenAI, Tool, iterate
from streamkit import operators as ops
from streamkit.events import AttemptResetEvent
from streamkit.server import EmbeddedServer
from tests.operators.texts import call_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 10


class Query(BaseModel):
    q: str


def search(q: str) -> dict[str, str]:
    """Search for a text."""
    return {"found": q}


async def search_later(q: str) -> dict[str, str]:
    await asyncio.sleep(0)
    return {"found": q}


def search_by_query(query: Query) -> dict[str, str]:
    return {"found": query.q}


def returns_later(q: str) -> Any:
    return search_later(q)


def cannot_be_written(q: str) -> object:
    return {q: object()}


def fails(q: str) -> str:
    raise LookupError(f"no {q}")


def quits(q: str) -> str:
    raise SystemExit(q)


WITHOUT_HANDLER: Any = {"type": "function"}
CALL = call_events("search", ['{"q":', '"a"}'])


def collected(events: list[Any], tool: Any, **options: Any) -> list[Any]:
    """Return the events and the end of a source that emits at once."""
    seen: list[Any] = []
    reactivex.from_iterable(events).pipe(ops.call_tools({"search": tool}, **options)).subscribe(
        seen.append, seen.append, lambda: seen.append("done")
    )
    return seen


def on_a_loop(events: list[Any], tool: Any, **options: Any) -> list[Any]:
    """Return the same of a source on an event loop."""

    async def main() -> list[Any]:
        seen: list[Any] = []
        ended = asyncio.Event()

        def end(value: Any) -> None:
            seen.append(value)
            ended.set()

        reactivex.from_iterable(events).pipe(ops.call_tools({"search": tool}, **options)).subscribe(
            seen.append, end, lambda: end("done")
        )
        await asyncio.wait_for(ended.wait(), PATIENCE)
        return seen

    return asyncio.run(main())


ROADS = pytest.mark.parametrize("road", [collected, on_a_loop], ids=["threads", "loop"])


def of_tools(seen: list[Any]) -> list[Any]:
    return [event for event in seen if getattr(event, "type", "").startswith("tool.")]


@ROADS
@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(search, id="function"),
        pytest.param(search_later, id="coroutine function"),
        pytest.param(returns_later, id="function that returns a coroutine"),
        pytest.param(Tool(search_by_query, arguments=Query, name="search"), id="model"),
    ],
)
def test_a_tool_is_called_with_its_arguments(road: Callable[..., Any], tool: Any) -> None:
    seen = road(CALL, tool)
    started, result = of_tools(seen)
    assert (started.type, result.type) == ("tool.started", "tool.result")
    assert result.result == {"found": "a"}
    assert result.output == '{"found": "a"}'
    assert (result.name, result.tool_call_id, result.arguments) == ("search", "c1", '{"q":"a"}')
    done = next(event for event in CALL if event.type.endswith("arguments.done"))
    assert started.part == result.part == done.part
    assert [event for event in seen if event not in (started, result)] == [*CALL, "done"]
    assert seen.index(done) < seen.index(started) < seen.index(result)


@ROADS
@pytest.mark.parametrize(
    ("tool", "pieces", "kind", "output"),
    [
        pytest.param(fails, ['{"q":"a"}'], LookupError, "Error: LookupError: no a", id="raises"),
        pytest.param(search, ['{"q":1}'], ValueError, "Error: The arguments of", id="wrong type"),
        pytest.param(search, ["{"], ValueError, "Error: The arguments of", id="invalid JSON"),
        pytest.param(cannot_be_written, ['{"q":""}'], TypeError, "Error: TypeE", id="no JSON"),
        pytest.param(quits, ['{"q":"a"}'], RuntimeError, "Error: Runtime", id="exits"),
    ],
)
def test_a_failure_is_an_event_for_the_model(
    road: Callable[..., Any], tool: Any, pieces: list[str], kind: type, output: str
) -> None:
    seen = road(call_events("search", pieces), tool)
    failed = of_tools(seen)[-1]
    assert failed.type == "tool.failed"
    assert isinstance(failed.error, kind)
    assert failed.output.startswith(output)
    assert seen[-1] == "done"


@ROADS
def test_a_failure_ends_the_stream_where_it_is_to_be_raised(road: Callable[..., Any]) -> None:
    seen = road(CALL, fails, on_error="raise")
    assert isinstance(seen[-1], LookupError)
    assert "done" not in seen
    assert [event.type for event in of_tools(seen)] == ["tool.started"]


@ROADS
def test_a_call_may_take_no_longer_than_the_limit(road: Callable[..., Any]) -> None:
    release = threading.Event()

    def waits(q: str) -> str:
        release.wait(PATIENCE)
        return q

    try:
        failed = of_tools(road(CALL, waits, timeout=0.01))[-1]
    finally:
        release.set()
    assert isinstance(failed.error, TimeoutError)
    assert failed.output == "Error: TimeoutError: search took longer than 0.01 seconds"


@ROADS
def test_calls_of_other_tools_are_passed_on(road: Callable[..., Any]) -> None:
    events = call_events("other", ["{}"])
    assert road(events, search) == [*events, "done"]


@ROADS
@pytest.mark.parametrize("approved", [True, False])
def test_a_tool_waits_for_its_approval(road: Callable[..., Any], approved: bool) -> None:
    tool = Tool(search, needs_approval=True)
    decided: list[Any] = []

    def decide(event: Any) -> Any:
        if event.type == "tool.held":
            decided.append(event)
            event.approve() if approved else event.refuse("Not today.")
        return event

    seen: list[Any] = []
    pipeline = reactivex.from_iterable(CALL).pipe(ops.call_tools([tool]), rx.map(decide))
    if road is collected:
        pipeline.subscribe(seen.append)
    else:

        async def main() -> None:
            seen.extend([event async for event in iterate(pipeline)])

        asyncio.run(main())
    types = [event.type for event in of_tools(seen)]
    assert types == (
        ["tool.held", "tool.started", "tool.result"] if approved else ["tool.held", "tool.failed"]
    )
    assert approved or of_tools(seen)[-1].output == "Error: Not today."
    decided[0].approve()  # a second decision changes nothing


def test_a_tool_runs_while_the_answer_goes_on() -> None:
    source: Subject[Any] = Subject()
    entered, release = threading.Event(), threading.Event()
    seen: list[Any] = []
    ended = threading.Event()

    def slow(q: str) -> str:
        entered.set()
        release.wait(PATIENCE)
        return q

    source.pipe(ops.call_tools({"search": slow})).subscribe(
        seen.append, on_completed=ended.set, scheduler=NewThreadScheduler()
    )
    for event in CALL:
        source.on_next(event)
    assert entered.wait(PATIENCE)
    source.on_next(CALL[0])
    assert seen[-1] is CALL[0]
    release.set()
    thread = threading.Thread(target=source.on_completed)
    thread.start()
    assert ended.wait(PATIENCE)
    assert seen[-1].type == "tool.result"


def test_no_more_tools_run_at_once_than_allowed() -> None:
    running = 0
    most = 0
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=PATIENCE)

    def counts(q: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait()
        with lock:
            running -= 1
        return q

    seen = collected(CALL * 4, counts, max_concurrent=2)
    assert most == 2
    assert [event.type for event in of_tools(seen)].count("tool.result") == 4


def test_disposal_cancels_the_tools() -> None:
    async def main() -> None:
        entered, cancelled = asyncio.Event(), asyncio.Event()

        async def waits(q: str) -> None:
            entered.set()
            assert q
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        seen: list[Any] = []
        subscription = (
            reactivex.from_iterable(CALL)
            .pipe(ops.call_tools({"search": waits}))
            .subscribe(seen.append)
        )
        await entered.wait()
        subscription.dispose()
        await asyncio.wait_for(cancelled.wait(), PATIENCE)
        assert seen[-1].type != "tool.failed"

    asyncio.run(main())


def test_disposal_cancels_a_coroutine_on_a_thread() -> None:
    entered, cancelled = threading.Event(), threading.Event()

    async def waits(q: str) -> None:
        entered.set()
        assert q
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    source: Subject[Any] = Subject()
    subscription = source.pipe(ops.call_tools({"search": waits})).subscribe()
    for event in CALL:
        source.on_next(event)
    assert entered.wait(PATIENCE)
    subscription.dispose()
    assert cancelled.wait(PATIENCE)


@ROADS
def test_the_results_of_a_lost_attempt_are_dropped(road: Callable[..., Any]) -> None:
    release = threading.Event()

    def waits(q: str) -> str:
        release.wait(PATIENCE)
        return q

    reset = AttemptResetEvent(2, 0.0, ValueError("x"))
    try:
        seen = road([*CALL, reset], waits)
    finally:
        release.set()
    assert seen[-2:] == [reset, "done"]


def test_an_error_of_the_source_comes_after_the_results_so_far() -> None:
    error = ValueError("cut")
    source = reactivex.concat(reactivex.from_iterable(CALL), reactivex.throw(error))
    seen: list[Any] = []
    source.pipe(ops.call_tools({"search": fails})).subscribe(seen.append, seen.append)
    assert seen[-1] is error


def test_each_subscription_has_calls_of_its_own() -> None:
    pipeline = reactivex.from_iterable(CALL).pipe(ops.call_tools([search]))
    for _ in range(2):
        seen: list[Any] = []
        pipeline.subscribe(seen.append)
        assert [event.type for event in of_tools(seen)] == ["tool.started", "tool.result"]


def test_the_source_is_let_go() -> None:
    source: Subject[Any] = Subject()
    subscription = source.pipe(ops.call_tools([search])).subscribe()
    subscription.dispose()
    gone = weakref.ref(source)
    del source, subscription
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ops.call_tools([WITHOUT_HANDLER]), "has no handler"),
        (lambda: ops.call_tools([Query]), "needs a function"),
        (lambda: ops.call_tools([search], max_concurrent=0), "at least 1"),
        # The types refuse it, too.
        (lambda: ops.call_tools([search], on_error="x"), "'report' or 'raise'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_work_is_refused_at_once(make: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_other_values_are_an_error_of_the_stream() -> None:
    seen = collected(["text"], search)
    assert isinstance(seen[-1], TypeError)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


ASK: Any = [{"role": "user", "content": "Search."}]


def _chat(client: Any) -> Any:
    return client.chat.completions.observe(
        model="m", messages=ASK, tools=[Tool(search).definition()]
    )


def _responses(client: Any) -> Any:
    return client.responses.observe(model="m", input=ASK, tools=[Tool(search).flat_definition()])


@pytest.mark.parametrize("observed", [_chat, _responses])
def test_an_answer_of_a_server_is_acted_upon(server: EmbeddedServer, observed: Any) -> None:
    tools = ops.call_tools([search, search_later])
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        seen = list(iterate(observed(client).pipe(tools)))

    async def main() -> list[Any]:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k") as client:
            return [event async for event in iterate(observed(client).pipe(tools))]

    for events in (seen, asyncio.run(main())):
        started, result = of_tools(events)
        assert result.result == {"found": started.parsed_arguments["q"]}


def test_a_message_of_a_server_is_acted_upon(server: EmbeddedServer) -> None:
    seen: list[Any] = []
    with Anthropic(base_url=server.url, api_key="k") as client:
        client.messages.observe(
            model="m", max_tokens=500, messages=ASK, tools=[Tool(search).message_definition()]
        ).pipe(ops.call_tools([search])).subscribe(seen.append)
    started, result = of_tools(seen)
    assert result.result == {"found": started.parsed_arguments["q"]}
