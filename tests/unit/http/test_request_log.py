"""The log of requests: a whole line for each try, in any process, and never a secret."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Answer, Reset, Simulator

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\d+) "
    r"(GET|POST|PUT|DELETE) (/[\w/.-]*) (.+) in \d+ ms, try (\d)(; again after [\d.]+ s(?:, as asked)?)?"
)
CLIENTS = "/v2/authorization/oauth2/clients"


class Shell:
    """A pipe with a credential in the environment."""

    def __init__(self, sipgate: Simulator, folder: Path) -> None:
        self.folder = folder
        self.variables = os.environ | {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (sys.executable, "-m", "sipgate_provider", *arguments),
            cwd=self.folder,
            env=self.variables | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **variables)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr


@pytest.fixture
def shell(sipgate: Simulator, tmp_path: Path) -> Shell:
    return Shell(sipgate, tmp_path)


def lines(text: str) -> list[tuple[str, ...]]:
    """Method, path, result, try and sequel of each line; each is a line of the log, and holds no secret."""
    found = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(found), text
    assert DEMO_TOKEN not in text
    return [one.groups("")[1:] for one in found if one]


def test_verbose_prints_a_line_for_each_try_on_standard_error(
    shell: Shell, sipgate: Simulator
) -> None:
    sipgate.misbehave(Reset(taken=True))
    sipgate.misbehave(Answer(429, headers={"Retry-After": "1"}))

    code, stdout, stderr = shell.run("clients", "--verbose")

    *told, remark = stderr.splitlines()
    assert (code, stdout, remark) == (0, "", "There is none.")
    assert lines("\n".join(told)) == [
        ("GET", CLIENTS, "ConnectionError (sent)", "1", "; again after 0.0 s"),
        ("GET", CLIENTS, "429", "2", "; again after 1.0 s, as asked"),
        ("GET", CLIENTS, "200", "3", ""),
    ]


def test_no_query_no_form_and_no_credential_are_in_a_line(shell: Shell, sipgate: Simulator) -> None:
    client = sipgate.account.add_client(
        name="CRM",
        redirectUris=["https://crm.example.com/*"],
        webOrigins=["https://crm.example.com"],
    )

    _, _, stderr = shell.run("verify", "CRM", "--verbose")

    shown = lines(stderr)
    assert {path.rpartition("/")[2] for _, path, *_ in shown} == {"clients", "auth", "token"}
    assert len(shown) == len(sipgate.requests)
    for hidden in (client["clientSecret"], "crm.example.com", "state", "?"):
        assert hidden not in stderr


def test_a_file_has_the_whole_lines_of_all_processes_and_is_the_users_alone(
    shell: Shell, sipgate: Simulator
) -> None:
    file = shell.folder / "log"
    processes = [shell.start("whoami", SIPGATE_LOG=str(file)) for _ in range(4)]
    for process in processes:
        process.communicate(timeout=60)

    assert len(lines(file.read_text())) == len(sipgate.requests) == 4 * 4
    assert {line.split()[1] for line in file.read_text().splitlines()} == {
        str(process.pid) for process in processes
    }
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("{folder}/none/log", "No such file or directory. Set it to the path of a file"),
        ("{folder}", "Is a directory"),
        ("{folder}/pipe", "No such device"),
        ("1", "Set it as in SIPGATE_LOG="),
        ("-", "Set it as in SIPGATE_LOG="),
        ("sipgate.log", "is not an absolute path"),
    ],
)
@pytest.mark.parametrize("command", [("clients",), ("verify", "x", "--origin", "https://a.de")])
def test_a_file_that_cannot_be_opened_stops_the_run_before_anything_is_sent(
    shell: Shell, sipgate: Simulator, path: str, says: str, command: tuple[str, ...]
) -> None:
    os.mkfifo(shell.folder / "pipe")

    code, stdout, stderr = shell.run(*command, SIPGATE_LOG=path.format(folder=shell.folder))

    assert (code, stdout) == (1, "")
    assert stderr.count("\n") == 1
    assert "SIPGATE_LOG" in stderr
    assert says in stderr
    assert not sipgate.requests


def test_a_line_that_cannot_be_written_is_lost_and_the_run_goes_on(shell: Shell) -> None:
    assert shell.run("clients", SIPGATE_LOG="/dev/full") == (0, "", "There is none.\n")


def test_standard_error_is_a_file_too(shell: Shell) -> None:
    _, _, stderr = shell.run("clients", SIPGATE_LOG="/dev/stderr")

    assert lines(stderr.splitlines()[0]) == [("GET", CLIENTS, "200", "1", "")]


def test_an_empty_variable_is_none(shell: Shell) -> None:
    assert shell.run("clients", SIPGATE_LOG="") == (0, "", "There is none.\n")
