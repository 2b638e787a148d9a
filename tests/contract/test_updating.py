"""PUT: what it replaces, and which values it accepts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.report import Contract
from tests.contract.sipgate import Sipgate

PUT = "Resource, PUT"
REDIRECT_URIS = [
    "http://example.com/*",
    "https://*.example.com/*",
    "https://phone.sipgate.com/*",
    "com.example.app:/callback",
    "http://[::1]/callback",
]
ORIGINS = ["http://*.example.com", "http://localhost:8080", "http://localhost:8080/auth-code"]


def test_updating_is_answered_200_with_the_client(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> tuple[int, bool]:
        answered = sipgate.put()
        return answered.status_code, answered.json()["clientId"] == sipgate.client["clientId"]

    contract.documented(PUT, answer, (200, True))


def test_updating_changes_every_field_and_neither_id_nor_secret(contract: Contract) -> None:
    def differing(sipgate: Sipgate) -> list[str]:
        changed = {
            "name": f"{sipgate.own.name} renamed",
            "description": "changed",
            "redirectUris": ["https://changed.example.com/"],
            "webOrigins": ["https://changed.example.com"],
            "privacyUrl": "https://changed.example.com/privacy",
            "termsUrl": "https://changed.example.com/terms",
        }
        expected = sipgate.client | changed
        sipgate.put(**changed)
        read = sipgate.read(sipgate.client["clientId"]).json()
        sipgate.put()
        return sorted(name for name, value in expected.items() if read.get(name) != value)

    contract.documented(PUT, differing, [])


def test_empty_texts_and_no_origins_are_taken(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> int:
        empty = {"description": "", "webOrigins": [], "privacyUrl": "", "termsUrl": ""}
        return sipgate.try_put(**empty).status_code

    contract.documented("Resource, sipgate's own scripts send empty texts", answer, 200)


@pytest.mark.parametrize("entry", [entry for entry in REDIRECT_URIS if "*" in entry])
def test_a_wildcard_stays_as_it_was_sent(contract: Contract, entry: str) -> None:
    contract.documented(
        "Resource, redirectUris: simple wildcards",
        lambda s: s.put_and_read("redirectUris", [entry]),
        [entry],
    )


@pytest.mark.parametrize("entry", [entry for entry in REDIRECT_URIS if "*" not in entry])
def test_observe_what_becomes_of_a_redirect_uri(contract: Contract, entry: str) -> None:
    contract.observed("Resource, redirectUris", lambda s: s.put_and_read("redirectUris", [entry]))


@pytest.mark.parametrize("entry", ORIGINS)
def test_an_origin_stays_as_it_was_sent(contract: Contract, entry: str) -> None:
    contract.documented(
        "Resource, webOrigins", lambda s: s.put_and_read("webOrigins", [entry]), [entry]
    )


def test_lists_are_sets(contract: Contract) -> None:
    sent = [f"https://{letter}.example.com/" for letter in "cab"]
    contract.documented(
        "Resource, both lists are sets",
        lambda s: sorted(set(s.put_and_read("redirectUris", [*sent, sent[0]]))),
        sorted(sent),
    )


def test_observe_how_often_an_entry_comes_back_that_was_sent_twice(contract: Contract) -> None:
    uri = "https://twice.example.com/"
    contract.observed(
        "Resource, both lists are sets",
        lambda s: s.put_and_read("redirectUris", [uri, uri]).count(uri),
    )


def test_observe_in_which_order_a_list_comes_back(contract: Contract) -> None:
    sent = [f"https://{letter}.example.com/" for letter in "cadb"]

    def order(sipgate: Sipgate) -> str:
        read = sipgate.put_and_read("redirectUris", sent)
        known = {"as sent": sent, "sorted": sorted(sent), "reversed": sent[::-1]}
        return next((name for name, listed in known.items() if read == listed), "another")

    contract.observed("Resource, the order that comes back is not the order sent", order)


def test_observe_whether_text_beyond_ascii_stays_as_it_is(contract: Contract) -> None:
    text = 'Größe 電話 🎧 </script> "quoted"'
    contract.observed("Resource, Client", lambda s: s.put_and_read("description", text) == text)


@pytest.mark.parametrize(
    "field", ["description", "redirectUris", "webOrigins", "privacyUrl", "termsUrl"]
)
def test_observe_what_comes_for_a_body_without(contract: Contract, field: str) -> None:
    contract.observed(
        "Resource, all six writable fields are required", lambda s: s.try_put(field).status_code
    )


@pytest.mark.parametrize(
    ("field", "value"), [("redirectUris", "text"), ("description", 7), ("webOrigins", None)]
)
def test_observe_what_comes_for_a_value_of_another_kind_in(
    contract: Contract, field: str, value: Any
) -> None:
    contract.observed(
        "Errors, 500 also for a bad body", lambda s: s.try_put(**{field: value}).status_code
    )


def test_an_update_without_the_json_content_type_is_answered_415(contract: Contract) -> None:
    headers = {"Content-Type": "text/plain"}
    contract.documented(
        "Resource, Content-Type",
        lambda s: s.ask("PUT", s.path, data="{}", headers=headers).status_code,
        415,
    )
