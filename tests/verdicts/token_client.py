"""A client of the token endpoint, its user's browser, and the responses."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import requests

from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Browser, Service

ORIGIN = "https://app.example.com"
REDIRECT = "https://app.example.com/callback"
OTHER = "https://app.example.com/other"
PASSWORD_CLIENT = "sipgate-app-web"
VERIFIER = "v" * 43
# RFC 7636, 4.2
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

Form = dict[str, Any]
Answer = dict[str, Any]


class Play:
    """A client of a service and its user's browser."""

    def __init__(self, service: Service, *, public: bool, path: str | None = "callback") -> None:
        self.service, self.public = service, public
        more = (OTHER, f"https://app.example.com/{path}") if path else ()
        # Pages use a public client, so it has a web origin.
        self.headers = {"Origin": ORIGIN} if public else {}
        origins = (ORIGIN,) if public else ()
        found = service.client((REDIRECT, *more), origins, public)
        other = service.client((REDIRECT,), origins, public)
        assert found
        assert other
        self.client_id, self.other_id = found, other
        self.proof = {"client_id": self.client_id} | ({} if public else {"client_secret": SECRET})
        self.browser = Browser(service)

    def code(self, **asked: str | None) -> Form:
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
            "client_id": PASSWORD_CLIENT,
            "username": USERNAME,
            "password": PASSWORD,
        }

    def post(self, form: Form, **headers: str) -> requests.Response:
        url = f"{self.service.url}/token"
        # Pages of other clients cannot use the client for the password grant.
        page = {} if form.get("client_id") == PASSWORD_CLIENT else self.headers
        return requests.post(url, data=form, headers=page | headers, timeout=30)


def said(answer: requests.Response) -> Answer:
    """Returns the status and error; for tokens, the other fields of the response and the lifetimes."""
    try:
        body = answer.json()
    except ValueError:
        return {"status": answer.status_code}
    if "access_token" not in body:
        return {"status": answer.status_code, **body}
    # A second may have passed in the meantime, and more since the log-in, with which the refresh token expires.
    seconds, days = round(body["expires_in"], -1), round(body["refresh_expires_in"] / 86400)
    told = f"for {seconds} s and {days} days, with {', '.join(sorted(body))}"
    return {"status": answer.status_code, body["token_type"]: told}
