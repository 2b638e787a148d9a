"""What a program can write beside the plain resource: helpers, lookups, advice, rotation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sipgate_provider.simulator import Simulator
from tests.engine_fixtures import BOTH_HOSTS

IMPORTS = "import pulumi\nimport sipgate_provider as sipgate\n"


def test_the_helpers_declare_the_two_documented_uses(engine: Any, sipgate: Simulator) -> None:
    engine.write(
        IMPORTS
        + "sipgate.OAuthClient.for_webphone('phone', embedded_in=['https://*.example.com'])\n"
        "sipgate.OAuthClient.for_browser_app('app', redirect_uris=['https://app.example.com/*'])\n"
    )

    created = engine.up()

    clients = {client["name"]: client for client in sipgate.account.clients()}
    assert created.code == 0
    assert "warning" not in created.output
    assert clients["phone"]["redirectUris"] == ["https://phone.sipgate.com/*"]
    assert clients["phone"]["webOrigins"] == ["https://*.example.com"]
    assert clients["app"]["redirectUris"] == ["https://app.example.com/*"]
    assert clients["app"]["webOrigins"] == ["https://app.example.com"]


def test_lookups_find_by_id_by_name_and_by_pattern_and_mark_the_secrets(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(name="crm", redirectUris=["https://crm.example.com/*"])
    old = sipgate.account.add_client(name="crm (old)", redirectUris=["https://old.example.com/*"])
    sipgate.account.add_client(name="phone")
    sipgate.switches.list_without_secret = True
    engine.write(
        IMPORTS + f"by_id = sipgate.get_oauth_client({crm['clientId']!r})\n"
        "by_name = sipgate.get_oauth_client(name='crm')\n"
        "assert by_id.client_id == by_name.client_id\n"
        "assert by_id.client_secret is not by_name.client_secret\n"
        "found = sipgate.get_oauth_clients(name='crm*')\n"
        "pulumi.export('found', [client.name for client in found])\n"
        "pulumi.export('everything', len(sipgate.get_oauth_clients()))\n"
        "pulumi.export('plain', by_name.client_secret)\n"
        "name = pulumi.Output.from_input('crm (old)')\n"
        "pulumi.export('output', sipgate.get_oauth_client_output(name=name).client_secret)\n"
        "pulumi.export('outputs', sipgate.get_oauth_clients_output(name=name)\n"
        "    .apply(lambda clients: clients[0].client_secret))\n"
        "app = sipgate.OAuthClient('app', redirect_uris=['https://app.example.com/*'])\n"
        "pulumi.export('waits', sipgate.get_oauth_client_output(app.client_id).name)\n"
    )
    engine.succeeds("preview")
    created = engine.up()

    assert created.code == 0, created.output
    assert engine.outputs() == {
        "found": ["crm", "crm (old)"],
        "everything": 3,
        "plain": crm["clientSecret"],
        "output": old["clientSecret"],
        "outputs": old["clientSecret"],
        "waits": "app",
    }
    for client in sipgate.account.clients():
        assert client["clientSecret"] not in engine.succeeds("stack", "export")
        assert client["clientSecret"] not in created.output


def test_a_name_that_fits_several_clients_is_an_error_that_lists_them(
    engine: Any, sipgate: Simulator
) -> None:
    ids = [sipgate.account.add_client(name="crm")["clientId"] for _ in range(2)]
    engine.write(IMPORTS + "sipgate.get_oauth_client(name='crm')\n")

    plain = engine.up()
    engine.write(IMPORTS + "sipgate.get_oauth_client_output(name=pulumi.Output.from_input('crm'))")
    as_output = engine.up()

    for failed in (plain, as_output):
        assert failed.code != 0
        assert "2 clients have that name" in failed.output
        assert all(client_id in failed.output for client_id in ids)


@BOTH_HOSTS
@pytest.mark.parametrize(
    "lookup",
    [
        "get_oauth_client(name='none')",
        "get_oauth_client_output(name='none')",
        "pulumi.export('id', sipgate.get_oauth_client_output(name='none').client_id)",
        "sipgate.OAuthClient('crm', redirect_uris=sipgate.get_oauth_client_output(name='none').name)",
    ],
)
def test_a_lookup_that_finds_nothing_is_an_error_of_one_sentence(engine: Any, lookup: str) -> None:
    engine.write(IMPORTS + (lookup if "sipgate." in lookup else f"sipgate.{lookup}"))

    for failed in (engine.pulumi("preview"), engine.up()):
        assert failed.code != 0
        # That there is no traceback, the fixture asserts of every output.
        assert "the account has no client of that name" in failed.output


@pytest.mark.parametrize("function", ["client", "clients", "client_output", "clients_output"])
def test_options_of_a_lookup_are_refused_in_a_sentence(engine: Any, function: str) -> None:
    engine.write(IMPORTS + f"sipgate.get_oauth_{function}(opts=pulumi.InvokeOutputOptions())\n")

    assert "error: The dynamic provider's lookups take no `opts`" in engine.pulumi("preview").output


def test_a_lookup_without_a_credential_says_how_to_give_one(engine: Any) -> None:
    engine.write(IMPORTS + "sipgate.get_oauth_clients()\n")

    failed = engine.up(SIPGATE_TOKEN="", SIPGATE_TOKEN_ID="")

    assert failed.code != 0
    assert "error: There is no credential for sipgate." in failed.output


def test_what_is_risky_is_a_warning_at_the_resource_and_goes_through(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(
        IMPORTS + "secret = pulumi.Output.secret('http://hidden.example.com/*')\n"
        "sipgate.OAuthClient('crm', redirect_uris=['https://*/*', secret], web_origins=['*'])\n"
    )

    created = engine.up()

    assert created.code == 0, created.output
    assert len(sipgate.account.clients()) == 1
    assert "OAuthClient (crm):" in created.output
    assert "warning: redirectUris: in entry 1, name the host" in created.output
    assert "warning: redirectUris: in entry 2, use https" in created.output
    assert "warning: webOrigins: in entry 1, list the origins" in created.output
    assert "hidden" not in created.output


def test_a_trigger_rotates_a_client_by_making_the_new_one_before_the_old_one_goes(
    engine: Any, sipgate: Simulator
) -> None:
    program = (
        IMPORTS + "crm = sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'],\n"
        "    opts=pulumi.ResourceOptions(replacement_trigger='{}'))\n"
        "pulumi.export('client_id', crm.client_id)\n"
    )
    engine.write(program.format("2026-01"))
    engine.succeeds("up", "--yes", "--skip-preview")
    (old,) = sipgate.account.clients()
    sipgate.clear_requests()

    engine.write(program.format("2026-02"))
    engine.succeeds("up", "--yes", "--skip-preview")

    (new,) = sipgate.account.clients()
    verbs = [request.method for request in sipgate.requests]
    assert verbs.index("POST") < verbs.index("DELETE")
    assert new["clientId"] != old["clientId"]
    assert new["clientSecret"] != old["clientSecret"]
    assert engine.outputs()["client_id"] == new["clientId"]
    assert "2 unchanged" in engine.up().output


def test_two_resources_rotate_a_client_without_an_outage(engine: Any, sipgate: Simulator) -> None:
    one = "{0} = sipgate.OAuthClient('{0}', name='CRM', redirect_uris=['https://crm.example.com/*'])\n"
    out = "pulumi.export('client_id', {}.client_id)\n"
    steps = [
        IMPORTS + one.format("crm_2026") + out.format("crm_2026"),
        IMPORTS + one.format("crm_2026") + one.format("crm_2027") + out.format("crm_2026"),
        IMPORTS + one.format("crm_2026") + one.format("crm_2027") + out.format("crm_2027"),
        IMPORTS + one.format("crm_2027") + out.format("crm_2027"),
    ]
    alive = []
    for program in steps:
        engine.write(program)
        done = engine.up()
        assert done.code == 0, done.output
        in_use = engine.outputs()["client_id"]
        alive.append(in_use in {client["clientId"] for client in sipgate.account.clients()})

    assert alive == [True] * 4
    assert len(sipgate.account.clients()) == 1


def test_a_protected_client_is_not_deleted_and_a_retained_one_is_forgotten_and_lives(
    engine: Any, sipgate: Simulator
) -> None:
    program = (
        IMPORTS + "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'],\n"
        "    opts=pulumi.ResourceOptions({}=True))\n"
    )
    engine.write(program.format("protect"))
    engine.succeeds("up", "--yes", "--skip-preview")
    assert engine.pulumi("destroy", "--yes", "--skip-preview").code != 0
    assert len(sipgate.account.clients()) == 1

    engine.write(program.format("retain_on_delete"))
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("destroy", "--yes", "--skip-preview")

    assert not engine.resources()
    assert len(sipgate.account.clients()) == 1


def test_what_a_preview_cannot_know_claims_no_replacement_and_no_crash(
    engine: Any, sipgate: Simulator
) -> None:
    program = (
        IMPORTS
        + "first = sipgate.OAuthClient('first', redirect_uris=['https://a.example.com/*'],\n"
        "    description={!r})\n"
        "later = first.client_secret.apply(lambda s: 'https://later.example.com/*')\n"
        "sipgate.OAuthClient('second', name=later, redirect_uris=[later, 'https://b.example.com/*'],\n"
        "    web_origins=later.apply(lambda _: ['https://b.example.com']))\n"
    )
    engine.write(program.format("one"))
    engine.succeeds("up", "--yes", "--skip-preview")
    sipgate.clear_requests()

    engine.write(program.format("two"))
    preview = engine.succeeds("preview", "--json")
    operations = {
        step["urn"].rpartition("::")[2]: step["op"] for step in json.loads(preview)["steps"]
    }
    engine.succeeds("up", "--yes", "--skip-preview")

    assert operations["first"] == "update"
    assert operations["second"] in {"update", "same"}
    assert sipgate.count("PUT") == 1
