"""Clients that exist enter a stack: `sipgate-provider import`, on the genuine engine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import Simulator

CRM: dict[str, Any] = {
    "name": "CRM integration",
    "description": "Click-to-dial",
    "redirectUris": ["https://crm.example.com/*", "https://beta.example.com/*"],
    "webOrigins": ["https://crm.example.com"],
    "privacyUrl": "https://example.com/privacy",
}


def take_in(engine: Any, *arguments: str, **variables: str) -> str:
    """What it printed: the program."""
    done = engine.ours("import", *arguments, **variables)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def files_that_hold(folder: Path, text: str) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]


def test_a_named_client_enters_the_stack_and_the_printed_program_changes_nothing(
    engine: Any, sipgate: Simulator, tmp_path: Path
) -> None:
    crm = sipgate.account.add_client(**CRM)

    program = take_in(engine, f"crm={crm['clientId']}")

    (resource,) = engine.resources()
    assert resource["id"] == crm["clientId"]
    assert resource["protect"]
    assert not files_that_hold(tmp_path, crm["clientSecret"])
    engine.write(program + "pulumi.export('client_secret', crm.client_secret)\n")
    sipgate.clear_requests()
    assert "2 unchanged" in engine.up().output
    assert not sipgate.requests
    assert engine.outputs() == {"client_secret": crm["clientSecret"]}


def test_the_stored_provider_is_the_one_that_the_program_writes(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(**CRM)
    engine.write(take_in(engine, f"crm={crm['clientId']}"))
    (imported,) = engine.resources()
    engine.up("--refresh")

    (after,) = engine.resources()
    assert after["inputs"] == imported["inputs"]
    assert after["outputs"].keys() == imported["outputs"].keys()


def test_all_clients_enter_under_names_that_are_valid_and_unique_and_up_says_unchanged(
    engine: Any, sipgate: Simulator, tmp_path: Path
) -> None:
    names = ["CRM integration", "CRM  Integration!", "class", "3CX", "Größe", "電話", "", "pulumi"]
    names += ["crm-integration-2", "quo\"te's", "a" * 300]
    for name in names:
        sipgate.account.add_client(name=name, redirectUris=["https://a.example.com/*"])
    odd = sipgate.account.add_client(name="odd", redirectUris=["no-scheme", "https://b/ c"])
    sipgate.switches.list_without_secret = True
    out = tmp_path / "clients.py"

    take_in(engine, "--all", "--out", str(out))

    assert {resource["id"] for resource in engine.resources()} == {
        client["clientId"] for client in sipgate.account.clients()
    }
    engine.write(out.read_text())
    subprocess.run([sys.executable, "-m", "ruff", "format", "--check", str(out)], check=True)
    sipgate.clear_requests()
    unchanged = engine.up()
    assert f"{len(names) + 2} unchanged" in unchanged.output
    assert not sipgate.requests
    assert not files_that_hold(tmp_path, odd["clientSecret"])


def test_importing_twice_does_no_harm(engine: Any, sipgate: Simulator) -> None:
    crm = sipgate.account.add_client(**CRM)
    program = take_in(engine, f"crm={crm['clientId']}")
    before = engine.resources()

    assert take_in(engine, f"crm={crm['clientId']}") == program
    assert take_in(engine, "--all") == program
    out = engine.project / "clients.py"
    for _ in range(2):
        take_in(engine, "--all", "--out", str(out))
        assert out.read_text() == program

    assert engine.resources() == before


def test_a_client_that_was_taken_in_changes_and_is_deleted_like_any_other(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(**CRM)
    program = take_in(engine, "--no-protect", f"crm={crm['name']}")

    engine.write(program.replace("Click-to-dial", "Changed"))
    engine.succeeds("up", "--yes", "--skip-preview")
    assert sipgate.account.client(crm["clientId"])["description"] == "Changed"
    engine.succeeds("destroy", "--yes", "--skip-preview")

    assert not sipgate.account.clients()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["crm=2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e"], "no client of that id"),
        (["crm=nobody"], "no client of that name"),
        (["crm"], "NAME=CLIENT_ID"),
        ([], "--all"),
        (["a={id}", "b={id}"], "asked for twice"),
        (["other={id}"], "manages this client already, as 'crm'"),
        (["crm={second}"], "another client of that name"),
        (["--all", "--out", "Pulumi.yaml"], "exists"),
        (["--all", "--out", "nowhere/clients.py"], "cannot be written"),
        (["--all", "--stack", "nowhere"], "no stack named 'nowhere'"),
    ],
)
def test_what_cannot_be_taken_in_is_a_sentence_and_the_stack_stays_as_it_was(
    engine: Any, sipgate: Simulator, arguments: list[str], says: str
) -> None:
    crm = sipgate.account.add_client(**CRM)["clientId"]
    second = sipgate.account.add_client(name="second")["clientId"]
    take_in(engine, f"crm={crm}")
    before = engine.resources()

    refused = engine.ours("import", *(a.format(id=crm, second=second) for a in arguments))

    assert refused.returncode != 0
    assert says in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr
    assert engine.resources() == before


def test_a_preview_shows_the_program_and_does_nothing(engine: Any, sipgate: Simulator) -> None:
    crm = sipgate.account.add_client(**CRM)

    shown = engine.ours("import", "--all", "--preview-only")

    assert "1 client would be imported" in shown.stderr
    assert "Click-to-dial" in shown.stdout
    assert crm["clientId"] in shown.stderr
    assert not engine.resources()


def test_a_name_under_which_the_stack_only_reads_is_refused(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(**CRM)["clientId"]
    engine.write(f"import sipgate_provider as sipgate\nsipgate.OAuthClient.get('crm', {crm!r})\n")
    engine.succeeds("up", "--yes", "--skip-preview")

    refused = engine.ours("import", f"crm={crm}")

    assert refused.returncode == 1
    assert "OAuthClient.get" in refused.stderr


def test_outside_of_a_project_it_says_where_to_go(engine: Any, tmp_path: Path) -> None:
    refused = engine.ours("import", "--all", "--cwd", str(tmp_path))

    assert refused.returncode == 1
    assert "no Pulumi project" in refused.stderr


def test_the_credential_may_come_from_the_stack_configuration(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(**CRM)
    token = sipgate.issue_access_token("all")
    engine.succeeds("config", "set", "--secret", "sipgate:accessToken", token)

    take_in(engine, f"crm={crm['clientId']}", SIPGATE_TOKEN="", SIPGATE_TOKEN_ID="")

    assert len(engine.resources()) == 1


def test_the_option_import_says_to_use_the_command(engine: Any, sipgate: Simulator) -> None:
    engine.write(
        "import pulumi\n"
        "import sipgate_provider as sipgate\n"
        "sipgate.OAuthClient('crm', pulumi.ResourceOptions(import_='2556404-0-x'),\n"
        "                    redirect_uris=['https://a.example.com/*'])\n"
    )

    refused = engine.up()

    assert refused.code != 0
    assert "sipgate-provider import crm=<clientId>" in refused.output
    assert not sipgate.requests


def test_a_client_is_read_without_being_managed(engine: Any, sipgate: Simulator) -> None:
    crm = sipgate.account.add_client(**CRM)
    engine.write(
        "import pulumi\n"
        "import sipgate_provider as sipgate\n"
        f"crm = sipgate.OAuthClient.get('crm', {crm['clientId']!r})\n"
        "for name in ('client_id', 'client_secret', 'name', 'redirect_uris', 'web_origins',\n"
        "             'terms_url'):\n"
        "    pulumi.export(name, getattr(crm, name))\n"
    )
    engine.succeeds("up", "--yes", "--skip-preview")

    outputs = engine.outputs()
    (resource,) = engine.resources()
    assert outputs["client_secret"] == crm["clientSecret"]
    assert outputs["client_id"] == crm["clientId"]
    assert outputs["name"] == CRM["name"]
    assert set(outputs["redirect_uris"]) == set(CRM["redirectUris"])
    assert outputs["terms_url"] == ""
    assert crm["clientSecret"] not in json.dumps(resource)
    engine.succeeds("destroy", "--yes", "--skip-preview")
    assert sipgate.account.clients() == [crm]


def test_reading_a_client_that_does_not_exist_fails_with_a_sentence(engine: Any) -> None:
    engine.write(
        "import sipgate_provider as sipgate\nsipgate.OAuthClient.get('crm', '2556404-0-nowhere')\n"
    )

    failed = engine.up()

    assert failed.code != 0
    assert (
        "error: SipgateError: Reading client 2556404-0-nowhere: the account has no" in failed.output
    )
