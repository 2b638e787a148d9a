"""What users' states and start-up times depend on."""

from __future__ import annotations

import base64
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown

import sipgate_provider
from sipgate_provider import native
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


def test_a_program_loads_neither_requests_nor_pydantic() -> None:
    program = (
        "import sys, sipgate_provider; sipgate_provider.OAuthClient; "
        "print([name for name in ('requests', 'pydantic', 'click') if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert loaded.stdout.strip() == "[]"


UNCHANGED = """
import asyncio, sys
inputs = {"name": "crm", "description": "", "redirectUris": ["https://crm.example.com/*"], "webOrigins": [],
          "privacyUrl": "", "termsUrl": ""}
outs = {**inputs, "clientId": "1-0-a", "clientSecret": "s"}
"""
DYNAMIC = """
from sipgate_provider.provider import OAuthClientProvider
provider = OAuthClientProvider()
held = {"__provider": "x"}
checked = provider.check({**inputs, **held}, {"name": "crm", "redirectUris": inputs["redirectUris"]})
assert not checked.failures and checked.inputs == inputs
assert provider.diff("1-0-a", {**outs, **held}, checked.inputs).changes is False
"""
NATIVE = """
from pulumi.runtime import proto
from sipgate_provider.plugin.servicer import Servicer
from sipgate_provider.plugin.values import struct
servicer = Servicer(None)
async def up():
    await servicer.CheckConfig(proto.CheckRequest(news=struct({"token": "t"})), None)
    await servicer.Configure(proto.ConfigureRequest(args=struct({"token": "t"})), None)
    urn = "urn:pulumi:dev::crm::sipgate:index:OAuthClient::crm"
    checked = await servicer.Check(proto.CheckRequest(urn=urn, olds=struct(inputs), news=struct(inputs)), None)
    assert not checked.failures
    diff = await servicer.Diff(proto.DiffRequest(id="1-0-a", olds=struct(outs), news=checked.inputs), None)
    assert diff.changes == proto.DiffResponse.DIFF_NONE
asyncio.run(up())
"""


@pytest.mark.parametrize("host", [DYNAMIC, NATIVE], ids=["dynamic", "native"])
def test_a_run_that_changes_nothing_loads_neither_requests_nor_pydantic(host: str) -> None:
    program = f"{UNCHANGED}{host}\nprint([name for name in ('requests', 'pydantic') if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert (loaded.stdout.strip(), loaded.stderr) == ("[]", "")


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


@pytest.mark.parametrize("module", [sipgate_provider, native], ids=["dynamic", "native"])
@pytest.mark.parametrize("method", ["__init__", "for_webphone", "for_browser_app", "get"])
def test_a_wrong_argument_is_one_of_the_users_class(module: ModuleType, method: str) -> None:
    with pytest.raises(TypeError, match=rf"^OAuthClient\.{method}\(\) got an unexpected keyword"):
        getattr(module.OAuthClient, method)("crm", redirect_uri="https://crm.example.com/*")


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
