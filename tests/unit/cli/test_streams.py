"""What commands print reaches terminals and files of any encoding, and readers that leave."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.importing.program import program
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator

SCRIPT = str(Path(sys.executable).with_name("sipgate-provider"))
NAME = "Müller “Größe” ✓ 日本"
ENCODINGS = ["ascii", "latin-1", "cp1252", "utf-8"]


@pytest.fixture
def variables(sipgate: Simulator, tmp_path: Path) -> dict[str, str]:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\necho v3.274.1\n")
    pulumi.chmod(0o755)
    return {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
        "SIPGATE_TOKEN": DEMO_TOKEN,
    }


@pytest.fixture
def client(sipgate: Simulator) -> str:
    """The id of a client that has characters of many scripts in its name."""
    redirect_uris = ["https://münchen.example.com/*"]
    return str(sipgate.account.add_client(name=NAME, redirectUris=redirect_uris)["clientId"])


def run(
    variables: dict[str, str], *arguments: str, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        (SCRIPT, *arguments),
        check=False,
        cwd=variables["HOME"],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_name_is_shown_in_any_encoding_and_can_be_told_from_others(
    variables: dict[str, str], client: str, encoding: str
) -> None:
    variables["PYTHONIOENCODING"] = encoding

    for arguments in (("clients",), ("show", client)):
        told = run(variables, *arguments)

        assert (told.returncode, told.stderr) == (0, b"")
        assert NAME.encode(encoding, "backslashreplace") in told.stdout


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_says_the_same_in_any_encoding(
    variables: dict[str, str], client: str, encoding: str
) -> None:
    variables["PYTHONIOENCODING"] = encoding

    listed = run(variables, "clients", "--json").stdout.decode(encoding)
    shown = run(variables, "show", client, "--json").stdout.decode(encoding)

    assert json.loads(listed)["clients"][0]["name"] == json.loads(shown)["name"] == NAME


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_doctor_marks_its_findings_in_any_encoding(
    variables: dict[str, str], encoding: str
) -> None:
    variables |= {"PYTHONIOENCODING": encoding, "SIPGATE_TOKEN": "wrong"}

    told = run(variables, "doctor")

    assert (told.returncode, told.stderr) == (1, b"")
    marks = {line[0] for line in told.stdout.decode(encoding).splitlines()}
    assert marks == ({"✓", "✗", " "} if encoding == "utf-8" else {"+", "x", " "})


def test_messages_and_help_are_ascii_where_the_locale_is(variables: dict[str, str]) -> None:
    variables |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    told = run(variables, "show", "Größe")
    helped = run(variables, "show", "--help")

    assert (told.returncode, helped.returncode) == (1, 0)
    assert told.stderr.startswith(b"Error: ")
    assert (told.stderr + helped.stdout).isascii()
    assert b"\\u" not in helped.stdout


def test_what_pulumi_says_is_read_as_utf_8_whatever_the_locale(
    variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: größe\nruntime: python\n", encoding="utf-8")
    (tmp_path / "pulumi").write_text(
        """#!/bin/sh\necho '{"größe:name": {"value": "größe", "secret": false}}'\n""",
        encoding="utf-8",
    )
    variables |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    told = run(variables, "whoami")

    assert (told.returncode, told.stderr) == (0, b"")


def test_the_program_that_import_prints_means_the_same_in_any_encoding() -> None:
    state = OAuthClientState(
        client_id="1", client_secret=None, name=f"\\{NAME}😀", redirect_uris=[]
    )
    source = program({"crm": state}, protected=())

    for encoding in ENCODINGS:
        printed = source.encode(encoding, "backslashreplace").decode(encoding)
        assert ast.dump(ast.parse(printed)) == ast.dump(ast.parse(source))


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    "arguments",
    [
        ("clients",),
        ("clients", "--json"),
        ("show", NAME),
        ("doctor",),
        ("doctor", "--json"),
        ("whoami",),
        ("--help",),
        ("--version",),
        ("completion", "bash"),
    ],
    ids=" ".join,
)
def test_a_reader_that_has_left_ends_the_command_silently(
    variables: dict[str, str], arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        told = run(variables, *arguments, stdout=writing)
    finally:
        os.close(writing)

    assert (told.returncode, told.stderr) == (141, b"")


def test_a_full_disk_is_a_sentence(variables: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        told = run(variables, "doctor", stdout=full.fileno())

    assert told.returncode == 1
    assert told.stderr == b"Error: The output cannot be written: No space left on device.\n"


def test_without_any_output_a_command_says_how_it_went(variables: dict[str, str]) -> None:
    told = subprocess.run(
        ("sh", "-c", 'exec "$0" doctor >&- 2>&-', SCRIPT),
        check=False,
        cwd=variables["HOME"],
        env=variables,
        timeout=60,
    )

    assert told.returncode == 0
