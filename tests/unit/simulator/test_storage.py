"""What outlives a simulator that was given a file."""

from __future__ import annotations

import os
import sqlite3
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
    return tmp_path / "sipgate.db"


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
        raise sqlite3.OperationalError("database or disk is full")

    with Simulator(file=file) as sipgate:
        client = sipgate.account.add_client()
        monkeypatch.setattr("sipgate_provider.simulator.accounts.storage.File.put", full)
        url = sipgate.base_url + CLIENTS

        created = requests.post(url, json=body, auth=AUTH, timeout=5)
        changed = requests.put(f"{url}/{client['clientId']}", json=body, auth=AUTH, timeout=5)

        assert (created.status_code, changed.status_code) == (500, 500)
        assert sipgate.account.clients() == [client]


def test_a_second_simulator_is_told_that_the_file_is_in_use(file: Path) -> None:
    with Simulator(file=file) as first:
        with pytest.raises(StorageError, match=r"sipgate\.db is in use by another simulator"):
            Simulator(file=file).start()
        client = first.account.add_client()

        # A lock is the process's: the refusal must not have ended it for all other processes.
        open_it = (
            f"from sipgate_provider.simulator.accounts.storage import File; File({str(file)!r})"
        )
        program = [sys.executable, "-c", open_it]
        ran = subprocess.run(program, capture_output=True, text=True, timeout=10, check=False)
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


def test_a_start_that_fails_lets_go_of_the_file(file: Path) -> None:
    with Simulator() as other:
        port = int(other.page_url.rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Simulator(port=port, file=file).start()

    with Simulator(file=file):
        pass


def test_only_the_owner_may_read_the_file_and_nothing_lies_beside_it(file: Path) -> None:
    with Simulator(file=file) as sipgate:
        sipgate.account.add_client()
        modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert modes == {0o600}
    assert list(file.parent.iterdir()) == [file]


def test_somebody_elses_file_is_refused_and_left_as_it_is(file: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be read as one\n" * 100)
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE mine (thing)")
    database.close()
    before = file.read_bytes(), text.read_bytes()

    with pytest.raises(StorageError, match="not a simulator's"):
        Simulator(file=file).start()
    with pytest.raises(StorageError, match="not a simulator's"):
        Simulator(file=text).start()

    assert (file.read_bytes(), text.read_bytes()) == before


def test_a_newer_versions_file_is_refused(file: Path) -> None:
    with Simulator(file=file):
        pass
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(StorageError, match="newer version"):
        Simulator(file=file).start()


@pytest.mark.parametrize("name", ["none/sipgate.db", "."])
def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match=str(tmp_path)):
        Simulator(file=tmp_path / name).start()


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
def test_a_file_that_was_open_to_others_is_the_owners_alone(file: Path, suffix: str) -> None:
    with Simulator(file=file) as sipgate:
        client = sipgate.account.add_client()
    one = file.with_name(file.name + suffix)
    one.touch()
    one.chmod(0o666)

    with Simulator(file=file) as sipgate:
        assert sipgate.account.clients() == [client]
        sipgate.account.add_client()
        modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert modes == {0o600}


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_file_of_another_user_is_refused(
    file: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = file.with_name(file.name + suffix)
    one.touch()
    lstat = Path.lstat

    def foreign(path: Path) -> os.stat_result:
        found = lstat(path)
        owner = os.getuid() + (path == one)
        return os.stat_result([*found[:4], owner, *found[5:]])

    monkeypatch.setattr(Path, "lstat", foreign)

    with pytest.raises(StorageError, match=f"{one.name} belongs to another user"):
        Simulator(file=file).start()


def test_what_another_user_puts_beside_the_file_in_the_meantime_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sipgate_provider.simulator.accounts.storage.File._prepare",
        lambda _: file.with_name(f"{file.name}-wal").symlink_to("elsewhere"),
    )

    with pytest.raises(StorageError, match="-wal is not a regular file"):
        Simulator(file=file).start()


def test_a_link_or_a_pipe_in_place_of_the_file_is_refused(file: Path, tmp_path: Path) -> None:
    file.symlink_to(tmp_path / "mine.txt")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (file, pipe):
        with pytest.raises(StorageError, match="not a regular file"):
            Simulator(file=path).start()
    assert not (tmp_path / "mine.txt").exists()
