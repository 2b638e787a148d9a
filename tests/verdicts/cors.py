"""Which pages may call from a browser: what is registered, from where a page calls, and what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Browser, Service

ORIGIN = "https://app.example.com"
FOREIGN = "https://evil.example"
REDIRECT = f"{ORIGIN}/callback"

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

Answer = dict[str, Any]
# Status, error and its description, and the three headers of an answer that the page may read.
READABLE = 6


def answered(response: requests.Response, origin: str | None) -> Answer:
    """Status and error, and what the browser is told about pages."""
    said: Answer = {"status": response.status_code}
    if response.headers.get("Content-Type", "").startswith("application/json"):
        body = response.json()
        said |= {key: body[key] for key in ("error", "error_description") if key in body}
    for name, value in sorted(response.headers.items()):
        if name.lower().startswith("access-control-"):
            listed = ", ".join(sorted(item.strip() for item in value.split(",")))
            said[name.lower()] = "the origin" if value == origin else listed
    return said


def origins(service: Service) -> dict[str, dict[str, Answer | bool] | None]:
    """Whether a page may read the answer, by what is registered and its origin; the request itself is a bad one."""
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
            answers[" ".join(registered)] = client_id and {
                asked: _verdict(http, service, form, asked) for asked in ASKED
            }
    return answers


def _verdict(
    http: requests.Session, service: Service, form: dict[str, str | None], origin: str
) -> Answer | bool:
    answer = http.post(
        f"{service.url}/token", data=form, headers={"Origin": origin}, timeout=30
    )
    said = answered(answer, origin)
    if said == {"status": 403, "error": "Invalid origin"}:
        return False
    return True if said.get("error") == "invalid_grant" and len(said) == READABLE else said


def endpoints(service: Service) -> dict[str, Answer]:
    """The answers by what is called from where; of a refused page also whether it has spent what it sent."""
    return {name: case(service) for name, case in _cases().items()}


def _cases() -> dict[str, Callable[[Service], Answer]]:
    cases: dict[str, Callable[[Service], Answer]] = {}
    for where, origin in (("its page", ORIGIN), ("a foreign page", FOREIGN), ("no page", None)):
        cases |= {
            f"a code from {where}": lambda s, o=origin: _spending(s, o, _code),
            f"a refresh token from {where}": lambda s, o=origin: _spending(s, o, _refresh_token),
            f"a wrong secret from {where}": lambda s, o=origin: _post(
                s, o, client_secret="wrong", grant_type="authorization_code", code="unknown"
            ),
            f"an unknown client from {where}": lambda s, o=origin: _post(
                s, o, client_id="unknown", grant_type="authorization_code", code="unknown"
            ),
            f"no grant type from {where}": lambda s, o=origin: _post(s, o),
            f"an unknown grant type from {where}": lambda s, o=origin: _post(
                s, o, grant_type="unknown"
            ),
            f"a password grant from {where}": lambda s, o=origin: _post(
                s,
                o,
                client_id="sipgate-app-web",
                grant_type="password",
                username=USERNAME,
                password=PASSWORD,
            ),
            f"the keys from {where}": lambda s, o=origin: _get(s, o, "/certs"),
            f"the configuration from {where}": lambda s, o=origin: _get(
                s, o, "/../../.well-known/openid-configuration"
            ),
            f"a log-in page from {where}": lambda s, o=origin: _get(
                s, o, f"/auth?response_type=code&client_id={_client(s)}&redirect_uri={REDIRECT}"
            ),
            f"a log-out from {where}": _log_out_from(origin),
        }
    for endpoint in ("token", "logout", "certs", "auth", "../../.well-known/openid-configuration"):
        for method in ("POST", "GET", "DELETE"):
            cases[f"a preflight for {method} {endpoint}"] = (
                lambda s, e=endpoint, m=method: _preflight(s, e, m)
            )
    cases["a preflight with headers"] = lambda s: _preflight(
        s, "token", "POST", "authorization,content-type,x-own"
    )
    cases["a preflight from a page that nobody has registered"] = lambda s: _preflight(
        s, "token", "POST", origin=FOREIGN
    )
    cases["options without a preflight"] = lambda s: answered(
        requests.options(f"{s.url}/token", timeout=30), None
    )
    return cases


def _client(service: Service) -> str:
    client_id = service.client((REDIRECT,), (ORIGIN,))
    assert client_id
    return client_id


def _code(service: Service) -> dict[str, str]:
    asked = {"response_type": "code", "client_id": _client(service), "redirect_uri": REDIRECT}
    code = Browser(service).log_in(asked).said["code"]
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}


def _refresh_token(service: Service) -> dict[str, str]:
    tokens = _posted(service, None, **_code(service)).json()
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}


def _posted(service: Service, origin: str | None, **form: str) -> requests.Response:
    proof = {"client_id": _client(service), "client_secret": SECRET}
    headers = {"Origin": origin} if origin else {}
    return requests.post(f"{service.url}/token", data=proof | form, headers=headers, timeout=30)


def _post(service: Service, origin: str | None, **form: str) -> Answer:
    return answered(_posted(service, origin, **form), origin)


def _spending(
    service: Service, origin: str | None, make: Callable[[Service], dict[str, str]]
) -> Answer:
    form = make(service)
    first = _post(service, origin, **form)
    return first | {"then, from no page": _post(service, None, **form)["status"]}


def _log_out_from(origin: str | None) -> Callable[[Service], Answer]:
    def case(service: Service) -> Answer:
        token = _refresh_token(service)["refresh_token"]
        form = {"client_id": _client(service), "client_secret": SECRET, "refresh_token": token}
        headers = {"Origin": origin} if origin else {}
        answer = requests.post(f"{service.url}/logout", data=form, headers=headers, timeout=30)
        then = _post(service, None, grant_type="refresh_token", refresh_token=token)
        return answered(answer, origin) | {"then, a refresh": then["status"]}

    return case


def _get(service: Service, origin: str | None, path: str) -> Answer:
    headers = {"Origin": origin} if origin else {}
    return answered(requests.get(service.url + path, headers=headers, timeout=30), origin)


def _preflight(
    service: Service, endpoint: str, method: str, headers: str = "", origin: str = ORIGIN
) -> Answer:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    url = f"{service.url}/{endpoint}"
    return answered(requests.options(url, headers=asked, timeout=30), origin)
