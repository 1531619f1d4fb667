"""The inspector: a page in the browser that shows streams, recorded or as they come.

It shows a stream from all sides at once: its frames as they came over the network, its events, the
texts and partial objects at any moment, and when each part grew. ``streamkit inspect`` opens it::

    streamkit inspect chat.jsonl                       # a cassette
    streamkit inspect before.jsonl after.jsonl         # two, side by side
    streamkit inspect --live https://api.openai.com/v1 # what passes a recording proxy
    streamkit inspect --live answers.db --stream answer-1

The page is served to this machine alone, and only shows. Secrets are masked as in a recording. It
needs the extra ``cli`` or ``server``.
"""

from __future__ import annotations

from streamkit._core.extras import needing

with needing("server", "streamkit.inspector"):
    from streamkit.inspector.inspector import Inspector

__all__ = ["Inspector"]
