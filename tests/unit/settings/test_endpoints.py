"""Requests go where the environment says, and a checkout has no say in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sipgate_provider import type_tokens as tokens
from sipgate_provider.auth.credentials import Password, RefreshToken
from sipgate_provider.auth.token_store import TokenFile, login_path
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.settings.settings import Settings, login_settings
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.recording_server import RecordingServer, serving

KEYCLOAK = "/auth/realms/sipgate-apps/protocol/openid-connect/token"
AT_SIPGATE = f"https://login.sipgate.com{KEYCLOAK}"
GATEWAY = "https://gateway.example.com/sipgate/v2"
HOME = "http://127.0.0.1:15061/v2"
AT_HOME = f"http://127.0.0.1:15061{KEYCLOAK}"
PASSWORD = {"SIPGATE_USERNAME": "u", "SIPGATE_PASSWORD": "hush"}
NO_STACK: dict[str, str] = {}
REFRESH = {"SIPGATE_REFRESH_TOKEN": "hush", "SIPGATE_CLIENT_ID": "c"}
CREDENTIALS = [
    {"SIPGATE_TOKEN_ID": "token-A", "SIPGATE_TOKEN": "hush"},
    {"SIPGATE_ACCESS_TOKEN": "hush"},
    PASSWORD,
    REFRESH,
    {},
]


def resolve(stack: dict[str, str], shell: dict[str, str], account: str | None = None) -> Settings:
    return Settings.resolve(stack.get, shell, account)


def token_url(shell: dict[str, str]) -> str:
    credential = resolve({}, shell).credential
    assert isinstance(credential, Password | RefreshToken)
    return credential.token_url


@pytest.mark.parametrize("shell", CREDENTIALS)
@pytest.mark.parametrize(
    ("key", "variable"), [("baseUrl", "SIPGATE_BASE_URL"), ("tokenUrl", "SIPGATE_TOKEN_URL")]
)
@pytest.mark.parametrize("address", [GATEWAY, HOME, "https://api.sipgate.com/v2", "nonsense"])
def test_an_address_of_the_stacks_is_an_error_that_names_the_variable(
    shell: dict[str, str], key: str, variable: str, address: str
) -> None:
    stack = {f"sipgate:{key}": address, "sipgate:accessToken": "hush"}
    for named in (shell, shell | {variable: address}):
        for ask in (Settings.resolve, login_settings):
            with pytest.raises(
                ConfigurationError, match=f"^sipgate:{key} is set, .* set {variable} "
            ) as caught:
                ask(stack.get, named)

            assert "hush" not in str(caught.value)
            assert address not in str(caught.value)


def test_an_address_that_is_empty_in_the_stack_is_not_set() -> None:
    settings = resolve({"sipgate:baseUrl": "", "sipgate:accessToken": "a"}, {})

    assert settings.base_url == "https://api.sipgate.com/v2"


def test_a_named_account_has_addresses_of_its_own() -> None:
    shell = {"SIPGATE_EU_ACCESS_TOKEN": "hush", "SIPGATE_EU_BASE_URL": GATEWAY}

    assert resolve({"sipgate:baseUrl": HOME}, shell, "eu").base_url == GATEWAY
    with pytest.raises(
        ConfigurationError, match=r"^sipgate-eu:baseUrl is set, .* set SIPGATE_EU_BASE_URL "
    ):
        resolve({"sipgate-eu:baseUrl": HOME}, shell, "eu")


def test_the_token_endpoint_belongs_to_the_servers_that_the_environment_names() -> None:
    at_home = {"SIPGATE_BASE_URL": HOME}
    elsewhere = {"SIPGATE_TOKEN_URL": f"{GATEWAY}/token"}

    assert token_url(PASSWORD) == (
        "https://api.sipgate.com/login/sipgate-apps/protocol/openid-connect/token"
    )
    assert token_url(REFRESH) == AT_SIPGATE == login_settings(NO_STACK.get, {})[2]
    assert token_url(PASSWORD | at_home).startswith("http://127.0.0.1:15061/login/")
    assert token_url(REFRESH | at_home) == AT_HOME == login_settings(NO_STACK.get, at_home)[2]
    for shell in (PASSWORD, REFRESH):
        assert token_url(shell | at_home | elsewhere) == f"{GATEWAY}/token"


@pytest.mark.parametrize(
    "address", ["https://API.sipgate.com:443/v2", "https://api.sipgate.com/v3/"]
)
def test_another_spelling_of_sipgates_api_has_sipgates_log_in(address: str) -> None:
    assert token_url(REFRESH | {"SIPGATE_BASE_URL": address}) == AT_SIPGATE


@pytest.mark.parametrize("variable", ["SIPGATE_BASE_URL", "SIPGATE_TOKEN_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "http://api.sipgate.com/v2",
        "api.sipgate.com",
        "https://u:p@api.sipgate.com/v2",
        "https://[",
        "ftp://x/v2",
        "https://x.example.com/v2#",
        "https://x.example.com/v2?",
        "https://x.example.com/v2?x=1",
        "https://x.example.com/\udcfc",
    ],
)
def test_an_address_that_would_leak_the_credential_or_cannot_work_is_refused(
    variable: str, address: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"^{variable} "):
        resolve({}, PASSWORD | {variable: address})


def test_plain_http_is_good_on_loopback_and_a_slash_at_the_end_does_not_matter() -> None:
    shell = {"SIPGATE_ACCESS_TOKEN": "a", "SIPGATE_BASE_URL": f"{HOME}/"}

    assert resolve({}, shell).base_url == HOME


def keep_login(token_url: str) -> None:
    path = login_path(None)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    TokenFile(path).write({"client_id": "c", "refresh_token": "hush", "token_url": token_url})


@pytest.mark.parametrize(
    ("issuer", "shell"),
    [
        (AT_SIPGATE, {"SIPGATE_BASE_URL": HOME}),
        (AT_SIPGATE, {"SIPGATE_BASE_URL": "https://login.sipgate.com:8443/v2"}),
        (AT_SIPGATE, {"SIPGATE_BASE_URL": "https://api.sipgate.com.evil.example.com/v2"}),
        (AT_SIPGATE, {"SIPGATE_BASE_URL": "https://\u0430pi.sipgate.com/v2"}),
        (AT_SIPGATE, {"SIPGATE_BASE_URL": HOME, "SIPGATE_TOKEN_URL": AT_HOME}),
        (AT_HOME, {}),
        (AT_HOME, {"SIPGATE_BASE_URL": "http://127.0.0.1:15062/v2"}),
        (AT_HOME, {"SIPGATE_BASE_URL": "https://127.0.0.1:15061/v2"}),
        ("https://[", {}),
        ("", {}),
    ],
)
def test_a_stored_log_in_is_not_for_another_server(issuer: str, shell: dict[str, str]) -> None:
    keep_login(issuer)

    with pytest.raises(ConfigurationError) as caught:
        resolve({}, shell)

    assert "hush" not in str(caught.value)
    assert str(caught.value).isascii()


@pytest.mark.parametrize(
    ("issuer", "shell"),
    [
        (AT_SIPGATE, {}),
        (AT_SIPGATE, {"SIPGATE_BASE_URL": "https://API.sipgate.com:443/v2"}),
        ("https://api.sipgate.com/login/token", {}),
        (AT_HOME, {"SIPGATE_BASE_URL": HOME}),
        # Log-in and API on two servers, which the environment names both.
        (AT_SIPGATE, {"SIPGATE_BASE_URL": GATEWAY, "SIPGATE_TOKEN_URL": AT_SIPGATE}),
    ],
)
def test_a_stored_log_in_is_for_the_server_that_issued_it(
    issuer: str, shell: dict[str, str]
) -> None:
    keep_login(issuer)

    credential = resolve({}, shell).credential

    assert isinstance(credential, RefreshToken)
    assert credential.token_url == issuer


@pytest.fixture
def attacker() -> Iterator[RecordingServer]:
    with serving(RecordingServer()) as server:
        yield server


@pytest.mark.parametrize(
    "credential",
    [
        {"SIPGATE_TOKEN_ID": DEMO_TOKEN_ID, "SIPGATE_TOKEN": DEMO_TOKEN},
        {"SIPGATE_USERNAME": "demo@example.com", "SIPGATE_PASSWORD": DEMO_TOKEN},
        {},
    ],
)
def test_whoever_finds_the_plugins_port_gets_no_credential_sent_to_an_address_of_his(
    sipgate: Simulator, attacker: RecordingServer, tmp_path: Path, credential: dict[str, str]
) -> None:
    if not credential:
        keep_login(sipgate.token_url)
    with subprocess.Popen(
        (sys.executable, "-m", "sipgate_provider.plugin"),
        cwd=tmp_path,
        env=os.environ | credential | {"SIPGATE_BASE_URL": sipgate.base_url},
        stdout=subprocess.PIPE,
        text=True,
    ) as plugin:
        try:
            assert plugin.stdout
            address = f"127.0.0.1:{plugin.stdout.readline().strip()}"
            with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
                stub = ResourceProviderStub(channel)
                arguments = Struct()
                arguments.update({"baseUrl": attacker.base_url, "tokenUrl": attacker.base_url})
                stub.Configure(proto.ConfigureRequest(args=arguments), timeout=30)
                with pytest.raises(grpc.RpcError) as caught:
                    stub.Invoke(proto.InvokeRequest(tok=tokens.GET_CLIENTS), timeout=30)
        finally:
            plugin.terminate()

    assert "sipgate:baseUrl is set" in str(caught.value.details())
    assert not attacker.requests
    assert not sipgate.requests
