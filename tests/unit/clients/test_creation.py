"""No client is lost or doubled, whatever happens to the response to a POST."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, PersonalAccessToken
from sipgate_provider.clients import absence, creation
from sipgate_provider.clients.check import check
from sipgate_provider.clients.comparison import fingerprint
from sipgate_provider.clients.inventory import ManagedClients
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import APIError, SipgateError, TransportError
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    WRITE,
    Answer,
    Delay,
    Reset,
    Simulator,
    Truncate,
)

DECLARED = check(
    {"name": "crm", "redirectUris": ["https://b.example.com/*", "https://a.example.com/*"]}
).inputs
LOST = [
    Reset(taken=True),
    Truncate(),
    Truncate(declared=False),
    Answer(200, b"", taken=True),
    Answer(200, b"<html>", taken=True),
    Answer(200, b"{}", taken=True),
    Answer(200, b'{"clientId": 5}', taken=True),
    Answer(500, taken=True),
    Answer(502, taken=True),
    Answer(503, taken=True),
    Answer(504, taken=True),
]
NOT_MADE = [Reset(), Answer(200, b"<html>"), Answer(500), Answer(502), Answer(504)]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "_SEARCH_PAUSES", (0.0, 0.1))
    monkeypatch.setattr(creation, "_NAMING_SECONDS", 0.3)
    monkeypatch.setattr(absence, "_PAUSES", (0.0, 0.1, 0.2))


@pytest.fixture
def managed() -> ManagedClients:
    return ManagedClients()


@pytest.fixture
def life(sipgate: Simulator, managed: ManagedClients) -> Lifecycle:
    return deployment(sipgate, managed)


def deployment(sipgate: Simulator, managed: ManagedClients | None = None) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    api = SipgateAPI(Settings(sipgate.base_url, credential))
    return Lifecycle(api, managed)


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_client_whose_answer_is_lost_is_found_again(
    sipgate: Simulator, life: Lifecycle, fault: Reset | Truncate | Answer
) -> None:
    sipgate.account.add_client(name="crm")
    sipgate.misbehave(fault, method="POST")

    outs = life.create(DECLARED)

    made = sipgate.account.clients()[-1]
    assert len(sipgate.account.clients()) == 2
    assert sipgate.count("POST") == 1
    assert outs == DECLARED | {"clientId": made["clientId"], "clientSecret": made["clientSecret"]}


@pytest.mark.parametrize("fault", NOT_MADE, ids=str)
def test_a_client_that_was_not_made_is_an_error_that_says_so(
    sipgate: Simulator, life: Lifecycle, fault: Reset | Answer
) -> None:
    sipgate.misbehave(fault, method="POST")

    with pytest.raises(SipgateError, match=r"'crm'.*(was not created|was probably not created)"):
        life.create(DECLARED)

    assert not sipgate.account.clients()


def test_a_client_that_somebody_else_makes_meanwhile_is_not_taken_for_ours(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create(DECLARED)
    sipgate.misbehave(Reset(), method="POST")
    other = sipgate.account.add_client(**(DECLARED | {"description": "theirs", "name": "phone"}))

    with pytest.raises(TransportError, match=other["clientId"]):
        life.create(DECLARED | {"name": "phone"})


def test_among_equal_clients_none_is_guessed(sipgate: Simulator, life: Lifecycle) -> None:
    life.create(DECLARED | {"name": "first"})
    other = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Reset(taken=True), method="POST")

    with pytest.raises(TransportError, match="is unknown") as caught:
        life.create(DECLARED)

    ours = sipgate.account.clients()[-1]
    assert other["clientId"] in str(caught.value)
    assert ours["clientId"] in str(caught.value)


def test_equal_resources_of_one_deployment_get_a_client_each_though_every_answer_is_lost(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Reset(taken=True), method="POST", times=None)

    with ThreadPoolExecutor(4) as engine:
        made = list(engine.map(lambda _: life.create(DECLARED)["clientId"], range(4)))

    assert sorted(map(str, made)) == sorted(c["clientId"] for c in sipgate.account.clients())


def test_an_equal_client_sought_in_vain_is_not_taken_for_the_next_one(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Reset(), method="POST")
    with pytest.raises(TransportError):
        life.create(DECLARED)
    late = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match=late["clientId"]):
        life.create(DECLARED)


@pytest.mark.parametrize(
    ("description", "likely"),
    [
        ("Managed by Pulumi: crm/dev", "An interrupted run of crm/dev probably left it over"),
        ("Click-to-dial", "Another stack probably manages it"),
    ],
)
def test_an_equal_client_is_refused_with_its_likeliest_origin_and_no_advice_to_delete_it(
    sipgate: Simulator, description: str, likely: str
) -> None:
    declared = DECLARED | {"description": description}
    deployment(sipgate).create(declared)
    (existing,) = sipgate.account.clients()
    sipgate.clear_requests()

    with pytest.raises(SipgateError) as caught:
        deployment(sipgate).create(declared)

    message = str(caught.value)
    assert existing["clientId"] in message
    assert likely in message
    assert "docs/guides/duplicate_clients.md" in message
    assert message.count(". ") == 1
    assert not re.search(r"\b(delete|import)\b", message)
    assert {request.method for request in sipgate.requests} == {"GET"}


def test_an_equal_client_whose_deletion_is_not_finished_is_waited_for(sipgate: Simulator) -> None:
    first = deployment(sipgate)
    created = first.create(DECLARED)
    sipgate.switches.deletion_seconds = 0.6
    first.delete(str(created["clientId"]))

    second = deployment(sipgate).create(DECLARED)

    assert [client["clientId"] for client in sipgate.account.clients()] == [second["clientId"]]


def test_a_creation_that_waits_for_a_deletion_holds_up_no_other() -> None:
    """Each waits for its own left-over client, at the same time as the others."""
    managed = ManagedClients()
    with managed.call(), managed.idle(), managed.call():
        started = time.monotonic()
        refused = managed.find_unmanaged({"left-over"}, "content", 0.1)

    assert refused.ids == {"left-over"}
    assert time.monotonic() - started < 30


def test_a_response_about_a_client_that_existed_before_is_not_taken_for_the_new_one(
    sipgate: Simulator, life: Lifecycle
) -> None:
    existing = sipgate.account.add_client(name="existing")
    sipgate.misbehave(Answer(200, json.dumps(existing), taken=True), method="POST")

    outs = life.create(DECLARED)

    created = sipgate.account.clients()[-1]
    assert outs["clientId"] == created["clientId"] != existing["clientId"]
    assert outs["clientSecret"] == created["clientSecret"]


def test_an_equal_client_that_a_resource_of_this_deployment_names_is_no_leftover(
    sipgate: Simulator,
) -> None:
    first = deployment(sipgate).create(DECLARED)
    managed = ManagedClients()
    managed.add(str(first["clientId"]))

    second = deployment(sipgate, managed).create(DECLARED)

    assert second["clientId"] != first["clientId"]


def test_a_namesake_is_not_worth_a_word(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    deployment(sipgate).create(DECLARED)

    life.create({**DECLARED, "description": "other"})

    assert not caplog.records


def test_a_lost_response_is_not_blamed_on_another_creation_that_is_under_way(
    sipgate: Simulator, life: Lifecycle
) -> None:
    """Two creations of one name: the first one is lost before it arrives, while the second is being answered."""
    sipgate.misbehave(Answer(502), method="POST")
    sipgate.misbehave(Delay(1.0), method="POST")
    with ThreadPoolExecutor(2) as engine:
        lost = engine.submit(life.create, DECLARED)
        time.sleep(0.2)
        other = engine.submit(life.create, {**DECLARED, "description": "other"})

        with pytest.raises(SipgateError, match="probably not created") as caught:
            lost.result()

        assert str(other.result()["clientId"]) not in str(caught.value)


def test_a_resource_that_is_replaced_stands_for_its_client(
    sipgate: Simulator, managed: ManagedClients, life: Lifecycle
) -> None:
    deployment(sipgate).create(DECLARED)
    managed.expect(fingerprint(DECLARED))

    life.create(DECLARED)

    assert len(sipgate.account.clients()) == 2


def test_what_is_left_over_beside_a_client_that_is_replaced_is_not_guessed_at(
    sipgate: Simulator, managed: ManagedClients, life: Lifecycle
) -> None:
    deployment(sipgate).create(DECLARED)
    sipgate.account.add_client(**DECLARED)
    managed.expect(fingerprint(DECLARED))

    with pytest.raises(SipgateError, match="earlier replacement of this resource"):
        life.create(DECLARED)


def test_a_new_namesake_that_is_not_equal_is_named_and_not_taken(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create({**DECLARED, "name": "first"})
    stored = sipgate.account.add_client(**{**DECLARED, "privacyUrl": "https://filled.example.com"})
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match=stored["clientId"]):
        life.create(DECLARED)


def test_without_a_look_at_the_account_nothing_is_created(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Answer(500), method="GET", times=None)

    with pytest.raises(APIError, match=r"'crm' was therefore not created"):
        life.create(DECLARED)

    assert sipgate.count("POST") == 0


def test_one_list_serves_all_creations_of_a_deployment(sipgate: Simulator, life: Lifecycle) -> None:
    with ThreadPoolExecutor(4) as engine:
        list(engine.map(lambda n: life.create(DECLARED | {"name": f"n{n}"}), range(8)))

    assert sipgate.count("GET") == 1
    assert sipgate.count("POST") == len(sipgate.account.clients()) == 8


def test_without_the_read_scope_clients_are_made_and_a_lost_answer_is_told_as_such(
    sipgate: Simulator,
) -> None:
    token = AccessToken(sipgate.issue_access_token(WRITE))
    life = Lifecycle(SipgateAPI(Settings(sipgate.base_url, token)))
    life.create(DECLARED)
    sipgate.misbehave(Reset(taken=True), method="POST")

    with pytest.raises(TransportError, match=r"is unknown.*clients:read"):
        life.create(DECLARED)
