"""A client's description names its stack, unless the program describes the client itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipgate_provider.ownership import default_description, owner_of

NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,30}", fullmatch=True)


@given(NAMES, NAMES)
def test_the_owner_can_be_read_from_its_description(project: str, stack: str) -> None:
    assert owner_of(default_description(project, stack)) == (project, stack)


@pytest.mark.parametrize(
    "description", ["", "Managed by Pulumi", "Managed by Pulumi: crm", "Managed by Pulumi: a/b\nc"]
)
def test_other_descriptions_name_nobody(description: str) -> None:
    assert owner_of(description) is None
