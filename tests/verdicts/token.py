"""What the token endpoint answers: requests as they should be, and each with one thing changed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import requests

from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Browser, Service

REDIRECT = "https://app.example.com/callback"
OTHER = "https://app.example.com/other"
VERIFIER = "v" * 43
# RFC 7636, 4.2
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

Form = dict[str, Any]
Answer = dict[str, Any]
Make = Callable[["Play"], Form]


class Play:
    """One client and its user's browser, on a service."""

    def __init__(self, service: Service, *, public: bool, path: str = "callback") -> None:
        self.service = service
        found = service.client((REDIRECT, OTHER, f"https://app.example.com/{path}"), (), public)
        other = service.client((REDIRECT,), (), public)
        assert found
        assert other
        self.client_id, self.other_id = found, other
        self.proof = {"client_id": self.client_id} | ({} if public else {"client_secret": SECRET})
        self.browser = Browser(service)

    def code(self, **asked: str) -> Form:
        known = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT}
        code = self.browser.log_in(known | asked).said["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return self.proof | form

    def pkce(self) -> Form:
        return self.code(**S256) | {"code_verifier": VERIFIER}

    def refresh(self) -> Form:
        token = self.post(self.pkce()).json()["refresh_token"]
        return self.proof | {"grant_type": "refresh_token", "refresh_token": token}

    def password(self) -> Form:
        return {
            "grant_type": "password",
            "client_id": "sipgate-app-web",
            "username": USERNAME,
            "password": PASSWORD,
        }

    def post(self, form: Form, **headers: str) -> requests.Response:
        url = f"{self.service.url}/token"
        return requests.post(url, data=form, headers=headers, timeout=30)


def said(answer: requests.Response) -> Answer:
    """Status and error; of tokens, what comes with them and how long they live."""
    try:
        body = answer.json()
    except ValueError:
        return {"status": answer.status_code}
    if "access_token" not in body:
        return {"status": answer.status_code} | body
    # Seconds may have passed since the log-in, whose end is the refresh token's too.
    days = round(body["refresh_expires_in"] / 86400)
    told = f"for {body['expires_in']} s and {days} days, with {', '.join(sorted(body))}"
    return {"status": answer.status_code, body["token_type"]: told}


def play(service: Service) -> dict[str, Answer]:
    """The answers by what is sent."""
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
    yield from _life_of_a_code(play)
    yield from _life_of_a_refresh_token(play)
    yield from _bodies(play)


def _basic(name: str, secret: str) -> Form:
    pair = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"headers": {"Authorization": f"Basic {pair}"}}


def _changes(play: Play, grant: str) -> dict[str, Form]:
    """What is changed of a good request; None leaves a field out."""
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


def _life_of_a_code(play: Play) -> Iterator[tuple[str, Callable[[], Answer]]]:
    def twice() -> Answer:
        form = play.pkce()
        tokens = play.post(form).json()
        again = said(play.post(form))
        renewed = play.proof | {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
        }
        return {"again": again, "then, its refresh token": said(play.post(renewed))}

    def twice_and_another() -> Answer:
        """Another client's log-in of the same browser."""
        other = Play(play.service, public=True, path="another")
        other.browser = play.browser
        kept = other.refresh()
        play.post(form := play.pkce())
        play.post(form)
        return said(play.post(kept))

    def after_failure(**wrong: str) -> Callable[[], Answer]:
        def case() -> Answer:
            form = play.pkce()
            return {"first": said(play.post(form | wrong)), "then": said(play.post(form))}

        return case

    def with_plain() -> Answer:
        form = play.code(code_challenge=VERIFIER, code_challenge_method="plain")
        return said(play.post(form | {"code_verifier": VERIFIER}))

    def without_method() -> Answer:
        form = play.code(code_challenge=VERIFIER)
        return said(play.post(form | {"code_verifier": VERIFIER}))

    def of_two() -> Answer:
        one, other = play.pkce(), play.pkce()
        return {"newer": said(play.post(other)), "older": said(play.post(one))}

    def with_openid() -> Answer:
        form = play.code(**S256, scope="openid", nonce="n") | {"code_verifier": VERIFIER}
        return said(play.post(form))

    def with_offline_access() -> Answer:
        form = play.code(**S256, scope="openid profile email") | {"code_verifier": VERIFIER}
        return said(play.post(form))

    yield "a code twice", twice
    yield "a code twice, and another client's log-in", twice_and_another
    yield "a code after a wrong verifier", after_failure(code_verifier="w" * 43)
    yield "a code after a wrong redirect URI", after_failure(redirect_uri=OTHER)
    yield "a code after an unknown client", after_failure(client_id="unknown")
    yield "a code after another client", after_failure(client_id=play.other_id)
    yield "a code after an unknown grant type", after_failure(grant_type="unknown")
    yield "a code with a plain challenge", with_plain
    yield "a code with a challenge without a method", without_method
    yield "two codes of one log-in", of_two
    yield "a code with openid", with_openid
    yield "a code with openid, profile and email", with_offline_access


def _life_of_a_refresh_token(play: Play) -> Iterator[tuple[str, Callable[[], Answer]]]:
    def next_(form: Form) -> Form:
        # Keycloak counts in seconds, and takes what happens within one for one thing.
        play.service.wait()
        return form | {"refresh_token": play.post(form).json()["refresh_token"]}

    def used_again() -> Answer:
        first = play.refresh()
        second = next_(first)
        return {"again": said(play.post(first)), "then, its successor": said(play.post(second))}

    def used_again_late() -> Answer:
        first = play.refresh()
        third = next_(next_(first))
        return {"again": said(play.post(first)), "then, the newest": said(play.post(third))}

    def used_again_and_another_log_in() -> Answer:
        other = Play(play.service, public=True, path="another")
        other.browser = play.browser
        kept = other.refresh()
        first = play.refresh()
        next_(first)
        play.post(first)
        return {
            "another client": said(play.post(kept)),
            "a new log-in of the browser": said(play.post(play.pkce())),
        }

    def used_again_of_another_browser() -> Answer:
        kept = play.refresh()
        play.browser = Browser(play.service)
        first = play.refresh()
        next_(first)
        play.post(first)
        return said(play.post(kept))

    def three_times() -> Answer:
        return said(play.post(next_(next_(next_(play.refresh())))))

    def two_of_one_log_in() -> Answer:
        one, other = play.refresh(), play.refresh()
        return {"newer": said(play.post(other)), "older": said(play.post(one))}

    def after_failure(**wrong: str) -> Callable[[], Answer]:
        def case() -> Answer:
            form = play.refresh()
            return {"first": said(play.post(form | wrong)), "then": said(play.post(form))}

        return case

    def narrowed() -> Answer:
        form = play.refresh()
        return said(play.post(next_(form | {"scope": "profile"})))

    yield "a used refresh token", used_again
    yield "a refresh token used long ago", used_again_late
    yield "a used refresh token, and another client's log-in", used_again_and_another_log_in
    yield "a used refresh token, and another browser", used_again_of_another_browser
    yield "a refresh token's third successor", three_times
    yield "two refresh tokens of one log-in", two_of_one_log_in
    yield "a refresh token after a wrong secret", after_failure(client_secret="wrong")
    yield "a refresh token after another client", after_failure(client_id=play.other_id)
    yield "a refresh token after an unknown scope", after_failure(scope="unknown")
    yield "a refresh token with fewer scopes", narrowed


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
