"""What the native plugin gives on the genuine engine that the dynamic provider cannot."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from sipgate_provider.simulator import (
    ALL,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    Answer,
    Simulator,
    Stall,
)

BOTH = "import pulumi\nimport sipgate_provider as sipgate\n"
CLIENT: dict[str, Any] = {
    "name": "made by hand",
    "description": "before Pulumi",
    "redirectUris": ["https://a.example.com/*", "https://b.example.com/*"],
    "webOrigins": ["https://a.example.com"],
    "privacyUrl": "",
    "termsUrl": "",
}


@pytest.fixture
def host() -> str:
    return "native"


def declared(client: dict[str, Any] = CLIENT) -> str:
    return (
        f"{BOTH}crm = sipgate.OAuthClient('crm', name={client['name']!r}, "
        f"description={client['description']!r}, redirect_uris={client['redirectUris']!r}, "
        f"web_origins={client['webOrigins']!r})\n"
        "pulumi.export('secret', crm.client_secret)\n"
    )


def test_a_client_is_imported_by_its_id_alone_and_the_program_then_changes_nothing(
    engine: Any, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client(**CLIENT)
    arguments = ("sipgate:index:OAuthClient", "crm", client["clientId"])

    engine.succeeds("import", *arguments, "--yes", "--generate-code=false", "--protect=false")
    sipgate.clear_requests()
    engine.write(declared())
    unchanged = engine.succeeds("up", "--yes", "--skip-preview")

    assert "2 unchanged" in unchanged
    assert not sipgate.requests
    assert engine.outputs()["secret"] == client["clientSecret"]
    assert client["clientSecret"] not in json.dumps(engine.resources())


def test_a_client_is_imported_by_the_resource_option(engine: Any, sipgate: Simulator) -> None:
    client = sipgate.account.add_client(**CLIENT)
    option = f"'crm', pulumi.ResourceOptions(import_={client['clientId']!r}), "
    engine.write(declared().replace("'crm', ", option, 1))

    imported = engine.succeeds("up", "--yes", "--skip-preview")

    assert "= 1 imported" in imported
    assert [resource["id"] for resource in engine.resources()] == [client["clientId"]]
    assert sipgate.account.clients() == [client]


def test_an_import_of_what_is_not_there_says_what_to_check(engine: Any) -> None:
    refused = engine.pulumi(
        "import", "sipgate:index:OAuthClient", "crm", "nothing", "--yes", "--generate-code=false"
    )

    assert refused.code != 0
    assert "Reading client nothing: the account has no client of that id" in refused.output


def test_a_lookup_that_fails_is_a_sentence(engine: Any) -> None:
    engine.write(f"{BOTH}sipgate.get_oauth_client(name='nobody')\n")

    refused = engine.up()

    assert refused.code != 0
    assert "Looking up a client by name: the account has no client of that name." in refused.output


def test_a_plugin_whose_folder_the_project_names_is_used_without_a_warning(engine: Any) -> None:
    folder = Path(sys.executable).parent
    named = f"plugins: {{providers: [{{name: sipgate, path: {folder}}}]}}"
    engine.write(declared(), f"name: trial\nruntime: python\n{named}\n")

    assert "warning" not in engine.succeeds("up", "--yes")
    assert "warning" not in engine.succeeds("destroy", "--yes")


def test_a_preview_names_each_element_that_changes(engine: Any) -> None:
    engine.write(declared())
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.write(
        declared(
            CLIENT
            | {
                "redirectUris": ["https://b.example.com/*", "https://c.example.com/*"],
                "webOrigins": ["https://a.example.com", "https://c.example.com"],
            }
        )
    )

    preview = " ".join(engine.succeeds("preview", "--diff").split())

    assert '- [0]: "https://a.example.com/*" + [1]: "https://c.example.com/*"' in preview
    assert '+ [1]: "https://c.example.com"' in preview
    assert "b.example.com" not in preview


@pytest.mark.parametrize("account", [None, "eu"])
def test_a_stack_moves_between_the_hosts_and_back_without_a_request_that_changes(
    engine: Any, sipgate: Simulator, account: str | None
) -> None:
    if account:
        for name in ("TOKEN_ID", "TOKEN", "BASE_URL"):
            engine.environment[f"SIPGATE_EU_{name}"] = engine.environment.pop(f"SIPGATE_{name}")
    program = declared().replace("crm')", f"crm', account={account!r})")
    program = program.replace("'crm', ", f"'crm', account={account!r}, ", 1)
    engine.host = "dynamic"
    engine.write(program)
    engine.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.account.clients()
    secret = engine.outputs()["secret"]
    sipgate.clear_requests()

    for host, kind in (("native", "sipgate:index"), ("dynamic", "pulumi-python:dynamic/sipgate")):
        engine.host = host
        engine.write(program)
        preview = engine.succeeds("preview", "--diff")
        engine.succeeds("up", "--yes", "--skip-preview")
        assert "replace" not in preview
        (resource,) = engine.resources()
        assert resource["type"] == f"{kind}:OAuthClient"
        assert resource["id"] == client["clientId"]
        assert engine.outputs()["secret"] == secret == client["clientSecret"]
        refreshed = engine.succeeds("refresh", "--yes", "--skip-preview")
        assert "delete" not in refreshed
    assert sipgate.account.clients() == [client]
    assert {request.method for request in sipgate.requests} == {"GET"}
    engine.succeeds("destroy", "--yes", "--skip-preview")
    assert not sipgate.account.clients()


def test_a_client_moves_into_another_stack_by_its_id_and_nothing_is_written(
    make_engine: Any, sipgate: Simulator
) -> None:
    old, new = make_engine("old"), make_engine("new")
    old.host = "dynamic"
    old.write(declared())
    old.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.account.clients()
    sipgate.clear_requests()
    (resource,) = old.resources()

    old.succeeds("state", "delete", "--yes", resource["urn"])
    arguments = ("sipgate:index:OAuthClient", "crm", client["clientId"])
    new.succeeds("import", *arguments, "--yes", "--generate-code=false")
    new.write(declared().replace("'crm', ", "'crm', pulumi.ResourceOptions(protect=True), ", 1))

    assert "2 unchanged" in new.succeeds("up", "--yes", "--skip-preview")
    assert sipgate.account.clients() == [client]
    assert {request.method for request in sipgate.requests} == {"GET"}


def test_a_stack_gets_a_provider_of_its_own_on_the_way_and_keeps_its_clients(
    engine: Any, sipgate: Simulator
) -> None:
    engine.host = "dynamic"
    engine.write(declared())
    engine.succeeds("up", "--yes", "--skip-preview")
    before = sipgate.account.clients()
    sipgate.clear_requests()

    engine.host = "native"
    program = declared().replace("'crm', ", "'crm', pulumi.ResourceOptions(provider=own), ", 1)
    own = f"own = sipgate.Provider('own', token_id={DEMO_TOKEN_ID!r}, token={DEMO_TOKEN!r})"
    engine.write(program.replace("crm = ", f"{own}\ncrm = ", 1))
    moved = engine.up()

    assert moved.code == 0, moved.output
    assert "replace" not in moved.output
    assert sipgate.account.clients() == before
    assert not sipgate.requests


def test_a_provider_of_its_own_keeps_its_credential_secret_and_a_new_one_replaces_nothing(
    engine: Any, sipgate: Simulator
) -> None:
    tokens = [sipgate.account.add_personal_access_token(ALL) for _ in range(2)]
    nobody = {"SIPGATE_TOKEN_ID": "", "SIPGATE_TOKEN": ""}
    for token in tokens:
        engine.write(
            f"{BOTH}eu = sipgate.Provider('eu', token_id={token.token_id!r}, token={token.token!r})\n"
            "sipgate.OAuthClient('crm', pulumi.ResourceOptions(provider=eu),\n"
            "    redirect_uris=['https://crm.example.com/*'])\n"
        )
        ran = engine.up(**nobody)
        assert ran.code == 0, ran.output
        assert "replace" not in ran.output
        state = engine.succeeds("stack", "export")
        assert token.token not in state
        assert token.token not in ran.output
    assert len(sipgate.account.clients()) == 1
    assert sipgate.count("POST") == 1
    assert sipgate.count("DELETE") == 0


def test_an_explicit_providers_settings_are_its_own(engine: Any, sipgate: Simulator) -> None:
    other = sipgate.account.add_personal_access_token(ALL)
    engine.succeeds("config", "set", "--plaintext", "sipgate:tokenId", DEMO_TOKEN_ID)
    engine.succeeds("config", "set", "--secret", "sipgate:token", DEMO_TOKEN)
    program = (
        "import pulumi\nimport sipgate_provider as sipgate\n"
        "explicit = sipgate.Provider('explicit', token_id={!r}, token={!r})\n"
        "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'],\n"
        "                    opts=pulumi.ResourceOptions(provider=explicit))\n"
    )
    engine.write(program.format(other.token_id, other.token))
    engine.succeeds("up", "--yes", "--skip-preview")

    assert "differs" not in engine.ours("doctor").stdout

    sipgate.account.remove_personal_access_token(other.token_id)
    refused = engine.pulumi("refresh", "--yes", "--skip-preview")
    assert "token of the provider resource 'explicit'" in refused.output
    assert "sipgate:token" not in refused.output


def test_a_resource_may_be_renamed_by_an_alias_on_the_way_to_the_other_host(
    engine: Any, sipgate: Simulator
) -> None:
    engine.host = "dynamic"
    engine.write(declared())
    engine.succeeds("up", "--yes", "--skip-preview")
    before = sipgate.account.clients()

    engine.host = "native"
    renamed = "'renamed', pulumi.ResourceOptions(aliases=[pulumi.Alias(name='crm')]), "
    engine.write(declared().replace("'crm', ", renamed, 1))

    assert "2 unchanged" in engine.succeeds("up", "--yes", "--skip-preview")
    assert sipgate.account.clients() == before


def test_functions_answer_in_programs_and_keep_secrets(engine: Any, sipgate: Simulator) -> None:
    client = sipgate.account.add_client(**CLIENT)
    sipgate.account.add_client(**(CLIENT | {"name": "another"}))
    engine.write(
        f"{BOTH}"
        "one = sipgate.get_oauth_client(name='made by hand')\n"
        "pulumi.export('id', one.client_id)\n"
        "pulumi.export('secret', one.client_secret)\n"
        "later = sipgate.get_oauth_client_output(pulumi.Output.from_input(one.client_id))\n"
        "pulumi.export('origins', later.apply(lambda c: c.web_origins))\n"
        "pulumi.export('names', sorted(c.name for c in sipgate.get_oauth_clients()))\n"
        "pulumi.export('some', sipgate.get_oauth_clients_output(name='made*').apply(len))\n"
    )

    told = engine.succeeds("up", "--yes", "--skip-preview")

    assert engine.outputs() == {
        "id": client["clientId"],
        "secret": client["clientSecret"],
        "origins": CLIENT["webOrigins"],
        "names": ["another", "made by hand"],
        "some": 1,
    }
    assert "secret : [secret]" in " ".join(told.split())
    assert client["clientSecret"] not in engine.succeeds("stack", "export")


@pytest.mark.full
def test_as_many_clients_as_are_allowed_are_made_at_once(engine: Any, sipgate: Simulator) -> None:
    engine.write(
        f"{BOTH}for n in range(12):\n"
        "    sipgate.OAuthClient(f'c{n}', redirect_uris=['https://crm.example.com/*'])\n"
    )
    fault = sipgate.misbehave(Stall(), method="POST", times=None)
    pulumi = engine.start("up", "--parallel", "32")
    seen = _settled(lambda: fault.hits)
    pulumi.send_signal(signal.SIGINT)
    sipgate.behave()
    pulumi.wait(60)

    assert seen == 10
    # What waited was not started, and what was lost is told: `up` finishes the work.
    again = engine.pulumi("up", "--yes", "--skip-preview", SIPGATE_PARALLEL="3")
    assert again.code == 0, again.output
    assert len(sipgate.account.clients()) == len(engine.resources()) == 12


def test_a_number_of_calls_that_cannot_be_is_refused_before_anything_is_sent(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(declared())

    refused = engine.up(SIPGATE_PARALLEL="many")

    assert refused.code != 0
    assert (
        "sipgate:parallel (SIPGATE_PARALLEL) is not a whole number from 1 to 64" in refused.output
    )
    assert not sipgate.requests


def test_a_custom_timeout_is_the_time_for_a_clients_requests(
    engine: Any, sipgate: Simulator
) -> None:
    option = "'crm', pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create='2s')), "
    engine.write(declared().replace("'crm', ", option, 1))
    sipgate.misbehave(Stall(), times=None)
    began = time.monotonic()

    refused = engine.up()

    assert refused.code != 0
    assert "The client was therefore not created" in refused.output
    assert time.monotonic() - began < 15


def test_the_plugin_ends_with_an_engine_that_was_killed(engine: Any, sipgate: Simulator) -> None:
    engine.write(declared())
    # Were the plugin to go on, it would make a client a moment later.
    busy = Answer(429, headers={"Retry-After": "5"})
    fault = sipgate.misbehave(busy, method="POST", times=1)
    pulumi = engine.start("up")
    _settled(lambda: fault.hits)
    children = psutil.Process(pulumi.pid).children(recursive=True)
    (plugin,) = [p for p in children if "pulumi-resource-sipgate" in " ".join(p.cmdline())]

    os.kill(pulumi.pid, signal.SIGKILL)
    pulumi.wait(60)

    plugin.wait(60)
    sipgate.behave()
    assert not sipgate.account.clients()
    for process in children:
        # The engine's own hosts stay behind.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(children, 60)


def _settled(count: Any) -> int:
    """The count, once it has stayed the same for a second."""
    ends = time.monotonic() + 60
    last, since = 0, time.monotonic()
    while time.monotonic() < ends:
        now = count()
        if now != last:
            last, since = now, time.monotonic()
        if last and time.monotonic() - since > 1:
            return last
        threading.Event().wait(0.05)
    raise AssertionError("nothing happened")
