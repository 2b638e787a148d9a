"""`clients`, `show`, `doctor` and `completion` outside of a Pulumi project, where the environment alone counts."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, READ, WRITE, Simulator


class Shell:
    """A terminal's pipe: the command line with a credential in the environment."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.variables = variables

    def with_pulumi(self) -> None:
        """Puts a `pulumi` on PATH that tells its version."""
        self.variables["PATH"] = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        stand_in = self.folder / "pulumi"
        stand_in.write_text("#!/bin/sh\necho v3.274.1\n")
        stand_in.chmod(0o755)

    def run(
        self, *arguments: str, reply: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-m", "sipgate_provider", *arguments),
            check=False,
            cwd=self.folder,
            env=os.environ | self.variables | variables,
            input=reply,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def shell(sipgate: Simulator, tmp_path: Path) -> Shell:
    return Shell(
        tmp_path,
        {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        },
    )


@pytest.fixture
def crm(sipgate: Simulator) -> dict[str, Any]:
    sipgate.account.add_client(name="phone", redirectUris=["https://phone.sipgate.com/*"])
    return sipgate.account.add_client(
        name="CRM integration",
        redirectUris=["https://crm.example.com/*", "https://crm.example.org/*"],
    )


def test_clients_in_a_pipe_are_one_line_each_with_tabs(shell: Shell, crm: dict[str, Any]) -> None:
    told = shell.run("clients", "--name", "CRM*")

    assert told.returncode == 0
    assert told.stderr == ""
    assert told.stdout.split("\t") == [
        "CRM integration",
        crm["clientId"],
        "",
        "",
        "https://crm.example.com/*, https://crm.example.org/*\n",
    ]


def test_a_name_cannot_break_a_line_or_a_cell(shell: Shell, sipgate: Simulator) -> None:
    sipgate.account.add_client(name="one\ttwo\nthree \x1b[31m", redirectUris=[])

    lines = shell.run("clients").stdout.splitlines()

    assert len(lines) == 1
    assert lines[0].count("\t") == 4
    assert "\x1b" not in lines[0] + shell.run("show", "one\ttwo\nthree \x1b[31m").stdout


def test_the_json_of_clients_has_sipgates_names_and_a_secret_only_when_asked(
    shell: Shell, crm: dict[str, Any]
) -> None:
    hidden = shell.run("clients", "--json")
    shown = shell.run("clients", "--json", "--show-secret")

    (_, found) = json.loads(hidden.stdout)["clients"]
    assert found == {key: value for key, value in crm.items() if key != "clientSecret"}
    assert crm["clientSecret"] not in hidden.stdout + hidden.stderr
    assert json.loads(shown.stdout)["clients"][1]["clientSecret"] == crm["clientSecret"]


EVIL = "\x1b]0;owned\x07\x9b2J\u202e\u2066"


def harmless(text: str) -> bool:
    return all(line.isprintable() for line in text.replace("\t", "\n").split("\n"))


@pytest.mark.parametrize(
    "command",
    [
        ("clients",),
        ("clients", "--json"),
        ("show", EVIL),
        ("show", EVIL, "--json"),
        ("verify", EVIL),
        ("verify", EVIL, "--json"),
        ("delete", EVIL),
        ("delete", "nobody"),
        ("whoami", "--json"),
    ],
    ids=lambda command: " ".join(part for part in command if part.isprintable()),
)
def test_nothing_that_sipgate_says_moves_a_cursor_or_turns_text_round(
    shell: Shell, sipgate: Simulator, command: tuple[str, ...]
) -> None:
    sipgate.account.add_client(
        name=EVIL,
        description=EVIL,
        redirectUris=[f"https://a.example.com/{EVIL}"],
        webOrigins=[f"https://a.example.com/{EVIL}"],
    )

    told = shell.run(*command)

    assert harmless(told.stdout + told.stderr)
    if "--json" in command and command[0] != "whoami":
        assert repr(EVIL)[1:-1] in str(json.loads(told.stdout))


@pytest.mark.parametrize("command", ["verify", "show", "clients"])
def test_nothing_that_sipgate_says_moves_a_terminals_cursor(
    shell: Shell, sipgate: Simulator, command: str
) -> None:
    sipgate.account.add_client(
        name=f"a{EVIL}", redirectUris=[f"https://a.example.com/[bold]{EVIL}"]
    )
    master, slave = pty.openpty()
    arguments = () if command == "clients" else (f"a{EVIL}",)
    with subprocess.Popen(
        (sys.executable, "-m", "sipgate_provider", command, *arguments),
        cwd=shell.folder,
        env=os.environ | shell.variables | {"TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ):
        os.close(slave)
        said = b""
        with contextlib.suppress(OSError):  # how a terminal ends on Linux
            while more := os.read(master, 4096):
                said += more
    os.close(master)

    shown = said.decode()
    # What rich itself sends: colours, the cursor of its spinner, erased lines.
    assert harmless(re.sub(r"\x1b\[[\d;?]*[A-Za-z]|\r", "", shown))
    assert "owned" in shown
    assert "\x1b]" not in shown


@pytest.mark.usefixtures("crm")
def test_one_list_is_enough_to_list(shell: Shell, sipgate: Simulator) -> None:
    sipgate.switches.list_without_secret = True

    assert shell.run("clients").returncode == 0

    assert [request.path for request in sipgate.requests] == ["/v2/authorization/oauth2/clients"]


def test_an_empty_account_is_a_remark_and_no_error(shell: Shell) -> None:
    told = shell.run("clients")

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "There is none.\n")


@pytest.mark.parametrize("by", ["clientId", "name"])
def test_a_client_is_shown_by_id_or_name_without_its_secret(
    shell: Shell, crm: dict[str, Any], by: str
) -> None:
    told = shell.run("show", crm[by])

    assert told.returncode == 0
    assert crm["clientId"] in told.stdout
    assert "https://crm.example.org/*" in told.stdout
    assert "--show-secret" in told.stdout
    assert crm["clientSecret"] not in told.stdout + told.stderr
    assert crm["clientSecret"] in shell.run("show", crm[by], "--show-secret").stdout


def test_the_json_of_show_is_the_client(shell: Shell, crm: dict[str, Any]) -> None:
    assert json.loads(shell.run("show", crm["name"], "--json", "--show-secret").stdout) == crm


@pytest.mark.parametrize("command", [("show",), ("delete", "--yes", "--force")])
def test_a_name_of_two_clients_is_refused_with_their_ids(
    shell: Shell, sipgate: Simulator, command: tuple[str, ...]
) -> None:
    ids = [sipgate.account.add_client(name="crm", redirectUris=[])["clientId"] for _ in range(2)]

    told = shell.run(*command, "crm")

    assert told.returncode == 1
    assert all(client_id in told.stderr for client_id in ids)
    assert len(sipgate.account.clients()) == 2


@pytest.mark.parametrize(("reply", "left"), [("y\n", 1), ("n\n", 2), ("", 2)])
def test_delete_finds_a_client_by_name_shows_it_and_asks(
    shell: Shell, crm: dict[str, Any], sipgate: Simulator, reply: str, left: int
) -> None:
    told = shell.run("delete", "--force", crm["name"], reply=reply)

    # Some versions of click print the blank behind a question there.
    assert told.stdout.strip() == ""
    assert crm["clientId"] in told.stderr
    assert "https://crm.example.org/*" in told.stderr
    assert "Delete it, and end every log-in made through it?" in told.stderr
    assert crm["clientSecret"] not in told.stderr
    assert told.returncode == (left == 2)
    assert len(sipgate.account.clients()) == left


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("clients", "--show-secret"), "--json"),
        (("clients", "--unmanaged"), "Pulumi.yaml"),
        (("clients", "--all-stacks"), "Pulumi.yaml"),
        (("show",), "Missing argument"),
        (("completion", "tcsh"), "tcsh"),
        (("--color", "pink", "clients"), "pink"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_and_nothing_is_asked(
    shell: Shell, sipgate: Simulator, arguments: tuple[str, ...], says: str
) -> None:
    told = shell.run(*arguments)

    assert told.returncode == 2
    assert says in told.stderr
    assert not sipgate.requests


def test_a_pipe_has_no_colour_unless_it_is_asked_for(shell: Shell, crm: dict[str, Any]) -> None:
    assert "\x1b[" not in shell.run("show", crm["name"]).stdout
    assert "\x1b[" in shell.run("--color", "always", "show", crm["name"]).stdout
    assert "\x1b[" not in shell.run("--color", "never", "show", crm["name"], FORCE_COLOR="1").stdout


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_installed_command(shell: Shell, name: str) -> None:
    told = shell.run("completion", name)

    assert told.returncode == 0
    assert "_SIPGATE_PROVIDER_COMPLETE" in told.stdout


@pytest.mark.parametrize("name", ["calendar", "random", "requests", "yaml", "json", "click"])
def test_a_module_in_the_current_folder_does_not_reach_the_command_line(
    shell: Shell, name: str
) -> None:
    (shell.folder / f"{name}.py").write_text("raise SystemExit('the project's own module')")

    told = shell.run("clients")

    assert (told.returncode, told.stderr) == (0, "There is none.\n")


def test_help_recommends_the_script(shell: Shell) -> None:
    for command in ("", "clients", "show", "import", "delete", "login", "simulator", "doctor"):
        usage, examples = shell.run(*filter(None, (command, "--help"))).stdout.split("\n", 1)
        assert usage.startswith("Usage: python -m sipgate_provider")
        assert "python -m" not in examples


def states(told: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in json.loads(told.stdout)["checks"]:
        found.setdefault(check["subject"], []).append(check["state"])
        assert check["state"] == "good" or check["remedy"]
    return found


def test_the_doctor_finds_nothing_where_all_is_well(shell: Shell, sipgate: Simulator) -> None:
    shell.with_pulumi()

    told = shell.run("doctor", "--json")

    assert told.returncode == 0
    assert states(told) == {
        "pulumi": ["good"],
        "SDK": ["good"],
        "credential": ["good"],
        "sipgate": ["good"],
        "scope": ["good", "good"],
    }
    assert sipgate.account.clients() == []
    assert DEMO_TOKEN not in told.stdout


@pytest.mark.parametrize(
    ("variables", "subject", "says"),
    [
        ({"PATH": "/nowhere"}, "pulumi", "https://www.pulumi.com/docs/install/"),
        ({"SIPGATE_TOKEN": ""}, "credential", "sipgate:token (SIPGATE_TOKEN)"),
        ({"SIPGATE_TOKEN": "wrong"}, "credential", "new token"),
        ({"SIPGATE_BASE_URL": "https://127.0.0.1:9"}, "sipgate", "HTTPS_PROXY"),
    ],
)
def test_the_doctor_says_what_is_wrong_and_what_to_do(
    shell: Shell, variables: dict[str, str], subject: str, says: str
) -> None:
    told = shell.run("doctor", "--json", **variables)

    assert told.returncode == 1
    assert states(told)[subject][-1] == "bad"
    assert says in told.stdout
    assert says in shell.run("doctor", **variables).stdout


@pytest.mark.parametrize(
    ("scopes", "expected", "code"),
    [((READ,), ["good", "bad"], 1), ((WRITE,), ["doubtful", "good"], 0), ((), ["bad", "bad"], 1)],
)
def test_the_doctor_names_the_scope_that_is_missing(
    shell: Shell, sipgate: Simulator, scopes: tuple[str, ...], expected: list[str], code: int
) -> None:
    shell.with_pulumi()
    token = sipgate.account.add_personal_access_token(*scopes)

    told = shell.run("doctor", "--json", SIPGATE_TOKEN_ID=token.token_id, SIPGATE_TOKEN=token.token)

    assert told.returncode == code
    assert states(told)["scope"] == expected


def test_a_user_without_the_role_is_told_sipgates_own_reason(
    shell: Shell, sipgate: Simulator
) -> None:
    sipgate.account.remove_personal_access_token(DEMO_TOKEN_ID)
    token = sipgate.account.add_personal_access_token(READ, WRITE, may_manage_clients=False)

    for command in ("doctor", "whoami"):
        told = shell.run(command, SIPGATE_TOKEN_ID=token.token_id, SIPGATE_TOKEN=token.token)

        assert told.returncode == 1
        assert "The user's role may not manage OAuth clients." in told.stdout
        assert "missing" not in told.stdout


@pytest.mark.parametrize(
    "command", ["doctor", "whoami", "clients", "show 111-0-x", "delete 111-0-x"]
)
def test_an_address_that_is_not_sipgates_api_is_called_that(
    shell: Shell, sipgate: Simulator, command: str
) -> None:
    wrong = sipgate.base_url.removesuffix("/v2")

    told = shell.run(*command.split(), SIPGATE_BASE_URL=wrong)

    assert told.returncode == 1
    said = told.stdout + told.stderr
    assert "That address is not sipgate's API; check SIPGATE_BASE_URL" in said
    assert "creates it again" not in said
    assert "account has no client" not in said


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (
            "https://nobody.invalid/v2",
            "nobody.invalid (SIPGATE_EU_BASE_URL) cannot be reached: its name cannot",
        ),
        (
            "http://127.0.0.1:9",
            "127.0.0.1:9 (SIPGATE_EU_BASE_URL) cannot be reached: the connection was refused",
        ),
    ],
)
def test_what_cannot_be_reached_is_named_with_the_variable_and_the_reason(
    shell: Shell, address: str, why: str
) -> None:
    eu = {"SIPGATE_EU_TOKEN_ID": "token-x", "SIPGATE_EU_TOKEN": "y"}

    told = shell.run("whoami", "--account", "eu", SIPGATE_EU_BASE_URL=address, **eu)

    assert told.returncode == 1
    assert why in told.stderr
    assert "SIPGATE_BASE_URL" not in told.stderr


@pytest.mark.parametrize("home", ["/proc", "/dev/null"])
def test_a_home_that_cannot_be_used_hides_no_other_error(shell: Shell, home: str) -> None:
    del shell.variables["SIPGATE_TOKEN_ID"], shell.variables["SIPGATE_TOKEN"]
    shell.variables |= {"HOME": home, "XDG_STATE_HOME": ""}

    assert "There is no credential for sipgate." in shell.run("whoami").stderr
    told = shell.run("login", "--client-id", "x").stderr
    assert (
        f"Refresh tokens are stored in {home}/.local/state/sipgate-provider, which cannot be used"
        in told
    )
    assert "Set HOME or XDG_STATE_HOME" in told
