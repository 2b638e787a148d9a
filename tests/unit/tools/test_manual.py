from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine_stack import ROOT
from tools.manual import pages, pasted, reference

REFERENCE = ROOT / "docs/reference"


def test_the_pages_are_kept_as_they_are_written() -> None:
    for page, content in pages().items():
        name = page.relative_to(ROOT)
        assert page.read_text() == content, f"write {name} anew: make pages"


@pytest.mark.parametrize("name", ["resource", "lookups", "native", "errors", "simulator"])
def test_a_page_about_code_is_written_from_the_code(name: str) -> None:
    assert REFERENCE / f"{name}.md" in pages()


def test_a_long_signature_has_one_parameter_a_line() -> None:
    entry = reference.of(["sipgate_provider.simulator.Account.add_user"], 2)

    assert entry.startswith(
        "## Account.add_user\n\n"
        "```python\n"
        "Account.add_user(\n"
        "    username: str,\n"
        "    password: str,\n"
        "    *scopes: str,\n"
    )


def test_a_constructor_does_not_repeat_what_the_class_says_of_an_argument() -> None:
    resource = "sipgate_provider.resources.client_resource.OAuthClient"
    entry = reference.of([f"{resource}.for_webphone as OAuthClient.for_webphone"], 3)

    assert "| `embedded_in` |" in entry
    assert "| `opts` |" not in entry
    assert "The other arguments are those of `OAuthClient`." in entry
    assert ") -> OAuthClient\n```" in entry


def test_no_text_of_a_docstring_becomes_a_tag() -> None:
    text = (REFERENCE / "resource.md").read_text()

    assert "Managed by Pulumi: &lt;project>" in text


def test_a_name_that_is_gone_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"errors\.vanished is not in the code"):
        reference.of(["sipgate_provider.errors.vanished"], 2)


def test_a_pasted_section_ends_at_the_next_heading_and_its_links_lead_on(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(pasted, "_ROOT", tmp_path)
    (tmp_path / "README.md").write_text(
        "# One\n\n"
        "[A](docs/a.md#b), [C](https://c.example.com), [D](#d)\n\n"
        "<!-- a mark -->\n\n```sh\n# no heading\n```\n\n## Two\n\nMore.\n"
    )

    text = pasted.section(tmp_path / "docs/guides/page.md", "README.md", "One")

    assert text == (
        "[A](../a.md#b), [C](https://c.example.com), [D](#d)\n\n```sh\n# no heading\n```"
    )
