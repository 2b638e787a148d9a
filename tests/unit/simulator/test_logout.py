from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.unit.simulator.conftest import LoginFlow


def log_out(flow: LoginFlow, method: str = "GET", **parameters: str) -> requests.Response:
    query, form = (parameters, None) if method == "GET" else (None, parameters)
    return flow.browser.request(
        method, f"{flow.url}/logout", params=query, data=form, timeout=5, allow_redirects=False
    )


def test_an_application_ends_the_log_in_with_its_refresh_token(flow: LoginFlow) -> None:
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"], **flow.proof).json()
    form = flow.proof | {"refresh_token": second["refresh_token"]}

    answer = requests.post(f"{flow.url}/logout", data=form, timeout=5)

    assert (answer.status_code, answer.content) == (204, b"")
    assert flow.refresh(second["refresh_token"], **flow.proof).json()["error"] == "invalid_grant"
    assert flow.open().status_code == 200  # the browser has to log in again, too


def test_log_ins_of_the_same_user_end_one_by_one(flow: LoginFlow) -> None:
    first, second = flow.tokens(), flow.tokens()
    form = flow.proof | {"refresh_token": first["refresh_token"]}

    requests.post(f"{flow.url}/logout", data=form, timeout=5)

    assert flow.refresh(second["refresh_token"], **flow.proof).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "unauthorized_client"),
        ({"client_secret": ""}, 401, "unauthorized_client"),
        ({"refresh_token": "unknown"}, 400, "invalid_grant"),
    ],
)
def test_a_log_out_that_is_not_the_applications_own_is_refused(
    flow: LoginFlow, changes: dict[str, str], status: int, error: str
) -> None:
    token = flow.tokens()["refresh_token"]
    form = flow.proof | {"refresh_token": token} | changes

    answer = requests.post(f"{flow.url}/logout", data=form, timeout=5)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert flow.refresh(token, **flow.proof).status_code == 200


def test_a_browser_is_asked_before_it_is_logged_out_and_then_sent_back(flow: LoginFlow) -> None:
    token = flow.tokens()["refresh_token"]
    asked = {
        "client_id": flow.client["clientId"],
        "post_logout_redirect_uri": flow.redirect_uri,
        "state": "xyz",
    }

    question = log_out(flow, **asked)
    back = log_out(flow, "POST", confirmed="yes", **asked)

    assert question.status_code == 200
    assert "Log out?" in question.text
    assert back.headers["Location"] == f"{flow.redirect_uri}?state=xyz"
    assert flow.open().status_code == 200
    assert flow.refresh(token, **flow.proof).json()["error"] == "invalid_grant"


def test_a_link_alone_logs_nobody_out(flow: LoginFlow) -> None:
    flow.log_in()

    log_out(flow, confirmed="yes")

    assert "code" in flow.said(flow.open())


def test_without_an_address_log_out_ends_on_a_page(flow: LoginFlow) -> None:
    flow.log_in()

    answer = log_out(flow, "POST", confirmed="yes")

    assert answer.status_code == 200
    assert "You are logged out" in answer.text


@pytest.mark.parametrize("known", [True, False])
def test_log_out_redirects_to_registered_addresses_of_a_known_client_only(
    flow: LoginFlow, known: bool
) -> None:
    client_id = flow.client["clientId"] if known else "other"
    address = "https://evil.example/" if known else flow.redirect_uri

    answer = log_out(flow, client_id=client_id, post_logout_redirect_uri=address)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("with_cookie", [True, False])
def test_the_id_token_of_the_log_in_makes_the_question_needless(
    flow: LoginFlow, with_cookie: bool
) -> None:
    tokens = flow.tokens(scope="openid")
    if not with_cookie:
        flow.browser.cookies.clear()

    back = log_out(
        flow, id_token_hint=tokens["id_token"], post_logout_redirect_uri=flow.redirect_uri
    )

    assert back.headers["Location"] == flow.redirect_uri
    refreshed = flow.refresh(tokens["refresh_token"], **flow.proof)
    assert refreshed.json()["error"] == "invalid_grant"


def test_the_id_token_of_another_log_in_does_not(flow: LoginFlow) -> None:
    other = flow.tokens(scope="openid")["id_token"]
    flow.browser.cookies.clear()
    flow.log_in()

    assert "Log out?" in log_out(flow, id_token_hint=other).text
    assert log_out(flow, id_token_hint=other[:-4] + "AAAA").status_code == 400
