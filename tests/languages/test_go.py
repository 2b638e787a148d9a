"""The native plugin from Go: the SDK generated from the schema, compiled, run on the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.plugin.examples import EXAMPLES
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.languages.conftest import run
from tools import golang
from tools.errors import CommandFailedError
from tools.example import copy_example


@pytest.fixture(scope="module")
def trial(go_module: Path) -> Path:
    return golang.compiled(go_module, "./trial", go_module / "trial.bin")


@pytest.fixture(scope="module")
def example(go_module: Path) -> Path:
    """The program of examples/go."""
    return golang.compiled(go_module, "./example", go_module / "example.bin", test=True)


@pytest.fixture
def eu(engine: Any) -> Iterator[Simulator]:
    """Another sipgate, which the environment names."""
    with Simulator() as other:
        engine.environment["SIPGATE_EU_BASE_URL"] = other.base_url
        engine.succeeds("config", "set", "eu:tokenId", DEMO_TOKEN_ID)
        engine.succeeds("config", "set", "--secret", "eu:token", DEMO_TOKEN)
        yield other


# The first compilation takes minutes.
@pytest.mark.timeout(1500)
def test_a_program_makes_clients_in_two_accounts_keeps_and_deletes_them(
    engine: Any, sipgate: Simulator, eu: Simulator, trial: Path
) -> None:
    created = run(engine, trial, "up")

    (crm,) = sipgate.account.clients()
    (dialler,) = eu.account.clients()
    assert created["changes"] == {"create": 4}
    assert crm["redirectUris"] == ["https://crm.example.com/callback"]
    assert dialler["name"] == "EU dialler"
    assert dialler["description"] == f"beside {crm['name']}"
    assert dialler["webOrigins"] == ["https://eu.example.com"]
    assert created["outputs"] == {
        "clientId": {"Value": crm["clientId"], "Secret": False},
        "clientSecret": {"Value": crm["clientSecret"], "Secret": True},
        "dialler": {"Value": dialler["clientId"], "Secret": False},
        "found": {"Value": crm["name"], "Secret": False},
        "foundUris": {"Value": crm["redirectUris"], "Secret": False},
    }
    state = engine.succeeds("stack", "export")
    for secret in (crm["clientSecret"], dialler["clientSecret"], DEMO_TOKEN):
        assert secret not in state

    assert run(engine, trial, "up")["changes"] == {"same": 4}
    assert run(engine, trial, "destroy")["changes"] == {"delete": 4}
    assert not sipgate.account.clients()
    assert not eu.account.clients()


@pytest.mark.timeout(1500)
def test_a_lookup_keeps_the_secret_in_the_form_of_an_output_and_fails_in_the_other(
    engine: Any, sipgate: Simulator, go_module: Path
) -> None:
    legacy = sipgate.account.add_client(name="legacy", redirectUris=["https://old.example.com"])
    lookups = golang.compiled(go_module, "./lookups", go_module / "lookups.bin")

    outputs = run(engine, lookups, "up")["outputs"]

    failed = "unexpected secret result returned to invoke call, consider using the output-versioned"
    assert failed in outputs["one"]["Value"]
    assert failed in outputs["several"]["Value"]
    assert outputs["none"] == {"Value": 0, "Secret": False}
    assert outputs["oneSecret"] == {"Value": legacy["clientSecret"], "Secret": True}
    assert outputs["severalSecret"] == {"Value": legacy["clientSecret"], "Secret": True}
    assert legacy["clientSecret"] not in engine.succeeds("stack", "export")


PYTHON = """
import pulumi
import sipgate_provider as sipgate
sipgate.OAuthClient(
    "crm",
    name="CRM integration",
    redirect_uris=["https://crm.example.com/*"],
    web_origins=["https://crm.example.com"],
    opts=pulumi.ResourceOptions(protect=True),
)
sipgate.OAuthClient(
    "phone",
    redirect_uris=["https://phone.sipgate.com/*"],
    web_origins=["https://intranet.example.com"],
)
"""


def in_python(engine: Any) -> None:
    engine.write(PYTHON)


def in_yaml(engine: Any) -> None:
    copy_example("yaml", engine.project)
    program = (engine.project / "Pulumi.yaml").read_text()
    engine.write("", re.sub(r"^name: .*", "name: trial", program))


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("before", [in_python, in_yaml])
def test_a_program_in_go_goes_on_with_the_clients_of_one_in_another_language(
    engine: Any, sipgate: Simulator, example: Path, before: Callable[[Any], None]
) -> None:
    before(engine)
    engine.succeeds("up", "--yes", "--skip-preview")
    clients = sipgate.account.clients()
    sipgate.clear_requests()

    engine.write("", "name: trial\nruntime: go\n")
    moved = run(engine, example, "up")

    assert moved["changes"] == {"same": 3}
    assert sipgate.account.clients() == clients
    assert {request.method for request in sipgate.requests} == {"GET"}
    resources = engine.resources()
    assert {resource["type"] for resource in resources} == {"sipgate:index:OAuthClient"}
    assert {resource["id"] for resource in resources} == {one["clientId"] for one in clients}


@pytest.mark.timeout(1500)
def test_the_examples_in_the_sdk_s_comments_compile(go_module: Path) -> None:
    folder = go_module / "commented"
    folder.mkdir()
    lines = [
        "package main",
        'import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"',
        'import "example.com/pulumi-sipgate/sdk/go/sipgate"',
        "func main() {}",
    ]
    sources = "".join(file.read_text() for file in (go_module / "sdk").rglob("*.go"))
    for number, (token, examples) in enumerate(EXAMPLES.items()):
        code = examples["go"]
        assert "".join(f"//{line}\n" for line in code.splitlines()) in sources, token
        used = "_, _ = crm, err" if "err" in code else ""
        lines += [f"func example{number}(ctx *pulumi.Context) {{", code, used, "}"]
    (folder / "main.go").write_text("\n".join(lines))

    golang.compiled(go_module, "./commented", folder / "program")


@pytest.mark.timeout(1500)
def test_the_compiler_tells_what_cannot_work_by_line(trial: Path, go_module: Path) -> None:
    mistakes = (
        ('_ = sipgate.OAuthClientArgs{Origins: pulumi.String("a")}', "unknown field Origins"),
        ('_ = sipgate.OAuthClientArgs{RedirectUris: pulumi.String("a")}', "cannot use pulumi"),
        ('_ = sipgate.ProviderArgs{Parallel: pulumi.String("many")}', "cannot use pulumi"),
        ("_ = sipgate.LookupOAuthClientArgs{Id: nil}", "unknown field Id"),
    )
    folder = go_module / "mistaken"
    folder.mkdir()
    header = (
        "package main",
        'import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"',
        'import "example.com/pulumi-sipgate/sdk/go/sipgate"',
        "func main() {",
    )
    lines = (*header, *(line for line, _ in mistakes), "}")
    (folder / "main.go").write_text("\n".join(lines))

    with pytest.raises(CommandFailedError) as failure:
        golang.compiled(go_module, "./mistaken", folder / "program")

    for number, (_, complaint) in enumerate(mistakes, len(header) + 1):
        (said,) = (part for part in str(failure.value).split(" | ") if f"main.go:{number}:" in part)
        assert complaint in said
    assert trial.exists()
