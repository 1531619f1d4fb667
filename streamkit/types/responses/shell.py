"""The items and parts that shells and patches exchange."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from streamkit._core.wire import Wire

__all__ = [
    "LocalShellCall",
    "LocalShellCallAction",
    "LocalShellCallOutput",
    "PatchOperation",
    "ResponseApplyPatchToolCall",
    "ResponseApplyPatchToolCallOutput",
    "ResponseFunctionShellToolCall",
    "ResponseFunctionShellToolCallOutput",
    "ShellAction",
    "ShellOutcome",
    "ShellOutput",
    "ShellOutputDelta",
]


class ShellAction(Wire):
    """The commands to run, and the limits on them."""

    commands: list[str] = []
    max_output_length: int | None = None
    timeout_ms: int | None = None


class ShellOutcome(Wire):
    """The end of a command: ``exit`` with its code, or ``timeout``."""

    type: str = ""
    exit_code: int | None = None


class ShellOutput(Wire):
    """The output of one command."""

    stdout: str = ""
    stderr: str = ""
    outcome: ShellOutcome | None = None
    created_by: str | None = None


class ShellOutputDelta(Wire):
    """A new piece of a command's output."""

    stdout: str | None = None
    stderr: str | None = None


class ResponseFunctionShellToolCall(Wire, tag_field="type", tag="shell_call"):
    """A call of the shell."""

    type: ClassVar[Literal["shell_call"]] = "shell_call"
    id: str | None = None
    call_id: str = ""
    action: ShellAction | None = None
    environment: dict[str, Any] | None = None
    status: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None


class ResponseFunctionShellToolCallOutput(Wire, tag_field="type", tag="shell_call_output"):
    """The output of a call of the shell."""

    type: ClassVar[Literal["shell_call_output"]] = "shell_call_output"
    id: str | None = None
    call_id: str = ""
    output: list[ShellOutput] = []
    max_output_length: int | None = None
    status: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None


class LocalShellCallAction(Wire):
    """The command to run on the caller's machine."""

    type: str = "exec"
    command: list[str] = []
    env: dict[str, str] = {}
    timeout_ms: int | None = None
    user: str | None = None
    working_directory: str | None = None


class LocalShellCall(Wire, tag_field="type", tag="local_shell_call"):
    """A call of a shell on the caller's machine."""

    type: ClassVar[Literal["local_shell_call"]] = "local_shell_call"
    id: str | None = None
    call_id: str = ""
    action: LocalShellCallAction | None = None
    status: str | None = None


class LocalShellCallOutput(Wire, tag_field="type", tag="local_shell_call_output"):
    """The output of a shell on the caller's machine."""

    type: ClassVar[Literal["local_shell_call_output"]] = "local_shell_call_output"
    id: str | None = None
    output: str = ""
    status: str | None = None


class PatchOperation(Wire):
    """A change of one file: ``create_file``, ``update_file`` or ``delete_file``."""

    type: str = ""
    path: str = ""
    diff: str | None = None


class ResponseApplyPatchToolCall(Wire, tag_field="type", tag="apply_patch_call"):
    """A call that changes a file."""

    type: ClassVar[Literal["apply_patch_call"]] = "apply_patch_call"
    id: str | None = None
    call_id: str = ""
    operation: PatchOperation | None = None
    status: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None


class ResponseApplyPatchToolCallOutput(Wire, tag_field="type", tag="apply_patch_call_output"):
    """The result of a change of a file."""

    type: ClassVar[Literal["apply_patch_call_output"]] = "apply_patch_call_output"
    id: str | None = None
    call_id: str = ""
    output: str | None = None
    status: str | None = None
    caller: dict[str, Any] | None = None
    created_by: str | None = None
