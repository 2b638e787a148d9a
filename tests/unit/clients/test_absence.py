"""A 404 empties no state unless the client's own account says that it is gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, PersonalAccessToken
from sipgate_provider.clients import absence
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import SipgateError
from sipgate_provider.http.deadlines import cancellable
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import READ, WRITE, Account, Answer, Simulator
from sipgate_provider.simulator import PersonalAccessToken as Token

OURS, THEIRS = Token("token-AAAAAA", "a"), Token("token-BBBBBB", "b")
DECLARED = {"name": "crm", "redirectUris": ["https://crm.example.com/*"]}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "_PAUSES", (0.0, 0.2, 0.4))


@pytest.fixture
def two() -> Iterator[Simulator]:
    ours = Account(personal_access_tokens=[OURS], number=111)
    theirs = Account(personal_access_tokens=[THEIRS], number=222)
    with Simulator(accounts=[ours, theirs]) as simulator:
        yield simulator


def deployment(sipgate: Simulator, token: Token, *, trust_empty: bool = False) -> Lifecycle:
    credential = PersonalAccessToken(token.token_id, token.token)
    api = SipgateAPI(Settings(sipgate.base_url, credential))
    return Lifecycle(api, trust_empty_account=trust_empty)


def created(sipgate: Simulator) -> dict[str, object]:
    return deployment(sipgate, OURS).create(DECLARED)


@pytest.mark.parametrize("holds", ["nothing", "clients"])
@pytest.mark.parametrize("user_info", ["told", "missing"])
def test_another_accounts_404_keeps_the_client_in_the_state(
    two: Simulator, holds: str, user_info: str
) -> None:
    outs = created(two)
    if holds == "clients":
        two.accounts[1].add_client(name="theirs")
    two.switches.userinfo_missing = user_info == "missing"

    client_id, other = str(outs["clientId"]), deployment(two, THEIRS)
    steps: list[Callable[[], object]] = [
        lambda: other.read(client_id, outs),
        lambda: other.delete(client_id),
    ]
    for step in steps:
        with pytest.raises(SipgateError, match="Nothing was changed") as caught:
            step()

        assert client_id in str(caught.value)
        known = (holds, user_info) != ("nothing", "missing")
        assert ("account 222" in str(caught.value)) is known

    assert len(two.accounts[0].clients()) == 1


def test_a_client_that_a_program_only_reads_makes_no_other_account_the_stacks_own(
    two: Simulator,
) -> None:
    outs = created(two)
    theirs = two.accounts[1].add_client(name="theirs")
    life = Lifecycle(
        SipgateAPI(Settings(two.base_url, PersonalAccessToken(THEIRS.token_id, THEIRS.token))),
        {str(outs["clientId"])},
    )

    assert life.read(theirs["clientId"], {})
    with pytest.raises(SipgateError, match="nothing was created"):
        life.create(DECLARED)
    with pytest.raises(SipgateError, match="Nothing was changed"):
        life.read(str(outs["clientId"]), outs)


@pytest.mark.parametrize("user_info", ["told", "missing"])
def test_other_clients_of_the_account_prove_that_one_is_gone(
    two: Simulator, user_info: str
) -> None:
    outs = created(two)
    two.accounts[0].add_client(name="another of ours")
    two.accounts[0].remove_client(str(outs["clientId"]))
    two.switches.userinfo_missing = user_info == "missing"

    assert deployment(two, OURS).read(str(outs["clientId"]), outs) is None
    deployment(two, OURS).delete(str(outs["clientId"]))


def test_the_account_number_proves_that_the_last_client_is_gone(two: Simulator) -> None:
    outs = created(two)
    two.accounts[0].remove_client(str(outs["clientId"]))

    assert deployment(two, OURS).read(str(outs["clientId"]), outs) is None


def test_an_empty_account_without_a_number_is_believed_on_the_operators_word_alone(
    two: Simulator,
) -> None:
    outs = created(two)
    two.accounts[0].remove_client(str(outs["clientId"]))
    two.switches.userinfo_missing = True

    with pytest.raises(SipgateError, match="SIPGATE_TRUST_EMPTY_ACCOUNT"):
        deployment(two, OURS).read(str(outs["clientId"]), outs)

    trusting = deployment(two, OURS, trust_empty=True)
    assert trusting.read(str(outs["clientId"]), outs) is None


def test_user_info_that_is_refused_does_not_condemn_the_credential(two: Simulator) -> None:
    outs = created(two)
    two.accounts[0].remove_client(str(outs["clientId"]))
    two.misbehave(Answer(401), path="userinfo", times=None)
    life = deployment(two, OURS)

    for _ in range(2):
        with pytest.raises(SipgateError, match="SIPGATE_TRUST_EMPTY_ACCOUNT"):
            life.read(str(outs["clientId"]), outs)

    trusting = deployment(two, OURS, trust_empty=True)
    assert trusting.read(str(outs["clientId"]), outs) is None


def test_the_operators_word_does_not_make_another_account_the_right_one(two: Simulator) -> None:
    outs = created(two)

    with pytest.raises(SipgateError, match="account 222"):
        deployment(two, THEIRS, trust_empty=True).delete(str(outs["clientId"]))


def test_without_the_read_scope_a_deletion_believes_the_account_number_alone(
    sipgate: Simulator,
) -> None:
    token = AccessToken(sipgate.issue_access_token(WRITE))
    life = Lifecycle(SipgateAPI(Settings(sipgate.base_url, token)))

    life.delete(f"{sipgate.account.number}-0-gone")
    with pytest.raises(SipgateError, match="belongs to account 111"):
        life.delete("111-0-theirs")
    sipgate.switches.userinfo_missing = True
    with pytest.raises(SipgateError, match="Nothing was changed"):
        life.delete(f"{sipgate.account.number}-0-gone")


def test_a_deletion_that_is_repeated_while_the_first_is_under_way_succeeds(two: Simulator) -> None:
    outs = created(two)
    two.switches.deletion_seconds = 0.5

    deployment(two, OURS).delete(str(outs["clientId"]))
    deployment(two, OURS).delete(str(outs["clientId"]))


def test_a_client_that_a_later_part_of_the_list_lacks_is_not_called_gone(two: Simulator) -> None:
    outs = created(two)
    two.misbehave(Answer(404), path="clients/")
    two.misbehave(Answer(200, json.dumps({"data": [outs]})), path="clients")
    two.misbehave(Answer(200, b'{"data": [], "hasMore": true}'), path="clients")

    with pytest.raises(SipgateError, match="only a part"):
        deployment(two, OURS).read(str(outs["clientId"]), outs)


def test_a_run_that_is_cancelled_while_it_waits_for_a_deletion_does_not_call_the_client_gone(
    two: Simulator,
) -> None:
    outs = created(two)
    two.misbehave(Answer(404), path="clients/", times=None)
    stopped = threading.Event()

    with cancellable(stopped):
        threading.Timer(0.1, stopped.set).start()
        with pytest.raises(SipgateError, match="still lists it"):
            deployment(two, OURS).read(str(outs["clientId"]), outs)


def test_a_long_wait_for_a_deletion_is_announced_when_it_begins(
    two: Simulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outs = created(two)
    two.misbehave(Answer(404), path="clients/", times=None)
    monkeypatch.setattr(absence, "_PAUSES", (0.0, 0.1, 6.0))
    stopped = threading.Event()

    with cancellable(stopped):
        threading.Timer(1, stopped.set).start()
        with pytest.raises(SipgateError, match="still lists it"):
            deployment(two, OURS).read(str(outs["clientId"]), outs)

    assert [record.getMessage() for record in caplog.records] == [
        f"sipgate answered 404 for client {outs['clientId']}, but still lists it; waiting 6 s."
    ]


def test_an_id_without_a_number_is_gone_where_another_client_of_the_stack_is_listed(
    sipgate: Simulator,
) -> None:
    credential = AccessToken(sipgate.issue_access_token(READ, WRITE))
    sipgate.account.add_client(name="theirs")
    ours = sipgate.account.add_client(name="ours")
    outs = {"clientId": "no-number"}

    def life(*named: str) -> Lifecycle:
        return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)), set(named))

    with pytest.raises(SipgateError, match="nothing shows that the account"):
        life().read("no-number", outs)
    assert life(ours["clientId"]).read("no-number", outs) is None
