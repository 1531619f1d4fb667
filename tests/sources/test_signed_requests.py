"""The requests of clients that sign them keep their signatures, and the secrets stay in."""

from __future__ import annotations

import json
import pickle
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from anthropic.lib.aws import AnthropicAWS, AsyncAnthropicAWS
from anthropic.lib.bedrock import (
    AnthropicBedrock,
    AnthropicBedrockMantle,
    AsyncAnthropicBedrock,
    AsyncAnthropicBedrockMantle,
)

import streamkit
from streamkit import APIError, from_anthropic
from tests.http_server import Do, ScriptedServer, chunk, response
from tests.sources import aws
from tests.sources.over import asked, observed, streamed
from tests.sources.test_from_anthropic import ASKED, BINARY, EVENTS, SSE, TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.http_server import Received, Script

pytestmark = pytest.mark.thorough  # the packages of AWS weigh 35 MB

SECRETS = ["secret-do-not-show-me", "token-do-not-show-me"]
KEYS: dict[str, Any] = {
    "aws_access_key": "AKIDEXAMPLE",
    "aws_secret_key": SECRETS[0],
    "aws_session_token": SECRETS[1],
    "aws_region": "here",
    "max_retries": 0,
}


def binary(events: Sequence[Any]) -> list[bytes]:
    return [BINARY, chunk(b"".join(map(aws.chunk, events))), chunk(b"")]


CLIENTS: dict[str, tuple[Any, str, dict[str, Any], list[bytes]]] = {
    "bedrock": (AnthropicBedrock, "bedrock", {}, binary(EVENTS)),
    "bedrock, async": (AsyncAnthropicBedrock, "bedrock", {}, binary(EVENTS)),
    "mantle": (AnthropicBedrockMantle, "bedrock-mantle", {}, [SSE]),
    "mantle, async": (AsyncAnthropicBedrockMantle, "bedrock-mantle", {}, [SSE]),
    "aws": (AnthropicAWS, "aws-external-anthropic", {"workspace_id": "w"}, [SSE]),
    "aws, async": (
        AsyncAnthropicAWS,
        "aws-external-anthropic",
        {"workspace_id": "w"},
        [SSE],
    ),
}
clients = pytest.mark.parametrize("name", CLIENTS)


def client(name: str, server: ScriptedServer) -> Any:
    kind, _, options, _ = CLIENTS[name]
    wrap: Any = from_anthropic
    return wrap(kind(base_url=server.url.removesuffix("/v1"), **KEYS, **options))


def is_signed(request: Received, service: str) -> bool:
    """Return whether AWS would accept the signature of a request."""
    auth, requests, credentials = (
        import_module(f"botocore.{name}") for name in ("auth", "awsrequest", "credentials")
    )
    _, _, fields = request.headers["authorization"].partition(" ")
    given = dict(field.strip().split("=", 1) for field in fields.split(","))
    signed = {name: request.headers[name] for name in given["SignedHeaders"].split(";")}
    url = f"http://{request.headers['host']}{request.target}"
    again = requests.AWSRequest(request.method, url, headers=signed, data=request.body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    keys = credentials.Credentials(KEYS["aws_access_key"], *SECRETS)
    signer = auth.SigV4Auth(keys, service, "here")
    text = signer.string_to_sign(again, signer.canonical_request(again))
    return bool(
        {"host", "x-amz-date", "x-amz-security-token"} <= signed.keys()
        and (given["Signature"] == signer.signature(text, again))
    )


@clients
def test_a_stream_is_asked_for_with_the_signature_of_the_client(name: str) -> None:
    with ScriptedServer(CLIENTS[name][3]) as server:
        taken = streamed(client(name, server), lambda c: c.messages.stream(**ASKED))
        *events, end = observed(client(name, server), lambda c: c.messages.observe(**ASKED))
    assert (taken.error, end) == (None, None)
    assert taken.final.text == TEXT
    assert "".join(each.delta for each in events if each.type == "content.delta") == TEXT
    for request in server.requests:
        assert is_signed(request, CLIENTS[name][1])
    assert len(server.requests) == 2


@clients
def test_a_plain_answer_is_asked_for_with_the_signature_of_the_client(name: str) -> None:
    message = json.dumps(EVENTS[0]["message"] | {"stop_reason": "end_turn"}).encode()
    with ScriptedServer([response(body=message)]) as server:
        answer = asked(client(name, server), lambda c: c.messages.create(**ASKED))
    assert answer.id == EVENTS[0]["message"]["id"]
    (request,) = server.requests
    assert is_signed(request, CLIENTS[name][1])


@clients
def test_no_error_shows_a_secret(name: str) -> None:
    cut = CLIENTS[name][3][0]
    failures: list[tuple[Script, type[Exception]]] = [
        ([cut[: len(cut) // 2] if cut is SSE else cut, Do.HANG_UP], streamkit.StreamkitError),
        ([response(403, json.dumps({"message": f"no, {SECRETS[1]}"}).encode())], APIError),
    ]
    for script, kind in failures:
        with ScriptedServer(script) as server:
            taken = streamed(client(name, server), lambda c: c.messages.stream(**ASKED))
        error = taken.error
        assert isinstance(error, kind)
        shown = "".join(traceback.format_exception(error)) + repr(vars(error))
        shown += pickle.dumps(error).decode("latin-1")
        assert not [secret for secret in SECRETS if secret in shown]
