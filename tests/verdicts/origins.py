"""Which pages can read the token endpoint's response, by the web origins of the client."""

from __future__ import annotations

import requests

from tests.verdicts.cors import FOREIGN, ORIGIN, REDIRECT, Answer, answered
from tests.verdicts.service import SECRET, Service

# The web origins of a client whose redirect URIs are REDIRECTS.
REDIRECTS = (
    REDIRECT,
    "https://other.example.com:8443/*",
    "http://localhost:3000/*",
    "com.example.app:/callback",
    "https://UPPER.example.com/*",
    "http://plain.example.com:80/*",
)
REGISTERED = (
    (),
    (ORIGIN,),
    (f"{ORIGIN}/",),
    (f"{ORIGIN}:443",),
    ("https://APP.example.com",),
    ("HTTPS://app.example.com",),
    ("http://app.example.com",),
    ("http://app.example.com:80",),
    ("https://app.example.com:8443",),
    ("https://app.example.com/page",),
    ("app.example.com",),
    ("//app.example.com",),
    ("https://app.example.com*",),
    ("https://app.example.com:*",),
    ("http://localhost",),
    ("http://localhost:3000",),
    ("http://127.0.0.1:3000",),
    ("http://[::1]:3000",),
    ("https://bücher.example",),
    ("https://xn--bcher-kva.example",),
    ("null",),
    ("*",),
    ("+",),
    ("+", "https://more.example.com"),
    ("-",),
    (ORIGIN, "https://more.example.com"),
    ("com.example.app:/",),
    (" https://app.example.com",),
)
ASKED = (
    ORIGIN,
    f"{ORIGIN}/",
    f"{ORIGIN}:443",
    f"{ORIGIN}:8443",
    f"{ORIGIN}:80",
    "https://APP.example.com",
    "HTTPS://app.example.com",
    "http://app.example.com",
    "http://app.example.com:80",
    "https://app.example.com.evil.example",
    "https://app.example.com.",
    "https://xapp.example.com",
    "https://x.app.example.com",
    "https://example.com",
    "https://app.example.com@evil.example",
    "https://app.example.com/page",
    "app.example.com",
    "https://other.example.com:8443",
    "https://other.example.com",
    "https://upper.example.com",
    "https://UPPER.example.com",
    "http://plain.example.com",
    "http://plain.example.com:80",
    "http://localhost",
    "http://localhost:3000",
    "http://LOCALHOST:3000",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:3001",
    "http://[::1]:3000",
    "https://xn--bcher-kva.example",
    "https://more.example.com",
    "com.example.app:",
    "com.example.app:/",
    FOREIGN,
    "null",
    "*",
    "+",
    "-",
    "",
    "https://app.example.com, https://evil.example",
)
# The status, the error and its description, and the three headers of a response that the page can read.
READABLE = 6


def play(service: Service) -> dict[str, dict[str, Answer | bool] | None]:
    """Returns whether a page can read the response, by web origin and the page's origin. The request is invalid."""
    answers: dict[str, dict[str, Answer | bool] | None] = {}
    with requests.Session() as http:
        http.trust_env = False
        for registered in REGISTERED:
            client_id = service.client(REDIRECTS, registered)
            form = {
                "grant_type": "refresh_token",
                "refresh_token": "unknown",
                "client_id": client_id,
                "client_secret": SECRET,
            }
            answers[" ".join(registered)] = (
                {asked: _verdict(http, service, form, asked) for asked in ASKED}
                if client_id
                else None
            )
    return answers


def _verdict(
    http: requests.Session, service: Service, form: dict[str, str | None], origin: str
) -> Answer | bool:
    answer = http.post(f"{service.url}/token", data=form, headers={"Origin": origin}, timeout=30)
    said = answered(answer, origin)
    if said == {"status": 403, "error": "Invalid origin"}:
        return False
    return True if said.get("error") == "invalid_grant" and len(said) == READABLE else said
