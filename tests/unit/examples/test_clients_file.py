"""What the example `many_clients` makes of its `clients.yaml`."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from examples.many_clients.clients_file import Entry, read
from tests.engine_stack import ROOT

CRM = "crm:\n  name: CRM\n  redirect_uris:\n    - https://crm.${domain}/*\n"


def read_text(folder: Path, text: str, environment: str = "dev") -> dict[str, Entry]:
    path = folder / "clients.yaml"
    path.write_text(text)
    return read(path, environment=environment, domain="example.com")


def test_the_examples_own_file_is_right_in_both_environments() -> None:
    path = ROOT / "examples/many_clients/clients.yaml"

    assert set(read(path, environment="dev", domain="d.example.com")) == {
        "crm",
        "statistics",
        "playground",
    }
    assert set(read(path, environment="prod", domain="example.com")) == {"crm", "statistics"}


def test_the_domain_is_filled_in_everywhere(tmp_path: Path) -> None:
    text = CRM.replace("name: CRM", "name: CRM of ${domain}, $$1")
    crm = read_text(tmp_path, text + "  web_origins: ['https://${domain}']\n")["crm"]

    assert crm.name == "CRM of example.com, $1"
    assert crm.redirect_uris == ["https://crm.example.com/*"]
    assert crm.web_origins == ["https://example.com"]


def test_clients_of_one_name_are_well_if_each_is_in_another_environment(tmp_path: Path) -> None:
    text = f"{CRM}  environments: [dev]\n{CRM.replace('crm:', 'crm-prod:')}  environments: [prod]\n"

    assert list(read_text(tmp_path, text, "dev")) == ["crm"]
    assert list(read_text(tmp_path, text, "prod")) == ["crm-prod"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "clients.yaml contains no client; add at least one entry, such as `crm:`."),
        ("# nothing\n", "clients.yaml contains no client; add at least one entry, such as `crm:`."),
        (
            "- crm\n",
            "clients.yaml: the file must contain entries such as `crm:`, each with its keys below it.",
        ),
        (
            "crm:\n",
            "clients.yaml: crm must contain keys with values, such as `name: CRM integration`.",
        ),
        (
            CRM.replace("name", "nmae"),
            (
                "clients.yaml: crm lacks the key name; add it.\n"
                "clients.yaml: crm has the unknown key nmae; known are name, description, redirect_uris, "
                "web_origins, privacy_url, terms_url, environments."
            ),
        ),
        (
            "crm:\n  name: CRM\n  redirect_uris: []\n",
            "clients.yaml: crm.redirect_uris is empty; add at least one line below it.",
        ),
        (
            "crm:\n  name: CRM\n  redirect_uris: https://a/*\n",
            "clients.yaml: crm.redirect_uris: this must be a list.",
        ),
        (
            CRM + "    - 7\n",
            "clients.yaml: crm.redirect_uris[1]: this must be a string.",
        ),
        (CRM + "  terms_url:\n", "clients.yaml: crm.terms_url: this must be a string."),
        (
            CRM.replace("${domain}", "${domian}"),
            "clients.yaml: crm.redirect_uris[0] contains ${domian}; only ${domain} is known.",
        ),
        (
            CRM.replace("${domain}", "$ {domain}"),
            "clients.yaml: crm.redirect_uris[0] contains a $ that begins no ${domain}; write $$ for a dollar sign.",
        ),
        (
            CRM + "  environments: [dev, prdo]\n",
            "clients.yaml: crm.environments[1]: this must be 'dev' or 'prod'.",
        ),
        (
            CRM + "  environments: []\n",
            "clients.yaml: crm.environments is empty; add at least one line below it.",
        ),
        (
            CRM + CRM.replace("crm:", "phone:"),
            "clients.yaml: phone.name is also the name of crm; give each a name of its own.",
        ),
        (
            CRM.replace("crm:", "7:"),
            "clients.yaml: 7 is the key of an entry, but not text; put it in quotes.",
        ),
        (
            CRM + CRM,
            'clients.yaml, line 5: the key "crm" occurs twice; remove one of them.',
        ),
        (
            CRM + "  name: Other\n",
            'clients.yaml, line 5: the key "name" occurs twice; remove one of them.',
        ),
        (
            CRM + "phone: [\n",
            "clients.yaml, line 6: this is not YAML: expected the node content, but found '<stream end>'.",
        ),
        ("crm: \x00\n", "clients.yaml is not YAML in UTF-8; save it as UTF-8 text."),
    ],
)
def test_what_cannot_be_right_is_a_sentence_that_names_entry_and_key(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        read_text(tmp_path, text)

    assert str(refused.value) == says


def test_every_mistake_has_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        read_text(tmp_path, "crm: {}\nphone:\n  name: 1\n  redirect_uris: [https://a/*]\n")

    assert str(refused.value).splitlines() == [
        "clients.yaml: crm lacks the key name; add it.",
        "clients.yaml: crm lacks the key redirect_uris; add it.",
        "clients.yaml: phone.name: this must be a string.",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match=r"clients\.yaml cannot be read: No such file"):
        read(tmp_path / "clients.yaml", environment="dev", domain="example.com")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_bytes(b"crm:\n  name: Gr\xf6\xdfe\n")

    with pytest.raises(pulumi.RunError, match=r"clients\.yaml is not YAML in UTF-8"):
        read(tmp_path / "clients.yaml", environment="dev", domain="example.com")


def test_an_environment_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match="no environment 'trial'; select the stack dev or"):
        read_text(tmp_path, CRM, "trial")
