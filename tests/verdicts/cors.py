"""Responses to calls from web pages: by registered web origins, origin of the page, and endpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import requests

from tests.verdicts.service import PASSWORD, SECRET, USERNAME, Browser, Service

ORIGIN = "https://app.example.com"
FOREIGN = "https://evil.example"
REDIRECT = f"{ORIGIN}/callback"

Answer = dict[str, Any]
Case = Callable[[Service], Answer]

_FORMS: dict[str, dict[str, str]] = {
    "a wrong secret": {
        "client_secret": "wrong",
        "grant_type": "authorization_code",
        "code": "unknown",
    },
    "an unknown client": {
        "client_id": "unknown",
        "grant_type": "authorization_code",
        "code": "unknown",
    },
    "no grant type": {},
    "an unknown grant type": {"grant_type": "unknown"},
    "a password grant": {
        "client_id": "sipgate-app-web",
        "grant_type": "password",
        "username": USERNAME,
        "password": PASSWORD,
    },
}
_PATHS = {
    "the keys": "/certs",
    "the configuration": "/../../.well-known/openid-configuration",
}


def answered(response: requests.Response, origin: str | None) -> Answer:
    """Returns the status, the error and the CORS headers."""
    said: Answer = {"status": response.status_code}
    if response.headers.get("Content-Type", "").startswith("application/json"):
        body = response.json()
        said |= {key: body[key] for key in ("error", "error_description") if key in body}
    for name, value in sorted(response.headers.items()):
        if name.lower().startswith("access-control-"):
            listed = ", ".join(sorted(item.strip() for item in value.split(",")))
            said[name.lower()] = "the origin" if value == origin else listed
    return said


def play(service: Service) -> dict[str, Answer]:
    """Returns the responses by endpoint and origin; for a refused page, also whether its code or token is used up."""
    own = "/".join(service.url.split("/")[:3])
    pages = {
        "its page": ORIGIN,
        "a foreign page": FOREIGN,
        "the service's page": own,
        "no page": None,
    }
    return {name: case(service) for name, case in _cases(pages).items()}


def _cases(pages: dict[str, str | None]) -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for where, origin in pages.items():
        for name, form in _FORMS.items():
            cases[f"{name} from {where}"] = partial(_post, origin=origin, form=form)
        for name, path in _PATHS.items():
            cases[f"{name} from {where}"] = partial(_get, origin=origin, path=path)
        cases |= {
            f"a code from {where}": partial(_spending, origin=origin, make=_code),
            f"a refresh token from {where}": partial(_spending, origin=origin, make=_refresh_token),
            f"a log-in page from {where}": partial(_log_in_page, origin=origin),
            f"a log-out from {where}": partial(_log_out, origin=origin),
        }
    for endpoint in ("token", "logout", "certs", "auth", "../../.well-known/openid-configuration"):
        for method in ("POST", "GET", "DELETE"):
            cases[f"a preflight for {method} {endpoint}"] = partial(
                _preflight, endpoint=endpoint, method=method
            )
    return cases | {
        "a preflight with headers": partial(
            _preflight, endpoint="token", method="POST", headers="authorization,x-own"
        ),
        "a preflight from a page that nobody has registered": partial(
            _preflight, endpoint="token", method="POST", origin=FOREIGN
        ),
        "options without a preflight": _options,
    }


def _client(service: Service) -> str:
    client_id = service.client((REDIRECT,), (ORIGIN,))
    assert client_id
    return client_id


def _code(service: Service) -> dict[str, str]:
    asked = {"response_type": "code", "client_id": _client(service), "redirect_uri": REDIRECT}
    code = Browser(service).log_in(asked).said["code"]
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}


def _refresh_token(service: Service) -> dict[str, str]:
    tokens = _posted(service, None, _code(service)).json()
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}


def _posted(service: Service, origin: str | None, form: dict[str, str]) -> requests.Response:
    proof = {"client_id": _client(service), "client_secret": SECRET}
    headers = {"Origin": origin} if origin else {}
    return requests.post(f"{service.url}/token", data=proof | form, headers=headers, timeout=30)


def _post(service: Service, origin: str | None, form: dict[str, str]) -> Answer:
    return answered(_posted(service, origin, form), origin)


def _spending(
    service: Service, origin: str | None, make: Callable[[Service], dict[str, str]]
) -> Answer:
    form = make(service)
    first = _post(service, origin, form)
    return first | {"then, from no page": _post(service, None, form)["status"]}


def _log_out(service: Service, origin: str | None) -> Answer:
    token = _refresh_token(service)["refresh_token"]
    form = {"client_id": _client(service), "client_secret": SECRET, "refresh_token": token}
    headers = {"Origin": origin} if origin else {}
    answer = requests.post(f"{service.url}/logout", data=form, headers=headers, timeout=30)
    then = _post(service, None, {"grant_type": "refresh_token", "refresh_token": token})
    return answered(answer, origin) | {"then, a refresh": then["status"]}


def _log_in_page(service: Service, origin: str | None) -> Answer:
    asked = f"response_type=code&client_id={_client(service)}&redirect_uri={REDIRECT}"
    return _get(service, origin, f"/auth?{asked}")


def _options(service: Service) -> Answer:
    return answered(requests.options(f"{service.url}/token", timeout=30), None)


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
