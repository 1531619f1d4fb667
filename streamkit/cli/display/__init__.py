"""The display of answers and uploads: classes that take events and know no source of them."""

from __future__ import annotations

from streamkit._core.visible import visible, visible_json, visible_line
from streamkit.cli.display.answer import Answer
from streamkit.cli.display.fields import Fields
from streamkit.cli.display.figures import Figures
from streamkit.cli.display.lines import Lines
from streamkit.cli.display.mapping import shown_map
from streamkit.cli.display.shown import is_live, shown
from streamkit.cli.display.uploads import described, shown_upload
from streamkit.cli.display.value import Value

__all__ = [
    "Answer",
    "Fields",
    "Figures",
    "Lines",
    "Value",
    "described",
    "is_live",
    "shown",
    "shown_map",
    "shown_upload",
    "visible",
    "visible_json",
    "visible_line",
]
