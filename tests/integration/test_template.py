"""The template for `pulumi new`, from the questions that it asks to the client that its project makes."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT, Engine

TEMPLATE = str(ROOT / "templates/sipgate-python")


@pytest.fixture
def folder(engine: Engine) -> Engine:
    """An engine in a new, empty folder; nothing but the stack's settings can hold the credential."""
    shutil.rmtree(engine.project)
    engine.project.mkdir()
    del engine.environment["SIPGATE_TOKEN_ID"], engine.environment["SIPGATE_TOKEN"]
    return engine


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip finds the package by its name, beside a newer one and an equal one of somebody else."""
    made = tmp_path_factory.mktemp("wheels")
    for version in ("99.0", "0.1.0"):
        about = f"sipgate_provider-{version}.dist-info"
        with zipfile.ZipFile(made / f"sipgate_provider-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("sipgate_provider.py", "raise SystemExit('a squatter')")
            wheel.writestr(f"{about}/METADATA", f"Name: sipgate-provider\nVersion: {version}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    subprocess.run((*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", made, ROOT), check=True)
    return made


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_templates_project_makes_its_client_by_the_steps_of_its_readme(
    folder: Engine, sipgate: Simulator, wheels: Path
) -> None:
    folder.succeeds("new", TEMPLATE, "--yes", "--generate-only", "--name", "acme-clients")
    readme = (folder.project / "README.md").read_text()
    assert readme.startswith("# acme-clients\n")
    assert "${" not in readme + (folder.project / "Pulumi.yaml").read_text()

    variables = {"PIP_FIND_LINKS": str(wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    assert "\npulumi install " in readme
    # The engine would look for the plugins of the environment that runs the tests.
    folder.succeeds("install", "--no-plugins", **variables)
    (installed,) = folder.project.glob("**/site-packages/sipgate_provider-*")
    assert "+unpublished" in installed.name
    # What activating does. The built language host, which is older, makes the environment in the project's folder.
    activated = installed.parents[3] / "bin"
    folder.environment["PATH"] = f"{activated}{os.pathsep}{folder.environment['PATH']}"
    if activated.parent == folder.project:
        (folder.project / "venv").symlink_to(".")
    folder.succeeds("stack", "init", "dev")
    folder.succeeds("config", "set", "redirectUri", "https://acme.example.com/*")
    folder.succeeds("config", "set", "--plaintext", "sipgate:tokenId", DEMO_TOKEN_ID)
    folder.succeeds("config", "set", "--secret", "sipgate:token", DEMO_TOKEN)
    created = folder.up()

    assert created.code == 0, created.output
    (client,) = sipgate.account.clients()
    assert client["name"] == "acme-clients"
    assert client["redirectUris"] == ["https://acme.example.com/*"]
    assert client["clientId"] in folder.succeeds("stack", "output", "client_id")
    secret = folder.succeeds("stack", "output", "client_secret", "--show-secrets")
    assert client["clientSecret"] in secret
    assert DEMO_TOKEN not in (folder.project / "Pulumi.dev.yaml").read_text()
    assert "protected" in folder.pulumi("destroy", "--yes", "--skip-preview").output


def test_pulumi_new_asks_for_the_token_without_showing_it_and_encrypts_it(folder: Engine) -> None:
    answers = {
        "(redirectUri)": "https://acme.example.com/*",
        "(sipgate:token)": DEMO_TOKEN,
        "(sipgate:tokenId)": DEMO_TOKEN_ID,
    }

    given = ("--name", "acme", "--description", "Acme's clients", "--stack", "dev")
    screen = answered(folder, ("new", TEMPLATE, *given), answers)

    assert "Saved config" in screen
    assert DEMO_TOKEN_ID in screen
    assert DEMO_TOKEN not in screen
    settings = (folder.project / "Pulumi.dev.yaml").read_text()
    assert DEMO_TOKEN not in settings
    assert "redirectUri: https://acme.example.com/*" in settings
    accepted = folder.ours("whoami")
    assert accepted.returncode == 0, accepted.stderr


def answered(engine: Engine, arguments: tuple[str, ...], answers: dict[str, str]) -> str:
    """What a terminal shows while somebody answers each question once."""
    ours, theirs = pty.openpty()
    # What is asked for is settled before the dependencies are installed; with no index they need no waiting for.
    variables = {"TERM": "xterm", "PIP_NO_INDEX": "1"}
    environment = {name: value for name, value in engine.environment.items() if name != "CI"}
    with subprocess.Popen(
        ("pulumi", *arguments),
        cwd=engine.project,
        env=environment | variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ):
        os.close(theirs)
        screen, left = "", dict(answers)
        while chunk := _read(ours):
            screen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", chunk)
            for question in list(left):
                # A hidden answer leaves the question on the screen as it was.
                if question in screen:
                    os.write(ours, f"{left.pop(question)}\r".encode())
    os.close(ours)
    return screen


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        # Linux says so when the last process has closed the terminal.
        return ""
