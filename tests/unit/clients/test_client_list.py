"""Many reads take one list, and the list is not believed where it could be wrong."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import PersonalAccessToken
from sipgate_provider.clients import client_list
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import SipgateError
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Answer, Simulator, Stall

DECLARED = check({"name": "crm", "redirectUris": ["https://crm.example.com/*"]}).inputs


@pytest.fixture
def life(sipgate: Simulator) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


def clients(sipgate: Simulator, count: int) -> list[dict[str, object]]:
    """The outs of clients that exist."""
    made = (sipgate.account.add_client(**DECLARED) for _ in range(count))
    return [
        {**DECLARED, "clientId": client["clientId"], "clientSecret": client["clientSecret"]}
        for client in made
    ]


def test_a_hundred_reads_in_four_threads_take_two_requests(
    sipgate: Simulator, life: Lifecycle
) -> None:
    known = clients(sipgate, 100)

    with ThreadPoolExecutor(4) as engine:
        read = list(engine.map(lambda outs: life.read(str(outs["clientId"]), outs), known))

    assert read == known
    assert len(sipgate.requests) <= 2


def test_one_read_takes_one_request_for_that_client(sipgate: Simulator, life: Lifecycle) -> None:
    (known,) = clients(sipgate, 1)

    life.read(str(known["clientId"]), known)

    assert [request.path.rpartition("/")[2] for request in sipgate.requests] == [known["clientId"]]


def test_a_client_that_the_list_lacks_is_asked_for_before_it_is_called_gone(
    sipgate: Simulator, life: Lifecycle
) -> None:
    known = clients(sipgate, 3)
    there = [c for c in sipgate.account.clients() if c["clientId"] != known[2]["clientId"]]
    body = json.dumps({"data": there}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients$", times=1)

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == known


def test_a_client_that_is_gone_is_gone(sipgate: Simulator, life: Lifecycle) -> None:
    known = clients(sipgate, 3)
    sipgate.account.remove_client(str(known[2]["clientId"]))

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == [*known[:2], None]


@pytest.mark.parametrize("secret", [None, "", "********", "*", "abcd****", 5])
def test_a_secret_that_the_list_masks_or_lacks_never_replaces_the_known_one(
    sipgate: Simulator, life: Lifecycle, secret: object
) -> None:
    known = clients(sipgate, 3)
    masked = [{**client, "clientSecret": secret} for client in sipgate.account.clients()]
    body = json.dumps({"data": masked}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients$", times=None)

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == known


@pytest.mark.parametrize("name", ["name", "redirectUris"])
def test_what_the_list_lacks_of_a_client_is_not_taken_for_empty(
    sipgate: Simulator, life: Lifecycle, name: str
) -> None:
    known = clients(sipgate, 3)
    partial = [
        {key: value for key, value in client.items() if key != name}
        for client in sipgate.account.clients()
    ]
    body = json.dumps({"data": partial}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients$", times=None)

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == known


@pytest.mark.parametrize(
    "secret", [None, "", "********", "********-****-****-****-************", "-----"]
)
def test_a_secret_that_a_read_masks_or_lacks_never_replaces_the_known_one(
    sipgate: Simulator, life: Lifecycle, secret: str | None
) -> None:
    (known,) = clients(sipgate, 1)
    (client,) = sipgate.account.clients()
    body = json.dumps({**client, "clientSecret": secret}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients/", times=None)

    assert life.read(str(known["clientId"]), known) == known


def test_a_secret_that_has_changed_at_sipgate_is_read(sipgate: Simulator, life: Lifecycle) -> None:
    known = clients(sipgate, 3)

    assert [life.read(str(outs["clientId"]), outs | {"clientSecret": "old"}) for outs in known] == (
        known
    )


def test_a_read_waits_no_longer_than_its_own_deadline_for_the_list_of_another(
    sipgate: Simulator, life: Lifecycle
) -> None:
    known = clients(sipgate, 3)
    life.read(str(known[0]["clientId"]), known[0])
    stall = sipgate.misbehave(Stall(taken=False), method="GET", path="clients$")

    def read(outs: dict[str, object], seconds: float, says: str) -> float:
        began = time.monotonic()
        with deadline(seconds), pytest.raises(SipgateError, match=says):
            life.read(str(outs["clientId"]), outs)
        return time.monotonic() - began

    with ThreadPoolExecutor(2) as engine:
        first = engine.submit(read, known[1], 4.0, "too little time")
        while not stall.hits:
            time.sleep(0.01)
        assert engine.submit(read, known[2], 1.0, "time was over").result() < 3.0
        first.result()


def test_a_write_of_the_same_deployment_is_seen(sipgate: Simulator, life: Lifecycle) -> None:
    known = clients(sipgate, 4)
    for outs in known[:2]:
        life.read(str(outs["clientId"]), outs)
    changed = life.update(
        str(known[2]["clientId"]), known[2], {**DECLARED, "description": "changed"}
    )

    assert life.read(str(known[2]["clientId"]), known[2]) == changed


def test_an_entry_serves_one_read_so_that_a_later_one_sees_what_changed(
    sipgate: Simulator, life: Lifecycle
) -> None:
    known = clients(sipgate, 2)
    for outs in known:
        life.read(str(outs["clientId"]), outs)
    sipgate.account.alter_client(str(known[1]["clientId"]), name="later")

    read = life.read(str(known[1]["clientId"]), known[1])

    assert read is not None
    assert read["name"] == "later"


def test_an_old_list_is_not_used(
    sipgate: Simulator, life: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_list, "_FRESH_SECONDS", 0.0)
    known = clients(sipgate, 3)

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == known
    assert sipgate.count("GET", "clients/") == 3


@pytest.mark.parametrize("status", [403, 500])
def test_where_listing_fails_every_client_is_asked_for(
    sipgate: Simulator, life: Lifecycle, status: int
) -> None:
    known = clients(sipgate, 3)
    sipgate.misbehave(Answer(status), path="clients$", times=None)

    assert [life.read(str(outs["clientId"]), outs) for outs in known] == known
