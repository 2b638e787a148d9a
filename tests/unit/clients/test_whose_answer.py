"""An answer counts only as the answer to its own request, whatever stands in front of sipgate."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from typing import Any

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, PersonalAccessToken
from sipgate_provider.clients import absence, deletion, lost_response
from sipgate_provider.clients.check import check
from sipgate_provider.clients.deletion import delete_client
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.clients.search import find_client
from sipgate_provider.errors import NotFoundError, SipgateError, TransportError
from sipgate_provider.http.deadlines import cancellable
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    WRITE,
    Answer,
    Reset,
    Simulator,
)
from tests.unit.hostile import Peer, response, serving

DECLARED = check({"name": "crm", "redirectUris": ["https://crm.example.com/*"]}).inputs
OTHER = check({"name": "phone", "redirectUris": ["https://phone.example.com/*"]}).inputs
ERRORS = b'{"errors": [{"status": "500", "title": "Internal error"}]}'


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_response, "_SEARCH_PAUSES", (0.0, 0.1))
    monkeypatch.setattr(deletion, "_PAUSES", (0.1, 0.5, 0.0))
    monkeypatch.setattr(absence, "_PAUSES", (0.0, 0.1))


@pytest.fixture
def life(sipgate: Simulator) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


def stored(sipgate: Simulator, client_id: object) -> dict[str, Any]:
    (found,) = [c for c in sipgate.account.clients() if c["clientId"] == client_id]
    return found


def listed(sipgate: Simulator, **document: Any) -> bytes:
    return json.dumps({"data": sipgate.account.clients(), **document}).encode()


@pytest.mark.parametrize("whose", ["an earlier creation", "somebody else", "a twin of theirs"])
def test_a_response_about_another_new_client_is_not_taken_for_ours(
    sipgate: Simulator, life: Lifecycle, whose: str
) -> None:
    first = life.create(OTHER)
    if whose == "an earlier creation":
        answer = stored(sipgate, first["clientId"]) | {"clientId": f"2556404-0-{uuid.uuid4()}"}
    else:
        theirs = {"name": "theirs"} if whose == "somebody else" else {**DECLARED, "name": "CRM "}
        answer = sipgate.account.add_client(**theirs)
    sipgate.misbehave(Answer(200, json.dumps(answer).encode(), taken=True), method="POST")

    outs = life.create(DECLARED)

    assert outs["clientId"] not in {first["clientId"], answer["clientId"]}
    ours = stored(sipgate, outs["clientId"])
    assert ours["name"] == "crm"
    assert outs["clientSecret"] == ours["clientSecret"]


def test_a_response_about_a_foreign_client_creates_nothing_that_the_state_would_manage(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create(OTHER)
    theirs = sipgate.account.add_client(name="theirs", redirectUris=["https://them.example.com"])
    sipgate.misbehave(Answer(200, json.dumps(theirs).encode()), method="POST")

    with pytest.raises(TransportError, match="probably not created"):
        life.create(DECLARED)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "CRM"),
        ("redirectUris", ["https://crm.example.com/"]),
        ("description", "set by sipgate"),
        ("privacyUrl", "https://sipgate.example.com/privacy"),
    ],
)
def test_a_property_that_sipgate_stores_differently_is_named_and_the_client_is_kept(
    sipgate: Simulator,
    life: Lifecycle,
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: object,
) -> None:
    life.create(OTHER)
    kept = sipgate.account.add_client(**{**DECLARED, name: value})
    sipgate.misbehave(Answer(200, json.dumps(kept).encode()), method="POST")

    outs = life.create(DECLARED)

    assert outs["clientId"] == kept["clientId"]
    (warning,) = caplog.messages
    assert f"another {name} for client {kept['clientId']}" in warning
    assert "crm" not in warning.casefold().replace(str(kept["clientId"]), "")


def test_a_response_that_tells_nothing_but_the_id_is_believed(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    life.create(OTHER)
    client = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Answer(200, json.dumps({"clientId": client["clientId"]})), method="POST")
    sipgate.clear_requests()

    outs = life.create(DECLARED)

    assert outs == DECLARED | {key: client[key] for key in ("clientId", "clientSecret")}
    assert [request.method for request in sipgate.requests] == ["POST", "GET"]
    sipgate.misbehave(Answer(200, json.dumps({"clientId": client["clientId"]})), method="PUT")
    life.update(str(outs["clientId"]), outs, DECLARED | {"description": "new"})
    assert not caplog.messages


def test_an_update_that_sipgate_stores_differently_names_the_property(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    outs = life.create(DECLARED)
    client = stored(sipgate, outs["clientId"])
    sipgate.misbehave(Answer(200, json.dumps(client).encode()), method="PUT")

    life.update(str(outs["clientId"]), outs, DECLARED | {"description": "new"})

    (warning,) = caplog.messages
    assert f"another description for client {outs['clientId']}" in warning


def test_an_old_response_to_an_update_that_was_stored_is_not_worth_a_word(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    outs = life.create(DECLARED)
    old = json.dumps(stored(sipgate, outs["clientId"])).encode()
    sipgate.misbehave(Answer(200, old, taken=True), method="PUT")

    life.update(str(outs["clientId"]), outs, DECLARED | {"description": "new"})

    assert not caplog.messages


@pytest.mark.parametrize("secret", [None, "", "********", "another"])
def test_the_secret_in_the_response_to_an_update_never_replaces_the_known_one(
    sipgate: Simulator, life: Lifecycle, secret: str | None
) -> None:
    outs = life.create(DECLARED)
    changed = DECLARED | {"description": "new"}
    answer = {**stored(sipgate, outs["clientId"]), **changed, "clientSecret": secret}
    sipgate.misbehave(Answer(200, json.dumps(answer).encode(), taken=True), method="PUT")

    updated = life.update(str(outs["clientId"]), outs, changed)

    assert updated == outs | changed


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ERRORS),
        (200, b'{"error": "maintenance"}'),
        (200, b"false"),
        (200, b"<html>"),
        (202, ERRORS),
        (207, b""),
        (207, b"<multistatus/>"),
    ],
)
@pytest.mark.parametrize("taken", [True, False])
def test_a_deletion_is_believed_where_the_response_says_so_or_the_client_is_gone(
    sipgate: Simulator, life: Lifecycle, status: int, body: bytes, taken: bool
) -> None:
    client_id = str(life.create(DECLARED)["clientId"])
    sipgate.misbehave(Answer(status, body, taken=taken), method="DELETE", times=None)

    if taken:
        life.delete(client_id)
        assert not sipgate.account.clients()
    else:
        with pytest.raises(TransportError, match="still exists"):
            life.delete(client_id)
        assert len(sipgate.account.clients()) == 1


def test_two_responses_that_are_not_sipgates_delete_no_client(
    sipgate: Simulator, life: Lifecycle
) -> None:
    client_id = str(life.create(DECLARED)["clientId"])
    sipgate.misbehave(Answer(200, b"<html>"), method="DELETE")
    sipgate.misbehave(Answer(404, b"<html>"), method="GET", path="clients/", times=None)

    with pytest.raises(SipgateError, match="still lists it"):
        life.delete(client_id)


def test_a_run_that_is_cancelled_asks_for_the_client_before_it_says_that_it_exists() -> None:
    stopped = threading.Event()

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        stopped.set()
        connection.sendall(response(200, body=ERRORS))
        peer.request(connection)
        connection.sendall(response(404, body=ERRORS))

    with serving(handle) as peer, cancellable(stopped), pytest.raises(NotFoundError):
        delete_client(SipgateAPI(Settings(peer.url, AccessToken("x"))), "2556404-0-x")


def test_a_deletion_whose_response_is_another_client_is_asked_about(
    sipgate: Simulator, life: Lifecycle
) -> None:
    client_id = str(life.create(DECLARED)["clientId"])
    other = sipgate.account.add_client(name="other")
    sipgate.misbehave(Answer(200, json.dumps(other).encode()), method="DELETE")

    with pytest.raises(TransportError, match="still exists"):
        life.delete(client_id)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_deletion_that_is_accepted_without_a_body_is_not_asked_about(
    sipgate: Simulator, life: Lifecycle, status: int
) -> None:
    client_id = str(life.create(DECLARED)["clientId"])
    sipgate.misbehave(Answer(status, b"", taken=True), method="DELETE")
    sipgate.clear_requests()

    life.delete(client_id)

    assert [request.method for request in sipgate.requests] == ["DELETE"]


def test_without_the_read_scope_a_deletion_that_cannot_be_asked_about_is_an_error(
    sipgate: Simulator,
) -> None:
    client_id = sipgate.account.add_client(**DECLARED)["clientId"]
    token = AccessToken(sipgate.issue_access_token(WRITE))
    life = Lifecycle(SipgateAPI(Settings(sipgate.base_url, token)))
    sipgate.misbehave(Answer(200, ERRORS), method="DELETE")

    with pytest.raises(TransportError, match="cannot be read"):
        life.delete(client_id)


@pytest.mark.parametrize("status", [303, 307, 403, 404, 408, 409, 425])
def test_a_refusal_of_a_creation_that_is_not_sipgates_may_come_after_it(
    sipgate: Simulator, life: Lifecycle, status: int
) -> None:
    fault = Answer(status, b"<html>", {"Location": "/"}, taken=True)
    sipgate.misbehave(fault, method="POST", times=None)

    created = life.create(DECLARED)

    assert stored(sipgate, created["clientId"])["name"] == "crm"


@pytest.mark.parametrize("status", [303, 307, 403, 408, 409, 425])
def test_a_refusal_of_an_update_that_is_not_sipgates_may_come_after_it(
    sipgate: Simulator, life: Lifecycle, status: int
) -> None:
    outs = life.create(DECLARED)
    fault = Answer(status, b"<html>", {"Location": "/"}, taken=True)
    sipgate.misbehave(fault, method="PUT", times=None)
    changed = DECLARED | {"description": "new"}

    assert life.update(str(outs["clientId"]), outs, changed) == outs | changed


def test_sipgates_own_refusal_is_not_looked_into(sipgate: Simulator, life: Lifecycle) -> None:
    sipgate.misbehave(Answer(400, ERRORS), method="POST")

    with pytest.raises(SipgateError, match="refused"):
        life.create(DECLARED)

    assert [request.method for request in sipgate.requests] == ["GET", "POST"]


ODD: list[dict[str, Any]] = [
    {"name": 5},
    {"redirectUris": "x"},
    {"redirectUris": [1] * 1000},
    {"webOrigins": {}},
    {"clientSecret": []},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_client_in_the_account_is_named_and_stops_nothing(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture, odd: dict[str, Any]
) -> None:
    client = sipgate.account.add_client(name="odd")
    body = json.dumps({"data": [client | odd]}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients$", times=1)

    outs = life.create(DECLARED)

    assert stored(sipgate, outs["clientId"])["name"] == "crm"
    (warning,) = caplog.messages
    assert client["clientId"] in warning
    assert next(iter(odd)) in warning


def test_an_odd_client_that_is_new_after_a_lost_response_may_be_ours(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create(OTHER)
    client = sipgate.account.add_client(name="odd")
    body = json.dumps({"data": [client | {"name": 5}]}).encode()
    sipgate.misbehave(Answer(200, body), method="GET", path="clients$", times=None)
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match=str(client["clientId"])):
        life.create(DECLARED)


PARTIAL: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"totalCount": 99}, {}),
    ({"hasMore": True}, {}),
    ({}, {"Link": '<https://api.sipgate.com/v2/x?page=2>; rel="next"'}),
    ({}, {"Link": "<https://api.sipgate.com/v2/x?page=2>; rel=next"}),
]


@pytest.mark.parametrize(("document", "headers"), PARTIAL, ids=str)
def test_a_list_that_says_that_there_is_more_calls_no_client_gone(
    sipgate: Simulator, life: Lifecycle, document: dict[str, Any], headers: dict[str, str]
) -> None:
    outs = life.create(DECLARED)
    client_id = str(outs["clientId"])
    sipgate.account.remove_client(client_id)
    sipgate.account.add_client(name="another")
    sipgate.misbehave(
        Answer(200, listed(sipgate, **document), headers), path="clients$", times=None
    )

    with pytest.raises(TransportError, match="part of the account's list"):
        life.read(client_id, outs)
    with pytest.raises(SipgateError, match="part of the account's list"):
        find_client(
            SipgateAPI(Settings(sipgate.base_url, PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN))),
            name="another",
        )


def test_a_list_that_comes_as_partial_content_calls_no_client_gone(
    sipgate: Simulator, life: Lifecycle
) -> None:
    outs = life.create(DECLARED)
    sipgate.account.remove_client(str(outs["clientId"]))
    sipgate.account.add_client(name="another")
    sipgate.misbehave(Answer(206, listed(sipgate)), path="clients$", times=None)

    with pytest.raises(TransportError, match="part of the account's list"):
        life.read(str(outs["clientId"]), outs)


@pytest.mark.parametrize("document", [{"totalCount": 1}, {"hasMore": False}, {"totalCount": "x"}])
def test_a_list_that_says_that_it_is_whole_is(
    sipgate: Simulator, life: Lifecycle, document: dict[str, Any]
) -> None:
    outs = life.create(DECLARED)
    sipgate.account.remove_client(str(outs["clientId"]))
    sipgate.account.add_client(name="another")
    sipgate.misbehave(Answer(200, listed(sipgate, **document)), path="clients$", times=None)

    assert life.read(str(outs["clientId"]), outs) is None


def test_after_a_lost_response_a_part_of_the_list_decides_nothing(
    sipgate: Simulator, life: Lifecycle
) -> None:
    part = Answer(200, b'{"data": [], "hasMore": true}')
    sipgate.misbehave(part, path="clients$", method="GET", times=1)
    sipgate.misbehave(Reset(taken=True), method="POST")

    with pytest.raises(TransportError, match="unknown"):
        life.create(DECLARED)


def test_a_secret_that_the_list_masks_is_not_that_of_a_client_found_after_a_lost_response(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create(OTHER)
    client = sipgate.account.add_client(**DECLARED)
    masked = [{**one, "clientSecret": "7dea****"} for one in sipgate.account.clients()]
    sipgate.misbehave(Reset(), method="POST")
    sipgate.misbehave(Answer(200, json.dumps({"data": masked})), method="GET", path="clients$")

    assert life.create(DECLARED)["clientSecret"] == client["clientSecret"]


def test_a_client_that_was_there_before_is_never_the_one_of_a_lost_response(
    sipgate: Simulator, life: Lifecycle
) -> None:
    old = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match="probably not created") as caught:
        life.create(DECLARED)

    assert old["clientId"] not in str(caught.value)
