from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import requests

    from sipgate_provider.simulator import Simulator

CLIENTS = "/authorization/oauth2/clients"
WRITABLE = ["name", "description", "redirectUris", "webOrigins", "privacyUrl", "termsUrl"]


def test_creating_answers_200_with_the_whole_client(
    api: requests.Session, body: dict[str, Any]
) -> None:
    answer = api.post(CLIENTS, json=body)

    assert answer.status_code == 200
    client = answer.json()
    assert client.keys() == {"clientId", "clientSecret", *WRITABLE}
    assert {name: client[name] for name in WRITABLE} == body


def test_an_id_is_account_number_zero_and_a_uuid_and_a_secret_is_a_random_uuid(
    api: requests.Session, body: dict[str, Any]
) -> None:
    client = api.post(CLIENTS, json=body).json()

    matched = re.fullmatch(r"2556404-0-(.{36})", client["clientId"])
    assert matched
    assert uuid.UUID(matched[1]).version == 1
    assert uuid.UUID(client["clientSecret"]).version == 4


def test_two_clients_may_have_the_same_name_and_never_share_id_or_secret(
    api: requests.Session, body: dict[str, Any]
) -> None:
    one, other = (api.post(CLIENTS, json=body).json() for _ in range(2))

    assert one["clientId"] != other["clientId"]
    assert one["clientSecret"] != other["clientSecret"]


def test_the_list_holds_every_client_under_data(api: requests.Session, sipgate: Simulator) -> None:
    clients = [sipgate.account.add_client(name=name) for name in ("one", "two")]

    answer = api.get(CLIENTS)

    assert answer.status_code == 200
    assert answer.json() == {"data": clients}


def test_reading_answers_200_with_the_client_and_its_secret(
    api: requests.Session, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client(name="crm")

    answer = api.get(f"{CLIENTS}/{client['clientId']}")

    assert answer.status_code == 200
    assert answer.json() == client
    assert client["clientSecret"]


def test_updating_replaces_every_writable_field_and_keeps_id_and_secret(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    client = sipgate.account.add_client(name="old", redirectUris=["https://old.example.com/*"])

    answer = api.put(f"{CLIENTS}/{client['clientId']}", json=body)

    assert answer.status_code == 200
    kept = {name: client[name] for name in ("clientId", "clientSecret")}
    assert answer.json() == body | kept
    assert sipgate.account.clients() == [body | kept]


def test_id_and_secret_in_a_body_are_ignored(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    client = sipgate.account.add_client()
    ours = {"clientId": "mine", "clientSecret": "mine", "anything": 1}

    answer = api.put(f"{CLIENTS}/{client['clientId']}", json=body | ours)

    assert answer.json()["clientId"] == client["clientId"]
    assert answer.json()["clientSecret"] == client["clientSecret"]


def test_deleting_answers_202_without_a_body_and_a_second_time_404(
    api: requests.Session, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client()

    first = api.delete(f"{CLIENTS}/{client['clientId']}")
    second = api.delete(f"{CLIENTS}/{client['clientId']}")

    assert (first.status_code, first.content) == (202, b"")
    assert second.status_code == 404
    assert sipgate.account.clients() == []


def test_the_gdpr_addresses_are_for_everyone(api: requests.Session, sipgate: Simulator) -> None:
    client = sipgate.account.add_client(privacyUrl="https://example.com/p", termsUrl="t")
    api.auth = None

    answer = api.get(f"{CLIENTS}/{client['clientId']}/gdpr")

    assert answer.status_code == 200
    assert answer.json() == {"privacyUrl": "https://example.com/p", "termsUrl": "t"}


@pytest.mark.parametrize(
    ("method", "suffix"), [("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/gdpr")]
)
def test_a_client_that_is_not_there_is_answered_404(
    api: requests.Session, body: dict[str, Any], method: str, suffix: str
) -> None:
    sent = body if method == "PUT" else None

    assert api.request(method, f"{CLIENTS}/2556404-0-none{suffix}", json=sent).status_code == 404


@pytest.mark.parametrize("path", ["/", CLIENTS + "/", CLIENTS + "/a/b", "/clients", "/../v1"])
def test_an_unknown_path_is_answered_404(api: requests.Session, path: str) -> None:
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "suffix"),
    [
        ("PUT", ""),
        ("DELETE", ""),
        ("PATCH", ""),
        ("POST", "/1"),
        ("PATCH", "/1"),
        ("PUT", "/1/gdpr"),
    ],
)
def test_another_method_is_answered_405(api: requests.Session, method: str, suffix: str) -> None:
    assert api.request(method, CLIENTS + suffix).status_code == 405


@pytest.mark.parametrize("field", WRITABLE)
@pytest.mark.parametrize("wrong", [None, 7, {}, [1], "absent"])
def test_a_body_with_a_field_missing_or_wrong_is_answered_500_and_changes_nothing(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any], field: str, wrong: Any
) -> None:
    client = sipgate.account.add_client()
    sipgate.switches.require_all_fields = True
    body[field] = wrong
    if wrong == "absent":
        del body[field]

    assert api.post(CLIENTS, json=body).status_code == 500
    assert field in sipgate.requests[-1].reason
    assert api.put(f"{CLIENTS}/{client['clientId']}", json=body).status_code == 500
    assert sipgate.account.clients() == [client]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_a_json_object_is_answered_500(
    api: requests.Session, raw: bytes
) -> None:
    headers = {"Content-Type": "application/json"}

    assert api.post(CLIENTS, data=raw, headers=headers).status_code == 500


def test_half_a_surrogate_pair_is_answered_500(api: requests.Session, body: dict[str, Any]) -> None:
    assert api.post(CLIENTS, json=body | {"name": "\ud800"}).status_code == 500


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/jsonp"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_write_without_the_json_content_type_is_answered_415(
    api: requests.Session, sipgate: Simulator, method: str, content_type: str | None
) -> None:
    client = sipgate.account.add_client()
    path = CLIENTS if method == "POST" else f"{CLIENTS}/{client['clientId']}"

    answer = api.request(method, path, data=b"{}", headers={"Content-Type": content_type})

    assert answer.status_code == 415


def test_the_content_type_may_name_a_charset(api: requests.Session, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert api.post(CLIENTS, json=body, headers=headers).status_code == 200


def test_text_beyond_ascii_comes_back_unharmed(api: requests.Session, body: dict[str, Any]) -> None:
    body["name"] = "Größe 電話 🎧 \x00 </script>"

    assert api.post(CLIENTS, json=body).json()["name"] == body["name"]


@pytest.mark.parametrize("field", ["redirectUris", "webOrigins"])
def test_lists_are_sets_whose_order_owes_nothing_to_the_order_sent(
    api: requests.Session, body: dict[str, Any], field: str
) -> None:
    values = [f"https://{number}.example.com/*" for number in range(8)]

    first = api.post(CLIENTS, json=body | {field: values}).json()[field]
    second = api.post(CLIENTS, json=body | {field: values[::-1] + values}).json()[field]

    assert first == second
    assert sorted(first) == values
    assert first not in (values, values[::-1])


def test_a_pair_comes_back_in_either_order(api: requests.Session, body: dict[str, Any]) -> None:
    swapped = set()
    for number in range(8):
        pair = [f"https://{number}.example.com/", f"https://{number}.example.org/"]
        answer = api.post(CLIENTS, json=body | {"redirectUris": pair}).json()
        swapped.add(answer["redirectUris"] == pair[::-1])

    assert swapped == {True, False}
