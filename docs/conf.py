"""The site: `python .ci/check.py docs` builds it, without a network, and fails at a warning."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # for the extensions of this folder

from streamkit import __version__

project = "streamkit"
author = "the streamkit authors"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docs._extensions.autodoc",
    "docs._extensions.reference",
]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "undoc-members": True}
add_module_names = False
toc_object_entries = False  # every page would have all names in its navigation

html_theme = "furo"
html_title = f"streamkit {release}"
html_static_path = ["_static"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
