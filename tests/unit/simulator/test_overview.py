"""The page at `/` and the data that it fetches."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Account, Answer, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENTS = "/authorization/oauth2/clients"


@pytest.fixture
def origin(sipgate: Simulator) -> str:
    return sipgate.base_url.removesuffix("/v2")


@pytest.fixture
def get(origin: str) -> Iterator[Callable[..., requests.Response]]:
    with requests.Session() as session:
        session.trust_env = False
        yield lambda path, **headers: session.get(origin + path, headers=headers, timeout=5)


def test_the_page_loads_only_its_own_files(
    get: Callable[..., requests.Response], origin: str
) -> None:
    page = get("/")
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', page.text)

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert {path for path in loaded if not path.startswith("data:")} == {
        "/_simulator/overview.js",
        "/_simulator/overview.css",
    }
    files = [requests.get(origin + path, timeout=5) for path in sorted(loaded)[:2]]
    types = [file.headers["Content-Type"] for file in reversed(files)]
    assert types == ["text/javascript; charset=utf-8", "text/css; charset=utf-8"]


def test_the_script_never_writes_markup(get: Callable[..., requests.Response]) -> None:
    script = get("/_simulator/overview.js").text

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_the_state_has_every_accounts_clients_with_all_fields_but_the_secret(
    body: dict[str, Any],
) -> None:
    one, other = Account(number=1), Account(number=2)
    client = other.add_client(**body)
    with Simulator(accounts=[one, other]) as sipgate:
        url = sipgate.base_url.removesuffix("/v2") + "/_simulator/state"
        answer = requests.get(url, timeout=5)

    secret = client.pop("clientSecret")
    assert answer.json()["accounts"] == [
        {"number": 1, "clients": []},
        {"number": 2, "clients": [client]},
    ]
    assert secret not in answer.text


def test_a_secret_is_told_when_it_is_asked_for(
    get: Callable[..., requests.Response], sipgate: Simulator
) -> None:
    client = sipgate.account.add_client()

    answer = get(f"/_simulator/clients/{client['clientId']}/secret")

    assert answer.json() == {"clientSecret": client["clientSecret"]}
    assert answer.headers["Cache-Control"] == "no-store"
    assert get("/_simulator/clients/none/secret").status_code == 404


def test_the_state_has_the_last_requests_newest_first_and_their_answers(
    get: Callable[..., requests.Response], api: requests.Session
) -> None:
    for _ in range(101):
        api.get("/none")
    api.get(CLIENTS)

    state = get("/_simulator/state").json()

    shown = [(request["path"], request["status"]) for request in state["requests"][:2]]
    assert shown == [("/v2" + CLIENTS, 200), ("/v2/none", 404)]
    assert (len(state["requests"]), state["request_count"]) == (100, 102)


def test_the_state_has_all_faults_and_how_many_requests_they_affected(
    get: Callable[..., requests.Response], api: requests.Session, sipgate: Simulator
) -> None:
    sipgate.misbehave(Answer(503), path="clients", times=2)
    api.get(CLIENTS)

    (fault,) = get("/_simulator/state").json()["faults"]

    assert (fault["kind"], fault["status"], fault["hits"], fault["times"]) == ("answer", 503, 1, 2)


def test_a_state_that_has_not_changed_is_not_sent_again(
    get: Callable[..., requests.Response], sipgate: Simulator
) -> None:
    tag = get("/_simulator/state").headers["ETag"]
    unchanged = get("/_simulator/state", **{"If-None-Match": tag})
    sipgate.account.add_client()
    changed = get("/_simulator/state", **{"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (changed.status_code, len(changed.json()["accounts"][0]["clients"])) == (200, 1)


def test_any_name_a_client_may_have_can_be_told(
    get: Callable[..., requests.Response], sipgate: Simulator
) -> None:
    name = "</script>\u202e\ud800"
    sipgate.account.add_client(name=name)

    (account,) = get("/_simulator/state").json()["accounts"]

    assert account["clients"][0]["name"] == name


def test_looking_is_not_counted_and_meets_no_fault(
    get: Callable[..., requests.Response], api: requests.Session, sipgate: Simulator
) -> None:
    misbehaviour = sipgate.misbehave(Answer(500))
    sipgate.switches.latency = 30
    looked = [get(path).status_code for path in ("/_simulator/state", "/_simulator/none", "/")]

    assert looked == [200, 404, 200]
    assert [record.path for record in sipgate.requests] == ["/"]
    assert misbehaviour.hits == 0
    assert api.get(CLIENTS).status_code == 500


def test_a_page_elsewhere_may_not_read_the_state(origin: str) -> None:
    headers = {"Origin": "https://evil.example"}
    answer = requests.get(f"{origin}/_simulator/state", headers=headers, timeout=5)

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_upload_cut_short_leaves_no_trace(
    origin: str, sipgate: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as caller:
        caller.sendall(b"POST /_simulator/state HTTP/1.1\r\nHost: localhost\r\n")
        caller.sendall(b"Content-Length: 100\r\n\r\nhalf")
        sipgate.stop()

    assert caplog.records == []


def test_the_page_shows_the_lines_to_paste(
    get: Callable[..., requests.Response], sipgate: Simulator
) -> None:
    for line in (
        f"export SIPGATE_BASE_URL={sipgate.base_url}",
        f"export SIPGATE_TOKEN_ID={DEMO_TOKEN_ID}",
        f"export SIPGATE_TOKEN={DEMO_TOKEN}",
    ):
        assert line in get("/").text


def test_the_page_has_no_token_to_paste_that_the_account_has_not() -> None:
    with Simulator(Account()) as sipgate:
        assert DEMO_TOKEN not in requests.get(sipgate.page_url, timeout=5).text


def test_the_state_says_why_a_request_was_refused(
    get: Callable[..., requests.Response], api: requests.Session
) -> None:
    api.post(CLIENTS, json={"name": "crm"})

    (request,) = get("/_simulator/state").json()["requests"]

    assert request["status"] == 500
    assert request["reason"] == "The body is invalid: description: Field required."
