"""Error responses of the API."""

from __future__ import annotations

import uuid

import requests

from tests.contract.own_clients import CLIENTS
from tests.contract.report import Contract
from tests.contract.sipgate import Sipgate

SHAPES = "Errors, bodies come in three shapes"


def shape(answer: requests.Response) -> str:
    """Returns the format of an error response's body."""
    if not answer.content.strip():
        return "empty"
    try:
        document = answer.json()
    except ValueError:
        return "HTML" if "<" in answer.text else "plain text"
    listed = isinstance(document, dict) and isinstance(document.get("errors"), list)
    return "JSON errors" if listed else "other JSON"


def refused_bearer(sipgate: Sipgate) -> requests.Response:
    def bearer(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = "Bearer unknown-to-everyone"
        return request

    return sipgate.ask("GET", CLIENTS, who=bearer)


def test_no_credential_is_answered_401(contract: Contract) -> None:
    contract.documented("Errors, 401", lambda s: s.ask_as_nobody("GET", CLIENTS).status_code, 401)


def test_an_unknown_access_token_is_answered_401(contract: Contract) -> None:
    contract.documented("Errors, 401", lambda s: refused_bearer(s).status_code, 401)


def test_an_unknown_personal_access_token_is_answered_401(contract: Contract) -> None:
    auth = requests.auth.HTTPBasicAuth("token-UNKNOWN", str(uuid.uuid4()))
    contract.documented("Errors, 401", lambda s: s.ask("GET", CLIENTS, who=auth).status_code, 401)


def test_a_method_that_a_client_does_not_have_is_answered_405(contract: Contract) -> None:
    contract.documented("Errors, 405", lambda s: s.ask("PATCH", s.path, json={}).status_code, 405)


def test_the_body_of_a_401_has_a_known_shape(contract: Contract) -> None:
    known = ("JSON errors", "plain text", "HTML", "empty")
    contract.documented(SHAPES, lambda s: shape(refused_bearer(s)), *known)


def test_observe_whether_the_body_of_a_401_repeats_the_credential(contract: Contract) -> None:
    contract.observed(
        "Errors, a body can echo a credential",
        lambda s: "unknown-to-everyone" in refused_bearer(s).text,
    )


def test_the_body_of_a_404_has_a_known_shape(contract: Contract) -> None:
    known = ("JSON errors", "plain text", "HTML", "empty")
    contract.documented(SHAPES, lambda s: shape(s.read(f"0-0-{uuid.uuid4()}")), *known)


def test_the_body_of_a_refused_value_has_a_known_shape(contract: Contract) -> None:
    known = ("JSON errors", "plain text", "HTML", "empty", "the value was taken")

    def answer(sipgate: Sipgate) -> str:
        answered = sipgate.try_put(redirectUris="text")
        return "the value was taken" if answered.ok else shape(answered)

    contract.documented(SHAPES, answer, *known)
