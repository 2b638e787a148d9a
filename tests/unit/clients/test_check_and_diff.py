from __future__ import annotations

import pytest

from sipgate_provider.clients.check import check
from sipgate_provider.clients.diff import diff

DECLARED: dict[str, object] = {"name": "crm", "redirectUris": ["https://crm.example.com/*"]}
OUTS: dict[str, object] = {
    "clientId": "1",
    "clientSecret": "s",
    "name": "crm",
    "description": "Managed by Pulumi",
    "redirectUris": ["https://a.example.com/*", "https://b.example.com/*"],
    "webOrigins": [],
    "privacyUrl": "",
    "termsUrl": "",
}


def news(**changes: object) -> dict[str, object]:
    return {key: value for key, value in (OUTS | changes).items() if not key.startswith("client")}


def test_what_is_left_out_gets_the_documented_default() -> None:
    checked = check(DECLARED, defaults={"name": "other", "description": "of the stack"})

    assert checked.inputs == DECLARED | {
        "description": "of the stack",
        "webOrigins": [],
        "privacyUrl": "",
        "termsUrl": "",
    }
    assert not checked.failures


def test_the_order_is_kept_and_duplicates_are_dropped() -> None:
    checked = check(DECLARED | {"redirectUris": ["https://b/", "https://a/", "https://b/"]})

    assert checked.inputs["redirectUris"] == ["https://b/", "https://a/"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"redirectUris": None}, "redirectUris"),
        ({"redirectUris": []}, "redirectUris"),
        ({"redirectUris": "https://a/"}, "redirectUris"),
        ({"redirectUris": ["https://a/", "javascript:a"]}, "redirectUris"),
        ({"redirectUris": ["https://a b/"]}, "redirectUris"),
        ({"redirectUris": ["127.0.0.1:8080/*"]}, "redirectUris"),
        ({"redirectUris": ["https://"]}, "redirectUris"),
        ({"redirectUris": ["https://a/#top"]}, "redirectUris"),
        ({"redirectUris": [5.0]}, "redirectUris"),
        ({"webOrigins": [5.0]}, "webOrigins"),
        ({"name": " "}, "name"),
        ({"name": 5.0}, "name"),
        ({"privacyUrl": "example.com/privacy"}, "privacyUrl"),
        ({"redirectUri": "https://a/"}, "redirectUri"),
        ({"redirectUris[x": "https://a/"}, "redirectUris[x"),
    ],
)
def test_what_can_never_work_is_named_by_its_property(
    changes: dict[str, object], name: str
) -> None:
    (failure,) = check(DECLARED | changes).failures

    assert failure.name == name


def test_an_entry_of_a_list_is_named_by_its_place() -> None:
    (wrong,) = check(DECLARED | {"redirectUris": ["https://a/", "https://b/#"]}).failures
    (no_text,) = check(DECLARED | {"webOrigins": ["https://a", 5.0]}).failures

    assert str(wrong).startswith("redirectUris: in entry 2, leave out #")
    assert str(no_text) == "webOrigins: entry 2 must be text"


@pytest.mark.parametrize(
    "changes",
    [
        {
            "redirectUris": [
                "http://example.com/*",
                "https://*.example.com/*",
                "com.example.app://callback",
                "com.example.app:/callback",
            ]
        },
        {"redirectUris": ["https://phone.sipgate.com/*"], "webOrigins": ["http://*.example.com"]},
        {"webOrigins": ["http://localhost:8080/auth-code", "http://localhost:8080", "*"]},
        {"privacyUrl": "", "termsUrl": ""},
    ],
)
def test_what_sipgate_documents_or_uses_passes(changes: dict[str, object]) -> None:
    assert not check(DECLARED | changes).failures


def test_what_is_not_known_yet_is_taken_to_be_good_and_left_alone() -> None:
    checked = check({"name": "crm"}, unknown=["redirectUris", "privacyUrl"])

    assert not checked.failures
    assert "redirectUris" not in checked.inputs
    assert "privacyUrl" not in checked.inputs


def test_the_known_rest_is_validated_though_something_is_unknown() -> None:
    (failure,) = check({"name": ""}, unknown=["redirectUris"]).failures

    assert failure.name == "name"


def test_an_entry_that_the_state_holds_is_not_refused_because_another_one_is_added() -> None:
    held = DECLARED | {"redirectUris": ["https://a/#b"]}

    added = check(DECLARED | {"redirectUris": ["https://new/", "https://a/#b"]}, held)
    worse = check(DECLARED | {"redirectUris": ["https://a/#b", "https://a/#c"]}, held)

    assert not added.failures
    assert [failure.entry for failure in worse.failures] == [1]


def test_reordering_is_no_change() -> None:
    turned = news(redirectUris=["https://b.example.com/*", "https://a.example.com/*"])

    assert diff(OUTS, turned) is False


@pytest.mark.parametrize("name", ["name", "description", "privacyUrl", "termsUrl"])
def test_every_text_is_compared(name: str) -> None:
    assert diff(OUTS, news(**{name: "https://other"})) is True


@pytest.mark.parametrize("name", ["redirectUris", "webOrigins"])
def test_every_list_is_compared(name: str) -> None:
    assert diff(OUTS, news(**{name: ["https://a.example.com/*"]})) is True


def test_what_is_unknown_leaves_the_answer_open_unless_something_known_differs() -> None:
    known = {name: value for name, value in news().items() if name != "description"}

    assert diff(OUTS, known, unknown=["description"]) is None
    assert diff(OUTS, known | {"name": "other"}, unknown=["description"]) is True


def test_a_secret_that_is_still_missing_is_due() -> None:
    assert diff(OUTS | {"clientSecret": None}, news()) is True
