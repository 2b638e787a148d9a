"""What is kept is never damaged by a full disk, never another user's, and never a traceback."""

from __future__ import annotations

import json
import os
import pwd
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.token_store import TokenFile, login_path, stored_login
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import ALL, Simulator

NO_STACK: dict[str, str] = {}
PROGRAM = """
import os
from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.settings.settings import Settings
from sipgate_provider.errors import SipgateError
try:
    SipgateAPI(Settings.resolve({}.get, os.environ)).list_clients()
except SipgateError as error:
    print(type(error).__name__, error)
else:
    print("fine")
"""


def login(sipgate: Simulator) -> dict[str, str]:
    """A log-in as `login` keeps it."""
    client = sipgate.account.add_client(name="cli", redirectUris=["http://127.0.0.1/callback"])
    return {
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
        "refresh_token": sipgate.issue_refresh_token(ALL, client_id=client["clientId"]),
        "token_url": sipgate.token_url,
    }


def keep(content: object) -> Path:
    path = login_path(None)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(0o600)
    return path


def list_clients(sipgate: Simulator) -> None:
    settings = Settings.resolve(NO_STACK.get, {"SIPGATE_BASE_URL": sipgate.base_url})
    SipgateAPI(settings).list_clients()


def limited(sipgate: Simulator, limit: int) -> str:
    """What a process says that may write no larger files than this."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"SIPGATE_BASE_URL": sipgate.base_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_where_a_folder_cannot_be_written_the_old_token_is_not_spent(sipgate: Simulator) -> None:
    path = keep(login(sipgate))
    path.with_name(f"{path.name}.lock").touch(0o600)
    path.parent.chmod(0o500)
    if os.access(path.parent, os.W_OK):
        pytest.skip("root may write everywhere")

    with pytest.raises(ConfigurationError, match="Refresh tokens are stored in"):
        list_clients(sipgate)

    assert sipgate.count(path="token$") == 0
    path.parent.chmod(0o700)
    list_clients(sipgate)


@pytest.mark.parametrize("limit", [0, 10, 100])
def test_where_a_new_token_has_no_room_the_error_says_so_and_the_file_stays_whole(
    sipgate: Simulator, limit: int
) -> None:
    path = keep(login(sipgate))
    before = path.read_bytes()

    said = limited(sipgate, limit)

    assert said.startswith(
        f"SipgateError sipgate has issued a new refresh token, and it cannot be stored in {path}"
    )
    assert "log in again with `sipgate-provider login`" in said
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} == {path.name, f"{path.name}.lock"}


@pytest.mark.parametrize(
    ("mode", "folder_mode", "command"),
    [
        (0o644, 0o700, "chmod 600"),
        (0o640, 0o700, "chmod 600"),
        (0o602, 0o700, "chmod 600"),
        (0o600, 0o770, "chmod 700"),
        (0o600, 0o703, "chmod 700"),
    ],
)
def test_what_is_open_to_others_is_refused_with_the_command_that_mends_it(
    sipgate: Simulator, mode: int, folder_mode: int, command: str
) -> None:
    path = keep(login(sipgate))
    path.chmod(mode)
    path.parent.chmod(folder_mode)

    with pytest.raises(ConfigurationError) as caught:
        list_clients(sipgate)

    assert sipgate.count(path="token$") == 0
    (line,) = (part for part in str(caught.value).split("`") if part.startswith(command))
    subprocess.run(line, shell=True, check=True, timeout=10)
    list_clients(sipgate)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("folder", [True, False])
def test_what_belongs_to_another_user_is_refused(sipgate: Simulator, folder: bool) -> None:
    path = keep(login(sipgate))
    os.chown(path.parent if folder else path, 12345, -1)

    with pytest.raises(ConfigurationError, match=r"belongs to another user.*sudo chown 0"):
        list_clients(sipgate)

    assert sipgate.count(path="token$") == 0


def test_a_link_is_refused(sipgate: Simulator, tmp_path: Path) -> None:
    path = keep(login(sipgate))
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")

    with pytest.raises(ConfigurationError, match="it is a link"):
        list_clients(sipgate)


def test_a_pipe_is_refused_and_not_waited_for() -> None:
    path = keep({})
    path.unlink()
    os.mkfifo(path, 0o600)

    with pytest.raises(ConfigurationError, match="no regular file"):
        stored_login(None)


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"a":' * 20_000, b"[1]", b'"x"', b'{"client_id": {}}', b"\xff\xfe", b"nul"],
    ids=["deep", "deep objects", "list", "text", "wrong type", "no text", "cut off"],
)
def test_a_file_that_holds_something_else_is_a_sentence(content: bytes) -> None:
    keep(content)

    with pytest.raises(ConfigurationError, match=r"login\.json"):
        stored_login(None)


@pytest.mark.parametrize(
    "token_url",
    [
        "http://login.example.com/token",
        "http://127.0.0.1.evil.example/token",
        "https://user:password@login.example.com/token",
        "https://login.example.com/token?x",
        "ftp://login.example.com/token",
        "file:///etc/passwd",
        "https://login.example.com/\x1b[31m",
        "https://[::1",
        "",
    ],
)
def test_an_address_that_no_setting_may_have_is_refused_in_a_file_too(token_url: str) -> None:
    keep({"client_id": "c", "refresh_token": "PLANTED", "token_url": token_url})

    with pytest.raises(ConfigurationError, match="token_url") as caught:
        stored_login(None)

    assert "PLANTED" not in str(caught.value)


def test_text_that_cannot_be_sent_is_a_sentence() -> None:
    keep(b'{"client_id": "\\ud800", "refresh_token": "r", "token_url": "https://a.example"}')

    with pytest.raises(ConfigurationError, match=r"login\.json"):
        stored_login(None)


def test_waiting_for_another_process_counts_towards_the_deadline(sipgate: Simulator) -> None:
    path = keep(login(sipgate))
    began = time.monotonic()

    with (
        TokenFile(path).locked(),
        deadline(0.3),
        pytest.raises(SipgateError, match="Another process"),
    ):
        list_clients(sipgate)

    assert time.monotonic() - began < 30
    assert sipgate.count(path="token$") == 0


def test_a_lock_that_is_none_is_named(sipgate: Simulator) -> None:
    path = keep(login(sipgate))
    path.with_name(f"{path.name}.lock").mkdir()

    with pytest.raises(ConfigurationError, match=r"login\.json\.lock cannot be used"):
        list_clients(sipgate)

    assert sipgate.count(path="token$") == 0


def test_a_log_in_that_is_replaced_meanwhile_is_not_sent_to_the_former_server(
    sipgate: Simulator,
) -> None:
    kept = login(sipgate)
    keep(kept)
    api = SipgateAPI(Settings.resolve(NO_STACK.get, {"SIPGATE_BASE_URL": sipgate.base_url}))
    keep(kept | {"token_url": "https://login.example.com/token"})

    with pytest.raises(SipgateError, match="run again"):
        api.list_clients()

    assert sipgate.count(path="token$") == 0


@pytest.mark.parametrize("home", [None, "here"])
def test_without_a_home_directory_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("HOME", raising=False)
    if home:
        monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError, match="There is no credential for sipgate"):
        Settings.resolve(NO_STACK.get, {})
    with pytest.raises(ConfigurationError, match="set HOME or XDG_STATE_HOME"):
        Settings.resolve(NO_STACK.get, {"SIPGATE_REFRESH_TOKEN": "r", "SIPGATE_CLIENT_ID": "c"})
    with pytest.raises(ConfigurationError, match="set HOME or XDG_STATE_HOME"):
        login_path(None)

    assert not list(tmp_path.iterdir())
