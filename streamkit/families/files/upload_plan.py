"""What a helper uploads before it polls; written once for both clients, and no I/O."""

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
    """Some files, and the polling of what is made of them."""

    files: Sequence[FileTypes]
    poll: Callable[[Sequence[str]], PollPlan[W]]
    """Given the ids of the files, in their order."""
    max_concurrency: int
    options: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Refuse before anything is uploaded what could only fail after it."""
        if self.max_concurrency < 1:
            raise ValueError(f"max_concurrency must be 1 or more, not {self.max_concurrency}")
        self.batch()
        self.poll(["file"] * len(self.files)).call(None)

    def batch(self) -> BatchUpload:
        """The files, yet to be sent."""
        return BatchUpload(self.files)

    def call(self, job: Job) -> Call[FileObject]:
        """The call that sends one of them."""
        options = {name: self.options[name] for name in self.options if name != "extra_body"}
        params = {"file": job.file, "purpose": "assistants", **options}
        return files.create(params, job.on_progress)
