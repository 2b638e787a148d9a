"""The scopes of tokens, by requested scopes: after a log-in, with the password grant, and after a renewal."""

from __future__ import annotations

from typing import Any

import requests

from tests.verdicts.service import Service
from tests.verdicts.token_client import S256, VERIFIER, Answer, Play

READ = "authorization:oauth2:clients:read"
WRITE = "authorization:oauth2:clients:write"

_ASKED = (
    None,
    "",
    "openid",
    "profile",
    "email",
    "openid profile email",
    "all",
    READ,
    f"{READ} {WRITE}",
    f"openid {READ}",
    f"openid all {READ}",
    "offline_access",
    "openid offline_access",
    f"offline_access {READ}",
)
_RENEWED = (
    (f"openid {READ} {WRITE}", None),
    (f"openid {READ} {WRITE}", ""),
    (f"openid {READ} {WRITE}", f"openid {READ} {WRITE}"),
    (f"openid {READ} {WRITE}", READ),
    (f"openid {READ} {WRITE}", f"openid {READ}"),
    (f"openid {READ} {WRITE}", "openid"),
    (f"openid {READ} {WRITE}", "profile"),
    (f"openid {READ} {WRITE}", "all"),
    (f"openid {READ} {WRITE}", "unknown"),
    (READ, None),
    (READ, READ),
    (READ, f"{READ} {WRITE}"),
    (READ, f"openid {READ}"),
    (READ, "all"),
    ("all", READ),
    (f"openid offline_access {READ}", None),
    (f"openid offline_access {READ}", READ),
    (None, None),
    (None, READ),
)


def told(answer: requests.Response) -> Answer:
    """Returns the scopes without their order, and the other fields of the response."""
    body: dict[str, Any] = answer.json()
    if "access_token" not in body:
        return {"status": answer.status_code, **body}
    days = round(body["refresh_expires_in"] / 86400) if "refresh_expires_in" in body else None
    tokens = sorted(name for name in body if name.endswith("_token"))
    return {"scope": sorted(body["scope"].split()), "tokens": tokens, "days": days}


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by case."""
    answers = {}
    one = Play(service, public=False)
    for asked in _ASKED:
        scope = {} if asked is None else {"scope": asked}
        if asked != "":  # refused before a code is issued, which the log-in's table covers
            answers[f"code: {asked}"] = told(one.post(_code(one, asked)))
        answers[f"password: {asked}"] = told(one.post(one.password() | scope))
    for asked, again in _RENEWED:
        answers[f"refresh token: {asked} -> {again}"] = _renewed(one, asked, again)
    for name, asked in (("log-in", READ), ("offline log-in", f"openid offline_access {READ}")):
        answers[f"{name}: after a log-out in the browser"] = _after_browser(one, asked)
        answers[f"{name}: after a log-out with its refresh token"] = _after_refresh_token(
            one, asked
        )
    return answers


def _code(play: Play, asked: str | None) -> dict[str, Any]:
    return play.code(**S256, scope=asked) | {"code_verifier": VERIFIER}


def _renewal(play: Play, token: str) -> dict[str, Any]:
    return play.proof | {"grant_type": "refresh_token", "refresh_token": token}


def _renewed(play: Play, asked: str | None, again: str | None) -> Answer:
    form = _renewal(play, play.post(_code(play, asked)).json()["refresh_token"])
    renewed = play.post(form | ({} if again is None else {"scope": again}))
    answer = told(renewed)
    if renewed.ok:
        play.service.wait()
        then = told(play.post(_renewal(play, renewed.json()["refresh_token"])))
        answer["then"] = then.get("scope", then)
    return answer


def _after_browser(play: Play, asked: str) -> Answer:
    visit = Play(play.service, public=False)
    tokens = visit.post(_code(visit, asked)).json()
    hint = visit.post(_code(visit, "openid")).json()["id_token"]
    visit.browser.open("logout", {"id_token_hint": hint})
    return told(visit.post(_renewal(visit, tokens["refresh_token"])))


def _after_refresh_token(play: Play, asked: str) -> Answer:
    visit = Play(play.service, public=False)
    tokens = visit.post(_code(visit, asked)).json()
    form = visit.proof | {"refresh_token": tokens["refresh_token"]}
    out = requests.post(f"{visit.service.url}/logout", data=form, timeout=30)
    then = told(visit.post(_renewal(visit, tokens["refresh_token"])))
    known = {"response_type": "code", "client_id": visit.client_id, "prompt": "none"}
    page = visit.browser.open("auth", known | {"redirect_uri": "https://app.example.com/callback"})
    return {"log-out": out.status_code, "then": then, "browser": "code" in page.said}
