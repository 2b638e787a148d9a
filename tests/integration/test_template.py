"""The templates for `pulumi new`, from the questions that they ask to the client that their projects make."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import sipgate_provider
from sipgate_provider.plugin.schema import text
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT, Engine, path_without_environment
from tests.needed import language_host, needed
from tests.typescript_program import Program
from tools import sdk

TEMPLATES = ROOT / "templates"
LANGUAGES = ("python", "typescript", "yaml")


def template(language: str) -> Path:
    return TEMPLATES / f"sipgate-{language}"


@pytest.fixture
def folder(engine: Engine, engine_folder: Path) -> Engine:
    """An engine in a new, empty folder, on a machine without the package and without a credential."""
    shutil.rmtree(engine.project)
    engine.project.mkdir()
    del engine.environment["SIPGATE_TOKEN_ID"], engine.environment["SIPGATE_TOKEN"]
    engine.environment["PATH"] = path_without_environment(engine_folder)
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


@pytest.fixture
def plugin(folder: Engine, tmp_path: Path) -> Engine:
    """The engine with the plugin, installed as the READMEs say, from an archive that needs this environment."""
    archive = tmp_path / "plugin.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(
            Path(sys.executable).with_name("pulumi-resource-sipgate"), "pulumi-resource-sipgate"
        )
    folder.succeeds(
        *("plugin", "install", "resource", "sipgate", sipgate_provider.__version__),
        *("--file", str(archive)),
    )
    return folder


def gets_its_credential(engine: Engine) -> None:
    engine.succeeds("config", "set", "--plaintext", "sipgate:tokenId", DEMO_TOKEN_ID)
    engine.succeeds("config", "set", "--secret", "sipgate:token", DEMO_TOKEN)


def has_its_client(engine: Engine, sipgate: Simulator, client_id: str, client_secret: str) -> None:
    """The stack `dev` of the project `acme-clients` is what its template says, and nothing holds the token in clear."""
    (client,) = sipgate.account.clients()
    assert client["name"] == "acme-clients"
    assert client["redirectUris"] == ["https://app.example.com/*"]
    assert client["clientId"] in engine.succeeds("stack", "output", client_id)
    secret = engine.succeeds("stack", "output", client_secret, "--show-secrets")
    assert client["clientSecret"] in secret
    assert client["clientSecret"] not in engine.succeeds("stack", "export")
    assert DEMO_TOKEN not in (engine.project / "Pulumi.dev.yaml").read_text()
    assert [one["protect"] for one in engine.resources()] == [True]


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_project_in_python_makes_its_client(
    folder: Engine, sipgate: Simulator, wheels: Path
) -> None:
    folder.environment |= {"PIP_FIND_LINKS": str(wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    folder.succeeds("new", str(template("python")), "--yes", "--name", "acme-clients")
    gets_its_credential(folder)
    folder.succeeds("up", "--yes")

    has_its_client(folder, sipgate, "client_id", "client_secret")
    (installed,) = folder.project.glob("venv/lib/*/site-packages/sipgate_provider-*")
    assert "+unpublished" in installed.name


def test_the_project_in_yaml_makes_its_client(plugin: Engine, sipgate: Simulator) -> None:
    plugin.succeeds("new", str(template("yaml")), "--yes", "--name", "acme-clients")
    gets_its_credential(plugin)
    made = plugin.succeeds("up", "--yes")

    has_its_client(plugin, sipgate, "clientId", "clientSecret")
    assert "warning" not in made


# npm fetches a hundred megabytes.
@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_project_in_typescript_makes_its_client(plugin: Engine, sipgate: Simulator) -> None:
    language_host("nodejs", plugin.environment["PATH"])

    plugin.succeeds("new", str(template("typescript")), "--yes", "--name", "acme-clients")
    gets_its_credential(plugin)
    plugin.succeeds("up", "--yes")

    has_its_client(plugin, sipgate, "clientId", "clientSecret")


def test_the_program_in_typescript_makes_its_client_without_a_language_host(
    plugin: Engine, sipgate: Simulator, tmp_path: Path
) -> None:
    # What `pulumi new` does, which would ask the host.
    for file in template("typescript").iterdir():
        content = file.read_text().replace("${PROJECT}", "acme-clients")
        (plugin.project / file.name).write_text(content)
    (plugin.project / "Pulumi.yaml").write_text("name: acme-clients\nruntime: nodejs\n")
    wanted = json.loads((plugin.project / "package.json").read_text())["dependencies"]
    assert set(wanted) == {"@pulumi/pulumi", "pulumi-sipgate"}
    schema = tmp_path / "schema.json"
    schema.write_text(text())
    generated = plugin.project / wanted["pulumi-sipgate"].removeprefix("file:")
    program = Program(plugin)
    program.compile(needed(lambda: sdk.generate("nodejs", schema, generated)))
    plugin.succeeds("stack", "init", "dev")
    plugin.succeeds("config", "set", "redirectUri", "https://app.example.com/*")
    gets_its_credential(plugin)

    program.run("up", "acme-clients", "dev")

    has_its_client(plugin, sipgate, "clientId", "clientSecret")


def test_pulumi_new_asks_for_the_token_without_showing_it_and_encrypts_it(
    plugin: Engine, sipgate: Simulator
) -> None:
    answers = {
        "(redirectUri)": "https://acme.example.com/*",
        "(sipgate:token)": DEMO_TOKEN,
        "(sipgate:tokenId)": DEMO_TOKEN_ID,
    }

    given = ("--name", "acme", "--description", "Acme's clients", "--stack", "dev")
    screen = answered(plugin, ("new", str(template("yaml")), *given), answers)

    assert "Your new project is ready to go!" in screen
    assert DEMO_TOKEN_ID in screen
    assert DEMO_TOKEN not in screen
    assert DEMO_TOKEN not in (plugin.project / "Pulumi.dev.yaml").read_text()
    plugin.succeeds("up", "--yes")
    (client,) = sipgate.account.clients()
    assert client["redirectUris"] == ["https://acme.example.com/*"]


def test_every_template_asks_the_same_questions() -> None:
    asked, *others = (settings(language)["template"]["config"] for language in LANGUAGES)

    assert set(asked) == {"redirectUri", "sipgate:tokenId", "sipgate:token"}
    assert asked["sipgate:token"]["secret"] is True
    assert others == [asked] * len(others)


def settings(language: str) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = yaml.safe_load((template(language) / "Pulumi.yaml").read_text())
    return parsed


def test_every_readme_says_the_same_of_the_credential_and_of_deploying() -> None:
    said, *others = (
        (template(language) / "README.md").read_text().partition("## Deploy")[2]
        for language in LANGUAGES
    )

    assert said
    camel_case = said.replace("client_id", "clientId").replace("client_secret", "clientSecret")
    assert others == [camel_case] * len(others)


def answered(engine: Engine, arguments: tuple[str, ...], answers: dict[str, str]) -> str:
    """What a terminal shows while somebody answers each question once."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in engine.environment.items() if name != "CI"}
    with subprocess.Popen(
        ("pulumi", *arguments),
        cwd=engine.project,
        env=environment | {"TERM": "xterm"},
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
