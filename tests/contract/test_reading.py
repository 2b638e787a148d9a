"""GET of one client, of all clients, of a client's privacy and terms URLs, and of the caller's account."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.own_clients import CLIENTS
from tests.contract.report import Contract
from tests.contract.sipgate import Sipgate

GET = "Resource, GET {clientId}"
LIST = "Resource, GET"
USER_INFO = "Whose account answers"


def entry(sipgate: Sipgate) -> dict[str, object]:
    """Returns the list's entry for the client."""
    (found,) = (c for c in sipgate.listed() if c["clientId"] == sipgate.client["clientId"])
    return found


def test_reading_a_client_is_answered_200_with_its_secret(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> tuple[int, bool]:
        read = sipgate.read(sipgate.client["clientId"])
        return read.status_code, bool(read.json().get("clientSecret"))

    contract.documented(GET, answer, (200, True))


def test_the_list_is_an_object_whose_data_has_the_client(contract: Contract) -> None:
    contract.documented(LIST, lambda s: bool(entry(s)), True)


def test_observe_which_fields_an_entry_of_the_list_lacks(contract: Contract) -> None:
    contract.observed(LIST, lambda s: sorted(s.client.keys() - entry(s).keys()))


def test_the_list_has_each_client_once(contract: Contract) -> None:
    def repeated(sipgate: Sipgate) -> int:
        ids = [client["clientId"] for client in sipgate.listed()]
        return len(ids) - len(set(ids))

    contract.documented(LIST, repeated, 0)


def test_observe_where_in_the_list_the_newest_client_is(contract: Contract) -> None:
    def place(sipgate: Sipgate) -> str:
        _ = sipgate.client
        newest = sipgate.own.post(sipgate.body).json()["clientId"]
        ids = [client["clientId"] for client in sipgate.listed()]
        return {0: "first", len(ids) - 1: "last"}.get(ids.index(newest), "in between")

    contract.observed(LIST, place)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_nobody_has_is_answered_404_to(contract: Contract, method: str) -> None:
    def answer(sipgate: Sipgate) -> int:
        body = sipgate.body if method == "PUT" else None
        return sipgate.ask(method, f"{CLIENTS}/0-0-{uuid.uuid4()}", json=body).status_code

    contract.documented("Errors, 404", answer, 404)


def test_a_clients_two_addresses_are_for_everyone(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> tuple[int, bool]:
        answered = sipgate.ask_as_nobody("GET", f"{sipgate.path}/gdpr")
        both = {name: sipgate.body[name] for name in ("privacyUrl", "termsUrl")}
        return answered.status_code, answered.json() == both

    contract.documented("Resource, GET gdpr", answer, (200, True))


def test_the_user_info_has_the_accounts_number(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> tuple[int, bool]:
        answered = sipgate.ask("GET", "/authorization/userinfo")
        return answered.status_code, answered.json()["masterSipId"].isdigit()

    contract.documented(USER_INFO, answer, (200, True))


def test_observe_whether_ids_begin_with_the_accounts_number(contract: Contract) -> None:
    def same(sipgate: Sipgate) -> bool:
        number = sipgate.ask("GET", "/authorization/userinfo").json()["masterSipId"]
        begins: bool = sipgate.client["clientId"].startswith(f"{number}-")
        return begins

    contract.observed(f"{USER_INFO}, an inference", same)


def test_the_read_scope_is_enough_to_list(contract: Contract) -> None:
    source = "Resource, Scope"
    contract.needs(source, contract.target.reader, "SIPGATE_READER_TOKEN_ID and _TOKEN")
    contract.documented(
        source, lambda s: s.ask("GET", CLIENTS, who=s.target.reader).status_code, 200
    )


def test_observe_what_another_account_is_answered_to_a_client_of_ours(contract: Contract) -> None:
    source = "Errors, 404"
    contract.needs(source, contract.target.other, "SIPGATE_OTHER_TOKEN_ID and _TOKEN")
    contract.observed(source, lambda s: s.ask("GET", s.path, who=s.target.other).status_code)
