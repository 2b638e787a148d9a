"""Which names clients get in a stack, and the program that declares them."""

from __future__ import annotations

import ast
import builtins
import subprocess
import sys
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime import mocks

from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.importing.plan import plan
from sipgate_provider.importing.program import is_unfinished, program, unfinished

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# What has gone wrong elsewhere: keywords, builtins, quotes, line ends, and names that differ in their signs only.
NAMES = TEXT.filter(bool) | st.sampled_from(
    [
        "class",
        "print",
        "pulumi",
        "sipgate",
        "match",
        "crm!",
        "crm?",
        "\"'\n\r\\",
        "😀",
        "3CX",
        "__name__",
        "a::b",
    ]
)
MANY = [f"https://a{number}.example.com/*" for number in range(300)]
CLIENTS = st.dictionaries(
    NAMES,
    st.builds(
        lambda **properties: OAuthClientState(**properties),  # noqa: PLW0108  hypothesis cannot read the types
        client_id=st.just("id"),
        client_secret=st.just("the-secret"),
        name=TEXT,
        description=TEXT | st.just("Managed by Pulumi"),
        redirect_uris=st.lists(TEXT, max_size=3) | st.just(MANY),
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
    source = program(clients, protected=clients if protect else ())

    assert "the-secret" not in source
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    variables = [ast.unparse(node.targets[0]) for node in assigned]
    assert len(set(variables)) == len(clients)
    assert not {"pulumi", "sipgate", *dir(builtins)} & set(variables)
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"],
        input=source.encode(),
        capture_output=True,
        check=True,
    )
    assert formatted.stdout.decode() == source


class Registered(mocks.Mocks):
    """Every resource that a program registers, by name."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.inputs[args.name] = args.inputs
        return "id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError


def registered(source: str) -> dict[str, dict[str, Any]]:
    found = Registered()
    mocks.set_mocks(found, project="crm", stack="test", preview=False)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        exec(compile(source, "clients.py", "exec"), {"__name__": "__main__"})

    run()
    return found.inputs


@pytest.mark.parametrize("native", [False, True])
@given(clients=CLIENTS, protect=st.booleans(), account=st.none() | st.just("eu"))
@settings(max_examples=60, deadline=None)
def test_every_program_runs_with_the_real_constructor_and_declares_what_the_account_has(
    native: bool, clients: dict[str, OAuthClientState], protect: bool, account: str | None
) -> None:
    source = program(clients, protected=clients if protect else (), account=account, native=native)

    found = registered(source)

    found.pop("sipgate-eu", None)
    assert found.keys() == clients.keys()
    for name, client in clients.items():
        declared = {key: found[name].get(key) for key in WRITABLE}
        # The host completes what the constructor leaves out.
        given = OAuthClientInputs.from_properties(
            {key: value for key, value in declared.items() if value is not None}
        )
        expected = client.properties()
        assert given.properties() == {key: expected[key] for key in WRITABLE}


def test_a_program_whose_import_has_not_finished_declares_nothing_and_says_how_to_go_on() -> None:
    source = program({"crm": client("1")}, protected=())
    early = unfinished(source, "sipgate-provider import --all --out 'my clients.py'")

    assert source in early
    assert is_unfinished(early)
    assert not is_unfinished(source)
    with pytest.raises(pulumi.RunError, match=r"--out 'my clients\.py'"):
        exec(compile(early, "clients.py", "exec"), {})


def test_names_are_derived_and_numbered_and_avoid_what_the_stack_uses() -> None:
    listed = [client(str(n), name) for n, name in enumerate(["CRM", "crm!", "Größe & Co.", "電話"])]

    planned = plan(listed, {}, {}, {"crm"}, everything=True)

    assert list(planned.new) == ["crm-2", "crm-3", "grosse-co", "client"]


def test_derived_names_avoid_those_that_were_asked_for() -> None:
    planned = plan([client("1", "x"), client("2", "crm")], {"crm": "1"}, {}, (), everything=True)

    assert {name: c.client_id for name, c in planned.new.items()} == {"crm": "1", "crm-2": "2"}


def test_what_the_stack_manages_is_not_imported_but_declared_under_its_name() -> None:
    managed = {"a": client("1"), "b": client("2"), "twin of b": client("2"), "gone": client("3")}

    everything = plan([client("1"), client("2")], {}, managed, (), everything=True)
    named = plan([], {"a": "1"}, managed, (), everything=False)

    assert not everything.new
    assert everything.clients == managed
    assert not named.new
    assert list(named.clients) == ["a"]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"a": "1", "b": "1"}, "asked for twice"),
        ({"b": "1"}, "as 'a'"),
        ({"a": "2"}, "another client of that name"),
        ({"read": "2"}, "another client of that name"),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        plan([client("2")], wanted, {"a": client("1")}, {"read"}, everything=False)
