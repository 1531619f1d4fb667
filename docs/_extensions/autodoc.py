"""What autodoc reads: docstrings as the project writes them, with marble diagrams as pictures."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from docs._extensions.docstrings import as_rst
from docs._extensions.marble import read
from docs._extensions.picture import picture

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive of diagrams, and read docstrings before napoleon reads them."""
    app.add_directive("marble", Marble)
    app.add_css_file("marble.css")
    app.connect("autodoc-process-docstring", _process, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Marble(SphinxDirective):
    """The picture of the marble diagram that is its content."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the picture, as a part of the page, so that it has the page's colours."""
        diagram = read("\n".join(self.content))
        return [nodes.raw("", picture(diagram), format="html")]


def _process(*event: Any) -> None:
    _, what, _, documented, _, lines = event
    text = "\n".join(lines)
    if what == "data" and text.strip() == inspect.getdoc(documented.__class__):
        text = ""  # a dict is not documented by what Python says of all dicts
    lines[:] = [*as_rst(text).splitlines(), ""]
