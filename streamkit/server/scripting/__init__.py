"""Replies that a test gives the server, in place of the answers that it makes up."""

from __future__ import annotations

from streamkit.server.scripting.reply import Reply, reply_of
from streamkit.server.scripting.script import Script

__all__ = ["Reply", "Script", "reply_of"]
