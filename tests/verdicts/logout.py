"""Responses of the log-out endpoint, and whether the session has ended afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from tests.verdicts.authorization import said
from tests.verdicts.service import SECRET, Browser, Page, Service

REDIRECT = "https://app.example.com/callback"
OTHER = "https://app.example.com/other"

Answer = dict[str, Any]
Request = dict[str, Any]


class Visit:
    """A browser in which a user has logged in to a client, and the tokens of that log-in."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.browser = Browser(service)
        self.client_id = _client(service, REDIRECT, OTHER)
        self.other_id = _client(service, REDIRECT)
        asked = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT}
        code = self.browser.log_in(asked | {"scope": "openid"}).said["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        self.proof = {"client_id": self.client_id, "client_secret": SECRET}
        self.tokens = self.post("token", self.proof | form).json()

    def post(self, endpoint: str, form: Request) -> requests.Response:
        return requests.post(f"{self.service.url}/{endpoint}", data=form, timeout=30)

    @property
    def over(self) -> bool:
        """Returns whether the browser must log in again."""
        asked = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT}
        return self.browser.open("auth", asked | {"prompt": "none"}).said.get("code") is None

    @property
    def refreshes(self) -> bool:
        """Uses the refresh token, and returns whether it was still valid."""
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        return self.post("token", self.proof | form).ok


def _client(service: Service, *redirect_uris: str) -> str:
    found = service.client(redirect_uris)
    assert found
    return found


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by case."""
    answers = {}
    for name, request in _requests().items():
        for method in ("GET", "POST"):
            visit = Visit(service)
            page = visit.browser.open("logout", request(visit), method)
            answers[f"{method}, logged in: {name}"] = _told(page) | {"over": visit.over}
        visit = Visit(service)
        stranger = Browser(service).open("logout", request(visit))
        answers[f"logged out: {name}"] = _told(stranger) | {"over": visit.over}
    for name, case in _steps().items():
        answers[name] = case(Visit(service))
    for name, request in _by_refresh_token().items():
        visit = Visit(service)
        form = visit.proof | {"refresh_token": visit.tokens["refresh_token"]} | request(visit)
        answer = visit.post("logout", {key: text for key, text in form.items() if text is not None})
        body = answer.json() if answer.content and "json" in answer.headers["Content-Type"] else {}
        answers[f"refresh token: {name}"] = {
            "status": answer.status_code,
            "refreshes": visit.refreshes,
            "over": visit.over,
        } | body
    return answers


def _told(page: Page) -> Answer:
    """Returns what the user sees: whether the log-out needs a confirmation, is done, or is refused."""
    told = said(page)
    if page.kind == "page":
        told["kind"] = "question" if "<form" in page.text else "page"
    return told


def _requests() -> dict[str, Callable[[Visit], Request]]:
    def hinted(**more: str) -> Callable[[Visit], Request]:
        return lambda visit: {"id_token_hint": visit.tokens["id_token"]} | more

    def of_client(**more: str) -> Callable[[Visit], Request]:
        return lambda visit: {"client_id": visit.client_id} | more

    def of_other(**more: str) -> Callable[[Visit], Request]:
        return lambda visit: {"client_id": visit.other_id} | more

    def fixed(**request: str) -> Callable[[Visit], Request]:
        return lambda _: request

    back = {"post_logout_redirect_uri": REDIRECT}
    foreign = {"post_logout_redirect_uri": "https://evil.example/"}
    return {
        "nothing": fixed(),
        "a hint": hinted(),
        "a hint and an address": hinted(**back),
        "a hint, an address and a state": hinted(**back, state="a b&c"),
        "a hint, an address and an empty state": hinted(**back, state=""),
        "a hint and the client's other address": hinted(post_logout_redirect_uri=OTHER),
        "a hint and a foreign address": hinted(**foreign),
        "a hint and an empty address": hinted(post_logout_redirect_uri=""),
        "a hint and an address with a query": hinted(post_logout_redirect_uri=f"{REDIRECT}?a=b"),
        "a hint and an address with a code": hinted(post_logout_redirect_uri=f"{REDIRECT}?code=b"),
        "a hint, its client and an address": lambda v: hinted(client_id=v.client_id, **back)(v),
        "a hint, another client and an address": lambda v: hinted(client_id=v.other_id, **back)(v),
        "a hint and another client": lambda v: hinted(client_id=v.other_id)(v),
        "a hint and an unknown client": hinted(client_id="unknown"),
        "a client": of_client(),
        "a client and an address": of_client(**back),
        "a client, an address and a state": of_client(**back, state="s"),
        "a client and a foreign address": of_client(**foreign),
        "another client and an address": of_other(**back),
        "an unknown client": fixed(client_id="unknown"),
        "an unknown client and an address": fixed(client_id="unknown", **back),
        "an address": fixed(**back),
        "a state": fixed(state="s"),
        "a hint that is none": fixed(id_token_hint="x"),
        "a hint that is none and an address": fixed(id_token_hint="x", **back),
        "a hint that is none, a client and an address": of_client(id_token_hint="x", **back),
        "an empty hint": fixed(id_token_hint=""),
        "an access token as hint": lambda v: {"id_token_hint": v.tokens["access_token"]},
        "a hint of another log-in": lambda v: {
            "id_token_hint": Visit(v.service).tokens["id_token"]
        },
        "a hint of another log-in and an address": lambda v: {
            "id_token_hint": Visit(v.service).tokens["id_token"],
            **back,
        },
        "the old redirect_uri": fixed(redirect_uri=REDIRECT),
        "a logout hint": fixed(logout_hint="demo@example.com"),
        "languages": fixed(ui_locales="de"),
    }


def _used(visit: Visit) -> Request:
    assert visit.refreshes
    return {}


def _steps() -> dict[str, Callable[[Visit], Answer]]:
    def confirmed(visit: Visit, **asked: str) -> Answer:
        page = visit.browser.open("logout", asked)
        button = {"confirmed": "yes", "confirmLogout": "Logout"}
        done = visit.browser.submit(page, **button)
        return _told(done) | {"over": visit.over, "refreshes": visit.refreshes}

    def twice(visit: Visit) -> Answer:
        asked = {"id_token_hint": visit.tokens["id_token"], "post_logout_redirect_uri": REDIRECT}
        visit.browser.open("logout", asked)
        return _told(visit.browser.open("logout", asked))

    def after_log_out(visit: Visit) -> Answer:
        visit.browser.open("logout", {"id_token_hint": visit.tokens["id_token"]})
        return {"refreshes": visit.refreshes, "over": visit.over}

    return {
        "a question that is answered": confirmed,
        "a question that is answered, with a client and an address": lambda v: confirmed(
            v, client_id=v.client_id, post_logout_redirect_uri=REDIRECT, state="s"
        ),
        "a log-out twice": twice,
        "tokens after a log-out": after_log_out,
    }


def _by_refresh_token() -> dict[str, Callable[[Visit], Request]]:
    return {
        "as it should be": lambda _: {},
        "without a secret": lambda _: {"client_secret": None},
        "a wrong secret": lambda _: {"client_secret": "wrong"},
        "no client": lambda _: {"client_id": None, "client_secret": None},
        "an unknown client": lambda _: {"client_id": "unknown"},
        "another client": lambda v: {"client_id": v.other_id},
        "an unknown one": lambda _: {"refresh_token": "unknown"},
        "an empty one": lambda _: {"refresh_token": ""},
        "an access token": lambda v: {"refresh_token": v.tokens["access_token"]},
        "an ID token": lambda v: {"refresh_token": v.tokens["id_token"]},
        "beside a hint": lambda v: {"id_token_hint": v.tokens["id_token"]},
        "beside an address": lambda _: {"post_logout_redirect_uri": REDIRECT},
        "one that is used": _used,
        "twice": lambda v: {"refresh_token": [v.tokens["refresh_token"]] * 2},
    }
