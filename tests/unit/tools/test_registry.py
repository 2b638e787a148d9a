from __future__ import annotations

from sipgate_provider.settings.sources import KEYS
from tests.engine_stack import ROOT
from tools.registry import pages


def test_the_registry_s_pages_are_kept_as_files() -> None:
    for name, content in pages().items():
        assert (ROOT / "docs" / name).read_text() == content, "write them anew: make pages"


def test_a_page_starts_as_the_registry_expects_it() -> None:
    for content in pages().values():
        front = content.split("---\n")[1]
        assert [line.partition(":")[0] for line in front.splitlines()] == [
            "title",
            "meta_desc",
            "layout",
        ]
        assert "layout: package" in front


def test_every_setting_is_described() -> None:
    page = pages()["installation-configuration.md"]
    for key in KEYS:
        (line,) = (line for line in page.splitlines() if line.startswith(f"| `sipgate:{key}` |"))
        assert line.split("|")[4].strip()
