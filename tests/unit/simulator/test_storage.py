"""What a simulator's file keeps."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from sipgate_provider.simulator import (
    ALL,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    READ,
    Account,
    Simulator,
    StorageError,
)

CLIENTS = "/authorization/oauth2/clients"
AUTH = (DEMO_TOKEN_ID, DEMO_TOKEN)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sipgate.json"


def test_clients_are_as_they_were_and_in_the_same_order(file: Path, body: dict[str, Any]) -> None:
    with Simulator(file=file) as sipgate:
        url = sipgate.base_url + CLIENTS
        created = [
            requests.post(url, json=body | {"name": name}, auth=AUTH, timeout=5).json()["clientId"]
            for name in ("one", "two", "three")
        ]
        changed = body | {"name": "\u202e\U0001f4de"}
        requests.put(f"{url}/{created[0]}", json=changed, auth=AUTH, timeout=5)
        requests.delete(f"{url}/{created[1]}", auth=AUTH, timeout=5)
        before = sipgate.account.clients()

    with Simulator(file=file) as sipgate:
        assert sipgate.account.clients() == before
        listed = requests.get(sipgate.base_url + CLIENTS, auth=AUTH, timeout=5).json()["data"]
        assert listed == before
    assert [client["clientId"] for client in before] == [created[0], created[2]]


def test_users_and_personal_access_tokens_are_kept_with_what_they_may_do(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        clerk = sipgate.account.add_user("clerk", "pw", READ, may_manage_clients=False)
        kept = sipgate.account.add_personal_access_token(ALL, READ)
        removed = sipgate.account.add_personal_access_token(ALL)
        sipgate.account.remove_personal_access_token(removed.token_id)

    with Simulator(file=file) as sipgate:
        assert sipgate.account.user("clerk") == clerk
        assert sipgate.account.personal_access_token(kept.token_id) == kept
        assert sipgate.account.personal_access_token(removed.token_id) is None


def test_the_demo_credentials_are_good_with_any_file(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        sipgate.account.remove_personal_access_token(DEMO_TOKEN_ID)

    with Simulator(file=file) as sipgate:
        answer = requests.get(sipgate.base_url + CLIENTS, auth=AUTH, timeout=5)

    assert answer.status_code == 200


def test_of_two_clients_with_one_id_the_files_counts(file: Path) -> None:
    def made() -> Account:
        account = Account.demo()
        account.add_client(clientId="1-0-mine", name="as the program makes it")
        return account

    with Simulator(made(), file=file) as sipgate:
        sipgate.account.alter_client("1-0-mine", name="as it became")

    with Simulator(made(), file=file) as sipgate:
        (client,) = sipgate.account.clients()

    assert client["name"] == "as it became"


def test_accounts_in_one_file_are_told_apart_by_their_number(file: Path) -> None:
    with Simulator(accounts=[Account(number=1), Account(number=2)], file=file) as sipgate:
        client = sipgate.accounts[1].add_client()
    with Simulator(Account(number=1), file=file) as sipgate:
        sipgate.account.add_client()

    with Simulator(Account(number=2), file=file) as sipgate:
        assert sipgate.account.clients() == [client]


def test_a_change_that_cannot_be_written_is_not_made(
    file: Path, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Simulator(file=file) as sipgate:
        client = sipgate.account.add_client()
        before = file.read_bytes()
        monkeypatch.setattr(Path, "replace", full)
        url = sipgate.base_url + CLIENTS

        created = requests.post(url, json=body, auth=AUTH, timeout=5)
        changed = requests.put(f"{url}/{client['clientId']}", json=body, auth=AUTH, timeout=5)

        assert (created.status_code, changed.status_code) == (500, 500)
        assert sipgate.account.clients() == [client]
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} <= {file.name, f"{file.name}.lock"}


def test_a_person_can_read_the_file_and_change_it(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        client = sipgate.account.add_client(name="as the program made it")
    document = json.loads(file.read_text())
    (account,) = document["accounts"]
    assert account["clients"] == [client]
    assert [token["scopes"] for token in account["personal_access_tokens"]] == [["all"]]

    file.write_text(file.read_text().replace("as the program made it", "as a person wrote it"))

    with Simulator(file=file) as sipgate:
        (changed,) = sipgate.account.clients()
    assert changed == client | {"name": "as a person wrote it"}
    assert "\n  " in file.read_text()


def test_a_second_simulator_is_told_that_the_file_is_in_use(file: Path) -> None:
    with Simulator(file=file) as first:
        with pytest.raises(StorageError, match=r"sipgate\.json is in use by another simulator"):
            Simulator(file=file).start()
        client = first.account.add_client()

        # A lock is the process's: the refusal must not have ended it for all other processes.
        open_it = (
            f"from sipgate_provider.simulator.accounts.storage import File; File({str(file)!r})"
        )
        program = [sys.executable, "-c", open_it]
        ran = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
        assert "in use by another simulator" in ran.stderr

    with Simulator(file=file) as second:
        assert second.account.clients() == [client]


def test_the_same_simulator_can_stop_and_start_again(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        one = sipgate.account.add_client()
        sipgate.stop()
        assert sipgate.account.clients() == [one]
        sipgate.start()
        other = sipgate.account.add_client()

    with Simulator(file=file) as sipgate:
        assert sipgate.account.clients() == [one, other]


def test_starting_twice_is_an_error_and_changes_nothing(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        with pytest.raises(RuntimeError):
            sipgate.start()
        client = sipgate.account.add_client()

    with Simulator(file=file) as sipgate:
        assert sipgate.account.clients() == [client]


def test_a_failed_start_releases_the_file(file: Path) -> None:
    with Simulator() as other:
        port = int(other.page_url.rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Simulator(port=port, file=file).start()

    with Simulator(file=file):
        pass


def test_only_the_owner_may_read_the_file_whatever_it_was_before(file: Path) -> None:
    with Simulator(file=file):
        pass
    file.chmod(0o666)

    with Simulator(file=file) as sipgate:
        sipgate.account.add_client()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Invalid JSON"),
        (b'{"accounts": [', "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"SQLite format 3\x00", "Invalid JSON"),
        (b"null", "Input should be an object"),
        (b"[]", "Input should be an object"),
        (b"{}", "accounts: Field required"),
        (b'{"version": 2, "accounts": []}', "version: Input should be 1"),
        (b'{"accounts": [{"number": 1, "clients": [{}]}]}', "accounts.0.clients.0.name"),
        (b'{"accounts": [{"number": 1, "users": [{"username": "hunter2"}]}]}', "users.0.password"),
    ],
)
def test_a_damaged_file_is_one_sentence_and_is_left_as_it_is(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)

    with pytest.raises(StorageError, match="is not a simulator's file") as caught:
        Simulator(file=file).start()

    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == content


@pytest.mark.parametrize("name", ["none/sipgate.json", "."])
def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match=str(tmp_path)):
        Simulator(file=tmp_path / name).start()
