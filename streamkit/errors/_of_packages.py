"""Errors of the ``openai`` and ``anthropic`` packages about what streamkit has no part of.

streamkit raises none of them. They exist so that the imports and ``except`` clauses of a program
that was written for these packages still work.
"""

from __future__ import annotations

from streamkit.errors import APIError, AuthenticationError, CredentialsError, StreamkitError

__all__ = [
    "APIWebhookValidationError",
    "IdentityTokenFileError",
    "InvalidWebhookSignatureError",
    "OAuthError",
    "WebSocketConnectionClosedError",
    "WebSocketQueueFullError",
]


class APIWebhookValidationError(APIError):
    """The message of a webhook is not valid; streamkit has no webhooks, and never raises it."""


class IdentityTokenFileError(CredentialsError):
    """A file with an identity token cannot be read; streamkit reads none, and never raises it."""


class InvalidWebhookSignatureError(StreamkitError, ValueError):
    """The signature of a webhook is wrong; streamkit has no webhooks, and never raises it."""


class OAuthError(AuthenticationError):
    """A server of OAuth refused a token; streamkit asks for none, and never raises it."""


class WebSocketConnectionClosedError(StreamkitError):
    """A WebSocket was closed early; streamkit opens none, and never raises it."""


class WebSocketQueueFullError(StreamkitError):
    """The queue of a WebSocket is full; streamkit opens none, and never raises it."""
