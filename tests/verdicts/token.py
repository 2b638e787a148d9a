"""Responses of the token endpoint: to valid requests, and to requests with one change each."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import requests

from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Service
from tests.verdicts.token_client import CHALLENGE, OTHER, REDIRECT, Answer, Form, Play, said
from tests.verdicts.token_lives import life_of_a_code, life_of_a_refresh_token

Make = Callable[[Play], Form]


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by case."""
    answers = {}
    for kind in ("confidential", "public"):
        one = Play(service, public=kind == "public")
        for name, case in _cases(one):
            answers[f"{kind}: {name}"] = case()
    return answers


def _cases(play: Play) -> Iterator[tuple[str, Callable[[], Answer]]]:
    grants: dict[str, Make] = {
        "password": Play.password,
        "code": Play.code,
        "code with PKCE": Play.pkce,
        "refresh token": Play.refresh,
    }
    for grant, make in grants.items():
        for change, fields in _changes(play, grant).items():

            def case(make: Make = make, fields: Form = fields) -> Answer:
                form = make(play) | fields
                headers = form.pop("headers", {})
                return said(play.post(form, **headers))

            yield f"{grant}, {change}", case
    yield from life_of_a_code(play)
    yield from life_of_a_refresh_token(play)
    yield from _bodies(play)


def _basic(name: str, secret: str) -> Form:
    pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"headers": {"Authorization": f"Basic {pair}"}}


def _changes(play: Play, grant: str) -> dict[str, Form]:
    """Returns changes to a valid request; None omits a field."""
    without = {"client_id": None, "client_secret": None}
    changes: dict[str, Form] = {
        "as it should be": {},
        "a field more": {"unknown": "x"},
        "no client": without,
        "an empty client": {"client_id": ""},
        "an unknown client": {"client_id": "unknown"},
        "another client": {"client_id": play.other_id},
        "a wrong secret": {"client_secret": "wrong"},
        "an empty secret": {"client_secret": ""},
        "no secret": {"client_secret": None},
        "the secret in a header": without | _basic(play.client_id, SECRET),
        "a wrong secret in a header": without | _basic(play.client_id, "wrong"),
        "an unknown client in a header": without | _basic("unknown", SECRET),
        "a header beside the form": _basic(play.client_id, SECRET),
        "a header of no use": without | {"headers": {"Authorization": "Basic !!"}},
        "a header without a colon": without | {"headers": {"Authorization": "Basic YWJj"}},
        "a bearer header": {"headers": {"Authorization": "Bearer x"}},
        "two clients": {"client_id": [play.client_id, play.other_id]},
        "a field twice": {"unknown": ["x", "y"]},
        "the grant type twice": {"grant_type": [grant, grant]},
        "no grant type": {"grant_type": None},
        "an empty grant type": {"grant_type": ""},
        "an unknown grant type": {"grant_type": "unknown"},
        "client credentials": {"grant_type": "client_credentials"},
        "the implicit grant": {"grant_type": "implicit"},
        "another grant's type": {
            "grant_type": "password" if grant != "password" else "refresh_token"
        },
        "scope openid": {"scope": "openid"},
        "scope profile": {"scope": "profile email"},
        "an API scope": {"scope": "authorization:oauth2:clients:read"},
        "an empty scope": {"scope": ""},
        "an unknown scope": {"scope": "unknown"},
        "an unknown scope beside a known one": {"scope": "openid unknown"},
        "a scope twice": {"scope": "openid openid"},
        "offline access": {"scope": "offline_access"},
    }
    own: dict[str, dict[str, Form]] = {
        "password": {
            "no user name": {"username": None},
            "an empty user name": {"username": ""},
            "an unknown user": {"username": "nobody@example.com"},
            "a user in capitals": {"username": USERNAME.upper()},
            "a user with spaces": {"username": f" {USERNAME} "},
            "no password": {"password": None},
            "an empty password": {"password": ""},
            "a wrong password": {"password": "wrong"},
            "a password with a space": {"password": f"{PASSWORD} "},
            "two passwords": {"password": [PASSWORD, "wrong"]},
            "a client of the account": play.proof,
        },
        "refresh token": {
            "none": {"refresh_token": None},
            "an empty one": {"refresh_token": ""},
            "an unknown one": {"refresh_token": "unknown"},
            "an access token": {"refresh_token": _access_token(play)},
        },
    }
    code: dict[str, Form] = {
        "no code": {"code": None},
        "an empty code": {"code": ""},
        "an unknown code": {"code": "unknown"},
        "no redirect URI": {"redirect_uri": None},
        "an empty redirect URI": {"redirect_uri": ""},
        "another redirect URI": {"redirect_uri": OTHER},
        "a foreign redirect URI": {"redirect_uri": "https://evil.example/"},
        "an encoded redirect URI": {"redirect_uri": REDIRECT.replace("c", "%63")},
        "a redirect URI with a query": {"redirect_uri": f"{REDIRECT}?a=b"},
        "no verifier": {"code_verifier": None},
        "an empty verifier": {"code_verifier": ""},
        "a wrong verifier": {"code_verifier": "w" * 43},
        "a short verifier": {"code_verifier": "v" * 42},
        "a long verifier": {"code_verifier": "v" * 129},
        "a verifier with a space": {"code_verifier": "v" * 42 + " "},
        "the challenge as verifier": {"code_verifier": CHALLENGE},
    }
    return changes | own.get(grant, code)


def _access_token(play: Play) -> str:
    token: str = play.post(play.pkce()).json()["access_token"]
    return token


def _bodies(play: Play) -> Iterator[tuple[str, Callable[[], Answer]]]:
    url = f"{play.service.url}/token"
    form = play.password()

    def sent(method: str = "POST", **how: Any) -> Callable[[], Answer]:
        return lambda: said(requests.request(method, url, timeout=30, **how))

    yield "the form as JSON", sent(json=form)
    yield "the form in the query", sent(params=form)
    yield "the form in parts", sent(files={name: (None, value) for name, value in form.items()})
    yield "no body", sent()
    yield "a GET", sent("GET", params=form)
    yield "a PUT", sent("PUT", data=form)
    typed = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    yield "the form with a charset", sent(data=form, headers=typed)
    yield "the form beside a query", sent(data=form, params={"username": "nobody"})
    yield "what is no form", sent(data=b"%%%", headers=typed)
