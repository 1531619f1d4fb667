"""The API behind the proxy: its client, and the streams of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from streamkit.client import AsyncAnthropic, AsyncOpenAI
from streamkit.proxy.requests import from_responses, to_messages, to_responses

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["APIName", "Upstream"]

APIName: TypeAlias = Literal["chat", "responses", "messages"]
"""The protocol of the API behind the proxy: chat completions, Responses or Messages."""

Object: TypeAlias = dict[str, Any]


class Upstream:
    """The API behind the proxy.

    Args:
        api: The protocol that it speaks.
        base_url: Its address; None for that of the environment, or of OpenAI or Anthropic.
        options: The options of the client, such as ``timeout`` and ``max_retries``.
    """

    def __init__(self, api: APIName, base_url: str | None, options: Object) -> None:
        self.api = api
        self._client: Any
        if api == "messages":
            # The address of Anthropic's API is without `/v1`, but many servers are named with it.
            root = None if base_url is None else base_url.rstrip("/").removesuffix("/v1")
            self._client = AsyncAnthropic(base_url=root, api_key="", **options)
        else:
            self._client = AsyncOpenAI(base_url=base_url, api_key="", **options)
        host = urlsplit(base_url or "https://api.openai.com").hostname
        # OpenAI's API has renamed the parameter; other servers may know only the old name.
        self._old_limit = api == "chat" and host != "api.openai.com"

    def params(self, given: Object, protocol: str) -> Object:
        """Return the parameters of a request in the protocol of the API.

        Raises:
            RequestError: The API has no word for something in the request.
        """
        if protocol == self.api:
            return given
        asked = from_responses(given) if protocol == "responses" else given
        if self.api == "messages":
            return to_messages(asked)
        if self.api == "responses":
            return to_responses(asked)
        if self._old_limit and "max_completion_tokens" in asked:
            asked["max_tokens"] = asked.pop("max_completion_tokens")
        return asked

    async def events(self, key: str, params: Object) -> AsyncGenerator[Any]:
        """Yield the common events of an answer, and end its request at the end."""
        needed = {name: params[name] for name in _NEEDED[self.api] if name in params}
        # The rest goes as it came: what the client took for its own, it would check and parse.
        manager = self._resource(key).stream(**needed, extra_body=params)
        async with manager as stream:
            async for event in stream.common:
                yield event

    async def chunks(self, key: str, params: Object) -> AsyncGenerator[bytes]:
        """Yield the JSON of each event of an answer as the API sent it."""
        needed = {name: params[name] for name in _NEEDED[self.api] if name in params}
        creating = self._resource(key).create(**needed, stream=True, extra_body=params)
        async with await creating as stream:
            async for chunk in stream:
                yield _json(chunk.to_dict(mode="json"))

    async def whole(self, key: str, params: Object) -> bytes:
        """Return the JSON of an answer that is not streamed as the API sent it."""
        needed = {name: params[name] for name in _NEEDED[self.api] if name in params}
        answer = await self._resource(key).create(**needed, extra_body=params)
        return _json(answer.to_dict(mode="json"))

    async def models(self, key: str) -> bytes:
        """Return the JSON of the list of models that the API offers."""
        page = self._client.with_options(api_key=key).models.list()
        data = [model.to_dict(mode="json") async for model in page]
        return _json({"object": "list", "data": data})

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _resource(self, key: str) -> Any:
        client = self._client.with_options(api_key=key)
        return client.chat.completions if self.api == "chat" else getattr(client, self.api)


_json = msgspec.json.encode
_NEEDED = {
    "chat": ("model",),
    "responses": ("model",),
    "messages": ("model", "max_tokens", "messages"),
}
"""The parameters without which a method of the client is not called."""
