"""The options of the commands that listen at an address for long."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

__all__ = ["AllowHost", "Port"]

Port: TypeAlias = Annotated[
    int, typer.Option(min=0, max=65535, help="The port; 0 lets the system choose one.")
]
AllowHost: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="HOST", help="Another host that requests may name.")
]
