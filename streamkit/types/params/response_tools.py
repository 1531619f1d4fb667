"""The parameters of Responses for the tools that the API runs itself, or has a kind of call for.

Source: https://platform.openai.com/docs/guides/tools.
"""

# TypedDict is that of typing_extensions, because pydantic takes no other before Python 3.12.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias

from typing_extensions import TypedDict

__all__ = [
    "ApplyPatchToolParam",
    "CodeInterpreter",
    "ComputerToolParam",
    "ComputerUsePreviewToolParam",
    "FileSearchToolParam",
    "FunctionShellToolParam",
    "HostedToolParam",
    "ImageGeneration",
    "LocalShell",
    "Mcp",
    "ProgrammaticToolCalling",
    "ToolSearchToolParam",
    "WebSearchPreviewToolParam",
    "WebSearchToolParam",
]

AllowedCallers: TypeAlias = list[Literal["direct", "programmatic"]]
"""The callers of a tool: the model, or a program that it writes."""

# Searches


class WebSearchFilters(TypedDict, total=False):
    """The sites that a search is limited to."""

    allowed_domains: Sequence[str] | None


class WebSearchUserLocation(TypedDict, total=False):
    """The approximate place of the user."""

    city: str | None
    country: str | None
    region: str | None
    timezone: str | None
    type: Literal["approximate"]


class WebSearchToolParam(TypedDict, total=False):
    """The search of the web."""

    type: Required[Literal["web_search", "web_search_2025_08_26"]]
    external_web_access: bool
    filters: WebSearchFilters | None
    search_context_size: Literal["low", "medium", "high"]
    user_location: WebSearchUserLocation | None


class WebSearchPreviewUserLocation(TypedDict, total=False):
    """The approximate place of the user."""

    type: Required[Literal["approximate"]]
    city: str | None
    country: str | None
    region: str | None
    timezone: str | None


class WebSearchPreviewToolParam(TypedDict, total=False):
    """The search of the web, in its first version."""

    type: Required[Literal["web_search_preview", "web_search_preview_2025_03_11"]]
    search_content_types: list[Literal["text", "image"]]
    search_context_size: Literal["low", "medium", "high"]
    user_location: WebSearchPreviewUserLocation | None


class ComparisonFilter(TypedDict, total=False):
    """A condition on an attribute of a file."""

    key: Required[str]
    type: Required[Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]]
    value: Required[str | float | bool | Sequence[str | float]]


class CompoundFilter(TypedDict, total=False):
    """Several conditions on a file."""

    filters: Required[Iterable[ComparisonFilter | Mapping[str, Any]]]
    type: Required[Literal["and", "or"]]


class HybridSearch(TypedDict, total=False):
    """The weights of a search by meaning and by words."""

    embedding_weight: Required[float]
    text_weight: Required[float]


class FileSearchRankingOptions(TypedDict, total=False):
    """The order of the results, and the least score of one."""

    hybrid_search: HybridSearch
    ranker: Literal["auto", "default-2024-11-15"]
    score_threshold: float


class FileSearchToolParam(TypedDict, total=False):
    """The search in vector stores."""

    type: Required[Literal["file_search"]]
    vector_store_ids: Required[Sequence[str]]
    filters: ComparisonFilter | CompoundFilter | None
    max_num_results: int
    ranking_options: FileSearchRankingOptions


class ToolSearchToolParam(TypedDict, total=False):
    """The search for tools whose loading is deferred."""

    type: Required[Literal["tool_search"]]
    description: str | None
    execution: Literal["server", "client"]
    parameters: object | None


# Computers


class ComputerToolParam(TypedDict, total=False):
    """The use of a computer."""

    type: Required[Literal["computer"]]


class ComputerUsePreviewToolParam(TypedDict, total=False):
    """The use of a computer, in its first version."""

    display_height: Required[int]
    display_width: Required[int]
    environment: Required[Literal["windows", "mac", "linux", "ubuntu", "browser"]]
    type: Required[Literal["computer_use_preview"]]


class ContainerNetworkPolicyDisabled(TypedDict, total=False):
    """No access to the network."""

    type: Required[Literal["disabled"]]


class DomainSecret(TypedDict, total=False):
    """A secret that is inserted in requests to a domain."""

    domain: Required[str]
    name: Required[str]
    value: Required[str]


class ContainerNetworkPolicyAllowlist(TypedDict, total=False):
    """Access to some domains."""

    allowed_domains: Required[Sequence[str]]
    type: Required[Literal["allowlist"]]
    domain_secrets: Iterable[DomainSecret]


MemoryLimit: TypeAlias = Literal["1g", "4g", "16g", "64g"]


class CodeInterpreterContainerAuto(TypedDict, total=False):
    """A container that is made for the answer."""

    type: Required[Literal["auto"]]
    file_ids: Sequence[str]
    memory_limit: MemoryLimit | None
    network_policy: ContainerNetworkPolicyDisabled | ContainerNetworkPolicyAllowlist


class CodeInterpreter(TypedDict, total=False):
    """Python in a container, which is given by its id or made."""

    container: Required[str | CodeInterpreterContainerAuto]
    type: Required[Literal["code_interpreter"]]
    allowed_callers: AllowedCallers | None


class ProgrammaticToolCalling(TypedDict, total=False):
    """Programs of the model that call its tools."""

    type: Required[Literal["programmatic_tool_calling"]]


class ContainerAuto(TypedDict, total=False):
    """A shell's container that is made for the answer."""

    type: Required[Literal["container_auto"]]
    file_ids: Sequence[str]
    memory_limit: MemoryLimit | None
    network_policy: ContainerNetworkPolicyDisabled | ContainerNetworkPolicyAllowlist
    skills: Iterable[Mapping[str, Any]]


class LocalSkill(TypedDict, total=False):
    """A skill in a folder of the caller's computer."""

    description: Required[str]
    name: Required[str]
    path: Required[str]


class LocalEnvironment(TypedDict, total=False):
    """The caller's computer."""

    type: Required[Literal["local"]]
    skills: Iterable[LocalSkill]


class ContainerReference(TypedDict, total=False):
    """A container that exists."""

    container_id: Required[str]
    type: Required[Literal["container_reference"]]


class FunctionShellToolParam(TypedDict, total=False):
    """A shell."""

    type: Required[Literal["shell"]]
    allowed_callers: AllowedCallers | None
    environment: ContainerAuto | LocalEnvironment | ContainerReference | None


class LocalShell(TypedDict, total=False):
    """A shell on the caller's computer, in its first version."""

    type: Required[Literal["local_shell"]]


class ApplyPatchToolParam(TypedDict, total=False):
    """Changes of files on the caller's computer."""

    type: Required[Literal["apply_patch"]]
    allowed_callers: AllowedCallers | None


# MCP servers


class McpToolFilter(TypedDict, total=False):
    """Some tools of a server."""

    read_only: bool
    tool_names: Sequence[str]


class McpApprovalFilter(TypedDict, total=False):
    """The tools whose calls the caller always approves, and those that need no approval."""

    always: McpToolFilter
    never: McpToolFilter


class Mcp(TypedDict, total=False):
    """The tools of an MCP server."""

    server_label: Required[str]
    type: Required[Literal["mcp"]]
    allowed_callers: AllowedCallers | None
    allowed_tools: Sequence[str] | McpToolFilter | None
    authorization: str
    connector_id: str
    defer_loading: bool
    headers: dict[str, str] | None
    require_approval: McpApprovalFilter | Literal["always", "never"] | None
    server_description: str
    server_url: str
    tunnel_id: str


# Images


class ImageMask(TypedDict, total=False):
    """The mask of the part of an image that is painted anew."""

    file_id: str
    image_url: str


class SvgReasoning(TypedDict, total=False):
    """The effort of the model that writes an SVG."""

    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class ImageGenerationSvg(TypedDict, total=False):
    """The model that writes an SVG."""

    model: str
    reasoning: SvgReasoning | None


class ImageGeneration(TypedDict, total=False):
    """The generation of images."""

    type: Required[Literal["image_generation"]]
    action: Literal["generate", "edit", "auto"]
    background: Literal["transparent", "opaque", "auto"]
    complexity: Literal["low", "medium", "high"]
    frame_count: int
    frame_duration_ms: int
    input_fidelity: Literal["high", "low"] | None
    input_image_mask: ImageMask
    model: str
    moderation: Literal["auto", "low"]
    output_compression: int
    output_format: Literal["png", "webp", "jpeg", "gif", "svg"]
    partial_images: int
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"]
    size: str
    svg: ImageGenerationSvg


HostedToolParam: TypeAlias = (
    FileSearchToolParam
    | ComputerToolParam
    | ComputerUsePreviewToolParam
    | WebSearchToolParam
    | Mcp
    | CodeInterpreter
    | ProgrammaticToolCalling
    | ImageGeneration
    | LocalShell
    | FunctionShellToolParam
    | ToolSearchToolParam
    | WebSearchPreviewToolParam
    | ApplyPatchToolParam
)
