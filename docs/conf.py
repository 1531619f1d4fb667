"""The site: `python .ci/check.py docs` builds it, without a network, and fails at a warning."""

from __future__ import annotations

from streamkit import __version__

project = "streamkit"
author = "the streamkit authors"
project_copyright = author
version = release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
# An anchor that is missing is an error, as any other link is.
suppress_warnings: list[str] = []

html_theme = "furo"
html_title = f"streamkit {release}"
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
