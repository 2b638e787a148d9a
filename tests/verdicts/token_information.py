"""Responses of the endpoints for userinfo, introspection and revocation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import requests

from tests.verdicts.scopes import READ
from tests.verdicts.service import SECRET, Service
from tests.verdicts.token_client import S256, VERIFIER, Answer, Play

# Random values, and values that are the same as in the token.
_CHANCE = frozenset(
    ("exp", "iat", "auth_time", "jti", "iss", "sub", "sid", "session_state", "nonce", "at_hash")
)

Case = Callable[[], Answer]


def _told(answer: requests.Response) -> Answer:
    said: Answer = {"status": answer.status_code}
    if "WWW-Authenticate" in answer.headers:
        said["challenge"] = answer.headers["WWW-Authenticate"].partition(" ")[0]
    try:
        body: Answer = answer.json()
    except ValueError:
        return said
    if "error" in body:
        return said | body
    return said | {name: ("…" if name in _CHANCE else value) for name, value in body.items()}


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by case."""
    one = Play(service, public=False)
    page = Play(service, public=True)
    cases = [*_userinfo(one), *_introspection(one, page), *_revocation(one, page)]
    return {name: _without(case(), one, page) for name, case in cases}


def _without(answer: Any, *plays: Play) -> Any:
    """Returns the response without the ids of clients and the order of scopes."""
    if isinstance(answer, dict):
        answer = {
            key: sorted(value.split()) if key == "scope" and isinstance(value, str) else value
            for key, value in answer.items()
        }
        return {key: _without(value, *plays) for key, value in answer.items()}
    if isinstance(answer, list):
        return [_without(value, *plays) for value in answer]
    for one in plays:
        if isinstance(answer, str):
            kind = "page" if one.public else "client"
            answer = answer.replace(one.client_id, f"the {kind}")
    return answer


def _tokens(play: Play, scope: str | None = "openid") -> dict[str, Any]:
    form = play.code(**S256, scope=scope) | {"code_verifier": VERIFIER}
    tokens: dict[str, Any] = play.post(form).json()
    return tokens


def _userinfo(play: Play) -> Iterator[tuple[str, Case]]:
    url = f"{play.service.url}/userinfo"

    def bearing(token: str, method: str = "GET") -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return _told(requests.request(method, url, headers=headers, timeout=30))

    def after_log_out() -> Answer:
        tokens = _tokens(play)
        form = play.proof | {"refresh_token": tokens["refresh_token"]}
        requests.post(f"{play.service.url}/logout", data=form, timeout=30)
        play.browser = type(play.browser)(play.service)
        return bearing(tokens["access_token"])

    yield "userinfo: as it should be", lambda: bearing(_tokens(play)["access_token"])
    yield "userinfo: by POST", lambda: bearing(_tokens(play)["access_token"], "POST")
    yield (
        "userinfo: by a form",
        lambda: _told(
            requests.post(url, data={"access_token": _tokens(play)["access_token"]}, timeout=30)
        ),
    )
    yield (
        "userinfo: in the query",
        lambda: _told(
            requests.get(url, params={"access_token": _tokens(play)["access_token"]}, timeout=30)
        ),
    )
    yield "userinfo: without openid", lambda: bearing(_tokens(play, READ)["access_token"])
    yield "userinfo: no token", lambda: _told(requests.get(url, timeout=30))
    yield "userinfo: what is no token", lambda: bearing("x")
    yield "userinfo: an ID token", lambda: bearing(_tokens(play)["id_token"])
    yield "userinfo: a refresh token", lambda: bearing(_tokens(play)["refresh_token"])
    yield "userinfo: after a log-out", after_log_out


def _introspection(play: Play, page: Play) -> Iterator[tuple[str, Case]]:
    url = f"{play.service.url}/token/introspect"

    def ask(form: dict[str, Any], **headers: str) -> Answer:
        return _told(requests.post(url, data=form, headers=headers, timeout=30))

    def own(kind: str, scope: str | None = "openid") -> Case:
        return lambda: ask(play.proof | {"token": _tokens(play, scope)[kind]})

    def after_log_out() -> Answer:
        tokens = _tokens(play)
        form = play.proof | {"refresh_token": tokens["refresh_token"]}
        requests.post(f"{play.service.url}/logout", data=form, timeout=30)
        play.browser = type(play.browser)(play.service)
        return ask(play.proof | {"token": tokens["access_token"]})

    def after_use() -> Answer:
        token = _tokens(play)["refresh_token"]
        play.post(play.proof | {"grant_type": "refresh_token", "refresh_token": token})
        return ask(play.proof | {"token": token})

    yield "introspection: an access token", own("access_token")
    yield "introspection: an access token of the API", own("access_token", READ)
    yield "introspection: a refresh token", own("refresh_token")
    yield "introspection: an ID token", own("id_token")
    yield "introspection: after a log-out", after_log_out
    yield "introspection: a used refresh token", after_use
    yield "introspection: what is no token", lambda: ask(play.proof | {"token": "x"})
    yield "introspection: no token", lambda: ask(play.proof)
    yield "introspection: nobody asks", lambda: ask({"token": _tokens(play)["access_token"]})
    yield (
        "introspection: without a secret",
        lambda: ask({"client_id": play.client_id, "token": _tokens(play)["access_token"]}),
    )
    yield (
        "introspection: a wrong secret",
        lambda: ask(
            play.proof | {"client_secret": "wrong", "token": _tokens(play)["access_token"]}
        ),
    )
    yield (
        "introspection: by a page",
        lambda: ask(page.proof | {"token": _tokens(page)["access_token"]}, **page.headers),
    )
    yield (
        "introspection: by another client",
        lambda: ask(
            {"client_id": play.other_id, "client_secret": SECRET}
            | {"token": _tokens(play)["access_token"]}
        ),
    )


def _revocation(play: Play, page: Play) -> Iterator[tuple[str, Case]]:
    def revoke(by: Play, form: dict[str, Any]) -> requests.Response:
        url = f"{by.service.url}/revoke"
        return requests.post(url, data=form, headers=by.headers, timeout=30)

    def good(by: Play, tokens: dict[str, Any]) -> dict[str, bool]:
        """Returns which tokens are still accepted."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        renewal = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        userinfo = requests.get(f"{by.service.url}/userinfo", headers=headers, timeout=30)
        return {"access token": userinfo.ok, "refresh token": by.post(by.proof | renewal).ok}

    def case(kind: str, by: Play = play, scope: str = "openid", **changes: str | None) -> Case:
        def revoked() -> Answer:
            tokens = _tokens(by, scope)
            form = by.proof | {"token": tokens[kind]} | changes
            answer = _told(revoke(by, form))
            return answer | good(by, tokens)

        return revoked

    yield "revocation: a refresh token", case("refresh_token")
    yield "revocation: an access token", case("access_token")
    yield "revocation: an ID token", case("id_token")
    yield "revocation: an offline token", case("refresh_token", scope="openid offline_access")
    yield "revocation: with a hint", case("refresh_token", token_type_hint="refresh_token")
    yield "revocation: with a wrong hint", case("refresh_token", token_type_hint="access_token")
    yield "revocation: with an unknown hint", case("refresh_token", token_type_hint="unknown")
    yield "revocation: what is no token", case("refresh_token", token="x")
    yield "revocation: no token", case("refresh_token", token=None)
    yield "revocation: without a secret", case("refresh_token", client_secret=None)
    yield "revocation: a wrong secret", case("refresh_token", client_secret="wrong")
    yield "revocation: by another client", case("refresh_token", client_id=play.other_id)
    yield "revocation: by an unknown client", case("refresh_token", client_id="unknown")
    yield "revocation: by a page", case("refresh_token", page)
    yield "revocation: an access token, by a page", case("access_token", page)
