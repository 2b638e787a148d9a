"""`clients`, `show` and `doctor` in a Pulumi project: who manages what, and what is wrong with the set-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, Simulator
from tests.engine_stack import Engine


@pytest.fixture
def account(engine: Engine, sipgate: Simulator) -> dict[str, str]:
    """Client ids by name: one managed by this stack, one by the project's other stack, one by nobody."""
    for stack, name in (("other", "phone"), ("trial", "crm")):
        if stack != "trial":
            engine.succeeds("stack", "init", stack)
        engine.succeeds("stack", "select", stack)
        engine.write(
            "import sipgate_provider as sipgate\n"
            f"sipgate.OAuthClient({name!r}, redirect_uris=['https://{name}.example.com/*'])\n"
        )
        assert engine.up().code == 0
    sipgate.account.add_client(name="stray", redirectUris=["https://stray.example.com/*"])
    return {client["name"]: client["clientId"] for client in sipgate.account.clients()}


def test_every_client_is_listed_with_who_manages_it(
    engine: Engine, account: dict[str, str]
) -> None:
    told = engine.ours("clients", "--json")

    assert told.returncode == 0, told.stderr
    managed = {client["name"]: client["managedBy"] for client in json.loads(told.stdout)["clients"]}
    assert managed == {
        "crm": {"resource": "crm", "stack": "trial"},
        "phone": {"resource": "phone", "stack": "other"},
        "stray": None,
    }
    assert engine.ours("clients", "--name", "phone").stdout.split("\t")[:4] == [
        "phone",
        account["phone"],
        "phone",
        "other",
    ]
    assert "crm in trial" in engine.ours("show", "crm").stdout
    assert "no stack of this project" in engine.ours("show", account["stray"]).stdout


@pytest.mark.usefixtures("account")
def test_the_unmanaged_are_those_that_no_stack_has(engine: Engine) -> None:
    (line,) = engine.ours("clients", "--unmanaged").stdout.splitlines()
    assert line.startswith("stray\t")

    assert engine.ours("import", "--all").returncode == 0

    told = engine.ours("clients", "--unmanaged", "--all-stacks")
    assert (told.returncode, told.stdout) == (0, "")


def test_a_client_of_another_project_counts_only_if_all_stacks_are_looked_into(
    engine: Engine, account: dict[str, str]
) -> None:
    engine.write("", "name: elsewhere\nruntime: python\n")
    engine.succeeds("stack", "init", "trial")

    assert len(engine.ours("clients", "--unmanaged").stdout.splitlines()) == len(account)
    (line,) = engine.ours("clients", "--unmanaged", "--all-stacks").stdout.splitlines()
    assert line.startswith("stray\t")


def test_every_manager_of_a_client_is_told_and_two_are_a_warning(
    engine: Engine, account: dict[str, str]
) -> None:
    phone = account["phone"]
    # Pulumi's own import does not look who manages the client.
    engine.succeeds(
        *("import", "sipgate:index:OAuthClient", "phone2", phone, "--yes", "--generate-code=false")
    )

    told = engine.ours("clients", "--name", "phone", "--all-stacks", "--json")

    (client,) = json.loads(told.stdout)["clients"]
    assert client["managedBy"]["resource"] == "phone2"
    (other,) = client["alsoManagedBy"]
    assert other["resource"] == "phone"
    assert f"Warning: Client {phone} has 2 managers: 'phone2' in" in told.stderr
    assert "pulumi state delete --stack" in told.stderr
    shown = engine.ours("show", phone)
    assert "phone2 in trial" in shown.stdout
    assert "phone in other" in shown.stdout
    assert "has 2 managers" in shown.stderr
    line = engine.ours("clients", "--name", "phone").stdout.split("\t")
    assert line[2:4] == ["phone2, phone", "trial, other"]
    code, found = checks(engine)
    assert (code, found["managers"]["state"]) == (0, "doubtful")
    assert phone in found["managers"]["fact"]
    refused = engine.ours("delete", "--yes", phone, "--stack", "other")
    assert "as 'phone'" in refused.stderr


def checks(engine: Engine, **variables: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the worst finding about each subject."""
    told = engine.ours("doctor", "--json", **variables)
    assert DEMO_TOKEN not in told.stdout + told.stderr
    order = ("good", "doubtful", "bad")
    found: dict[str, Any] = {}
    for check in json.loads(told.stdout)["checks"]:
        before = found.get(check["subject"])
        if before is None or order.index(check["state"]) >= order.index(before["state"]):
            found[check["subject"]] = check
    return told.returncode, found


def test_the_doctor_finds_nothing_in_a_project_that_works(engine: Engine) -> None:
    code, found = checks(engine)

    assert code == 0
    assert {check["state"] for check in found.values()} == {"good"}
    assert {"pulumi", "SDK", "project", "stack", "credential", "sipgate", "scope"} <= found.keys()


def test_the_doctor_finds_a_token_in_clear_and_a_misspelt_key(engine: Engine) -> None:
    engine.succeeds("config", "set", "--plaintext", "sipgate:token", DEMO_TOKEN)
    code, found = checks(engine)
    assert (code, found["stack"]["state"]) == (0, "doubtful")
    assert "--secret sipgate:token" in found["stack"]["remedy"]

    engine.succeeds("config", "rm", "sipgate:token")
    engine.succeeds("config", "set", "--plaintext", "sipgate:tokenID", "token-1")
    _, found = checks(engine)
    assert "sipgate:tokenId may be meant" in found["stack"]["fact"]


def test_the_doctor_knows_what_breaks_a_dynamic_provider(engine: Engine) -> None:
    engine.write(
        "",
        "name: trial\nmain: program\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n",
    )
    (engine.project / "program").mkdir()
    code, found = checks(engine)
    assert (code, found["project"]["state"]) == (1, "bad")
    assert "cannot start the provider" in found["project"]["fact"]


YAML = (
    "name: trial\nruntime: yaml\nresources: {crm: {type: 'sipgate:index:OAuthClient', "
    "properties: {redirectUris: ['https://crm.example.com/*']}}}\n"
)


@pytest.mark.parametrize("way", ["PATH", "nowhere", "plugins", "archive"])
def test_the_doctor_finds_the_plugin_where_pulumi_does(
    engine: Engine, tmp_path: Path, way: str
) -> None:
    plugin = Path(sys.executable).with_name("pulumi-resource-sipgate")
    listed = f"plugins: {{providers: [{{name: sipgate, path: {plugin.parent}}}]}}\n"
    engine.write("", YAML + (listed if way == "plugins" else ""))
    (engine.project / "__main__.py").unlink()
    if way != "PATH":
        folders = engine.environment["PATH"].split(os.pathsep)
        engine.environment["PATH"] = os.pathsep.join(
            one for one in folders if not (Path(one) / plugin.name).exists()
        )
    if way == "archive":
        archive = tmp_path / "sipgate.tar.gz"
        (tmp_path / plugin.name).write_text(f'#!/bin/sh\nexec {plugin} "$@"\n')
        (tmp_path / plugin.name).chmod(0o755)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(tmp_path / plugin.name, plugin.name)
        engine.succeeds("plugin", "install", "resource", "sipgate", "0.1.0", "--file", str(archive))

    code, found = checks(engine)

    works = engine.up().code == 0
    assert works == (way != "nowhere")
    assert (code == 0, found["project"]["state"]) == (works, "good" if works else "bad")


def test_the_doctor_says_where_pulumi_does_not_tell_what_a_program_needs(engine: Engine) -> None:
    engine.write("", "name: trial\nruntime: nodejs\n")

    _, found = checks(engine)

    assert found["project"]["state"] == "doubtful"
    assert "no language plugin 'pulumi-language-nodejs' found" in found["project"]["fact"]


@pytest.mark.parametrize("scope", ["read", "write"])
def test_the_doctor_fails_for_a_scope_where_up_does(
    engine: Engine, sipgate: Simulator, scope: str
) -> None:
    token = sipgate.account.add_personal_access_token(f"authorization:oauth2:clients:{scope}")
    engine.environment |= {"SIPGATE_TOKEN_ID": token.token_id, "SIPGATE_TOKEN": token.token}
    engine.write(
        "import sipgate_provider as sipgate\n"
        "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'])\n"
    )

    code, found = checks(engine)

    assert (code == 0) == (engine.up().code == 0) == (scope == "write")
    assert found["scope"]["state"] == ("doubtful" if scope == "write" else "bad")


def test_the_doctor_finds_the_environment_without_the_package(
    engine: Engine, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", bare), check=True)

    code, found = checks(engine, PATH=f"{bare / 'bin'}{os.pathsep}{engine.environment['PATH']}")

    assert (code, found["project"]["state"]) == (1, "bad")
    assert str(bare / "bin") in found["project"]["fact"]


def test_the_doctor_says_why_the_configuration_cannot_be_read(engine: Engine) -> None:
    engine.succeeds("config", "set", "--secret", "sipgate:token", DEMO_TOKEN)

    code, found = checks(engine, PULUMI_CONFIG_PASSPHRASE="another")

    assert (code, found["stack"]["state"]) == (1, "bad")
    assert "passphrase" in found["stack"]["fact"]
    assert "credential" not in found
