"""Whatever a program declares and whatever sipgate answers ends in a result or in a sentence.

`make fuzz` tries three thousand of each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.auth.credentials import PersonalAccessToken
from sipgate_provider.clients import lost_response
from sipgate_provider.clients.check import check
from sipgate_provider.clients.diff import diff
from sipgate_provider.clients.findings import warnings
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http import transport
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Answer, Simulator

TEXT = st.text(max_size=20)
ADDRESSES = st.from_regex(
    r"(https?|com\.app|):/{0,3}(\*\.)?([a-z*]{0,5}\.)?(com|localhost|\[::1\]|)(:[0-9*]{0,6})?(/[a-z*#? ]{0,6})?",
    fullmatch=True,
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | ADDRESSES
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3)
)
GOOD = st.fixed_dictionaries(
    {"name": TEXT, "redirectUris": st.lists(ADDRESSES, max_size=4)},
    optional={
        "description": TEXT,
        "webOrigins": st.lists(ADDRESSES, max_size=4),
        "privacyUrl": ADDRESSES,
        "termsUrl": ADDRESSES,
    },
)
KEYS = st.sampled_from([*WRITABLE, "clientId", "clientSecret"]) | TEXT.filter(bool)
BAGS = GOOD | st.dictionaries(KEYS, VALUES, max_size=8)
UNKNOWN = st.sets(st.sampled_from(WRITABLE))

CLIENTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys((*WRITABLE, "clientId", "clientSecret", "x"), VALUES | TEXT)
)
DOCUMENTS = (
    VALUES | CLIENTS | st.fixed_dictionaries({"data": st.lists(CLIENTS, max_size=3) | VALUES})
)
ERRORS = st.fixed_dictionaries({"errors": st.lists(VALUES | CLIENTS, max_size=3) | VALUES})
BODIES = (
    st.binary(max_size=60)
    | (DOCUMENTS | ERRORS).map(lambda document: json.dumps(document).encode())
    | (DOCUMENTS | ERRORS).map(lambda document: json.dumps(document).encode()[:-3])
    | st.just(b"[" * 100_000)
)
# 204 and 304 have no body, and the simulator insists on one.
STATUSES = st.sampled_from(
    (
        *(200, 201, 202, 206, 301, 302, 307, 400, 401, 403, 404, 405),
        *(409, 415, 418, 422, 429, 500, 501, 502, 503, 504, 599),
    )
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(
            ["0", "-1", "soon", "9" * 400, "Mon, 01 Jan 2001 00:00:00 GMT"]
        ),
        "Content-Type": st.sampled_from(["text/html", "application/json", "x", ""]),
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "x"]),
        "Location": st.sampled_from(["/", "http://[", "https://elsewhere.example.com/"]),
    },
)
DECLARED = check({"name": "crm", "redirectUris": ["https://crm.example.com/*"]}).inputs
FULL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@given(BAGS, BAGS, UNKNOWN)
@FULL
def test_any_declaration_is_checked_and_compared(
    news: dict[str, Any], olds: dict[str, Any], unknown: set[str]
) -> None:
    known = {key: value for key, value in news.items() if key not in unknown}
    checked = check(known, olds, unknown=unknown)
    warnings(known)

    assert diff(olds, known, unknown=unknown) in {True, False, None}
    for failure in checked.failures:
        assert failure.name
        assert failure.reason
    if not checked.failures:
        assert check(checked.inputs, olds, unknown=unknown) == checked
        outs = {**checked.inputs, "clientId": "1", "clientSecret": "s"}
        assert diff(outs, checked.inputs, unknown=unknown) is (None if unknown else False)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("tokenId", "token", "accessToken", "username", "password", "refreshToken"),
                *("clientId", "clientSecret", "trustEmptyAccount"),
            ]
        ),
        TEXT | ADDRESSES | st.just("true"),
    ),
    st.dictionaries(st.sampled_from(["BASE", "TOKEN"]), TEXT | ADDRESSES),
)
@FULL
def test_any_settings_make_a_credential_or_a_sentence(
    given_: dict[str, str], addresses: dict[str, str]
) -> None:
    try:
        settings_ = Settings.resolve(
            {f"sipgate:{k}": v for k, v in given_.items()}.get,
            {f"SIPGATE_{server}_URL": address for server, address in addresses.items()},
        )
    except ConfigurationError as error:
        said = str(error)
        assert said.endswith(".")
        secrets = (given_.get("token"), given_.get("password"), given_.get("refreshToken"))
        assert not any(secret and len(secret) > 12 and secret in said for secret in secrets)
    else:
        assert settings_.source


@pytest.fixture(scope="module")
def answering() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TRIES", 2)
    monkeypatch.setattr(transport, "pause", lambda *_: 0.0)
    monkeypatch.setattr(lost_response, "_SEARCH_PAUSES", (0.0,))


@given(
    st.sampled_from(["create", "read", "update", "delete"]),
    STATUSES,
    BODIES,
    HEADERS,
    st.booleans(),
)
@FULL
@pytest.mark.usefixtures("quick")
def test_any_answer_ends_in_a_result_or_a_sentence_without_the_credential(
    answering: Simulator,
    step: str,
    status: int,
    body: bytes,
    headers: dict[str, str],
    everywhere: bool,
) -> None:
    for client in answering.account.clients():
        answering.account.remove_client(client["clientId"])
    life = Lifecycle(
        SipgateAPI(Settings(answering.base_url, PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)))
    )
    client = answering.account.add_client(**DECLARED)
    outs = {**DECLARED, "clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    only = {"create": "POST", "read": "GET", "update": "PUT", "delete": "DELETE"}[step]
    answering.misbehave(
        Answer(status, body, headers), method=None if everywhere else only, times=None
    )
    try:
        if step == "create":
            result: Any = life.create({**DECLARED, "name": "other"})
        elif step == "read":
            result = life.read(client["clientId"], outs)
        elif step == "update":
            result = life.update(client["clientId"], outs, {**DECLARED, "name": "other"})
        else:
            result = life.delete(client["clientId"])
    except SipgateError as error:
        said = str(error)
        assert DEMO_TOKEN not in said
        assert "\n" not in said
    else:
        if step in {"create", "update"}:
            assert result["clientId"]
            assert set(result) == {*DECLARED, "clientId", "clientSecret"}
        # One broken answer alone never makes a client gone.
        assert result is not None or step == "delete" or everywhere
    finally:
        answering.behave()
        answering.clear_requests()
