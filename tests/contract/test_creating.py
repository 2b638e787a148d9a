"""POST: its body and its response."""

from __future__ import annotations

import re

import pytest

from tests.contract.own_clients import CLIENTS
from tests.contract.report import Contract
from tests.contract.sipgate import Sipgate

FIELDS = {
    "clientId",
    "clientSecret",
    "name",
    "description",
    "redirectUris",
    "webOrigins",
    "privacyUrl",
    "termsUrl",
}
LISTS = ("redirectUris", "webOrigins")
POST = "Resource, POST"


def test_creating_a_client_is_answered_200(contract: Contract) -> None:
    contract.documented(POST, lambda s: s.created.status_code, 200)


def test_the_answer_to_creating_has_the_id_of_the_client(contract: Contract) -> None:
    contract.documented(POST, lambda s: s.created.json()["clientId"] == s.client["clientId"], True)


def test_observe_whether_the_answer_to_creating_has_the_secret(contract: Contract) -> None:
    contract.observed(POST, lambda s: "clientSecret" in s.created.json())


def test_a_client_has_the_eight_documented_fields(contract: Contract) -> None:
    contract.documented("Resource, Client", lambda s: sorted(FIELDS - s.client.keys()), [])


def test_observe_which_fields_a_client_has_in_addition(contract: Contract) -> None:
    contract.observed("Resource, Client", lambda s: sorted(s.client.keys() - FIELDS))


def test_an_id_is_two_numbers_and_a_uuid(contract: Contract) -> None:
    pattern = re.compile(r"\d+-\d+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    contract.documented(
        "Resource, An id looks like", lambda s: bool(pattern.fullmatch(s.client["clientId"])), True
    )


def test_what_is_sent_is_what_is_read(contract: Contract) -> None:
    def differing(sipgate: Sipgate) -> list[str]:
        return sorted(
            name
            for name, sent in sipgate.body.items()
            if (
                sorted(sent) != sorted(sipgate.client[name])
                if name in LISTS
                else sent != sipgate.client[name]
            )
        )

    contract.documented("Resource, Client", differing, [])


@pytest.mark.parametrize("left_out", [("privacyUrl", "termsUrl")], ids=["privacyUrl and termsUrl"])
def test_observe_what_comes_for_a_new_client_without(
    contract: Contract, left_out: tuple[str, ...]
) -> None:
    def answer(sipgate: Sipgate) -> int:
        body = {name: value for name, value in sipgate.body.items() if name not in left_out}
        return sipgate.own.post(body).status_code

    # The REST description and the documentation's example disagree.
    contract.observed("Resource, all six writable fields are required", answer)


def test_observe_what_a_second_client_of_the_same_name_gets(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> int:
        _ = sipgate.created
        return sipgate.own.post(sipgate.body).status_code

    contract.observed("Errors, uniqueness of names is not documented", answer)


def test_a_new_client_without_the_json_content_type_is_answered_415(contract: Contract) -> None:
    headers = {"Content-Type": "text/plain"}
    contract.documented(
        "Resource, Content-Type",
        lambda s: s.own.post(s.body, json=None, data="{}", headers=headers).status_code,
        415,
    )


def test_creating_with_the_read_scope_alone_is_answered_403(contract: Contract) -> None:
    source = "Resource, Scope"
    contract.needs(source, contract.target.reader, "SIPGATE_READER_TOKEN_ID and _TOKEN")
    contract.documented(source, lambda s: s.own.post(s.body, who=s.target.reader).status_code, 403)


def test_creating_without_a_credential_is_answered_401(contract: Contract) -> None:
    contract.documented(
        "Errors", lambda s: s.ask_as_nobody("POST", CLIENTS, json={}).status_code, 401
    )
