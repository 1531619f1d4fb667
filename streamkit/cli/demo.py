"""The command ``streamkit demo``."""

from __future__ import annotations

import inspect
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from streamkit._version import __version__
from streamkit.cli.display import Figures, Value, is_live, shown
from streamkit.cli.endpoint import embedded
from streamkit.cli.failures import failure, reported
from streamkit.recording import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit._core.events import Event
    from streamkit.cli.scenes import Scene

__all__ = ["demo"]


def demo(
    *,
    fast: Annotated[
        bool, typer.Option("--fast", help="Play as fast as possible, as without a terminal.")
    ] = False,
) -> None:
    """Show streams as text, objects, tool calls, refusals and several choices.

    Everything crosses real HTTP, from a server in this process. The demonstration needs no key and
    no network, and ends with what to try next.
    """
    # pydantic and reactivex are slow to import, and no other command needs them.
    from streamkit.cli.scenes import SCENES

    start = time.perf_counter()
    console = Console(highlight=False)
    paced = is_live(console) and not fast
    console.print(
        Text.assemble(
            ("streamkit ", "bold"),
            (__version__, "bold"),
            ("  every answer comes over HTTP, from a server in this process", "bright_black"),
        )
    )
    played: list[_Played] = []
    kept = Path(mkdtemp(prefix="streamkit-")) / "demo.jsonl"
    with reported(), embedded() as clients, record(clients.http, kept):
        for number, scene in enumerate(SCENES, start=1):
            _announce(console, number, scene)
            if scene.reply is not None:
                clients.server.reply(**scene.reply)
            played.append(_play(console, scene, getattr(clients, scene.speaks), paced=paced))
    _sum_up(console, played, time.perf_counter() - start)
    _lead_on(console, kept)


@dataclass(frozen=True)
class _Played:
    scene: Scene
    figures: Figures
    ending: Event


def _announce(console: Console, number: int, scene: Scene) -> None:
    title = Text.assemble(
        (f"{number} ", "bright_black"),
        (scene.title, "bold cyan"),
        (f"  {scene.about}", "bright_black"),
    )
    console.print()
    console.print(Rule(title, align="left", style="bright_black"))
    if scene.code is not None:
        # The code is read from its source, so that the code shown is the code that runs.
        source = inspect.getsource(scene.code)
        body = textwrap.dedent(source[source.index("    return ") :]).removeprefix("return ")
        console.print(Syntax("", "python").highlight(body.rstrip()))


def _play(console: Console, scene: Scene, client: Any, *, paced: bool) -> _Played:
    figures = Figures()
    endings: list[Event] = []
    failures: list[Exception] = []
    with shown(console, figures, choices=scene.choices, format_name=scene.format_name) as show:

        def take(event: Event) -> None:
            figures.feed(event)
            show(event)
            if isinstance(event, scene.ends_with):
                endings.append(event)

        events = scene.events(client, scene.pace if paced else {}, figures)
        events.subscribe(take, failures.append)
    if failures:
        raise failures[0]
    if not endings:
        raise failure(f"scene {scene.title!r} failed: no {scene.ends_with.__name__} came")
    return _Played(scene, figures, endings[-1])


def _sum_up(console: Console, played: Sequence[_Played], seconds: float) -> None:
    from streamkit.cli.scenes import Trip

    console.print()
    console.print(Rule("[bold cyan]The final object", align="left", style="bright_black"))
    for each in played:
        parsed = getattr(each.ending, "parsed", None)
        if isinstance(parsed, Trip):
            console.print(Value(parsed))
    table = Table(box=None, pad_edge=False, header_style="bright_black", padding=(0, 3, 0, 0))
    table.add_column(f"{len(played)} scenes in {seconds:.1f} s")
    # A rate would be that of this machine, and of no model.
    for heading in ("events", "chunks"):
        table.add_column(heading, justify="right")
    for each in played:
        table.add_row(each.scene.title, *each.figures.cells()[:2])
    console.print()
    console.print(table)


def _lead_on(console: Console, kept: Path) -> None:
    console.print()
    console.print(Rule("[bold cyan]What next", align="left", style="bright_black"))
    for command, about in (
        ('streamkit chat "Why is the sky blue?"', "any API: --base-url, --model, OPENAI_API_KEY"),
        (f"streamkit inspect {kept}", "these answers in the browser, at any moment"),
        (f"streamkit serve --cassette {kept}", "the same answers for a program of yours"),
        ("python -m pydoc streamkit", "the documentation; the README shows it by examples"),
    ):
        # Whole lines, however narrow the terminal is, so that they can be copied.
        console.print(Text(command, "bold"), soft_wrap=True)
        console.print(Text(f"  {about}", "bright_black"))
