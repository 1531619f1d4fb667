"""Quirks of servers: the bytes that they send, and the result that streamkit makes of them.

Each quirk is named after the server and its behaviour; ``SERVERS.md`` describes it.
"""

from __future__ import annotations

from tests.server_quirks.bodies import ENDS, FRAMES
from tests.server_quirks.gateways import AIMOCK, LITELLM, LLAMA_CPP_PYTHON, MOCKS, OGX, OPENROUTER
from tests.server_quirks.messages import CALLS, CHOICES, FIELDS
from tests.server_quirks.quirk import Quirk
from tests.server_quirks.servers import AZURE, GEMINI, GLM, LLAMA_CPP, OLLAMA, VLLM

__all__ = ["QUIRKS", "Quirk"]

QUIRKS: dict[str, Quirk] = {
    **AZURE,
    **OLLAMA,
    **VLLM,
    **LLAMA_CPP,
    **GEMINI,
    **GLM,
    **OPENROUTER,
    **LITELLM,
    **LLAMA_CPP_PYTHON,
    **OGX,
    **AIMOCK,
    **MOCKS,
    **CHOICES,
    **CALLS,
    **FIELDS,
    **FRAMES,
    **ENDS,
}
