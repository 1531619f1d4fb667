"""The sources that an answer cites, found in the annotations of each protocol."""

from __future__ import annotations

from typing import Any, cast

__all__ = ["source_of"]


def source_of(annotation: Any) -> dict[str, Any] | None:
    """Return the ``url`` of an annotation, or the ``mediaType`` and ``title`` of its document.

    A source may have a ``title`` and a ``filename`` as well; None means that there is no source.
    """
    if not isinstance(annotation, dict):
        return None
    fields = cast("dict[str, Any]", annotation)
    inner = fields.get(str(fields.get("type")))  # where chat completions have them
    if isinstance(inner, dict):
        fields = fields | cast("dict[str, Any]", inner)
    title = _text(fields, "title", "document_title", "filename", "file_id")
    url = _text(fields, "url")
    if url:
        return {"url": url} | ({"title": title} if title else {})
    if not title:
        return None
    filename = _text(fields, "filename")
    document = {"mediaType": "text/plain", "title": title}
    return document | ({"filename": filename} if filename else {})


def _text(fields: dict[str, Any], *names: str) -> str:
    found = (fields[name] for name in names if fields.get(name))
    return next((value for value in found if isinstance(value, str)), "")
