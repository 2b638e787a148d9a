"""The life of a client on the genuine engine."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sipgate_provider.simulator import (
    ALL,
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_USERNAME,
    READ,
    Answer,
    Reset,
    Simulator,
)
from tests.engine_fixtures import BOTH_HOSTS

pytestmark = BOTH_HOSTS

# The oldest SDKs leave it to gRPC to say what was raised.
ERROR = "error: (?:(?:SipgateError|Exception calling application): )?"

CRM: dict[str, Any] = {
    "name": "CRM integration",
    "description": "Click-to-dial inside the CRM",
    "redirect_uris": [
        "https://crm.example.com/*",
        "https://beta.example.com/*",
        "https://old.example.com/*",
    ],
    "web_origins": ["https://crm.example.com", "https://beta.example.com"],
    "privacy_url": "https://example.com/privacy",
    "terms_url": "https://example.com/terms",
}


def test_up_creates_the_declared_client_and_exports_it(engine: Any, sipgate: Simulator) -> None:
    engine.client(**CRM)
    preview = engine.succeeds("preview")
    assert not sipgate.requests

    created = engine.up()

    (client,) = sipgate.account.clients()
    assert created.code == 0, created.output
    assert "+ 2 to create" in preview
    assert "client_secret: [secret]" in created.output
    assert engine.outputs() == CRM | {
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
    }
    assert client["name"] == CRM["name"]
    assert set(client["redirectUris"]) == set(CRM["redirect_uris"])


def test_what_is_left_out_gets_its_default(engine: Any, sipgate: Simulator) -> None:
    engine.client(redirect_uris=["https://crm.example.com/*"])
    engine.succeeds("up", "--yes", "--skip-preview")

    (client,) = sipgate.account.clients()
    assert {
        key: client[key] for key in ("name", "description", "webOrigins", "privacyUrl", "termsUrl")
    } == {
        "name": "crm",
        "description": "Managed by Pulumi: trial/trial",
        "webOrigins": [],
        "privacyUrl": "",
        "termsUrl": "",
    }


@pytest.mark.each_case
def test_the_state_holds_the_secret_encrypted_and_nothing_of_ours_but_a_path(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")

    (resource,) = engine.resources()
    (client,) = sipgate.account.clients()
    state = json.dumps(resource)
    dynamic = engine.host == "dynamic"
    assert resource["type"] == (
        "pulumi-python:dynamic/sipgate:OAuthClient" if dynamic else "sipgate:index:OAuthClient"
    )
    assert resource["id"] == client["clientId"]
    assert client["clientSecret"] not in state
    assert DEMO_TOKEN not in state
    assert "ciphertext" in resource["outputs"]["clientSecret"]
    assert set(resource["inputs"]) == {
        *(["__provider"] if dynamic else []),
        "name",
        "description",
        "redirectUris",
        "webOrigins",
        "privacyUrl",
        "termsUrl",
    }
    assert len(resource["inputs"].get("__provider", "")) < 150


def test_the_state_names_the_line_of_the_program(engine: Any) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")

    (resource,) = engine.resources()
    file, line = resource["sourcePosition"].removeprefix("project:///").split("#")
    program = (engine.project / file).read_text().splitlines()
    assert "OAuthClient(" in program[int(line) - 1]


def test_a_second_up_sends_nothing_even_when_lists_are_turned_around_or_repeat_themselves(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    sipgate.clear_requests()

    turned = CRM["redirect_uris"][::-1]
    engine.client(**(CRM | {"redirect_uris": [*turned, turned[0]]}))
    again = engine.up()

    assert "2 unchanged" in again.output
    assert not sipgate.requests


def test_every_property_changes_in_place_with_one_put(engine: Any, sipgate: Simulator) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    (before,) = sipgate.account.clients()
    sipgate.clear_requests()

    engine.client(
        name="Renamed",
        description="",
        redirect_uris=["https://new.example.com/*"],
        web_origins=[],
        privacy_url="",
        terms_url="",
    )
    changed = engine.up()

    (client,) = sipgate.account.clients()
    assert "~ 1 updated" in changed.output
    assert sipgate.count("PUT") == len(sipgate.requests) == 1
    assert client == {
        "clientId": before["clientId"],
        "clientSecret": before["clientSecret"],
        "name": "Renamed",
        "description": "",
        "redirectUris": ["https://new.example.com/*"],
        "webOrigins": [],
        "privacyUrl": "",
        "termsUrl": "",
    }


def test_a_refresh_of_what_did_not_change_says_so(engine: Any) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")

    assert "2 unchanged" in engine.succeeds("refresh", "--yes", "--skip-preview")


def test_a_client_that_is_gone_leaves_the_state_and_is_created_anew(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.account.clients()
    sipgate.account.remove_client(client["clientId"])

    engine.succeeds("refresh", "--yes", "--skip-preview")
    assert not engine.resources()
    engine.succeeds("up", "--yes", "--skip-preview")

    assert len(sipgate.account.clients()) == 1


def test_destroy_deletes_the_client_also_when_it_is_gone_already(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    sipgate.misbehave(Reset(taken=True), method="DELETE")

    engine.succeeds("destroy", "--yes", "--skip-preview")

    assert not sipgate.account.clients()
    assert not engine.resources()


def test_inputs_may_be_outputs_that_a_preview_does_not_know(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(
        "import pulumi\n"
        "import sipgate_provider as sipgate\n"
        "first = sipgate.OAuthClient('first', redirect_uris=['https://a.example.com/*'])\n"
        "sipgate.OAuthClient('second', name=first.client_id,\n"
        "    redirect_uris=['https://a.example.com/*', first.client_id.apply('https://{}.example.com/*'.format)],\n"
        "    web_origins=first.client_id.apply(lambda i: [f'https://{i}.example.com']))\n"
    )
    preview = engine.succeeds("preview")
    created = engine.up()
    again = engine.up()

    by_name = {client["name"]: client for client in sipgate.account.clients()}
    first = by_name.pop("first")["clientId"]
    assert "+ 3 to create" in preview
    assert created.code == 0, created.output
    assert set(by_name[first]["redirectUris"]) == {
        "https://a.example.com/*",
        f"https://{first}.example.com/*",
    }
    assert by_name[first]["webOrigins"] == [f"https://{first}.example.com"]
    assert "3 unchanged" in again.output


def test_input_that_cannot_work_is_named_and_nothing_is_sent(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(
        redirect_uris=["https://crm.example.com/*", "https://crm.example.com/#top"],
        privacy_url="example.com",
    )

    refused = engine.up()

    assert refused.code != 0
    assert "property redirectUris value" in refused.output
    assert "in entry 2, leave out # and what follows" in refused.output
    assert "property privacyUrl" in refused.output
    assert not sipgate.requests


def test_a_missing_credential_is_a_sentence_that_says_how_to_give_one(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    nothing = {"SIPGATE_TOKEN_ID": "", "SIPGATE_TOKEN": ""}

    assert engine.pulumi("preview", **nothing).code == 0
    refused = engine.up(**nothing)

    assert refused.code != 0
    assert re.search(f"{ERROR}There is no credential for sipgate.", refused.output)
    assert not sipgate.requests


def test_a_scope_that_is_missing_is_named(engine: Any, sipgate: Simulator) -> None:
    engine.client(**CRM)
    readonly = {
        "SIPGATE_TOKEN_ID": "",
        "SIPGATE_TOKEN": "",
        "SIPGATE_ACCESS_TOKEN": sipgate.issue_access_token(READ),
    }

    refused = engine.up(**readonly)

    assert "authorization:oauth2:clients:write" in refused.output
    assert not sipgate.account.clients()


@pytest.mark.parametrize("method", ["access token", "password", "personal access token"])
def test_credentials_come_from_the_stack_configuration(
    engine: Any, sipgate: Simulator, method: str
) -> None:
    pat = sipgate.account.add_personal_access_token(ALL)
    settings = {
        "access token": {"accessToken": sipgate.issue_access_token(ALL)},
        "password": {"username": DEMO_USERNAME, "password": DEMO_PASSWORD},
        "personal access token": {"tokenId": pat.token_id, "token": pat.token},
    }[method]
    for key, value in settings.items():
        engine.succeeds("config", "set", "--secret", f"sipgate:{key}", value)
    engine.client(**CRM)

    created = engine.up(SIPGATE_TOKEN_ID="", SIPGATE_TOKEN="")

    assert created.code == 0, created.output
    assert len(sipgate.account.clients()) == 1


def test_a_secret_that_could_not_be_read_is_fetched_by_the_next_up(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**CRM)
    sipgate.switches.post_without_secret = True
    fault = sipgate.misbehave(Answer(500), method="GET", path="clients/", times=1)

    created = engine.up()
    assert fault.hits == 1
    assert created.code == 0, created.output
    assert "its secret could not be read" in created.output
    engine.succeeds("up", "--yes", "--skip-preview")

    (client,) = sipgate.account.clients()
    assert engine.outputs()["client_secret"] == client["clientSecret"]
    assert sipgate.count("PUT") == 0
    assert "unchanged" in engine.up().output
