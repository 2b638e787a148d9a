"""The example in each language: that all of them are the same program."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.plugin.examples import EXAMPLES
from sipgate_provider.simulator import Simulator
from sipgate_provider.type_tokens import NATIVE
from tests.engine_stack import ROOT, stored_outputs
from tests.languages.conftest import on_path, run
from tests.needed import needed
from tests.typescript_program import Program
from tools import golang, java

SECRET = "4dabf18193072939515e22adb298388d"
DOMAIN = "example.org"
CRM: dict[str, Any] = {
    "name": "CRM integration",
    "redirectUris": [f"https://crm.{DOMAIN}/*"],
    "webOrigins": [f"https://crm.{DOMAIN}"],
}
PHONE: dict[str, Any] = {
    "redirectUris": ["https://phone.sipgate.com/*"],
    "webOrigins": [f"https://intranet.{DOMAIN}"],
}


@pytest.fixture
def legacy(sipgate: Simulator) -> Mapping[str, Any]:
    """A client that the program finds and does not manage."""
    return sipgate.account.add_client(
        name="legacy desk", description="", redirectUris=["https://old.example.com"], webOrigins=[]
    )


def takes(engine: Any, example: str, runtime: str) -> None:
    """The example's files are the project's, whose name and stack are the tests'."""
    shutil.copytree(ROOT / "examples" / example, engine.project, dirs_exist_ok=True)
    (engine.project / "Pulumi.yaml").write_text(f"name: trial\nruntime: {runtime}\n")
    configured(engine)


def configured(engine: Any) -> None:
    engine.succeeds("config", "set", "domain", DOMAIN)


def is_the_program(engine: Any, sipgate: Simulator, legacy: Mapping[str, Any]) -> None:
    """The stack holds what every one of the examples declares, and sipgate has it."""
    document = json.loads(engine.succeeds("stack", "export"))
    state = document["deployment"]["resources"]
    clients = {
        resource["urn"].rpartition("::")[2]: resource
        for resource in state
        if resource["type"] == "sipgate:index:OAuthClient"
    }
    assert {name: client.get("protect", False) for name, client in clients.items()} == {
        "crm": True,
        "phone": False,
    }
    for name, declared in (("crm", CRM), ("phone", PHONE)):
        (made,) = (
            client
            for client in sipgate.account.clients()
            if client["clientId"] == clients[name]["id"]
        )
        assert made.items() >= ({"name": name} | declared).items()
        _, project, _ = clients[name]["urn"].split("::", 2)
        assert made["description"] == f"Managed by Pulumi: {project}/trial"
        assert made["privacyUrl"] == made["termsUrl"] == ""
    outputs = engine.outputs()
    (others,) = outputs.pop("others")
    (crm,) = (client for client in sipgate.account.clients() if client["name"] == CRM["name"])
    assert outputs == {
        "clientId": crm["clientId"],
        "clientSecret": crm["clientSecret"],
        "phone": "phone",
    }
    assert (others["clientId"], others["name"]) == (legacy["clientId"], legacy["name"])
    # Encrypted: what the program exports of a client's secret and of what it found.
    stored = stored_outputs(document)
    assert {name for name, value in stored.items() if SECRET in str(value)} == {
        "clientSecret",
        "others",
    }
    assert crm["clientSecret"] not in json.dumps(state)
    engine.succeeds("state", "unprotect", "--all", "--yes")


def leaves(sipgate: Simulator, legacy: Mapping[str, Any]) -> None:
    assert [client["clientId"] for client in sipgate.account.clients()] == [legacy["clientId"]]


def test_in_yaml(engine: Any, sipgate: Simulator, legacy: Mapping[str, Any]) -> None:
    engine.take_example("yaml")
    (engine.project / "__main__.py").unlink()
    configured(engine)
    engine.succeeds("up", "--yes", "--skip-preview")

    is_the_program(engine, sipgate, legacy)
    engine.succeeds("destroy", "--yes", "--skip-preview")
    leaves(sipgate, legacy)


def test_the_examples_of_the_schema_in_yaml(engine: Any, sipgate: Simulator) -> None:
    found = sipgate.account.add_client(name=CRM["name"], redirectUris=["https://crm.example.com"])
    (engine.project / "__main__.py").unlink()
    outputs = {}
    for token, examples in EXAMPLES.items():
        (engine.project / "Pulumi.yaml").write_text(
            f"name: trial\nruntime: yaml\n{examples['yaml']}\n"
        )
        engine.succeeds("up", "--yes", "--skip-preview")
        if token == NATIVE:
            assert [one["protect"] for one in engine.resources()] == [True]
            engine.succeeds("state", "unprotect", "--all", "--yes")
        else:
            outputs[token] = engine.outputs()

    assert outputs["sipgate:index:getOAuthClient"] == {"clientId": found["clientId"]}
    (listed,) = outputs["sipgate:index:getOAuthClients"]["clients"]
    assert listed["clientId"] == found["clientId"]
    assert sipgate.account.clients() == [found]


def test_in_typescript(
    engine: Any,
    sipgate: Simulator,
    legacy: Mapping[str, Any],
    generated: Callable[[str], Path],
) -> None:
    takes(engine, "typescript", "nodejs")
    program = Program(engine)
    program.compile(shutil.copytree(generated("nodejs"), engine.project / "sdk"))
    program.run("up", "trial", "trial")

    is_the_program(engine, sipgate, legacy)
    program.run("destroy", "trial", "trial")
    leaves(sipgate, legacy)


# The first compilation takes minutes.
@pytest.mark.timeout(1500)
def test_in_go(engine: Any, sipgate: Simulator, legacy: Mapping[str, Any], go_module: Path) -> None:
    takes(engine, "go", "go")
    program = golang.compiled(go_module, "./example", go_module / "example.bin", test=True)
    run(engine, program, "up")

    is_the_program(engine, sipgate, legacy)
    run(engine, program, "destroy")
    leaves(sipgate, legacy)


# The first run fetches packages from Maven's repository.
@pytest.mark.timeout(1500)
def test_in_java_with_its_language_host(
    engine: Any, sipgate: Simulator, legacy: Mapping[str, Any], schema: Path, tmp_path: Path
) -> None:
    on_path(engine, needed(java.locate))
    takes(engine, "java", "java")
    # Maven's own folder, which is not in the test's home.
    engine.environment["MAVEN_OPTS"] = f"-Duser.home={Path.home()}"
    sdk = tmp_path / "sdk"
    engine.succeeds(
        *("package", "gen-sdk", str(schema), "--language", "java", "--local", "--out", str(sdk))
    )
    shutil.copytree(sdk / "java", engine.project / "sdks" / "sipgate")
    engine.succeeds("up", "--yes", "--skip-preview")

    is_the_program(engine, sipgate, legacy)
    engine.succeeds("destroy", "--yes", "--skip-preview")
    leaves(sipgate, legacy)
