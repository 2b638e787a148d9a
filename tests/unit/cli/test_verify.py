"""`verify` outside of a Pulumi project, where the environment alone counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sipgate_provider.cli import main
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Answer, Simulator

CREDENTIAL = {"SIPGATE_TOKEN_ID": DEMO_TOKEN_ID, "SIPGATE_TOKEN": DEMO_TOKEN}
WORKING = {
    "redirectUris": ["https://*.example.com/*"],
    "webOrigins": ["https://crm.example.com"],
}


@pytest.fixture(autouse=True)
def address(sipgate: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIPGATE_BASE_URL", sipgate.base_url)


def verify(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(main, ("verify", *arguments), env=variables)


@pytest.mark.parametrize("by", ["clientId", "name"])
def test_a_client_whose_addresses_all_work_is_exit_code_0(sipgate: Simulator, by: str) -> None:
    client = sipgate.account.add_client(name="CRM", **WORKING)

    told = verify(client[by], **CREDENTIAL)

    assert told.exit_code == 0, told.output
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [row[:4] for row in rows] == [
        ["redirect URI", "https://*.example.com/*", "https://verify.example.com/verify", "yes"],
        ["origin", "https://crm.example.com", "https://crm.example.com", "yes"],
    ]
    assert client["clientSecret"] not in told.output


def test_addresses_are_web_addresses_in_any_case(sipgate: Simulator) -> None:
    client = sipgate.account.add_client(
        name="CRM",
        redirectUris=["HTTPS://App.example.com/*"],
        webOrigins=["HTTPS://App.example.com"],
    )

    told = verify(client["clientId"], **CREDENTIAL)

    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [row[2:4] for row in rows] == [
        ["HTTPS://App.example.com/verify", "yes"],
        # A browser sends it in lower case, and the log-in compares letter by letter.
        ["https://app.example.com", "no"],
    ]


def test_an_address_that_does_not_work_is_exit_code_1_and_told_with_its_reason(
    sipgate: Simulator,
) -> None:
    client = sipgate.account.add_client(
        name="CRM", **WORKING | {"webOrigins": ["https://a.example.com", "crm.example.com/page"]}
    )

    told = verify(client["clientId"], "--json", **CREDENTIAL)

    assert told.exit_code == 1
    document = json.loads(told.stdout)
    assert document["clientId"] == client["clientId"]
    assert document["works"] is False
    assert [entry["works"] for entry in document["redirectUris"]] == [True]
    broken = [entry for entry in document["origins"] if not entry["works"]]
    assert [entry["registered"] for entry in broken] == ["crm.example.com/page"]
    assert broken[0]["reason"]


def test_addresses_on_the_command_line_need_no_credential(sipgate: Simulator) -> None:
    client = sipgate.account.add_client(name="CRM", **WORKING)
    asked = ("--redirect-uri", "https://a.example.com/b", "--origin", "https://crm.example.com")

    good = verify(client["clientId"], *asked)
    bad = verify(client["clientId"], *asked, "--redirect-uri", "https://evil.example/")

    assert (good.exit_code, bad.exit_code) == (0, 1), good.output + bad.output
    assert [line.split("\t")[3] for line in bad.stdout.splitlines()] == ["yes", "no", "yes"]
    assert sipgate.count(path="/v2/") == 0


@pytest.mark.parametrize("variables", [CREDENTIAL, {}], ids=["credential", "none"])
def test_a_name_is_resolved_for_addresses_on_the_command_line_too(
    sipgate: Simulator, variables: dict[str, str]
) -> None:
    client = sipgate.account.add_client(name="CRM", **WORKING)
    asked = ("--origin", "https://crm.example.com", "--json")

    named = json.loads(verify("CRM", *asked, **variables).stdout)
    # An id of another Keycloak need not look like sipgate's.
    other = json.loads(verify("my-client", *asked, **variables).stdout)

    assert named["clientId"] == (client["clientId"] if variables else "CRM")
    assert named["works"] is bool(variables)
    assert other["clientId"] == "my-client"
    assert "check its id or name" in other["origins"][0]["reason"]


def test_a_name_of_two_clients_is_refused_with_their_ids(sipgate: Simulator) -> None:
    ids = [sipgate.account.add_client(name="CRM", **WORKING)["clientId"] for _ in range(2)]

    for asked in ((), ("--origin", "https://crm.example.com")):
        told = verify("CRM", *asked, **CREDENTIAL)

        assert told.exit_code == 1
        assert all(client_id in told.output for client_id in ids)


def test_what_cannot_be_told_is_exit_code_1(sipgate: Simulator) -> None:
    sipgate.account.add_client(name="CRM", **WORKING)

    sipgate.misbehave(Answer(302, headers={"Location": "https://sso.example/"}), path="/auth$")

    told = verify("CRM", "--json", **CREDENTIAL)

    assert told.exit_code == 1
    assert json.loads(told.stdout)["redirectUris"][0]["works"] is None


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (("2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e",), CREDENTIAL, "no client of that id"),
        (("nobody",), CREDENTIAL, "no client of that name"),
        (("empty",), CREDENTIAL, "--redirect-uri"),
        (("empty",), {}, "no credential"),
        (
            ("x", "--origin", "https://a.example.com"),
            {"SIPGATE_TOKEN_URL": "http://127.0.0.1:9/token"},
            "cannot be reached",
        ),
        (
            ("x", "--origin", "https://a.example.com"),
            {"SIPGATE_TOKEN_URL": "http://a.example.com/token"},
            "SIPGATE_TOKEN_URL",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_exit_code_1(
    sipgate: Simulator, arguments: tuple[str, ...], variables: dict[str, str], says: str
) -> None:
    sipgate.account.add_client(name="empty", redirectUris=[])

    told = verify(*arguments, **variables)

    assert told.exit_code == 1
    assert told.output.startswith("Error: ")
    assert says in told.output


def test_an_unknown_client_says_so_for_each_address() -> None:
    told = verify("2556404-0-none", "--redirect-uri", "https://crm.example.com/")

    assert told.exit_code == 1
    assert "does not know the client" in told.stdout


def test_the_secret_in_the_settings_is_that_of_their_client_alone(sipgate: Simulator) -> None:

    client = sipgate.account.add_client(name="CRM", **WORKING)
    ask = (client["clientId"], "--origin", "https://crm.example.com")
    for other, works in (("another", "unknown"), (client["clientId"], "yes")):
        sipgate.behave()
        refused = Answer(401, '{"error": "unauthorized_client"}')
        sipgate.misbehave(refused, path="/token$", times=1 if works == "yes" else None)

        told = verify(*ask, SIPGATE_CLIENT_ID=other, SIPGATE_CLIENT_SECRET=client["clientSecret"])

        assert told.stdout.split("\t")[3] == works
