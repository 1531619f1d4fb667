"""The requests about uploaded files."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Literal, get_args

import anyio
import msgspec
from anyio.lowlevel import checkpoint
from starlette.responses import Response, StreamingResponse

from streamkit.server.api_error import ApiError
from streamkit.server.call import Call, shown
from streamkit.server.complaint import missing
from streamkit.server.files.contents import PIECE, content
from streamkit.server.files.multipart import read_upload
from streamkit.server.pages import MOST_FILES, page
from streamkit.server.polls import poll

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.datastructures import UploadFile
    from starlette.requests import Request

    from streamkit.server.call import Admit
    from streamkit.server.desk import Desk
    from streamkit.server.settings import Settings
    from streamkit.server.store import Document, Record, Store

KIND = "file"
ERROR = "[[error]]"
"""The mark in the name of a file that cannot be processed."""

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]


def upload(desk: Desk, admit: Admit) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint for uploads, which reads a body before its transaction begins."""

    async def serve(request: Request) -> Response:
        settings = admit(request)
        file, fields = await read_upload(request, desk.upload_limit)
        try:
            form = msgspec.json.encode({**fields, "file": file.filename})
            request.scope["journal"].note(request.scope["exchange"], form)
            _check(fields)
            record = await keep(desk, file, fields, settings)
        finally:
            await file.close()
        return shown(record.document, settings)

    return serve


def show(call: Call) -> Document:
    """Show a file, which counts as a poll."""
    record = call.find(KIND, "file")
    if record.document["status"] == "uploaded" and poll(record):
        _processed(record)
    call.store.save(record)
    return record.document


def show_page(call: Call) -> Document:
    """List the files, of one purpose or any."""
    purpose = call.query.get("purpose")
    where = {} if purpose is None else {"document.purpose": purpose}
    return page(call, KIND, where=where, most=MOST_FILES, default=MOST_FILES)


def show_content(call: Call) -> Response:
    """Send a file's content."""
    record = call.find(KIND, "file")
    return StreamingResponse(
        content(call.store, record.id),
        media_type="application/octet-stream",
        # The length shows the client that a download was cut, or its file deleted meanwhile.
        headers={"content-length": str(record.document["bytes"])},
    )


def delete(call: Call) -> Document:
    """Delete a file, also from the vector stores."""
    record = call.find(KIND, "file")
    call.store.remove(KIND, record.id)
    call.store.remove("vector_store.file", record.id, owner=None)
    call.store.discard(record.id)
    return {"id": record.id, "object": "file", "deleted": True}


def _check(fields: dict[str, str]) -> None:
    purpose = fields.get("purpose")
    if purpose is None:
        raise missing("purpose")
    if purpose not in get_args(Purpose):
        raise ApiError(
            f"'{purpose}' is not one of {list(get_args(Purpose))} - 'purpose'", param="purpose"
        )
    lifetime = fields.get("expires_after[seconds]", "3600")
    if not re.fullmatch("[0-9]{4,7}", lifetime):
        param = "expires_after.seconds"
        raise ApiError(f"Invalid '{param}': got '{lifetime}'.", param=param)


async def keep(desk: Desk, file: UploadFile, fields: dict[str, str], settings: Settings) -> Record:
    """Store an upload's file, which becomes visible when its whole content is stored."""
    store = desk.store
    async with store:
        upload = store.add("upload", "file-", {"filename": file.filename or "upload"})
    try:
        for position in count():
            data = await file.read(PIECE)
            if not data:
                break
            async with store:
                store.write(upload.id, position, data)
            # Other tasks run between two pieces.
            await checkpoint()
        return await _finished(store, upload, file, fields, settings)
    except BaseException:
        with anyio.CancelScope(shield=True):
            async with store:
                store.remove("upload", upload.id)
                store.discard(upload.id)
        raise


async def _finished(
    store: Store, upload: Record, file: UploadFile, fields: dict[str, str], settings: Settings
) -> Record:
    """Turn an upload whose content is stored into a file, in one transaction."""
    lifetime = fields.get("expires_after[seconds]")
    document: Document = {
        **upload.document,
        "object": KIND,
        "bytes": file.size,
        "purpose": fields["purpose"],
        "status": "uploaded",
        "status_details": None,
        "expires_at": lifetime and upload.document["created_at"] + int(lifetime),
    }
    async with store:
        if store.find("upload", upload.id) is None:
            # Another server opened the database, and removed this upload as one of a dead server.
            raise ApiError("The upload was interrupted.", status=503, kind="server_error")
        store.remove("upload", upload.id)
        record = store.insert(KIND, document, private={"polls": settings.polls})
        if settings.polls == 0:
            _processed(record)
            store.save(record)
    return record


def _processed(record: Record) -> None:
    if ERROR in record.document["filename"]:
        record.document.update(status="error", status_details="The file could not be read.")
    else:
        record.document["status"] = "processed"


ROUTES = (
    ("GET", "/files", show_page),
    ("GET", "/files/{file}", show),
    ("GET", "/files/{file}/content", show_content),
    ("DELETE", "/files/{file}", delete),
)
