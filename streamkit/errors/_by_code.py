"""The errors of Anthropic's API whose cause has a code of its own, under its package's names."""

# A module of its own: it is imported when the API sends such a code, or a program names a class.

from __future__ import annotations

from streamkit.errors import (
    APIStatusError,
    BadRequestError,
    ContentTooLargeError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    ServiceUnavailableError,
)

__all__ = [
    "BY_CODE",
    "CMEKContextUnavailableError",
    "CMEKKeyDisabledError",
    "CMEKKeyNetworkBlockedError",
    "CMEKKeyUnreachableError",
    "ClaudeCodeKeyCreatorNotMemberError",
    "ClaudeCodeVersionTooOldError",
    "ContractSpendLimitReachedError",
    "EnforcedSpendLimitReachedError",
    "LinkedOrganizationBillingUnavailableError",
    "LinkedOrganizationSpendLimitReachedError",
    "OrganizationOnHoldError",
    "OrganizationTypeNotSupportedError",
    "ParentOrganizationRequiredError",
    "RampLimitExceededError",
    "RequestBodyEncodingInvalidError",
    "RequestBodyEncodingUnsupportedError",
    "RequestBodyTooLargeAfterDecodingError",
    "SandboxEgressRestrictedError",
    "WorkspaceHumanReviewDisabledError",
    "of_code",
]


class ClaudeCodeKeyCreatorNotMemberError(BadRequestError):
    """400: the user who made the key of Claude Code has left the organization or workspace."""


class ClaudeCodeVersionTooOldError(BadRequestError):
    """400: the version of Claude Code is older than the model or the organization requires."""


class CMEKKeyDisabledError(BadRequestError):
    """400: the customer's encryption key of the workspace is disabled or revoked."""


class CMEKKeyNetworkBlockedError(BadRequestError):
    """400: the service that keeps the workspace's encryption key refuses the network."""


class OrganizationOnHoldError(BadRequestError):
    """400: the organization is disabled for reasons of trust and safety."""


class OrganizationTypeNotSupportedError(BadRequestError):
    """400: the endpoint does not serve organizations of this type."""


class ParentOrganizationRequiredError(BadRequestError):
    """400: the endpoint serves only organizations that have a parent organization."""


class RequestBodyEncodingInvalidError(BadRequestError):
    """400: the body of the request does not fit its ``Content-Encoding``."""


class RequestBodyEncodingUnsupportedError(BadRequestError):
    """400: the API does not know the ``Content-Encoding`` of the request."""


class WorkspaceHumanReviewDisabledError(BadRequestError):
    """400: the operation needs a workspace with human review, and here it is off."""


class LinkedOrganizationBillingUnavailableError(PaymentRequiredError):
    """402: the organization of the request's user profile cannot be billed now."""


class LinkedOrganizationSpendLimitReachedError(PaymentRequiredError):
    """402: the organization of the request's user profile has no money left for the request."""


class SandboxEgressRestrictedError(PermissionDeniedError):
    """403: the sandbox that sent the request may not send it."""


class RequestBodyTooLargeAfterDecodingError(ContentTooLargeError):
    """413: the body of the request is too large once it is decompressed."""


class ContractSpendLimitReachedError(RateLimitError):
    """429: the organization has spent what its contract allows."""


class EnforcedSpendLimitReachedError(RateLimitError):
    """429: the organization has spent what its tier allows in a month."""


class RampLimitExceededError(RateLimitError):
    """429: the use of the API would grow too fast; ``retry-after`` has the seconds to wait."""


class CMEKContextUnavailableError(ServiceUnavailableError):
    """503: the encryption settings of the workspace could not be read."""


class CMEKKeyUnreachableError(ServiceUnavailableError):
    """503: the customer's encryption key of the workspace could not be reached."""


BY_CODE: dict[str, type[APIStatusError]] = {
    "claude_code_key_creator_not_member": ClaudeCodeKeyCreatorNotMemberError,
    "claude_code_version_too_old": ClaudeCodeVersionTooOldError,
    "cmek_context_unavailable": CMEKContextUnavailableError,
    "cmek_key_disabled": CMEKKeyDisabledError,
    "cmek_key_network_blocked": CMEKKeyNetworkBlockedError,
    "cmek_key_unreachable": CMEKKeyUnreachableError,
    "contract_spend_limit_reached": ContractSpendLimitReachedError,
    "enforced_spend_limit_reached": EnforcedSpendLimitReachedError,
    "linked_organization_billing_unavailable": LinkedOrganizationBillingUnavailableError,
    "linked_organization_spend_limit_reached": LinkedOrganizationSpendLimitReachedError,
    "organization_on_hold": OrganizationOnHoldError,
    "organization_type_not_supported": OrganizationTypeNotSupportedError,
    "parent_organization_required": ParentOrganizationRequiredError,
    "ramp_limit_exceeded": RampLimitExceededError,
    "request_body_encoding_invalid": RequestBodyEncodingInvalidError,
    "request_body_encoding_unsupported": RequestBodyEncodingUnsupportedError,
    "request_body_too_large_after_decoding": RequestBodyTooLargeAfterDecodingError,
    "sandbox_egress_restricted": SandboxEgressRestrictedError,
    "workspace_human_review_disabled": WorkspaceHumanReviewDisabledError,
}
"""The classes by the ``error_code`` in the details of an error."""


def of_code(kind: type[APIStatusError], code: str) -> type[APIStatusError]:
    """Return the class of a code, if it is one of the errors of ``kind``; else ``kind``."""
    found = BY_CODE.get(code, kind)
    return found if issubclass(found, kind) else kind
