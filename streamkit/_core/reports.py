"""The errors that a server reports in place of an answer, or within it, in any shape.

Strategy: an object reports an error when it has a sign of one (an ``error`` that is not empty, a
kind that ends with "error", a code that is no success), or when it has only a message. An object
that names another kind of event, as ``{"type": "ping"}`` does, reports none. An answer with choices
reports one only in an ``error``, its own or that of a choice.
"""

from __future__ import annotations

from typing import Any, cast

from streamkit._core.decoding import loads
from streamkit.errors import APIError

__all__ = ["ENVELOPES", "SIGNS", "ended_with_error", "is_error", "report_in", "reported", "text_of"]

ENVELOPES = ("data", "result", "output", "response", "base_resp")
"""The fields in which gateways wrap an answer or an error."""

_TEXTS = (
    *("message", "msg", "detail", "error_message", "error_msg", "errorMessage", "status_msg"),
    *("error_description", "Message", "error"),
)
_OTHER_NAMES = ("Error", "ERROR", "err")
_KINDS = ("type", "object", "event", "status", "state")
_CODES = ("code", "status_code", "statusCode", "error_code", "errorCode", "errcode", "status")
SIGNS = frozenset(
    {
        *(*ENVELOPES, *_TEXTS, *_OTHER_NAMES, *_KINDS, *_CODES),
        *("choices", "errors", "success"),
    }
)
"""The names of all fields by which an object may report an error."""

_BAD_ENDS = ("error", "exception", "failed", "failure")
_GOOD = frozenset({"", "0", "ok", "success", "succeeded"})


def reported(data: str | bytes, error: object = None) -> APIError:
    """Return the exception for an error that a server reports within a stream, in any form.

    ``error`` is the report if it was found already; else the report is in ``data``.
    """
    if error is None:
        try:
            error = loads(data)
        except ValueError:
            error = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        error = report_in(error) or error
    return APIError(text_of(error) or "an error occurred during streaming", body=error)


def ended_with_error(index: int, finish_reason: str | None) -> APIError | None:
    """Return the error of a choice whose finish reason is one (``error``, ``network_error``)."""
    if finish_reason is None or not is_error(finish_reason):
        return None
    return APIError(f"choice {index} ended with the finish reason {finish_reason!r}")


def report_in(value: object, event: str = "message") -> object:
    """Return the error that decoded JSON reports, or None.

    ``event`` is the type of the server-sent event that held the JSON.
    """
    return _report_in(value, kind="" if event == "message" else event, bare=True)


def is_error(kind: str) -> bool:
    """Return whether a kind is an error by its name."""
    return kind.lower().endswith(_BAD_ENDS)


def text_of(error: object) -> str:
    """Return the message of an error, or else all of it."""
    if isinstance(error, dict):
        fields = cast("dict[str, Any]", error)
        said = next((fields[name] for name in _TEXTS if fields.get(name)), None)
        error = fields if said is None or said is True else said
    if isinstance(error, str):
        return error
    import json

    return json.dumps(error)


def _report_in(value: object, *, kind: str = "", bare: bool = False) -> object:
    """Return the error in ``value``, which is of this kind; a mere message counts if ``bare``."""
    if isinstance(value, list):  # Google's servers send a list of one
        items = cast("list[object]", value)
        return next((report for item in items if (report := _report_in(item))), None)
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, Any]", value)
    error = _own(fields)
    if error is not None:
        return fields if error is True else error
    if choices := fields.get("choices"):
        return _of_choices(choices)
    if errors := fields.get("errors"):
        first = cast("list[object]", errors)[0] if isinstance(errors, list) else errors
        return cast("object", first)
    is_report = _is_report(fields, kind, bare=bare)
    if is_report and any(_is_said(fields.get(name)) for name in _TEXTS):
        return fields
    inner = [fields[name] for name in ENVELOPES if fields.get(name)] if bare else []
    found = next((report for each in inner if (report := _report_in(each))), None)
    return found or (fields if is_report else None)


def _of_choices(choices: object) -> object:
    """Return the error of the first choice that has one, beside its message or in it."""
    for choice in cast("list[object]", choices) if isinstance(choices, list) else [choices]:
        if isinstance(choice, dict):
            fields = cast("dict[str, Any]", choice)
            for part in (fields, fields.get("delta"), fields.get("message")):
                if isinstance(part, dict):
                    error = _own(cast("dict[str, Any]", part))
                    if error is not None:
                        return error
    return None


def _own(fields: dict[str, Any]) -> object:
    """Return the error in a field of its own; None when the field is empty."""
    found = fields.get("error")
    for name in _OTHER_NAMES:
        error = fields.get(name)
        found = found or (None if isinstance(error, str) and not _is_said(error) else error)
    return cast("object", found) or None


def _is_report(fields: dict[str, Any], kind: str, *, bare: bool) -> bool:
    named = (kind, *(fields.get(name) for name in _KINDS))
    kinds = [each for each in named if isinstance(each, str) and each]
    if fields.get("success") is False or any(map(is_error, kinds)):
        return True
    says_something = any(_is_said(fields.get(name)) for name in _TEXTS)
    codes = [
        code for name in _CODES if (code := fields.get(name)) is not None and code not in kinds
    ]
    if kinds:
        return says_something and any(_is_http_error(code) for code in codes)
    if codes:
        return says_something and not any(_is_good(code) for code in codes)
    return bare and says_something


def _is_said(value: object) -> bool:
    """Return whether a value is an error's message: text without success, or a list of faults."""
    if isinstance(value, str):
        return value.strip().lower() not in _GOOD
    return isinstance(value, list) and bool(cast("list[object]", value))


def _is_good(code: object) -> bool:
    number = _number(code)
    if number is None:
        return isinstance(code, str) and code.strip().lower() in _GOOD
    return number == 0 or 100 <= number < 400


def _is_http_error(code: object) -> bool:
    number = _number(code)
    return number is not None and 400 <= number < 600


def _number(code: object) -> int | None:
    try:
        return int(cast("str", code))
    except (TypeError, ValueError, OverflowError):
        return None
