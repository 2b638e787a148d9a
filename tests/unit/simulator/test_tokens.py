"""The claims of tokens, and how an application verifies them."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sipgate_provider.simulator import ALL, READ, Simulator

if TYPE_CHECKING:
    from tests.unit.simulator.conftest import LoginFlow


def configuration(flow: LoginFlow, realm: str = "sipgate-apps") -> dict[str, Any]:
    url = f"{flow.origin}/auth/realms/{realm}/.well-known/openid-configuration"
    answer: dict[str, Any] = requests.get(url, timeout=5).json()
    return answer


def read(flow: LoginFlow, token: str) -> dict[str, Any]:
    """Returns the claims, verified with the realm's published keys."""
    keys = requests.get(configuration(flow)["jwks_uri"], timeout=5).json()
    return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)


def test_the_published_keys_are_public(flow: LoginFlow) -> None:
    (key,) = requests.get(configuration(flow)["jwks_uri"], timeout=5).json()["keys"]

    assert key.keys() == {"kty", "use", "alg", "kid", "n", "e"}


@pytest.mark.parametrize("realm", ["sipgate-apps", "third-party"])
def test_a_realm_tells_where_its_endpoints_are(flow: LoginFlow, realm: str) -> None:
    said = configuration(flow, realm)

    assert said["issuer"] == f"{flow.origin}/auth/realms/{realm}"
    assert requests.get(said["authorization_endpoint"], timeout=5).status_code == 400
    assert requests.post(said["token_endpoint"], timeout=5).status_code == 400
    assert requests.get(said["end_session_endpoint"], timeout=5).status_code == 200
    assert requests.get(said["jwks_uri"], timeout=5).status_code == 200
    assert said["code_challenge_methods_supported"] == ["S256", "plain"]


def test_an_unknown_realm_tells_nothing(flow: LoginFlow) -> None:
    url = f"{flow.origin}/auth/realms/other/.well-known/openid-configuration"

    assert requests.get(url, timeout=5).status_code == 404


def test_an_access_token_says_who_may_do_what_for_how_long(flow: LoginFlow) -> None:
    claims = read(flow, flow.tokens(scope=READ)["access_token"])

    assert claims["iss"] == configuration(flow)["issuer"]
    assert claims["azp"] == flow.client["clientId"]
    assert claims["scope"] == f"{READ} email profile"
    assert (claims["email"], claims["name"]) == ("demo@example.com", "Demo User")
    assert claims["preferred_username"] == "demo@example.com"
    assert claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 5


def test_tokens_of_one_log_in_share_subject_and_session_and_are_never_the_same(
    flow: LoginFlow,
) -> None:
    first = flow.tokens()
    second = flow.refresh(first["refresh_token"], **flow.proof).json()

    one, other = (read(flow, answer["access_token"]) for answer in (first, second))

    assert (one["sub"], one["sid"]) == (other["sub"], other["sid"])
    assert one["jti"] != other["jti"]


def test_a_token_expires_by_the_simulators_clock(sipgate: Simulator, flow: LoginFlow) -> None:
    sipgate.clock.advance(3600)

    claims = read(flow, flow.tokens()["access_token"])

    assert abs(claims["iat"] - time.time() - 3600) < 5


def test_a_token_issued_by_hand_is_signed_too(sipgate: Simulator, flow: LoginFlow) -> None:
    claims = read(flow, sipgate.issue_access_token(ALL, life=17))

    assert claims["scope"] == ALL
    assert claims["exp"] - claims["iat"] == 17
    assert claims["iss"] == configuration(flow)["issuer"]


def test_a_token_of_another_simulator_is_signed_with_another_key(flow: LoginFlow) -> None:
    with Simulator() as other:
        token = other.issue_access_token(ALL)

    with pytest.raises(JoseError):
        read(flow, token)


def test_openid_yields_an_id_token_for_the_client(flow: LoginFlow) -> None:
    tokens = flow.tokens(scope="openid", nonce="n-1")

    claims = read(flow, tokens["id_token"])

    assert tokens["scope"] == "email openid profile"
    assert (claims["aud"], claims["nonce"]) == (flow.client["clientId"], "n-1")
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_without_openid_there_is_no_id_token(flow: LoginFlow) -> None:
    assert "id_token" not in flow.tokens()


def test_the_api_accepts_no_id_token(sipgate: Simulator, flow: LoginFlow) -> None:
    headers = {"Authorization": f"Bearer {flow.tokens(scope='openid')['id_token']}"}
    url = f"{sipgate.base_url}/authorization/oauth2/clients"

    assert requests.get(url, headers=headers, timeout=5).status_code == 401
