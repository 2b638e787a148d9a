"""Responses of the authorization endpoint: to valid requests, and to requests with one change each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.verdicts.service import Browser, Page, Service
from tests.verdicts.token_client import CHALLENGE, S256

REDIRECT = "https://app.example.com/callback"
OTHER = "https://app.example.com/other"
# The random parts of a response.
_CHANCE = ("code", "iss", "session_state", "response")

Answer = dict[str, Any]
# A list is sent as a repeated parameter, and None omits the parameter.
Request = dict[str, Any]


def said(page: Page) -> Answer:
    """Returns what the user sees, or the parameters for the application and the part of the address that has them."""
    if page.location is None:
        form = {"form": page.posted} if page.posted else {}
        return {"status": page.status, "kind": page.kind, "message": page.message} | form
    told = {name: "…" if name in _CHANCE else value for name, value in page.said.items()}
    before = page.location.partition("#")[0]
    part = "query" if "?" in before else "fragment"
    return {"status": page.status, "to": before.partition("?")[0], part: told}


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by case, for a browser without and with a log-in."""
    client_id = service.client((REDIRECT, OTHER))
    single = service.client((REDIRECT,))
    wildcard = service.client(("https://app.example.com/*",))
    assert client_id
    assert single
    assert wildcard
    good: Request = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "state": "s",
    }
    known = Browser(service)
    known.log_in(good)
    service.wait()
    answers = {}
    for name, changes in _changes(single, wildcard).items():
        asked = {key: value for key, value in (good | changes).items() if value is not None}
        answers[f"logged out: {name}"] = said(Browser(service).open("auth", asked))
        answers[f"logged in: {name}"] = said(known.open("auth", asked))
    for name, case in _visits(good).items():
        answers[name] = case(service)
    return answers


def _changes(single: str, wildcard: str) -> dict[str, Request]:
    changes: dict[str, Request] = {
        "as it should be": {},
        "no state": {"state": None},
        "an empty state": {"state": ""},
        "a state with signs": {"state": "a b&c=d/é?#+%"},
        "a state twice": {"state": ["s", "t"]},
        "no client": {"client_id": None},
        "an empty client": {"client_id": ""},
        "an unknown client": {"client_id": "unknown"},
        "the client of the password grant": {"client_id": "sipgate-app-web"},
        "a client twice": {"client_id": [single, wildcard]},
        "a foreign redirect URI": {"redirect_uri": "https://evil.example/"},
        "no redirect URI": {"redirect_uri": None},
        "an empty redirect URI": {"redirect_uri": ""},
        "a redirect URI twice": {"redirect_uri": [REDIRECT, OTHER]},
        "no redirect URI, and one is registered": {"client_id": single, "redirect_uri": None},
        "no redirect URI, and one is registered, with openid": {
            "client_id": single,
            "redirect_uri": None,
            "scope": "openid",
        },
        "no redirect URI, and a wildcard is registered": {
            "client_id": wildcard,
            "redirect_uri": None,
        },
        "an unknown parameter": {"unknown": "x"},
        "an unknown parameter twice": {"unknown": ["x", "y"]},
        "a nonce": {"nonce": "n"},
    }
    for name in ("response_type", "response_mode", "prompt", "scope", "max_age", "login_hint"):
        changes[f"{name} twice"] = {name: ["code", "code"]}
    types: tuple[str, ...] = (
        "",
        "token",
        "id_token",
        "none",
        "code token",
        "code id_token",
        "id_token token",
    )
    types += ("unknown", "code unknown", "CODE", " code", "code code")
    types += ("code none", "none code", "none none", "none token")
    changes["no response type"] = {"response_type": None}
    changes |= {f"response type {kind!r}": {"response_type": kind} for kind in types}
    modes: tuple[str, ...] = (
        "",
        "query",
        "fragment",
        "form_post",
        "jwt",
        "query.jwt",
        "fragment.jwt",
    )
    modes += ("form_post.jwt", "unknown", "QUERY")
    changes |= {f"response mode {mode!r}": {"response_mode": mode} for mode in modes}
    changes |= {
        f"a refusal in response mode {mode!r}": {"response_mode": mode, "response_type": "token"}
        for mode in ("query", "fragment", "form_post")
    }
    for length in (255, 256, 2000, 2001, 3999, 4000, 4001, 5000):
        changes |= {
            f"{name} of {length} characters": {name: "s" * length}
            for name in ("state", "nonce", "scope", "login_hint", "unknown", "prompt", "ui_locales")
        }
        changes[f"redirect_uri of {length} characters"] = {
            "client_id": wildcard,
            "redirect_uri": f"https://app.example.com/{'s' * (length - 24)}",
        }
    changes["empty authorization details"] = {"authorization_details": ""}
    changes["authorization details"] = {"authorization_details": "[]"}
    prompts: tuple[str, ...] = (
        "",
        "none",
        "login",
        "consent",
        "select_account",
        "create",
        "none login",
        "unknown",
    )
    prompts += ("login consent", "NONE")
    changes |= {f"prompt {prompt!r}": {"prompt": prompt} for prompt in prompts}
    scopes: tuple[str, ...] = (
        "",
        "openid",
        "openid profile email",
        "all",
        "authorization:oauth2:clients:read",
    )
    scopes += ("unknown", "openid unknown", "offline_access", "openid openid", " openid ")
    changes |= {f"scope {scope!r}": {"scope": scope} for scope in scopes}
    ages = ("", "0", "1000000", "-1", "x", "1.5", "99999999999999999999")
    changes |= {f"max_age {age!r}": {"max_age": age} for age in ages}
    changes |= {
        f"max_age {age!r} and prompt none": {"max_age": age, "prompt": "none"}
        for age in ("0", "100000")
    }
    challenges: dict[str, Request] = {
        "with S256": S256,
        "with plain": {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        "without a method": {"code_challenge": CHALLENGE},
        "with an unknown method": {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
        "with an empty method": {"code_challenge": CHALLENGE, "code_challenge_method": ""},
        "with s256": {"code_challenge": CHALLENGE, "code_challenge_method": "s256"},
        "that is missing": {"code_challenge_method": "S256"},
        "that is empty": {"code_challenge": "", "code_challenge_method": "S256"},
        "that is short": {"code_challenge": "c" * 42, "code_challenge_method": "S256"},
        "that is long": {"code_challenge": "c" * 129, "code_challenge_method": "S256"},
        "of the longest": {"code_challenge": "c" * 128, "code_challenge_method": "S256"},
        "with a space": {"code_challenge": "c" * 42 + " ", "code_challenge_method": "S256"},
        "with padding": {"code_challenge": "c" * 43 + "=", "code_challenge_method": "S256"},
        "twice": {"code_challenge": [CHALLENGE, CHALLENGE], "code_challenge_method": "S256"},
    }
    changes |= {f"a challenge {name}": challenge for name, challenge in challenges.items()}
    changes |= {
        "a request object that is none": {"request": "x"},
        "a request object that is not signed": {"request": "eyJhbGciOiJub25lIn0.e30."},
        "an empty request object": {"request": ""},
        "a request URI": {"request_uri": "https://app.example.com/request"},
        "a request URI of a pushed request": {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
        "claims": {"claims": "{}"},
        "claims that are none": {"claims": "x"},
        "acr_values": {"acr_values": "1"},
        "ui_locales": {"ui_locales": "de"},
        "display": {"display": "page"},
        "a login hint": {"login_hint": "demo@example.com"},
        "an ID token hint that is none": {"id_token_hint": "x"},
        "kc_action": {"kc_action": "unknown"},
        "kc_idp_hint": {"kc_idp_hint": "unknown"},
    }
    return changes


def _visits(good: Request) -> dict[str, Callable[[Service], Answer]]:
    """Returns cases with several steps of one browser."""

    def wrong(service: Service, **filled: str) -> Answer:
        browser = Browser(service)
        page = browser.open("auth", good)
        return said(browser.submit(page, **({"username": "demo@example.com"} | filled)))

    def posted(service: Service) -> Answer:
        return said(Browser(service).open("auth", good, "POST"))

    def posted_in_the_query(service: Service) -> Answer:
        return said(Browser(service).open("auth", good | {"username": "x", "password": "y"}))

    def again(service: Service, **asked: str) -> Answer:
        browser = Browser(service)
        browser.log_in(good)
        service.wait()
        return said(browser.log_in(good | asked))

    def after_a_mistake(service: Service) -> Answer:
        browser = Browser(service)
        page = browser.open("auth", good)
        page = browser.submit(page, username="demo@example.com", password="wrong")
        return said(browser.submit(page, username="demo@example.com", password="password"))

    def log_in(service: Service, **asked: str) -> Answer:
        return said(Browser(service).log_in(good | asked))

    return {
        "a wrong password": lambda s: wrong(s, password="wrong"),
        "no password": lambda s: wrong(s, password=""),
        "an unknown user": lambda s: wrong(s, username="nobody", password="password"),
        "a right password after a wrong one": after_a_mistake,
        "a request by POST": posted,
        "a password in the query": posted_in_the_query,
        "a log-in": log_in,
        "a log-in with a fragment": lambda s: log_in(s, response_mode="fragment"),
        "a log-in with a form": lambda s: log_in(s, response_mode="form_post"),
        "a log-in with prompt login": lambda s: log_in(s, prompt="login"),
        "a second log-in with prompt login": lambda s: again(s, prompt="login"),
        "a second log-in with max_age 0": lambda s: again(s, max_age="0"),
    }
