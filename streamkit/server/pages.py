"""The pages of a list of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from streamkit._core.compiled import convert
from streamkit.server.api_error import ApiError
from streamkit.server.complaint import complaint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamkit.server.call import Call
    from streamkit.server.store import Document, Record

MOST = 100
"""The number of objects that a page may have."""
MOST_FILES = 10_000
"""The number of files that a page may have."""


class Cursor(Struct, kw_only=True):
    """The start, order and limit of a page; other fields of a query are ignored."""

    limit: Annotated[int, Meta(ge=1)] | None = None
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    before: str | None = None


def page(  # noqa: PLR0913 - by keyword, and each with a default
    call: Call,
    kind: str,
    *,
    owner: str = "",
    where: Mapping[str, str] | None = None,
    show: Callable[[Record], Document] | None = None,
    most: int = MOST,
    default: int = 20,
) -> Document:
    """Return the page that a request's query asks for.

    Args:
        call: The request.
        kind: The kind of the listed objects.
        owner: The id of their owner.
        where: The values that they have, as for ``Store.select``.
        show: Returns an object as the API shows it; by default, its document.
        most: The largest limit.
        default: The limit when the query has none.

    Raises:
        ApiError: The query has a value that the API refuses.
    """
    cursor = _cursor(call, most)
    limit = cursor.limit or default
    for id in (cursor.after, cursor.before):
        if id is not None and call.store.find(kind, id, owner=owner) is None:
            param = "after" if id == cursor.after else "before"
            raise ApiError(f"Invalid '{param}': no object found with id '{id}'.", param=param)
    backwards = cursor.before is not None and cursor.after is None
    found = call.store.select(
        kind,
        owner=owner,
        where=where,
        descending=(cursor.order == "desc") != backwards,
        beyond=cursor.before if backwards else cursor.after,
        limit=limit + 1,
    )
    has_more = len(found) > limit
    records = found[:limit]
    if backwards:
        records.reverse()
    else:
        records = _until(cursor.before, records)
        has_more = has_more and len(records) == limit
    data = [show(record) if show else record.document for record in records]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }


def _cursor(call: Call, most: int) -> Cursor:
    query = dict(call.query)
    try:
        # The conversion is not strict, because a query holds numbers as text.
        cursor = convert(query, Cursor, strict=False)
    except msgspec.ValidationError as error:
        raise complaint(error, query, supported={"order": ("asc", "desc")}) from None
    if cursor.limit is not None and cursor.limit > most:
        raise ApiError(
            f"Invalid 'limit': integer above maximum value. Expected a value <= {most}, "
            f"but got {cursor.limit} instead.",
            param="limit",
            code="integer_above_max_value",
        )
    return cursor


def _until(before: str | None, records: list[Record]) -> list[Record]:
    ids = [record.id for record in records]
    return records[: ids.index(before)] if before in ids else records
