"""What a configuration leaves out comes from the environment, and what cannot serve is refused."""

from __future__ import annotations

from typing import Any

import pytest

from streamkit import Anthropic, AsyncAnthropic, AsyncOpenAI, OpenAI, errors
from streamkit._http.config import ClientConfig
from tests.exchange import KEY
from tests.http.traces import everything_shown

pytestmark = pytest.mark.diagonal


VARIABLES = {
    "OPENAI_API_KEY": "env-key",
    "OPENAI_BASE_URL": "http://env/v1/",
    "OPENAI_ORG_ID": "env-org",
    "OPENAI_PROJECT_ID": "env-project",
}


def test_what_is_not_said_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    config = ClientConfig.from_environment()
    assert config.api_key == "env-key"
    assert config.base_url == "http://env/v1"
    assert (config.organization, config.project) == ("env-org", "env-project")
    said = ClientConfig.from_environment(
        api_key="k", base_url="https://said", organization="o", project="p"
    )
    assert (said.api_key, said.base_url) == ("k", "https://said")
    assert (said.organization, said.project) == ("o", "p")


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_key_the_error_says_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(errors.OpenAIError, match=r"api_key.*OPENAI_API_KEY"):
        ClientConfig.from_environment()


def test_the_default_server_is_openai_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    config = ClientConfig.from_environment(api_key="k")
    assert config.base_url == "https://api.openai.com/v1"
    assert config.max_retries == 2


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{KEY}@host/v1",
        f"https://{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
        f"https://host/v1#{KEY}",
        f"{KEY}.example.com/v1",
        f"ftp://{KEY}/v1",
        f"https://[{KEY}/v1",
        f"https://host:{KEY}/v1",
        f"https://host:99999/{KEY}",
        f"https://a..b/{KEY}",
        f"https://{'a' * 64}.test/{KEY}",
        f"https://ho st/{KEY}",
        f"https://host/\x00{KEY}",
        f"https://host/\n{KEY}",
        "https://",
    ],
)
def test_a_base_url_that_cannot_serve_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(errors.OpenAIError, match="base_url") as caught:
        ClientConfig(api_key="k", base_url=url)
    assert KEY not in everything_shown(caught.value)


@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI, Anthropic, AsyncAnthropic])
def test_an_option_that_no_client_has_is_named_with_those_there_are(client: Any) -> None:
    said = "a client has no option 'apikey', but api_key, .*base_url, .*, http_client"
    with pytest.raises(TypeError, match=said):
        client(apikey=KEY)
    with pytest.raises(TypeError, match=said):
        client(api_key="k").with_options(apikey=KEY)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_retries": "3"}, "max_retries must be a whole number, not str"),
        ({"api_key": 4}, "api_key must be a string or a function that returns one, not int"),
    ],
    ids=["max_retries", "api_key"],
)
def test_an_option_of_a_wrong_type_is_refused(options: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"api_key": "k", **options}
    with pytest.raises(TypeError, match=said):
        ClientConfig.from_environment(**given)
