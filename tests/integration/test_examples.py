"""The examples that need no browser, on the genuine engine: what their descriptions say comes true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sipgate_provider.simulator import Account, PersonalAccessToken, Simulator

EU = PersonalAccessToken("token-EUROPE", "51391a7e-0000-4000-8000-000000000eu0")
WRITING = ("POST", "PUT", "DELETE")


def written(sipgate: Simulator) -> list[str]:
    """The methods of the requests that change something."""
    return [request.method for request in sipgate.requests if request.method in WRITING]


def by_name(sipgate: Simulator) -> dict[str, dict[str, Any]]:
    return {client["name"]: client for client in sipgate.account.clients()}


@pytest.fixture
def clients_file(engine: Any, sipgate: Simulator) -> Path:
    """The example `many_clients`, up in `prod`; what it has sent is forgotten."""
    engine.take_example("many_clients")
    engine.succeeds("stack", "init", "prod")
    engine.succeeds("config", "set", "domain", "example.com")
    engine.succeeds("config", "set", "protect", "true")
    engine.succeeds("up", "--yes", "--skip-preview")
    sipgate.clear_requests()
    path: Path = engine.project / "clients.yaml"
    return path


def edit(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    path.write_text(yaml.safe_dump(change(yaml.safe_load(path.read_text())), sort_keys=False))


@pytest.mark.usefixtures("clients_file")
def test_many_clients_makes_those_of_each_environment_on_its_own_domain(
    engine: Any, sipgate: Simulator
) -> None:
    engine.succeeds("stack", "init", "dev")
    engine.succeeds("config", "set", "domain", "dev.example.com")
    engine.succeeds("config", "set", "nameSuffix", " (dev)")
    engine.succeeds("up", "--yes", "--skip-preview")

    clients = by_name(sipgate)
    assert clients.keys() == {
        "CRM integration (dev)",
        "Call statistics (dev)",
        "Playground (dev)",
        "CRM integration",
        "Call statistics",
    }
    assert set(clients["CRM integration (dev)"]["redirectUris"]) == {
        "https://crm.dev.example.com/*",
        "https://crm-archive.dev.example.com/*",
    }
    assert clients["CRM integration"]["webOrigins"] == ["https://crm.example.com"]
    engine.succeeds("stack", "select", "prod")
    ours = {"crm": clients["CRM integration"], "statistics": clients["Call statistics"]}
    assert engine.outputs() == {
        "client_ids": {key: client["clientId"] for key, client in ours.items()},
        "client_secrets": {key: client["clientSecret"] for key, client in ours.items()},
    }
    assert "protected" in engine.pulumi("destroy", "--yes", "--skip-preview").output
    assert len(sipgate.account.clients()) == 5


def test_an_entry_that_is_added_to_the_file_is_one_client_more(
    engine: Any, sipgate: Simulator, clients_file: Path
) -> None:
    fax = {"name": "Fax", "redirect_uris": ["https://fax.${domain}/*"]}
    edit(clients_file, lambda entries: {"fax": fax, **entries})

    engine.succeeds("up", "--yes", "--skip-preview")

    assert written(sipgate) == ["POST"]
    assert by_name(sipgate)["Fax"]["redirectUris"] == ["https://fax.example.com/*"]


def test_an_entry_that_changes_is_one_put(
    engine: Any, sipgate: Simulator, clients_file: Path
) -> None:
    before = by_name(sipgate)["Call statistics"]
    edit(
        clients_file,
        lambda entries: entries | {"statistics": entries["statistics"] | {"description": "Sums"}},
    )

    engine.succeeds("up", "--yes", "--skip-preview")

    assert written(sipgate) == ["PUT"]
    assert by_name(sipgate)["Call statistics"] == before | {"description": "Sums"}


def test_an_entry_that_is_removed_is_a_client_less_once_that_client_is_unprotected(
    engine: Any, sipgate: Simulator, clients_file: Path
) -> None:
    edit(clients_file, lambda entries: {"crm": entries["crm"]})

    refused = engine.up()
    assert refused.code != 0
    assert not written(sipgate)

    printed = re.search(r"`pulumi (state unprotect) '(.+)'`", refused.output)
    assert printed, refused.output
    assert (
        f"pulumi state unprotect '{printed[2]}'" in (clients_file.parent / "README.md").read_text()
    )
    engine.succeeds(*printed[1].split(), printed[2], "--yes")
    engine.succeeds("up", "--yes", "--skip-preview")

    assert written(sipgate) == ["DELETE"]
    assert list(by_name(sipgate)) == ["CRM integration"]
    assert [resource["protect"] for resource in engine.resources()] == [True]


def test_another_order_in_the_file_changes_nothing(
    engine: Any, sipgate: Simulator, clients_file: Path
) -> None:
    def turn_round(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turn_round(item) for key, item in reversed(value.items())}
        return value[::-1] if isinstance(value, list) else value

    edit(clients_file, turn_round)
    again = engine.up()

    assert "3 unchanged" in again.output
    assert not sipgate.requests


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        (
            "web_origins",
            "web_orgins",
            "clients.yaml: crm has the unknown key web_orgins; known are name, description,",
        ),
        (
            "statistics:",
            "crm:",
            'clients.yaml, line 14: the key "crm" occurs twice; remove one of them.',
        ),
    ],
)
def test_a_file_that_cannot_be_right_is_a_sentence_and_sends_nothing(
    engine: Any, sipgate: Simulator, clients_file: Path, right: str, wrong: str, says: str
) -> None:
    clients_file.write_text(clients_file.read_text().replace(right, wrong))

    refused = engine.up()

    assert refused.code != 0
    assert f"error: {says}" in refused.output
    assert not sipgate.requests


@pytest.fixture
def two_accounts(engine: Any) -> Iterator[Simulator]:
    """One sipgate with two accounts, which the credentials tell apart, and the example on both."""
    accounts = [Account.demo(), Account(personal_access_tokens=[EU], number=3000000)]
    with Simulator(accounts=accounts) as sipgate:
        engine.environment.update(
            SIPGATE_BASE_URL=sipgate.base_url, SIPGATE_EU_BASE_URL=sipgate.base_url
        )
        engine.take_example("two_accounts")
        yield sipgate


def configure_eu(engine: Any) -> None:
    engine.succeeds("config", "set", "--plaintext", "sipgate-eu:tokenId", EU.token_id)
    engine.succeeds("config", "set", "--secret", "sipgate-eu:token", EU.token)


def test_two_accounts_get_a_client_each(engine: Any, two_accounts: Simulator) -> None:
    configure_eu(engine)

    engine.succeeds("up", "--yes", "--skip-preview")

    usual, eu = (account.clients() for account in two_accounts.accounts)
    assert [client["redirectUris"] for client in usual] == [["https://crm.example.com/*"]]
    assert [client["redirectUris"] for client in eu] == [["https://crm.example.eu/*"]]
    assert engine.outputs()["client_ids"] == {
        "usual": usual[0]["clientId"],
        "eu": eu[0]["clientId"],
    }
    two_accounts.clear_requests()
    assert "3 unchanged" in engine.up().output
    assert not two_accounts.requests


def test_the_account_whose_credential_is_missing_is_named(
    engine: Any, two_accounts: Simulator
) -> None:
    failed = engine.up()

    assert failed.code != 0
    assert "There is no credential for sipgate account 'eu'." in failed.output
    assert "sipgate-eu:tokenId" in failed.output
    assert not two_accounts.accounts[1].clients()


def test_an_existing_account_is_taken_over_unchanged_and_managed_from_then_on(
    engine: Any, sipgate: Simulator
) -> None:
    crm = sipgate.account.add_client(
        name="CRM integration",
        description="Do not touch!",
        redirectUris=["https://crm.example.com/*", "https://beta.example.com/*"],
    )
    sipgate.account.add_client(
        name="Call statistics", redirectUris=["https://statistics.example.com/*"]
    )
    before = sipgate.account.clients()
    engine.take_example("existing_account")

    taken = engine.ours("import", "--all", "--out", "clients.py")
    imported = written(sipgate)
    sipgate.clear_requests()
    unchanged = engine.up()

    assert taken.returncode == 0, taken.stderr
    assert "2 clients imported, protected:" in taken.stderr
    assert not imported
    assert "3 unchanged" in unchanged.output
    assert not sipgate.requests
    assert sipgate.account.clients() == before
    assert engine.outputs()["client_ids"]["crm_integration"] == crm["clientId"]

    program = engine.project / "clients.py"
    program.write_text(program.read_text().replace("Do not touch!", "Managed now"))
    engine.succeeds("up", "--yes", "--skip-preview")
    refused = engine.pulumi("destroy", "--yes", "--skip-preview")

    assert written(sipgate) == ["PUT"]
    assert sipgate.account.client(crm["clientId"]) == crm | {"description": "Managed now"}
    assert refused.code != 0
    assert "protected" in refused.output


def test_an_existing_account_that_is_not_taken_over_yet_says_how_and_sends_nothing(
    engine: Any, sipgate: Simulator
) -> None:
    engine.take_example("existing_account")

    refused = engine.up()

    assert refused.code != 0
    assert "error: There is no clients.py here yet. Run `sipgate-provider import" in (
        refused.output
    )
    assert not sipgate.requests


def test_yaml_declares_clients_shows_each_change_and_asks_about_others(
    engine: Any, sipgate: Simulator
) -> None:
    engine.host = "native"
    sipgate.account.add_client(name="legacy one", redirectUris=["https://old.example.com/*"])
    engine.take_example("yaml")

    created = engine.succeeds("up", "--yes", "--skip-preview")

    clients = by_name(sipgate)
    crm = clients["CRM integration"]
    outputs = engine.outputs()
    assert outputs["clientId"] == crm["clientId"]
    assert outputs["clientSecret"] == crm["clientSecret"]
    assert outputs["phone"] == "phone"
    assert [other["name"] for other in outputs["others"]] == ["legacy one"]
    assert "clientSecret: [secret]" in created
    assert "warning" not in created
    assert not [
        client["clientSecret"] for client in clients.values() if client["clientSecret"] in created
    ]

    engine.succeeds("config", "set", "domain", "example.org")
    preview = " ".join(engine.succeeds("preview", "--diff").split())
    assert '~ [0]: "https://crm.example.com/*" => "https://crm.example.org/*"' in preview
    assert "https://phone.sipgate.com/*" not in preview
