"""The authorization code flow, from the log-in page to the tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sipgate_provider.simulator import ALL, READ, WRITE, Simulator

if TYPE_CHECKING:
    from tests.unit.simulator.conftest import LoginFlow

CLIENTS = "/authorization/oauth2/clients"


def api_status(sipgate: Simulator, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(sipgate.base_url + CLIENTS, headers=headers, timeout=5).status_code


@pytest.mark.parametrize(
    "path", ["/login/sipgate-apps", "/auth/realms/sipgate-apps", "/auth/realms/third-party"]
)
def test_a_log_in_leads_by_a_code_to_tokens_that_the_api_accepts(
    sipgate: Simulator, flow: LoginFlow, path: str
) -> None:
    flow.url = f"{flow.origin}{path}/protocol/openid-connect"

    page = flow.open()
    back = flow.log_in(scope=READ)
    token = flow.exchange(flow.said(back)["code"], **flow.proof)

    assert page.status_code == 200
    assert back.headers["Location"].startswith(flow.redirect_uri + "?")
    realm = path.rpartition("/")[2]
    assert flow.said(back)["state"] == "s t"
    assert flow.said(back)["iss"] == f"{flow.origin}/auth/realms/{realm}"
    assert token.status_code == 200
    assert token.headers["Cache-Control"] == "no-store"
    assert token.json()["scope"] == f"{READ} email profile"
    assert api_status(sipgate, token.json()["access_token"]) == 200


def test_the_page_names_the_client_and_loads_nothing(flow: LoginFlow) -> None:
    page = flow.open(login_hint="me@example.com")

    assert "Log in to CRM" in page.text
    assert 'value="me@example.com"' in page.text
    assert set(re.findall(r'(?:src|href|action)="(.*?)"', page.text)) == {"data:,"}
    assert page.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_log_in_page_shows_the_demo_credential_where_it_is_good(
    sipgate: Simulator, flow: LoginFlow
) -> None:
    assert (
        "<code>demo@example.com</code> with the password <code>password</code>" in flow.open().text
    )

    sipgate.account.add_user("demo@example.com", "another")

    assert "with the password" not in flow.open().text


def test_every_field_of_the_page_has_a_label(flow: LoginFlow) -> None:
    text = flow.open().text

    fields = set(re.findall(r'<input id="(\w+)"', text))
    assert fields == set(re.findall(r'<label for="(\w+)"', text)) == {"username", "password"}
    assert '<html lang="en">' in text


def test_what_the_request_says_is_text_on_the_page(sipgate: Simulator, flow: LoginFlow) -> None:
    sipgate.account.alter_client(flow.client["clientId"], name="<b>CRM</b>")

    page = flow.open(state='"><script>alert(1)</script>')

    assert "<script" not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("name", ["demo@example.com", "nobody@example.com"])
def test_a_wrong_password_leads_back_to_the_page(flow: LoginFlow, name: str) -> None:
    page = flow.log_in_as(name, "wrong")

    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert f'value="{name}"' in page.text


def test_a_password_in_the_query_logs_nobody_in(flow: LoginFlow) -> None:
    assert flow.open(username="demo@example.com", password="password").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "other"},
        {"client_id": "sipgate-app-web"},
        {"redirect_uri": ""},
        {"redirect_uri": None, "scope": "openid"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "https://crm.example.com/callback/more"},
    ],
)
def test_an_unknown_client_or_address_ends_on_a_page_and_never_redirects(
    flow: LoginFlow, changes: dict[str, str | None]
) -> None:
    for answer in (flow.open(**changes), flow.log_in(**changes)):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "We are sorry" in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "pigeon"}, "unsupported_response_type"),
        ({"response_mode": "carrier_pigeon"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "S512"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_any_other_refusal_goes_to_the_redirect_uri_with_the_state(
    flow: LoginFlow, changes: dict[str, str | None], error: str
) -> None:
    said = flow.said(flow.open(**changes))

    assert (said["error"], said["state"]) == (error, "s t")
    assert "code" not in said


def test_a_parameter_that_comes_twice_is_refused(flow: LoginFlow) -> None:
    url = f"{flow.url}/auth?client_id=a&client_id=b"

    assert requests.get(url, timeout=5).status_code == 400


def test_the_response_can_be_in_the_fragment(flow: LoginFlow) -> None:
    location = urlsplit(flow.log_in(response_mode="fragment").headers["Location"])

    assert location.query == ""
    assert "code" in dict(parse_qsl(location.fragment))


def test_an_authorization_request_may_be_posted(flow: LoginFlow) -> None:
    answer = requests.post(f"{flow.url}/auth", data=flow.request(), timeout=5)

    assert answer.status_code == 200
    assert f'name="state" value="{flow.request()["state"]}"' in answer.text


def test_a_code_is_good_once_and_coming_twice_ends_the_log_in(flow: LoginFlow) -> None:
    code = flow.code()
    first = flow.exchange(code, **flow.proof)

    second = flow.exchange(code, **flow.proof)
    refreshed = flow.refresh(first.json()["refresh_token"], **flow.proof)

    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
def test_a_code_lives_a_minute(
    sipgate: Simulator, flow: LoginFlow, seconds: int, status: int
) -> None:
    code = flow.code()

    sipgate.clock.advance(seconds)

    assert flow.exchange(code, **flow.proof).status_code == status


def test_a_code_is_bound_to_the_redirect_uri_and_an_attempt_uses_it_up(flow: LoginFlow) -> None:
    code = flow.code()

    wrong = flow.exchange(code, redirect_uri="https://crm.example.com/other", **flow.proof)
    right = flow.exchange(code, **flow.proof)

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert right.status_code == 400


def test_a_code_is_bound_to_the_client(sipgate: Simulator, flow: LoginFlow) -> None:
    other = sipgate.account.add_client()
    proof = {"client_id": other["clientId"], "client_secret": other["clientSecret"]}

    answer = flow.exchange(flow.code(), **proof)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_wrong_secret_is_refused_and_leaves_the_code(flow: LoginFlow) -> None:
    code = flow.code(**flow.pkce)

    wrong = flow.exchange(code, client_secret="wrong", code_verifier=flow.verifier)
    right = flow.exchange(code, code_verifier=flow.verifier, **flow.proof)

    assert (wrong.status_code, wrong.json()["error"]) == (401, "unauthorized_client")
    assert right.status_code == 200


def test_without_a_secret_a_code_needs_a_challenge(flow: LoginFlow) -> None:
    answer = flow.exchange(flow.code())

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


def test_a_page_logs_in_and_refreshes_without_a_secret(sipgate: Simulator, flow: LoginFlow) -> None:
    page = {"Origin": "https://crm.example.com"}
    sipgate.account.alter_client(flow.client["clientId"], webOrigins=[page["Origin"]])
    own = {"client_id": flow.client["clientId"]}
    code = flow.code(**flow.pkce, scope=READ)
    redeemed = {"code": code, "redirect_uri": flow.redirect_uri, "code_verifier": flow.verifier}
    form = own | redeemed | {"grant_type": "authorization_code"}

    first = flow.token(form, headers=page).json()
    renewal = own | {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = flow.token(renewal, headers=page).json()

    assert api_status(sipgate, first["access_token"]) == 200
    assert api_status(sipgate, second["access_token"]) == 200


def test_a_client_without_web_origins_needs_its_secret_with_pkce_too(flow: LoginFlow) -> None:
    for secret in ({}, {"client_secret": ""}):
        code = flow.code(**flow.pkce)
        answer = flow.exchange(code, code_verifier=flow.verifier, **secret)

        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


def test_a_refresh_token_needs_the_secret_again(flow: LoginFlow) -> None:
    token = flow.tokens()["refresh_token"]

    without = flow.refresh(token)

    assert (without.status_code, without.json()["error"]) == (401, "unauthorized_client")
    assert flow.refresh(token, **flow.proof).status_code == 200


@pytest.mark.parametrize("verifier", ["", "short", "w" * 43])
def test_a_wrong_verifier_yields_nothing_even_with_the_secret(
    flow: LoginFlow, verifier: str
) -> None:
    answer = flow.exchange(flow.code(**flow.pkce), code_verifier=verifier, **flow.proof)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("method", [{"code_challenge_method": "plain"}, {}])
def test_a_plain_challenge_is_its_own_verifier(flow: LoginFlow, method: dict[str, str]) -> None:
    code = flow.code(code_challenge=flow.verifier, **method)

    assert flow.exchange(code, code_verifier=flow.verifier, **flow.proof).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(flow: LoginFlow) -> None:
    # Else whoever strips the challenge from the request would go unnoticed (RFC 9700, 2.1.1).
    answer = flow.exchange(flow.code(), code_verifier=flow.verifier, **flow.proof)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("held", "requested", "got"),
    [
        ([ALL], None, []),
        ([ALL], "openid", ["openid"]),
        ([ALL], ALL, [ALL]),
        ([ALL], READ, [READ]),
        ([READ], f"{READ} {WRITE}", [READ]),
        ([READ], ALL, [READ]),
        ([READ], WRITE, []),
        ([READ], "profile", []),
    ],
)
def test_the_token_has_what_was_asked_for_of_what_the_user_has(
    sipgate: Simulator, flow: LoginFlow, held: list[str], requested: str | None, got: list[str]
) -> None:
    sipgate.account.add_user("user@example.com", "pw", *held)
    back = flow.log_in_as("user@example.com", "pw", scope=requested)

    token = flow.exchange(flow.said(back)["code"], **flow.proof).json()

    assert sorted(token["scope"].split()) == sorted([*got, "email", "profile"])


def test_a_browser_that_has_logged_in_gets_its_next_code_at_once(flow: LoginFlow) -> None:
    flow.log_in()

    assert "code" in flow.said(flow.open())
    assert "code" in flow.said(flow.open(prompt="none"))
    assert flow.open(prompt="login").status_code == 200


def test_an_application_on_the_users_machine_may_take_any_port(
    sipgate: Simulator, flow: LoginFlow
) -> None:
    sipgate.account.alter_client(flow.client["clientId"], redirectUris=["http://127.0.0.1/*"])
    flow.redirect_uri = "http://127.0.0.1:54321/callback"

    tokens = flow.exchange(flow.code(**flow.pkce), code_verifier=flow.verifier, **flow.proof)

    assert tokens.status_code == 200


def test_an_answer_may_be_sent_as_a_form_and_leads_to_tokens(flow: LoginFlow) -> None:
    page = flow.log_in(response_mode="form_post")
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))

    assert f'action="{flow.redirect_uri}"' in page.text
    assert sent["state"] == "s t"
    assert flow.exchange(sent["code"], **flow.proof).status_code == 200


def test_a_log_in_that_is_to_last_outlives_the_log_out_of_the_browser(flow: LoginFlow) -> None:
    lasting = flow.tokens(scope="openid offline_access")
    flow.browser.get(f"{flow.url}/logout", params={"id_token_hint": lasting["id_token"]}, timeout=5)

    assert lasting["refresh_expires_in"] == 0
    assert "code" not in flow.said(flow.open(prompt="none"))
    assert flow.refresh(lasting["refresh_token"], **flow.proof).status_code == 200
