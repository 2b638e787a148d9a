"""Which names clients get in a stack, and the program that declares them."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.importing.plan import plan
from sipgate_provider.importing.program import program

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CLIENTS = st.dictionaries(
    TEXT.filter(bool),
    st.builds(
        lambda **properties: OAuthClientState(**properties),  # noqa: PLW0108  hypothesis cannot read the types
        client_id=st.just("id"),
        client_secret=st.just("the-secret"),
        name=TEXT,
        description=TEXT | st.just("Managed by Pulumi"),
        redirect_uris=st.lists(TEXT, max_size=3),
        web_origins=st.lists(TEXT, max_size=3),
        privacy_url=TEXT,
        terms_url=TEXT,
    ),
    min_size=1,
    max_size=12,
)


def client(client_id: str, name: str = "") -> OAuthClientState:
    return OAuthClientState(client_id=client_id, client_secret="s", name=name)


@given(CLIENTS, st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_program_says_what_the_clients_are_and_is_formatted(
    clients: dict[str, OAuthClientState], protect: bool
) -> None:
    source = program(clients, protect=protect)

    assert "the-secret" not in source
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    variables = [ast.unparse(node.targets[0]) for node in assigned]
    assert len(set(variables)) == len(clients)
    assert not {"pulumi", "sipgate"} & set(variables)
    for (name, expected), node in zip(clients.items(), assigned, strict=True):
        assert isinstance(node.value, ast.Call)
        said = {
            str(argument.arg): ast.literal_eval(argument.value)
            for argument in node.value.keywords
            if argument.arg != "opts"
        }
        assert ast.literal_eval(node.value.args[0]) == name
        inputs = OAuthClientInputs(**({"name": name, "redirect_uris": []} | said))
        assert inputs.properties() == {
            name: expected.properties()[name] for name in inputs.properties()
        }
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"],
        input=source.encode(),
        capture_output=True,
        check=True,
    )
    assert formatted.stdout.decode() == source


def test_names_are_derived_and_numbered_and_avoid_what_the_stack_uses() -> None:
    listed = [client(str(n), name) for n, name in enumerate(["CRM", "crm!", "Größe & Co.", "電話"])]

    planned = plan(listed, {}, {}, {"crm"}, everything=True)

    assert list(planned.new) == ["crm-2", "crm-3", "grosse-co", "client"]


def test_derived_names_avoid_those_that_were_asked_for() -> None:
    planned = plan([client("1", "x"), client("2", "crm")], {"crm": "1"}, {}, (), everything=True)

    assert {name: c.client_id for name, c in planned.new.items()} == {"crm": "1", "crm-2": "2"}


def test_what_the_stack_manages_is_left_alone() -> None:
    planned = plan(
        [client("1"), client("2")], {"a": "1"}, {"1": "a", "2": "b"}, {"a", "b"}, everything=True
    )

    assert not planned.new
    assert list(planned.existing) == ["a"]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"a": "1", "b": "1"}, "asked for twice"),
        ({"b": "1"}, "as 'a'"),
        ({"a": "2"}, "another client of that name"),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        plan([client("1"), client("2")], wanted, {"1": "a"}, {"a"}, everything=False)
