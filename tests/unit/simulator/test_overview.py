"""The page at `/`, and what it asks for."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests
from starlette.responses import PlainTextResponse

from sipgate_provider.simulator import Account, Answer, Simulator
from sipgate_provider.simulator.server.hosts import OwnHostsOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import Message

CLIENTS = "/authorization/oauth2/clients"
DISCOVERY = "/auth/realms/third-party/.well-known/openid-configuration"


@pytest.fixture
def origin(sipgate: Simulator) -> str:
    return sipgate.base_url.removesuffix("/v2")


@pytest.fixture
def get(origin: str) -> Iterator[Callable[..., requests.Response]]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["X-Requested-With"] = "a test"
        yield lambda path, **headers: session.get(origin + path, headers=headers, timeout=5)


def status_for_host(sipgate: Simulator, path: str, host: str) -> int:
    address, _, port = sipgate.base_url.removeprefix("http://").removesuffix("/v2").partition(":")
    with socket.create_connection((address, int(port)), timeout=5) as caller:
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Requested-With: x\r\n"
        caller.sendall(f"{head}Connection: close\r\n\r\n".encode())
        return int(caller.makefile("rb").readline().split()[1])


def test_the_page_loads_only_its_own_files_and_they_are_there_without_a_header(
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


def test_the_page_may_run_its_own_script_and_nothing_else(
    get: Callable[..., requests.Response],
) -> None:
    policy = get("/").headers["Content-Security-Policy"].split("; ")

    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in " ".join(policy)


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
        answer = requests.get(url, headers={"X-Requested-With": "a test"}, timeout=5)

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


def test_the_state_has_the_faults_that_were_ordered_and_how_many_requests_met_them(
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
    ordered = sipgate.misbehave(Answer(500))
    sipgate.switches.latency = 30
    looked = [get(path).status_code for path in ("/_simulator/state", "/_simulator/none", "/")]

    assert looked == [200, 404, 200]
    assert [record.path for record in sipgate.requests] == ["/"]
    assert ordered.hits == 0
    assert api.get(CLIENTS).status_code == 500


@pytest.mark.parametrize("path", ["/", "/_simulator/state", "/%5Fsimulator/state", DISCOVERY])
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8080", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:1", 200),
        ("crm.localhost", 200),
        (socket.gethostname(), 200),
        ("evil@127.0.0.1", 421),
        ("localhost:1:1", 421),
        ("localhost:", 421),
        (".localhost.evil.example", 421),
        ("evil.example", 421),
        ("evil.example:15060", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("192.0.2.1", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
def test_only_the_simulators_own_host_is_answered(
    sipgate: Simulator, path: str, host: str, status: int
) -> None:
    assert status_for_host(sipgate, path, host) == status


def test_api_and_log_in_are_found_under_the_simulators_own_host_alone(sipgate: Simulator) -> None:
    token = "/login/sipgate-apps/protocol/openid-connect/token"
    for path in ("/v2" + CLIENTS, token, "/none"):
        assert status_for_host(sipgate, path, "sipgate.example") == 421
        assert status_for_host(sipgate, path, "localhost") in {401, 404, 405}


def test_a_simulator_for_other_machines_is_found_under_the_name_it_was_given() -> None:
    with Simulator(host="0.0.0.0", allow_remote=True) as sipgate:
        assert status_for_host(sipgate, "/", "0.0.0.0") == 200
        assert status_for_host(sipgate, "/", "evil.example") == 421


@pytest.mark.parametrize(
    ("listening_on", "host"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "[fe80::1]"), ("192.0.2.1", "192.0.2.1")],
)
def test_the_address_that_a_request_came_in_on_is_the_simulators_own(
    listening_on: str, host: str
) -> None:
    async def status(name: str) -> int:
        started: list[int] = []

        async def send(message: Message) -> None:
            started.append(message.get("status", 0))

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "server": (listening_on, 1), "headers": [(b"host", name.encode())]}
        await OwnHostsOnly(PlainTextResponse("found"), "::")(scope, receive, send)
        return started[0]

    # asyncio.run would take the main thread's loop away from other tests.
    loop = asyncio.new_event_loop()
    with contextlib.closing(loop):
        statuses = [loop.run_until_complete(status(name)) for name in (host, "192.0.2.9")]

    assert statuses == [200, 421]


def test_a_page_elsewhere_is_not_let_in(origin: str) -> None:
    headers = {"Origin": "https://evil.example", "X-Requested-With": "a page"}
    answer = requests.get(f"{origin}/_simulator/state", headers=headers, timeout=5)

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_an_upload_cut_short_leaves_no_trace(
    origin: str, sipgate: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as caller:
        caller.sendall(b"POST /_simulator/state HTTP/1.1\r\nHost: localhost\r\n")
        caller.sendall(b"Content-Length: 100\r\n\r\nhalf")
        sipgate.stop()

    assert caplog.records == []
