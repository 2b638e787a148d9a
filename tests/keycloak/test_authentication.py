"""How the provider authenticates at a genuine Keycloak: password, refresh token with rotation, log-in, log-out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import Password, RefreshToken
from sipgate_provider.errors import AuthenticationError
from sipgate_provider.settings.settings import Settings
from tests.keycloak_bridge import Bridge
from tests.unit.cli.test_login_commands import LoggingIn, run
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Browser

CALLBACK = "http://127.0.0.1/callback"


@pytest.fixture
def by_password(sipgate: Bridge) -> Callable[..., SipgateAPI]:
    def api(username: str = USERNAME, password: str = PASSWORD) -> SipgateAPI:
        return SipgateAPI(
            Settings(sipgate.base_url, Password(username, password, sipgate.token_url))
        )

    return api


@pytest.fixture
def make_shell(service: OnKeycloak, sipgate: Bridge) -> Callable[..., dict[str, str]]:
    """The environment of somebody who logs in through a new client with these fields."""
    made: list[str] = []

    def shell(secret: str = SECRET, **fields: object) -> dict[str, str]:
        client_id = f"command-line-{len(service.keycloak.call('GET', '/clients'))}"
        known = {"secret": SECRET, "publicClient": False, "redirectUris": [CALLBACK]}
        made.append(service.keycloak.add_client(client_id, **(known | fields)))
        return {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_URL": sipgate.token_url,
            "SIPGATE_CLIENT_ID": client_id,
            "SIPGATE_CLIENT_SECRET": secret,
        }

    return shell


@pytest.fixture
def shell(make_shell: Callable[..., dict[str, str]]) -> dict[str, str]:
    return make_shell()


def nothing_set(_: str) -> None:
    """A stack without configuration."""


def log_in(
    service: OnKeycloak, folder: Path, shell: dict[str, str], *, consent: str = ""
) -> tuple[int, str]:
    """The status of `login` and what it printed; `consent` is the button that the user presses."""
    login = LoggingIn(folder, shell)
    browser = Browser(service)
    page = browser.visit(login.address())
    if page.kind == "log-in page":
        page = browser.submit(page, username=USERNAME, password=PASSWORD)
    if consent:
        assert "consent" in page.text
        page = browser.submit(page, **{consent: "x"})
    if page.location is None:
        login.process.terminate()
        return login.end()[0], page.message
    assert requests.get(page.location, timeout=30).status_code in {200, 400}
    return login.end()


def kept(folder: Path) -> dict[str, str]:
    (file,) = (folder / "state").rglob("login.json")
    found: dict[str, str] = json.loads(file.read_bytes())
    return found


def api(shell: dict[str, str]) -> SipgateAPI:
    return SipgateAPI(Settings.resolve(nothing_set, shell))


@pytest.fixture
def with_token(
    service: OnKeycloak, tmp_path: Path, shell: dict[str, str]
) -> tuple[dict[str, str], Path]:
    """The environment of somebody who gives a refresh token, and where its successors are kept."""
    code, said = log_in(service, tmp_path, shell)
    assert code == 0, said
    token = kept(tmp_path)["refresh_token"]
    given = shell | {"SIPGATE_REFRESH_TOKEN": token}
    credential = Settings.resolve(nothing_set, given).credential
    assert isinstance(credential, RefreshToken)
    return given, credential.file


def test_a_password_is_accepted(by_password: Callable[..., SipgateAPI]) -> None:
    assert by_password().list_clients() == []


@pytest.mark.parametrize(
    ("username", "password"), [(USERNAME, "not-the-password"), ("nobody@example.com", "pw-1")]
)
def test_a_wrong_password_is_a_sentence_that_does_not_hold_it(
    by_password: Callable[..., SipgateAPI], username: str, password: str
) -> None:
    with pytest.raises(
        AuthenticationError, match=r"Invalid user credentials'\). Check both\. If sipgate"
    ) as caught:
        by_password(username, password).list_clients()

    assert password not in str(caught.value)


def test_an_account_that_is_not_set_up_is_told_in_keycloaks_words(
    service: OnKeycloak, by_password: Callable[..., SipgateAPI]
) -> None:
    name = "new@example.com"
    if not service.keycloak.call("GET", "/users", username=name):
        service.keycloak.add_user(name, PASSWORD, requiredActions=["UPDATE_PASSWORD"])

    with pytest.raises(AuthenticationError, match="Account is not fully set up"):
        by_password(name).list_clients()


def test_each_run_uses_the_successor_of_the_token_in_the_settings(
    with_token: tuple[dict[str, str], Path],
) -> None:
    given, file = with_token
    seen = set()
    for _ in range(3):
        assert api(given).list_clients() == []
        seen.add(json.loads(file.read_bytes())["refresh_token"])

    assert len(seen) == 3
    assert given["SIPGATE_REFRESH_TOKEN"] not in seen


def test_four_processes_at_once_spend_each_token_once(
    with_token: tuple[dict[str, str], Path],
) -> None:
    given, _ = with_token
    program = (
        "import os; from sipgate_provider.api.calls import SipgateAPI\n"
        "from sipgate_provider.settings.settings import Settings\n"
        "print(len(SipgateAPI(Settings.resolve({}.get, os.environ)).list_clients()))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | given,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    assert [process.communicate(timeout=120)[0].strip() for process in processes] == ["0"] * 4


def test_a_lost_successor_ends_the_log_in_and_says_how_to_get_another(
    with_token: tuple[dict[str, str], Path],
) -> None:
    given, file = with_token
    api(given).list_clients()
    successor = json.loads(file.read_bytes())["refresh_token"]
    file.unlink()

    with pytest.raises(AuthenticationError, match="log in again") as caught:
        api(given).list_clients()

    assert given["SIPGATE_REFRESH_TOKEN"] not in str(caught.value)
    # Whoever has the successor has lost it too.
    with pytest.raises(AuthenticationError, match="log in again"):
        api(given | {"SIPGATE_REFRESH_TOKEN": successor}).list_clients()


@pytest.mark.parametrize("pkce", ["", "S256"])
@pytest.mark.parametrize("public", [True, False])
def test_a_log_in_is_kept_used_told_and_ended(
    service: OnKeycloak,
    tmp_path: Path,
    make_shell: Callable[..., dict[str, str]],
    public: bool,
    pkce: str,
) -> None:
    demanded = {"pkce.code.challenge.method": pkce}
    shell = make_shell("" if public else SECRET, publicClient=public, attributes=demanded)
    code, said = log_in(service, tmp_path, shell)

    assert code == 0, said
    assert f"Logged in as {USERNAME} through the client {shell['SIPGATE_CLIENT_ID']}." in said
    token = kept(tmp_path)["refresh_token"]
    assert token not in said
    me = run(tmp_path, shell, "whoami", "--json")
    told = json.loads(me.stdout)
    assert told["accepted"], me.stderr
    assert told["scopes"] == {"read": True, "write": True}
    last = kept(tmp_path)["refresh_token"]
    assert last != token

    out = run(tmp_path, shell, "logout")

    assert out.stderr == "Logged out.\n"
    form = {"grant_type": "refresh_token", "refresh_token": last}
    proof = {"client_id": shell["SIPGATE_CLIENT_ID"], "client_secret": SECRET}
    assert requests.post(f"{service.url}/token", data=form | proof, timeout=30).status_code == 400
    assert run(tmp_path, shell, "logout").stderr == "Nobody was logged in.\n"


def test_a_second_log_in_ends_the_first(
    service: OnKeycloak, tmp_path: Path, shell: dict[str, str]
) -> None:
    log_in(service, tmp_path, shell)
    first = kept(tmp_path)["refresh_token"]
    assert log_in(service, tmp_path, shell)[0] == 0

    assert json.loads(run(tmp_path, shell, "whoami", "--json").stdout)["accepted"]
    with pytest.raises(AuthenticationError):
        api(shell | {"SIPGATE_REFRESH_TOKEN": first}).list_clients()


@pytest.mark.parametrize(("button", "status"), [("accept", 0), ("cancel", 1)])
def test_a_user_who_is_asked_may_consent_or_not(
    service: OnKeycloak,
    tmp_path: Path,
    make_shell: Callable[..., dict[str, str]],
    button: str,
    status: int,
) -> None:
    shell = make_shell(consentRequired=True)

    code, said = log_in(service, tmp_path, shell, consent=button)

    assert code == status
    assert ("access_denied" in said) is (button == "cancel")


def test_a_wrong_secret_is_about_the_client(
    service: OnKeycloak, tmp_path: Path, make_shell: Callable[..., dict[str, str]]
) -> None:
    code, said = log_in(service, tmp_path, make_shell("a-wrong-secret"))

    assert code == 1
    assert "unauthorized_client" in said
    assert "check sipgate:clientId and sipgate:clientSecret" in said
    assert "a-wrong-secret" not in said


def test_a_client_that_there_is_not_is_told_on_the_page(
    service: OnKeycloak, tmp_path: Path, shell: dict[str, str]
) -> None:
    unknown = shell | {"SIPGATE_CLIENT_ID": "unknown"}

    assert log_in(service, tmp_path, unknown)[1] == "Client not found."


def test_a_refresh_token_of_another_client_is_refused_and_not_spent(
    with_token: tuple[dict[str, str], Path], make_shell: Callable[..., dict[str, str]]
) -> None:
    given, _ = with_token
    other = make_shell() | {"SIPGATE_REFRESH_TOKEN": given["SIPGATE_REFRESH_TOKEN"]}

    with pytest.raises(AuthenticationError):
        api(other).list_clients()

    assert api(given).list_clients() == []
