"""What a traceback and a tracker of errors show of an error."""

from __future__ import annotations

import traceback
from typing import Any


def everything_shown(error: BaseException | None) -> str:
    """Return the text that a traceback prints and a tracker of errors and requests collects."""
    shown = "" if error is None else "".join(traceback.format_exception(error))
    while error is not None:
        shown += repr(vars(error))
        for request in (_request_of(error), _request_of(getattr(error, "response", None))):
            shown += repr(request and (request.url, request.headers.raw))
        error = error.__cause__ or error.__context__
    return shown


def _request_of(holder: Any) -> Any:
    try:
        return getattr(holder, "request", None)
    except RuntimeError:
        return None
