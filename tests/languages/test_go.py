"""The native plugin from Go: the SDK generated from the schema, compiled, run on the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.languages.conftest import run
from tools import golang
from tools.errors import CommandFailedError


@pytest.fixture(scope="module")
def trial(go_module: Path) -> Path:
    return golang.compiled(go_module, "./trial", go_module / "trial.bin")


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
