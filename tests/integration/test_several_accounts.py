"""Another account's credential loses no client, and a client is deleted in the account that has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sipgate_provider.simulator import Account, PersonalAccessToken, Simulator
from tests.engine_fixtures import BOTH_HOSTS

OURS = PersonalAccessToken("token-AAAAAA", "a-secret")
THEIRS = PersonalAccessToken("token-BBBBBB", "b-secret")
THEIR_CREDENTIAL = {"SIPGATE_TOKEN_ID": THEIRS.token_id, "SIPGATE_TOKEN": THEIRS.token}
ONE: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}
CLIENT = "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*']{})\n"
IMPORTS = "import pulumi\nimport sipgate_provider.native as sipgate\n"
PROVIDER = "own = sipgate.Provider('own', account='{}')\n"
# Each way to name an account to the native plugin: the program, and what the stack's configuration says.
WAYS = {
    "a provider of one's own": IMPORTS
    + PROVIDER
    + CLIENT.format(", opts=pulumi.ResourceOptions(provider=own)"),
    "account= of the resource": IMPORTS + CLIENT.format(", account='{}'"),
    "sipgate:account": IMPORTS + CLIENT.format(""),
}


@pytest.fixture
def sipgate() -> Iterator[Simulator]:
    ours = Account(personal_access_tokens=[OURS], number=111)
    theirs = Account(personal_access_tokens=[THEIRS], number=222)
    with Simulator(accounts=[ours, theirs]) as simulator:
        yield simulator


@pytest.fixture
def ours(engine: Any, sipgate: Simulator) -> Any:
    """An engine with a credential for account 111, and for both by the names eu and us."""
    engine.environment |= {
        "SIPGATE_TOKEN_ID": OURS.token_id,
        "SIPGATE_TOKEN": OURS.token,
        "SIPGATE_EU_BASE_URL": sipgate.base_url,
        "SIPGATE_EU_TOKEN_ID": OURS.token_id,
        "SIPGATE_EU_TOKEN": OURS.token,
        "SIPGATE_US_BASE_URL": sipgate.base_url,
        "SIPGATE_US_TOKEN_ID": THEIRS.token_id,
        "SIPGATE_US_TOKEN": THEIRS.token,
    }
    return engine


@BOTH_HOSTS
@pytest.mark.parametrize("command", ["destroy", "refresh"])
@pytest.mark.parametrize("user_info", ["told", "missing"])
def test_another_accounts_credential_leaves_state_and_client_as_they_are(
    ours: Any, sipgate: Simulator, command: str, user_info: str
) -> None:
    ours.client(**ONE)
    ours.succeeds("up", "--yes", "--skip-preview")
    before = [(resource["id"], resource["inputs"]) for resource in ours.resources()]
    sipgate.switches.userinfo_missing = user_info == "missing"

    refused = ours.pulumi(command, "--yes", "--skip-preview", **THEIR_CREDENTIAL)

    assert refused.code != 0
    assert [(resource["id"], resource["inputs"]) for resource in ours.resources()] == before
    assert len(sipgate.accounts[0].clients()) == 1


@BOTH_HOSTS
def test_an_account_that_is_really_empty_is_believed_on_the_operators_word(
    ours: Any, sipgate: Simulator
) -> None:
    ours.client(**ONE)
    ours.succeeds("up", "--yes", "--skip-preview")
    sipgate.switches.userinfo_missing = True
    (client,) = sipgate.account.clients()
    sipgate.account.remove_client(client["clientId"])

    refused = ours.pulumi("refresh", "--yes", "--skip-preview")
    assert "SIPGATE_TRUST_EMPTY_ACCOUNT=true" in refused.output
    ours.succeeds("refresh", "--yes", "--skip-preview", SIPGATE_TRUST_EMPTY_ACCOUNT="true")

    assert not ours.resources()


@pytest.mark.parametrize("host", ["native"])
@pytest.mark.parametrize("way", WAYS)
def test_another_account_replaces_the_client_and_deletes_the_old_one_where_it_is(
    ours: Any, sipgate: Simulator, way: str
) -> None:
    for account in ("eu", "us"):
        ours.write(WAYS[way].format(account) if "{}" in WAYS[way] else WAYS[way])
        if way == "sipgate:account":
            ours.succeeds("config", "set", "sipgate:account", account)
        preview = ours.succeeds("preview", "--diff")
        ours.succeeds("up", "--yes", "--skip-preview")

    assert "(replace)" in preview
    assert not sipgate.accounts[0].clients()
    (client,) = sipgate.accounts[1].clients()
    assert [resource["id"] for resource in ours.resources()] == [client["clientId"]]


@pytest.mark.parametrize("host", ["native"])
@pytest.mark.full
def test_what_an_interrupted_move_to_another_account_left_over_is_named(
    ours: Any, sipgate: Simulator
) -> None:
    ours.client(**ONE, account="eu")
    ours.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.accounts[0].clients()
    left = sipgate.accounts[1].add_client(
        **{name: client[name] for name in ("name", "description", "redirectUris")}
    )
    ours.client(**ONE, account="us")

    moved = ours.up()

    assert moved.code == 0, moved.output
    assert f"equals {left['clientId']}, which the account held before" in moved.output
    assert not sipgate.accounts[0].clients()
    assert len(sipgate.accounts[1].clients()) == 2


@BOTH_HOSTS
def test_another_accounts_credential_creates_no_client_beside_the_stacks_own(
    ours: Any, sipgate: Simulator
) -> None:
    ours.client(**ONE)
    ours.succeeds("up", "--yes", "--skip-preview")
    sipgate.accounts[1].add_client(name="theirs")
    program = (ours.project / "__main__.py").read_text()
    # By the time of this one the other has been diffed.
    more = ", opts=pulumi.ResourceOptions(depends_on=[crm])"
    ours.write(program + CLIENT.format(more).replace("'crm'", "'more'"))

    refused = ours.up(**THEIR_CREDENTIAL)

    assert refused.code != 0
    assert "belong to account 111 and the credential to account 222" in refused.output
    assert [client["name"] for client in sipgate.accounts[1].clients()] == ["theirs"]
    ours.succeeds("up", "--yes", "--skip-preview")
    assert len(sipgate.accounts[0].clients()) == 2
