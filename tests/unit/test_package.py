"""What users' states and start-up times depend on."""

from __future__ import annotations

import base64
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown

import sipgate_provider
from sipgate_provider.provider import OAuthClientProvider, stored


@pytest.mark.parametrize("account", [None, "eu"])
def test_the_stored_provider_is_the_one_that_the_sdk_would_store(account: str | None) -> None:
    assert stored(account) == serialize_provider(OAuthClientProvider(account))


def test_the_state_holds_nothing_of_the_provider_but_its_dotted_path() -> None:
    pickled = base64.b64decode(stored())

    assert b"sipgate_provider.provider" in pickled
    assert b"OAuthClientProvider" in pickled
    assert len(pickled) < 100


def test_a_state_of_the_first_release_still_finds_its_provider() -> None:
    # What 0.1.0 wrote under Python 3.10 to 3.13; it is in users' states for ever.
    of_the_first = "gASVOAAAAAAAAACMGXNpcGdhdGVfcHJvdmlkZXIucHJvdmlkZXKUjBNPQXV0aENsaWVudFByb3ZpZGVylJOUKVKULg=="

    assert isinstance(pickle.loads(base64.b64decode(of_the_first)), OAuthClientProvider)
    assert stored() == of_the_first


def test_every_public_name_is_there() -> None:
    for name in sipgate_provider.__all__:
        assert getattr(sipgate_provider, name) is not None
    assert dir(sipgate_provider) == sipgate_provider.__all__


def test_a_program_loads_neither_requests_nor_msgspec() -> None:
    program = (
        "import sys, sipgate_provider; sipgate_provider.OAuthClient; "
        "print([name for name in ('requests', 'msgspec', 'pydantic', 'oauthlib', 'click') if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert loaded.stdout.strip() == "[]"


def test_the_host_keeps_unknowns_where_they_are() -> None:
    unknown = Unknown()  # type: ignore[no-untyped-call]

    checked = OAuthClientProvider().check(
        {}, {"name": "crm", "redirectUris": ["https://a/", unknown], "__provider": "x"}
    )

    assert not checked.failures
    assert checked.inputs["redirectUris"] == ["https://a/", unknown]
    assert "__provider" not in checked.inputs


def test_without_required_arguments_the_program_is_told_at_its_own_line() -> None:
    with pytest.raises(TypeError, match="redirect_uris"):
        sipgate_provider.OAuthClient("crm")  # type: ignore[call-arg]


def test_options_may_be_the_second_argument_as_in_every_pulumi_package() -> None:
    assert list(inspect.signature(sipgate_provider.OAuthClient.__init__).parameters)[:3] == [
        "self",
        "resource_name",
        "opts",
    ]
    assert issubclass(sipgate_provider.OAuthClient, pulumi.CustomResource)


def test_the_program_in_the_readme_is_the_quickstart() -> None:
    root = Path(__file__).resolve().parents[2]
    program = (root / "examples/quickstart/__main__.py").read_text()

    assert f"```python\n{program}```" in (root / "README.md").read_text()
