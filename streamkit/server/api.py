"""The parts that all requests share: the key, the settings, the models and the recordings."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from streamkit.server.api_error import ApiError
from streamkit.server.dialects import dialect_of
from streamkit.server.scripting import Script
from streamkit.server.threads.plan import MODEL as SCENARIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from streamkit._cassette.recording import Recording
    from streamkit.server.dialects import Dialect
    from streamkit.server.settings import Settings

RECORDING = "recording:"
"""The start of a model's name that replays the recording named by the rest."""
MODEL = "streamkit"
"""The model that is listed when the server answers to any name."""


class Api:
    """The server's key, settings, models and recordings.

    Args:
        api_key: The key that every request must carry; None asks for no key.
        settings: The settings of requests that name no others.
        models: The names of the models that are served; empty for any name.
        recordings: The recordings that ``recording:NAME`` replays, by NAME.
    """

    def __init__(
        self,
        api_key: str | None,
        settings: Settings,
        models: Sequence[str],
        recordings: Mapping[str, Recording],
    ) -> None:
        self._api_key = api_key
        self._settings = settings
        self._models = tuple(models)
        self.script = Script()
        """The replies that are given in place of answers."""
        self._recordings = {RECORDING + name: each for name, each in recordings.items()}

    async def list_models(self, request: Request) -> Response:
        """Answer a request for the list of models."""
        self.admit(request)
        names = [*(self._models or (MODEL,)), *self._recordings]
        return JSONResponse(dialect_of(request.scope).models(names))

    async def show_model(self, request: Request) -> Response:
        """Answer a request for one model."""
        self.admit(request)
        name: str = request.path_params["name"]
        self.serve(name)
        return JSONResponse(dialect_of(request.scope).model(name))

    def admit(self, request: Request) -> Settings:
        """Check a request, and return the settings for it.

        Raises:
            ApiError: The key is missing or wrong, or a header is missing or invalid.
        """
        dialect = dialect_of(request.scope)
        self._authorise(request, dialect)
        if (name := dialect.required_header) and name not in request.headers:
            raise ApiError(f"{name}: header is required")
        return self._settings.overridden(request.headers)

    def recording(self, model: str) -> Recording | None:
        """Return the recording that a model replays; None for other models."""
        return self._recordings.get(model)

    def serve(self, model: str) -> None:
        """Raise the API's error when a model is not served."""
        any_name = not self._models and not model.startswith(RECORDING)
        if not model or not (any_name or model in self._models or model in self._recordings):
            raise ApiError(
                f"The model `{model}` does not exist or you do not have access to it.",
                status=404,
                code="model_not_found",
            )

    def serve_run(self, model: str) -> None:
        """Raise the API's error when no run can have this model."""
        if not model.startswith(SCENARIO):
            self.serve(model)

    def _authorise(self, request: Request, dialect: Dialect) -> None:
        if self._api_key is None:
            return
        key = dialect.key(request.headers)
        if not key:
            raise ApiError(dialect.no_key, status=401)
        if not secrets.compare_digest(key.encode(), self._api_key.encode()):
            raise ApiError(dialect.wrong_key, status=401, code="invalid_api_key")
