"""`login`, `logout` and `whoami`, with a browser that is a thread."""

from __future__ import annotations

import contextlib
import html
import json
import os
import pty
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import pytest
import requests

from sipgate_provider.simulator import (
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    READ,
    Answer,
    Simulator,
    Stall,
)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sipgate_provider", *arguments]


def run(tmp_path: Path, shell: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        check=False,
        cwd=tmp_path,
        env=os.environ | shell,
        capture_output=True,
        text=True,
        timeout=60,
    )


def browse(address: str, known: requests.Session | None = None) -> str:
    """Logs in as a browser does, a new one unless it is given; returns the last page."""
    with known or requests.Session() as browser:
        page = browser.get(address, timeout=10)
        if "username" not in page.text:
            return page.text
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in fields}
        form |= {"username": DEMO_USERNAME, "password": DEMO_PASSWORD}
        return browser.post(page.url, data=form, timeout=10).text


class LoggingIn:
    """`login` under way."""

    def __init__(
        self, tmp_path: Path, shell: dict[str, str], *arguments: str, no_browser: bool = True
    ) -> None:
        self.process = subprocess.Popen(
            command("login", *(["--no-browser"] if no_browser else []), *arguments),
            cwd=tmp_path,
            env=os.environ | shell,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self._stderr: IO[str] = self.process.stderr
        self.said: list[str] = []

    def address(self) -> str:
        for line in self._stderr:
            self.said.append(line)
            if line.strip().startswith("http"):
                return line.strip()
        raise AssertionError("".join(self.said))

    def end(self) -> tuple[int, str]:
        self.said += self._stderr.readlines()
        self._stderr.close()
        return self.process.wait(30), "".join(self.said)


def kept_after(
    tmp_path: Path, shell: dict[str, str], browser: requests.Session | None = None
) -> dict[str, str]:
    """What `login` keeps."""
    login = LoggingIn(tmp_path, shell)
    browse(login.address(), browser)
    code, said = login.end()
    assert code == 0, said
    (file,) = (tmp_path / "state").rglob("login.json")
    kept: dict[str, str] = json.loads(file.read_bytes())
    return kept


def renews(kept: dict[str, str]) -> bool:
    form = {"grant_type": "refresh_token"} | {
        name: kept[name] for name in ("client_id", "client_secret", "refresh_token")
    }
    return requests.post(kept["token_url"], data=form, timeout=10).ok


@pytest.fixture
def shell(sipgate: Simulator) -> dict[str, str]:
    client = sipgate.account.add_client(name="cli", redirectUris=["http://127.0.0.1/callback"])
    return {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_CLIENT_ID": client["clientId"],
        "SIPGATE_CLIENT_SECRET": client["clientSecret"],
    }


@pytest.mark.parametrize("public", [True, False])
def test_a_log_in_is_kept_used_told_and_ended(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str], public: bool
) -> None:
    if public:
        shell["SIPGATE_CLIENT_SECRET"] = ""
        # The simulator takes a client that pages use for a public one.
        client_id = shell["SIPGATE_CLIENT_ID"]
        sipgate.account.alter_client(client_id, webOrigins=["https://crm.example.com"])
    login = LoggingIn(tmp_path, shell)
    page = browse(login.address())
    code, said = login.end()

    assert code == 0, said
    assert "Logged in" in page
    assert f"Logged in as {DEMO_USERNAME} through the client {shell['SIPGATE_CLIENT_ID']}." in said
    assert "The refresh token is stored in" in said
    assert said.index("http://") < said.index("Waiting up to 300 s for the log-in in the browser.")
    (kept,) = (tmp_path / "state").rglob("login.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    token = json.loads(kept.read_bytes())["refresh_token"]
    assert token not in said

    me = run(tmp_path, shell, "whoami", "--json")
    told = json.loads(me.stdout)
    assert me.returncode == 0
    assert told["credential"] == "refresh token"
    assert told["user"] == DEMO_USERNAME
    assert told["accepted"]
    assert told["scopes"] == {"read": True, "write": True}
    assert str(kept) in told["source"]

    out = run(tmp_path, shell, "logout")
    assert out.stderr == "Logged out.\n"
    assert not kept.exists()
    assert sipgate.count("POST", "logout$") == 1
    assert run(tmp_path, shell, "logout").stderr == "Nobody was logged in.\n"


def test_an_answer_with_another_state_is_ignored(tmp_path: Path, shell: dict[str, str]) -> None:
    login = LoggingIn(tmp_path, shell)
    address = login.address()
    redirect = re.search(r"redirect_uri=([^&]+)", address)
    assert redirect
    forged = requests.get(
        requests.utils.unquote(redirect[1]),  # type: ignore[attr-defined]
        params={"code": "forged", "state": "forged"},
        timeout=10,
    )
    assert forged.status_code == 404
    assert "code_challenge_method=S256" in address

    browse(address)

    assert login.end()[0] == 0


def test_a_silent_connection_does_not_hold_up_the_log_in(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    login = LoggingIn(tmp_path, shell)
    address = login.address()
    port = re.search(r"127\.0\.0\.1%3A(\d+)", address)
    assert port
    with socket.create_connection(("127.0.0.1", int(port[1]))):
        browser = threading.Thread(target=browse, args=(address,))
        browser.start()
        code, said = login.end()
        browser.join()

    assert code == 0, said


def test_a_second_log_in_ends_the_first_once_it_is_kept(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    first = kept_after(tmp_path, shell)
    second = kept_after(tmp_path, shell)

    assert first["session"] != second["session"]
    assert sipgate.count("POST", "logout$") == 1
    assert not renews(first)
    assert renews(second)


def test_a_second_log_in_of_the_same_browser_is_not_ended_with_the_first(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    with requests.Session() as browser:
        first = kept_after(tmp_path, shell, browser)
        second = kept_after(tmp_path, shell, browser)

    assert first["session"] == second["session"]
    assert sipgate.count("POST", "logout$") == 0
    assert renews(second)


def test_pulumi_may_use_the_former_log_in_while_somebody_logs_in_anew(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    kept_after(tmp_path, shell)
    login = LoggingIn(tmp_path, shell)
    address = login.address()

    assert run(tmp_path, shell, "whoami").returncode == 0

    browse(address)
    assert login.end()[0] == 0
    assert sipgate.count("POST", "logout$") == 1
    assert run(tmp_path, shell, "whoami").returncode == 0


def test_a_former_log_in_that_cannot_be_ended_does_not_cost_the_new_one(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    kept_after(tmp_path, shell)
    sipgate.misbehave(Answer(500), path="logout$")
    login = LoggingIn(tmp_path, shell)
    browse(login.address())
    code, said = login.end()

    assert code == 0
    assert "The former log-in ends unused within 30 days." in said
    assert run(tmp_path, shell, "whoami").returncode == 0


def test_what_cannot_be_kept_is_found_out_before_anybody_logs_in(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    kept_after(tmp_path, shell)
    (file,) = (tmp_path / "state").rglob("login.json")
    file.chmod(0o644)

    for name in ("login", "logout"):
        refused = run(tmp_path, shell, name)
        assert refused.returncode == 1
        assert "chmod 600" in refused.stderr
        assert "http" not in refused.stderr
    assert file.exists()


def executable(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("name", ["lynx", "w3m", "www-browser", "links"])
def test_a_text_browser_is_not_opened_where_there_is_no_display(
    tmp_path: Path, shell: dict[str, str], name: str
) -> None:
    executable(tmp_path / "bin", name, f"touch {tmp_path}/opened; sleep 30")
    shell |= {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    login = LoggingIn(tmp_path, shell | {"BROWSER": ""}, no_browser=False)
    browse(login.address())
    code, said = login.end()

    assert code == 0, said
    assert "told to open" not in said
    assert not (tmp_path / "opened").exists()


def test_a_browser_that_hangs_is_not_waited_for_and_has_no_terminal(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    executable(
        tmp_path / "bin",
        "mine",
        f'echo "$1" > {tmp_path}/part; echo noise; echo noise >&2; cat; [ -t 0 ] || '
        f"mv {tmp_path}/part {tmp_path}/opened; sleep 3",
    )
    (tmp_path / "webbrowser.py").write_text("raise SystemExit('a module of the folder was run')")
    login = LoggingIn(
        tmp_path, shell | {"BROWSER": str(tmp_path / "bin" / "mine")}, no_browser=False
    )
    address = login.address()
    opened = tmp_path / "opened"
    while not opened.exists():
        assert login.process.poll() is None
        time.sleep(0.05)
    browse(address)
    code, said = login.end()

    assert code == 0, said
    assert opened.read_text().strip() == address
    assert "noise" not in said
    assert "told to open" in said


def test_a_browser_that_does_not_exist_leaves_the_address(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    login = LoggingIn(tmp_path, shell | {"BROWSER": "/nowhere/browser"}, no_browser=False)
    browse(login.address())

    assert login.end()[0] == 0


def test_a_terminal_counts_the_time_down(tmp_path: Path, shell: dict[str, str]) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command("login", "--no-browser"),
        cwd=tmp_path,
        env=os.environ | shell,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    said = b""
    while b"4:58 left" not in said:
        said += os.read(master, 4096)
    address = re.search(rb"http\S+", said)
    assert address
    browse(address[0].decode())
    with contextlib.suppress(OSError):  # how a terminal ends on Linux
        while more := os.read(master, 4096):
            said += more
    os.close(master)

    assert process.wait(30) == 0
    assert b"4:59 left" in said
    assert b"\r\x1b[KLogged in as" in said


@pytest.mark.parametrize("renewed", [False, True])
def test_a_process_ends_the_session_of_its_password(
    sipgate: Simulator, tmp_path: Path, renewed: bool
) -> None:
    shell = {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_USERNAME": DEMO_USERNAME,
        "SIPGATE_PASSWORD": DEMO_PASSWORD,
    }
    if renewed:
        sipgate.misbehave(Answer(401), path="clients")

    assert run(tmp_path, shell, "whoami").returncode == 0

    assert sipgate.count("POST", "token$") == 1 + renewed
    assert sipgate.count("POST", "logout$") == 1
    assert [request.status for request in sipgate.requests if "logout" in request.path] == [204]


def test_a_session_that_cannot_be_ended_holds_up_no_process(
    sipgate: Simulator, tmp_path: Path
) -> None:
    shell = {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_USERNAME": DEMO_USERNAME,
        "SIPGATE_PASSWORD": DEMO_PASSWORD,
    }
    sipgate.misbehave(Stall(), path="logout$")

    ended = run(tmp_path, shell, "whoami")

    assert ended.returncode == 0
    assert ended.stderr == ""


def test_without_a_client_it_says_what_is_missing(tmp_path: Path, sipgate: Simulator) -> None:
    refused = run(tmp_path, {"SIPGATE_BASE_URL": sipgate.base_url}, "login")

    assert refused.returncode == 1
    assert "--client-id" in refused.stderr


def test_a_client_that_does_not_exist_is_refused_in_the_browser_and_nothing_is_kept(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    login = LoggingIn(tmp_path, shell, "--client-id", "2556404-0-nowhere")

    page = requests.get(login.address(), timeout=10)
    login.process.terminate()
    login.end()

    assert page.status_code == 400
    assert not list((tmp_path / "state").rglob("login.json"))


def test_whoami_names_the_credential_without_showing_it(tmp_path: Path, sipgate: Simulator) -> None:
    token = {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
        "SIPGATE_TOKEN": DEMO_TOKEN,
    }
    good = run(tmp_path, token, "whoami")
    wrong = run(tmp_path, token | {"SIPGATE_TOKEN": "a-wrong-one"}, "whoami")
    reading = run(
        tmp_path,
        {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_ACCESS_TOKEN": sipgate.issue_access_token(READ),
        },
        "whoami",
    )

    assert good.returncode == 0
    assert f"personal access token {DEMO_TOKEN_ID}" in good.stdout
    assert "SIPGATE_TOKEN_ID and SIPGATE_TOKEN" in good.stdout
    assert DEMO_TOKEN not in good.stdout
    assert wrong.returncode == 1
    assert "Accepted    no." in wrong.stdout
    assert "a-wrong-one" not in wrong.stdout
    assert reading.returncode == 1
    assert "clients:read: yes" in reading.stdout
    assert "clients:write: no" in reading.stdout


def test_whoami_says_who_as_login_does(tmp_path: Path, sipgate: Simulator) -> None:
    address = {"SIPGATE_BASE_URL": sipgate.base_url}
    password = {"SIPGATE_USERNAME": DEMO_USERNAME, "SIPGATE_PASSWORD": DEMO_PASSWORD}
    token = {"SIPGATE_TOKEN_ID": DEMO_TOKEN_ID, "SIPGATE_TOKEN": DEMO_TOKEN}

    assert f"User        {DEMO_USERNAME}\n" in run(tmp_path, address | password, "whoami").stdout
    # A personal access token names nobody, so it is sipgate's id of the user.
    assert "User        w0\n" in run(tmp_path, address | token, "whoami").stdout
    sipgate.switches.userinfo_missing = True
    unknown = run(tmp_path, address | token, "whoami", "--json")
    assert (unknown.returncode, json.loads(unknown.stdout)["user"]) == (0, None)


def test_whoami_moves_no_cursor_whatever_the_settings_hold(
    tmp_path: Path, sipgate: Simulator
) -> None:
    shell = {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_USERNAME": "me\x1b[2J\x1b]0;owned\x07",
        "SIPGATE_PASSWORD": "x",
    }

    told = run(tmp_path, shell, "whoami")

    assert told.returncode == 1
    assert told.stdout.replace("\n", "").isprintable()
    assert "Invalid user credentials" in told.stdout
