"""A client's description names its stack, unless the program describes the client itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.cli.ownership import Ownership
from sipgate_provider.cli.session import Session
from sipgate_provider.clients.owner import default_description, owner_of
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.importing.stack import Managers

NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,30}", fullmatch=True)


@given(NAMES, NAMES)
def test_the_owner_can_be_read_from_its_description(project: str, stack: str) -> None:
    assert owner_of(default_description(project, stack)) == (project, stack)


@pytest.mark.parametrize(
    "description", ["", "Managed by Pulumi", "Managed by Pulumi: crm", "Managed by Pulumi: a/b\nc"]
)
def test_other_descriptions_name_nobody(description: str) -> None:
    assert owner_of(description) is None


def test_a_stack_that_cannot_be_read_may_manage_any_client(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Path(), None, None)
    found = Managers({}, frozenset(), ("organization/crm/prod",))
    monkeypatch.setattr(session, "all_managers", lambda: found)
    client = OAuthClientState(client_id="2556404-0-x")

    with pytest.raises(
        ConfigurationError, match="cannot be read may manage client 2556404-0-x: org"
    ):
        Ownership(session, force=False).check(client)
    Ownership(session, force=True).check(client)
