"""`login`, `logout` and `whoami`, with a browser that is a thread."""

from __future__ import annotations

import html
import json
import os
import re
import socket
import subprocess
import sys
import threading
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
    Simulator,
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


def browse(address: str) -> str:
    """Logs in as a browser does; returns the last page."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=10)
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in fields}
        form |= {"username": DEMO_USERNAME, "password": DEMO_PASSWORD}
        return browser.post(page.url, data=form, timeout=10).text


class LoggingIn:
    """`login --no-browser` under way."""

    def __init__(self, tmp_path: Path, shell: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            command("login", "--no-browser", *arguments),
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
    login = LoggingIn(tmp_path, shell)
    page = browse(login.address())
    code, said = login.end()

    assert code == 0, said
    assert "Logged in" in page
    assert "The refresh token is kept in" in said
    (kept,) = (tmp_path / "state").rglob("login.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    token = json.loads(kept.read_bytes())["refresh_token"]
    assert token not in said

    me = run(tmp_path, shell, "whoami", "--json")
    told = json.loads(me.stdout)
    assert me.returncode == 0
    assert told["credential"] == "refresh token"
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
