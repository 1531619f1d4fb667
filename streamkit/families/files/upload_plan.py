"""The plan of a helper that uploads files and then polls; written once for both clients. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit.families.files import files
from streamkit.families.files.batch_upload import BatchUpload
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamkit._http.upload import FileTypes
    from streamkit.families._resource.call import Call
    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.families.files.batch_upload import Job
    from streamkit.types import FileObject

__all__ = ["UploadPlan"]

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True)
class UploadPlan(Generic[W]):
    """The files to upload, and the polling of the object that is made of them."""

    files: Sequence[FileTypes]
    poll: Callable[[Sequence[str]], PollPlan[W]]
    """Returns the polling for the ids of the files, in their order."""
    max_concurrency: int
    options: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Raise before the uploads if the call after them would be invalid."""
        if self.max_concurrency < 1:
            raise ValueError(f"max_concurrency must be 1 or more, not {self.max_concurrency}")
        self.batch()
        self.poll(["file"] * len(self.files)).call(None)

    def batch(self) -> BatchUpload:
        """Return a batch of the files, none of which is sent yet."""
        return BatchUpload(self.files)

    def call(self, job: Job) -> Call[FileObject]:
        """Return the call that sends a job's file."""
        options = {name: self.options[name] for name in self.options if name != "extra_body"}
        params = {"file": job.file, "purpose": "assistants", **options}
        return files.create(params, job.on_progress)
