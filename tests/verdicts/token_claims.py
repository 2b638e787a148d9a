"""The claims of tokens: their names, and the values that are not random."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.verdicts.scopes import READ
from tests.verdicts.service import Service
from tests.verdicts.token_client import S256, VERIFIER, Answer, Play

# The claims that have the same values in every run.
_FIXED = (
    *("typ", "acr", "aud", "azp", "scope", "allowed-origins", "realm_access", "resource_access"),
    *("email", "email_verified", "preferred_username"),
)


def claims(token: str) -> dict[str, Any]:
    """Returns the claims of a signed token without verifying it."""
    payload = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


def play(service: Service) -> dict[str, Answer]:
    """Returns the claims by case."""
    answers: dict[str, Answer] = {}
    for kind in ("confidential", "public"):
        one = Play(service, public=kind == "public")
        for asked in (None, "openid", READ, f"openid {READ}", f"openid offline_access {READ}"):
            code = one.code(**S256, scope=asked, nonce="n") | {"code_verifier": VERIFIER}
            answers |= _said(one, f"{kind}: {asked}", one.post(code).json())
        form = one.proof | {"grant_type": "refresh_token"}
        tokens = one.post(one.code(**S256, scope="openid") | {"code_verifier": VERIFIER}).json()
        renewed = one.post(form | {"refresh_token": tokens["refresh_token"]}).json()
        answers |= _said(one, f"{kind}: renewed", renewed)
    answers |= _said(one, "password", one.post(one.password()).json())
    answers |= _said(one, "password: openid", one.post(one.password() | {"scope": "openid"}).json())
    return answers


def _said(play: Play, name: str, tokens: dict[str, Any]) -> dict[str, Answer]:
    answers = {}
    for kind in ("access_token", "id_token"):
        if kind in tokens:
            said = claims(tokens[kind])
            fixed = {key: _plain(play, said[key]) for key in _FIXED if key in said}
            answers[f"{name}: {kind}"] = {"claims": sorted(said), **fixed}
    return answers


def _plain(play: Play, value: Any) -> Any:
    if isinstance(value, str):
        value = value.replace(play.client_id, "the client")
        return sorted(value.split()) if " " in value else value
    if isinstance(value, list):
        return sorted(_plain(play, one) for one in value)
    if isinstance(value, dict):
        return {key: _plain(play, one) for key, one in value.items()}
    return value
