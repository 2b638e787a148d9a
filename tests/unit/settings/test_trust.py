"""Whatever a checkout says, the user's own credential goes to the servers that it is for, and to no other."""

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

EVIL = "https://evil.example.com/v2"
EVIL_TOKENS = "https://evil.example.com/auth/realms/sipgate-apps/protocol/openid-connect/token"
LOGIN_AT_SIPGATE = (
    "https://login.sipgate.com/auth/realms/sipgate-apps/protocol/openid-connect/token"
)
TOKEN = {"SIPGATE_TOKEN_ID": "token-A", "SIPGATE_TOKEN": "hush"}
PASSWORD = {"SIPGATE_USERNAME": "u", "SIPGATE_PASSWORD": "hush"}
REFRESH = {"SIPGATE_REFRESH_TOKEN": "hush", "SIPGATE_CLIENT_ID": "c"}
ENVIRONMENTS = [
    TOKEN,
    {"SIPGATE_ACCESS_TOKEN": "hush"},
    PASSWORD,
    REFRESH,
    REFRESH | {"SIPGATE_CLIENT_SECRET": "hush"},
]


def resolve(stack: dict[str, str], shell: dict[str, str], account: str | None = None) -> Settings:
    return Settings.resolve(
        {f"sipgate{f'-{account}' if account else ''}:{key}": stack[key] for key in stack}.get,
        shell,
        account,
    )


def refused(stack: dict[str, str], shell: dict[str, str], account: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        resolve(stack, shell, account)
    assert "hush" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("shell", ENVIRONMENTS)
@pytest.mark.parametrize(
    "address", [EVIL, "https://127.0.0.1:15061/v2", "http://127.0.0.1:15061/v2", "http://localhost"]
)
def test_an_environments_credential_is_not_for_an_api_that_the_stack_alone_names(
    shell: dict[str, str], address: str
) -> None:
    said = refused({"baseUrl": address}, shell)

    assert address.split("/")[2] in said
    assert "set SIPGATE_BASE_URL to it" in said
    assert "docs/guides/untrusted_checkout.md" in said


@pytest.mark.parametrize("shell", [PASSWORD, REFRESH])
def test_an_environments_grant_is_not_for_a_token_endpoint_that_the_stack_alone_names(
    shell: dict[str, str],
) -> None:
    assert "set SIPGATE_TOKEN_URL to it" in refused({"tokenUrl": EVIL_TOKENS}, shell)


@pytest.mark.parametrize(
    ("stack", "shell"),
    [
        ({"tokenId": "token-A"}, {"SIPGATE_TOKEN": "hush"}),
        ({"username": "u"}, {"SIPGATE_PASSWORD": "hush"}),
        ({"clientId": "c", "clientSecret": "s"}, {"SIPGATE_REFRESH_TOKEN": "hush"}),
        ({"clientId": "c", "refreshToken": "r"}, {"SIPGATE_CLIENT_SECRET": "hush"}),
    ],
)
def test_one_secret_part_from_the_environment_makes_a_credential_the_environments(
    stack: dict[str, str], shell: dict[str, str]
) -> None:
    assert "evil.example.com" in refused({**stack, "baseUrl": EVIL}, shell)


@pytest.mark.parametrize(
    ("stack", "shell"),
    [
        ({"tokenId": "token-A", "token": "t"}, {}),
        ({"token": "t"}, {"SIPGATE_TOKEN_ID": "token-A"}),
        ({"tokenId": "token-A", "token": "t"}, TOKEN),
        ({"accessToken": "a"}, TOKEN),
        ({"username": "u", "password": "p", "tokenUrl": EVIL_TOKENS}, {}),
        ({"refreshToken": "r", "clientId": "c", "tokenUrl": EVIL_TOKENS}, {}),
    ],
)
def test_a_stacks_whole_credential_goes_where_the_stack_says(
    stack: dict[str, str], shell: dict[str, str]
) -> None:
    settings = resolve({**stack, "baseUrl": EVIL}, shell)

    assert settings.base_url == EVIL
    assert "hush" not in repr(vars(settings.credential).values())


@pytest.mark.parametrize("shell", ENVIRONMENTS)
@pytest.mark.parametrize(
    ("stack", "named"),
    [
        ({"baseUrl": EVIL}, {"SIPGATE_BASE_URL": EVIL}),
        ({"baseUrl": f"{EVIL}/"}, {"SIPGATE_BASE_URL": EVIL}),
        ({}, {"SIPGATE_BASE_URL": EVIL, "SIPGATE_TOKEN_URL": EVIL_TOKENS}),
        (
            {"baseUrl": EVIL, "tokenUrl": EVIL_TOKENS},
            {"SIPGATE_BASE_URL": EVIL, "SIPGATE_TOKEN_URL": EVIL_TOKENS},
        ),
    ],
)
def test_an_environments_credential_is_for_the_addresses_that_the_environment_names(
    shell: dict[str, str], stack: dict[str, str], named: dict[str, str]
) -> None:
    settings = resolve(stack, shell | named)

    assert settings.base_url == EVIL
    if isinstance(settings.credential, Password | RefreshToken):
        assert settings.credential.token_url.startswith("https://evil.example.com/")


@pytest.mark.parametrize(
    "named",
    [
        {"SIPGATE_BASE_URL": "https://other.example.com/v2"},
        {"SIPGATE_BASE_URL": "https://evil.example.com/of-another-tenant/v2"},
        {"SIPGATE_BASE_URL": "https://evil.example.com:8443/v2"},
        {"SIPGATE_BASE_URL": ""},
        {"SIPGATE_TOKEN_URL": EVIL},
        {"SIPGATE_EU_BASE_URL": EVIL},
    ],
)
def test_another_address_in_the_environment_allows_nothing(named: dict[str, str]) -> None:
    assert "evil.example.com" in refused({"baseUrl": EVIL}, TOKEN | named)


@pytest.mark.parametrize("shell", ENVIRONMENTS)
def test_sipgates_own_addresses_need_no_leave(shell: dict[str, str]) -> None:
    own = {"baseUrl": "https://API.sipgate.com:443/v2", "tokenUrl": LOGIN_AT_SIPGATE}

    assert resolve(own, shell).base_url == own["baseUrl"]


@pytest.mark.parametrize(
    "address",
    [
        "http://api.sipgate.com/v2",
        "https://api.sipgate.com:8443/v2",
        "https://api.sipgate.com:0/v2",
        "https://api.sipgate.com./v2",
        "https://api.sipgate.com.evil.example.com/v2",
        "https://evil.example.com/https://api.sipgate.com/v2",
        "https://api.sipgate.com@evil.example.com/v2",
        "https://api.sipgate.com\\@evil.example.com/v2",
        "https://api.sipgate.com\\.evil.example.com/v2",
        "https://evil.example.com\\.api.sipgate.com/v2",
        "https://api.sipgate.com%2eevil.example.com/v2",
        "https://api.sipgate.com\t.evil.example.com/v2",
        "https://api.sipgate.com#.evil.example.com/v2",
        "https://\u0430pi.sipgate.com/v2",
        "https://api\u3002sipgate.com/v2",
        "https://api.\uff53ipgate.com/v2",
        "//api.sipgate.com/v2",
        "https:api.sipgate.com/v2",
        "HTTPS:///api.sipgate.com/v2",
    ],
)
@pytest.mark.parametrize("key", ["baseUrl", "tokenUrl"])
def test_an_address_that_looks_like_sipgates_is_not(key: str, address: str) -> None:
    assert refused({key: address}, PASSWORD).isascii()


def test_each_account_has_an_environment_of_its_own() -> None:
    shell = {"SIPGATE_EU_TOKEN_ID": "token-A", "SIPGATE_EU_TOKEN": "hush"}

    said = refused({"baseUrl": EVIL}, shell | {"SIPGATE_BASE_URL": EVIL}, "eu")

    assert said.startswith("sipgate-eu:baseUrl names evil.example.com, where SIPGATE_EU_TOKEN is")
    assert "set SIPGATE_EU_BASE_URL to it" in said
    assert resolve({"baseUrl": EVIL}, shell | {"SIPGATE_EU_BASE_URL": EVIL}, "eu").base_url == EVIL


def test_a_token_endpoint_that_is_not_used_is_not_in_the_way() -> None:
    assert resolve({"tokenUrl": EVIL_TOKENS}, TOKEN).base_url == "https://api.sipgate.com/v2"


def keep_login(token_url: str) -> None:
    path = login_path(None)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    TokenFile(path).write({"client_id": "c", "refresh_token": "hush", "token_url": token_url})


AT_HOME = "http://127.0.0.1:15061/auth/realms/sipgate-apps/protocol/openid-connect/token"
HOME = "http://127.0.0.1:15061/v2"


@pytest.mark.parametrize(
    ("token_url", "stack", "shell"),
    [
        (LOGIN_AT_SIPGATE, {"baseUrl": EVIL}, {}),
        (LOGIN_AT_SIPGATE, {"baseUrl": EVIL, "tokenUrl": LOGIN_AT_SIPGATE}, {}),
        (LOGIN_AT_SIPGATE, {"baseUrl": EVIL}, {"SIPGATE_TOKEN_URL": LOGIN_AT_SIPGATE}),
        (LOGIN_AT_SIPGATE, {}, {"SIPGATE_BASE_URL": HOME}),
        (LOGIN_AT_SIPGATE, {"baseUrl": "https://login.sipgate.com:8443/v2"}, {}),
        (AT_HOME, {}, {}),
        (AT_HOME, {"baseUrl": "http://127.0.0.1:15062/v2"}, {}),
        (AT_HOME, {"baseUrl": "https://127.0.0.1:15061/v2"}, {}),
        (AT_HOME, {"tokenUrl": AT_HOME}, {}),
        ("https://[", {}, {"SIPGATE_TOKEN_URL": "https://["}),
        ("", {}, {}),
    ],
)
def test_a_stored_log_in_is_not_for_another_server(
    token_url: str, stack: dict[str, str], shell: dict[str, str]
) -> None:
    keep_login(token_url)

    refused(stack, shell)


@pytest.mark.parametrize(
    ("token_url", "stack", "shell"),
    [
        (LOGIN_AT_SIPGATE, {}, {}),
        (LOGIN_AT_SIPGATE, {"baseUrl": "https://api.sipgate.com/v2"}, {}),
        ("https://api.sipgate.com/login/token", {}, {}),
        (AT_HOME, {}, {"SIPGATE_BASE_URL": HOME}),
        # The stack names the server that the log-in came from, so that nothing goes elsewhere.
        (AT_HOME, {"baseUrl": HOME}, {}),
        # Log-in and API on hosts of the user's own.
        (LOGIN_AT_SIPGATE, {}, {"SIPGATE_BASE_URL": HOME, "SIPGATE_TOKEN_URL": LOGIN_AT_SIPGATE}),
    ],
)
def test_a_stored_log_in_is_for_the_server_that_it_came_from(
    token_url: str, stack: dict[str, str], shell: dict[str, str]
) -> None:
    keep_login(token_url)

    credential = resolve(stack, shell).credential

    assert isinstance(credential, RefreshToken)
    assert credential.token_url == token_url


@pytest.mark.parametrize(
    ("key", "address"), [("baseUrl", EVIL), ("tokenUrl", EVIL_TOKENS), ("baseUrl", HOME)]
)
def test_nobody_is_asked_to_log_in_at_an_address_that_the_stack_alone_names(
    key: str, address: str
) -> None:
    stack = {f"sipgate:{key}": address, "sipgate:clientId": "c"}
    variable = "SIPGATE_BASE_URL" if key == "baseUrl" else "SIPGATE_TOKEN_URL"

    with pytest.raises(
        ConfigurationError, match=f"nobody is asked to log in .* set {variable} to it"
    ):
        login_settings(stack.get, {})

    assert login_settings(stack.get, {variable: address})[0] == "c"
    assert login_settings({"sipgate:clientId": "c"}.get, {})[2] == LOGIN_AT_SIPGATE


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

    assert "is not sent" in str(caught.value.details())
    assert not attacker.requests
    assert not sipgate.requests
