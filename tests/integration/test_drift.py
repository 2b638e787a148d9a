"""What was changed behind Pulumi's back is found, named and repaired; what cannot be read stays."""

from __future__ import annotations

from typing import Any

import pytest

from sipgate_provider.simulator import Answer, Simulator
from tests.engine_fixtures import BOTH_HOSTS

pytestmark = BOTH_HOSTS

CRM: dict[str, Any] = {
    "name": "crm",
    "description": "mine",
    "redirect_uris": ["https://a.example.com/*", "https://b.example.com/*"],
    "web_origins": ["https://a.example.com"],
    "privacy_url": "https://example.com/privacy",
    "terms_url": "https://example.com/terms",
}
DRIFTED: dict[str, Any] = {
    "name": "drifted",
    "description": "drifted",
    "redirectUris": ["https://drifted.example.com/*"],
    "webOrigins": ["https://drifted.example.com"],
    "privacyUrl": "https://drifted.example.com/",
    "termsUrl": "",
}


def created(engine: Any, sipgate: Simulator) -> str:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    return str(sipgate.account.clients()[0]["clientId"])


def test_every_changed_field_is_named_by_the_preview_and_repaired_by_one_put(
    engine: Any, sipgate: Simulator
) -> None:
    client_id = created(engine, sipgate)
    before = sipgate.account.client(client_id)
    sipgate.account.alter_client(client_id, **DRIFTED)

    preview = " ".join(engine.succeeds("preview", "--refresh", "--diff").split())
    sipgate.clear_requests()
    engine.succeeds("up", "--refresh", "--yes", "--skip-preview")

    for part in (
        '~ name : "drifted" => "crm"',
        '~ description : "drifted" => "mine"',
        '"https://drifted.example.com/*" => "https://a.example.com/*"',
        '"https://drifted.example.com" => "https://a.example.com"',
        '~ privacyUrl : "https://drifted.example.com/" => "https://example.com/privacy"',
        '+ termsUrl : "https://example.com/terms"',
    ):
        assert part in preview
    assert sipgate.account.client(client_id) == before
    assert sipgate.count("PUT") == 1


@pytest.mark.parametrize("name", DRIFTED)
def test_a_refresh_takes_over_a_field_that_changed_alone_and_the_next_up_repairs_it(
    engine: Any, sipgate: Simulator, name: str
) -> None:
    client_id = created(engine, sipgate)
    before = sipgate.account.client(client_id)
    sipgate.account.alter_client(client_id, **{name: DRIFTED[name]})

    engine.succeeds("refresh", "--yes", "--skip-preview")
    (resource,) = engine.resources()
    assert resource["outputs"][name] == resource["inputs"][name] == DRIFTED[name]
    engine.succeeds("up", "--yes", "--skip-preview")

    assert sipgate.account.client(client_id) == before


@pytest.mark.parametrize(
    "fault",
    [
        Answer(404),
        *map(Answer, (401, 403, 500)),
        Answer(200, b"<html>"),
        Answer(200, b"{}"),
        "no network",
    ],
    ids=str,
)
def test_a_read_that_says_nothing_certain_keeps_the_client_in_the_state(
    engine: Any, sipgate: Simulator, fault: Any
) -> None:
    client_id = created(engine, sipgate)
    if fault == "no network":
        sipgate.stop()
    else:
        sipgate.misbehave(fault, times=None)

    refreshed = engine.pulumi("refresh", "--yes", "--skip-preview")

    assert refreshed.code != 0
    assert f"lient {client_id}" in refreshed.output
    assert [resource["id"] for resource in engine.resources()] == [client_id]


def test_fields_that_sipgate_adds_are_no_change(engine: Any, sipgate: Simulator) -> None:
    sipgate.switches.extra_fields = {"clientType": "public", "createdAt": 5}
    created(engine, sipgate)
    sipgate.clear_requests()

    refreshed = engine.succeeds("up", "--refresh", "--yes", "--skip-preview")

    assert "2 unchanged" in refreshed
    assert sipgate.count("PUT") == 0


@pytest.mark.each_case
def test_a_preview_of_an_update_keeps_known_what_can_be_known(
    engine: Any, sipgate: Simulator
) -> None:
    client_id = created(engine, sipgate)
    engine.client(**(CRM | {"description": "new", "redirect_uris": ["https://new.example.com/*"]}))
    # What an apply gets in a preview is known.
    program = (engine.project / "__main__.py").read_text()
    engine.write(
        f"{program}"
        "    pulumi.Output.all(name, getattr(crm, name)).apply(\n"
        "        lambda pair: print(f'known: {pair[0]}={pair[1]}'))\n"
    )

    preview = engine.succeeds("preview")

    known = dict(
        line.strip().removeprefix("known: ").split("=", 1)
        for line in preview.splitlines()
        if line.strip().startswith("known: ")
    )
    if engine.host == "native":
        assert known.pop("client_secret") == sipgate.account.client(client_id)["clientSecret"]
    # With the dynamic host the secret is an output alone: the engine asks nobody about it in a preview.
    assert known == {
        "client_id": client_id,
        "description": "new",
        "name": "crm",
        "privacy_url": CRM["privacy_url"],
        "redirect_uris": "['https://new.example.com/*']",
        "terms_url": CRM["terms_url"],
        "web_origins": "['https://a.example.com']",
    }
