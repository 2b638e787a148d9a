"""The manual that `make docs` builds: whole, and without a broken link or docstring."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import click
import pytest

import sipgate_provider
import sipgate_provider.errors
import sipgate_provider.simulator
from sipgate_provider.cli import main
from sipgate_provider.settings.sources import ADDRESSES, environment_variable
from tests.engine_stack import ROOT


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("manual") / "site"
    built = subprocess.run(
        (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return site


def described(manual: Path) -> set[str]:
    """The names that have a place in the manual, by which other manuals link to them."""
    inventory = (manual / "objects.inv").read_bytes().split(b"\n", 4)[4]
    return {line.split()[0] for line in zlib.decompress(inventory).decode().splitlines()}


def test_every_public_name_has_its_place_in_the_manual(manual: Path) -> None:
    names = {name.rpartition(".")[2] for name in described(manual)}
    public = {
        *sipgate_provider.__all__,
        *sipgate_provider.errors.__all__,
        *sipgate_provider.simulator.__all__,
    }

    # What explains itself by its name.
    assert public - names == {"__version__"}


def test_every_command_and_option_is_in_the_manual(manual: Path) -> None:
    text = (manual / "reference/command_line.html").read_text()

    for name, command in main.commands.items():
        assert f"sipgate-provider {name}" in text
        for parameter in command.params:
            options = parameter.opts if isinstance(parameter, click.Option) else []
            assert all(option in text for option in options)


def test_no_docstring_is_shown_as_it_stands_in_the_code(manual: Path) -> None:
    for page in (manual / "reference").glob("*.html"):
        # Headings of sections are bold; a section that was not understood is a paragraph or code.
        text = page.read_text()
        assert not re.findall(
            r"(?:^|>) *(?:Args|Raises|Returns|Attributes):(?!</)", text, re.MULTILINE
        )
        # Markup that was not understood, outside of code.
        prose = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
        assert not re.findall(r"``|\*\*", re.sub(r"<[^>]+>", "", prose))


def test_every_setting_is_in_the_manual() -> None:
    schema = json.loads((ROOT / "sipgate_provider/plugin/schema.json").read_text())
    page = (ROOT / "docs/reference/settings.md").read_text()

    for key, described_as in schema["config"]["variables"].items():
        # A provider's `account` is no setting: it says which settings are meant.
        for variable in described_as.get("defaultInfo", {}).get("environment", ()):
            assert f"`sipgate:{key}`" in page
            assert f"`{variable}`" in page
    for key in ADDRESSES:
        assert f"`{environment_variable(None, key)}`" in page


def test_no_message_names_a_page_of_the_manual_which_a_wheel_does_not_have() -> None:
    modules = (ROOT / "sipgate_provider").rglob("*.py")

    assert not [module for module in modules if ".md" in module.read_text()]


def test_the_wheel_that_the_manual_names_is_of_this_version() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "docs/guides").glob("*.md"))

    named = set(re.findall(r"sipgate_provider-(.+?)-py3", pages))

    assert named == {sipgate_provider.__version__}
