"""The manual: whole, the same in the repository and on the site that `make docs` builds, and without a broken link."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import click
import pytest

import sipgate_provider
import sipgate_provider.errors
import sipgate_provider.native
import sipgate_provider.simulator
from sipgate_provider.cli import main
from sipgate_provider.setting_names import environment_variable
from sipgate_provider.settings.sources import ADDRESSES
from tests import manual_site
from tests.engine_stack import ROOT

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
# In the registry's format, which is not the manual's.
OF_THE_REGISTRY = {DOCS / "_index.md", DOCS / "installation-configuration.md"}
PAGES = sorted(set(DOCS.rglob("*.md")) - OF_THE_REGISTRY)
READMES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("examples/*/README.md"))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual") / "site"
    manual_site.build(folder)
    return folder


def text_of(page: Path) -> str:
    """What stands outside of code."""
    return re.sub(r"^( *)```.*?^\1```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The addresses that GitHub and the site give the headings of a page."""
    headings = re.findall(r"^#+ (.*)", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[str, str]]:
    return re.findall(r"\]\((?![a-z]+:)([^)#]*)(?:#([^)]+))?\)", text_of(page))


@pytest.mark.parametrize("page", [*READMES, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_in_the_repository_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, anchor in links(page):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


def test_every_path_of_the_repository_that_a_page_or_a_program_names_exists() -> None:
    folders = ("sipgate_provider", "examples", "templates", "tools", "benchmarks", "docs", "tests")
    # The unit tests of the tools write pages of their own.
    made_up = ROOT / "tests/unit/tools"
    programs = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    missing = [
        f"{file.relative_to(ROOT)}: {path}"
        for file in (*READMES, *PAGES, *programs)
        if made_up not in file.parents and "venv" not in file.parts
        for path in re.findall(rf"(?<![\w/.-])(?:{'|'.join(folders)})/[\w./-]*\w", file.read_text())
        if not (ROOT / path).exists()
    ]

    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_reads_the_same_in_the_repository(page: Path) -> None:
    # Directives that only a builder of sites understands.
    assert not re.search(r"^:::|^===|^!!!|^\?\?\?|\{%|\{:", text_of(page), re.MULTILINE)


def test_readme_leads_to_every_page() -> None:
    named = set(re.findall(r"^ .*: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))

    assert named == {str(page.relative_to(DOCS)) for page in PAGES}
    linked = {target for target, _ in links(ROOT / "README.md")}
    assert {f"docs/{page}" for page in named} <= linked


def test_every_public_name_has_its_place_in_the_reference() -> None:
    text = "\n".join(page.read_text() for page in REFERENCE.glob("*.md"))
    public = {
        *sipgate_provider.__all__,
        *sipgate_provider.errors.__all__,
        *sipgate_provider.native.__all__,
        *sipgate_provider.simulator.__all__,
        # What explains itself by its name.
    } - {"__version__"}

    for name in public:
        assert re.search(rf"^#+ {name}$|`{name}`", text, re.MULTILINE), name


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (REFERENCE / "command_line.md").read_text()

    for name, command in main.commands.items():
        assert f"sipgate-provider {name}" in text
        for parameter in command.params:
            options = parameter.opts if isinstance(parameter, click.Option) else []
            assert all(option in text for option in options)


def test_no_docstring_is_shown_as_it_stands_in_the_code(site: Path) -> None:
    pages = list((site / "reference").glob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text()
        # A section that was not understood.
        assert not re.findall(
            r"(?:^|>) *(?:Args|Raises|Returns|Attributes):(?!</)", text, re.MULTILINE
        )
        # Markup that was not understood, outside of code.
        prose = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
        assert not re.findall(r"``|\*\*|^\|", re.sub(r"<[^>]+>", "", prose), re.MULTILINE)


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe)[^>]* src=\"?([^\" >]+)|<link[^>]* href=\"?([^\" >]+)",
            page.read_text(),
        )
        assert not [address for address in chain.from_iterable(loaded) if "//" in address]


def test_every_setting_is_in_the_manual() -> None:
    schema = json.loads((ROOT / "sipgate_provider/plugin/schema.json").read_text())
    page = (REFERENCE / "settings.md").read_text()

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

    assert named == {version("sipgate-provider")}
