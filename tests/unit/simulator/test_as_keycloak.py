"""Compares the simulator with the responses of a genuine Keycloak, which tests/verdicts records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.verdicts.on_simulator import differing
from tests.verdicts.page import PAGE, page
from tests.verdicts.tables import TABLES, cases, recorded, stale, unexplained
from tools.keycloak import VERSION

KEYCLOAK = recorded()


@pytest.fixture(scope="module")
def found() -> Callable[[str], Mapping[str, Any]]:
    """Returns the differences of a table, whose requests are sent only once."""
    known: dict[str, Mapping[str, Any]] = {}

    def find(table: str) -> Mapping[str, Any]:
        if table not in known:
            known[table] = differing(table, KEYCLOAK[table])
        return known[table]

    return find


@pytest.mark.parametrize("table", TABLES)
def test_it_differs_from_keycloak_in_nothing_but_what_is_known(
    found: Callable[[str], Mapping[str, Any]], table: str
) -> None:
    assert not unexplained(table, found(table))


@pytest.mark.parametrize("table", TABLES)
def test_every_known_difference_is_still_one(
    found: Callable[[str], Mapping[str, Any]], table: str
) -> None:
    assert not stale(table, found(table))


@pytest.mark.parametrize("table", ["redirect URIs", "origins"])
def test_it_accepts_nothing_that_keycloak_refuses(
    found: Callable[[str], Mapping[str, Any]], table: str
) -> None:
    assert not [name for name, (theirs, _) in found(table).items() if theirs is False]


def test_it_gives_no_tokens_where_keycloak_gives_none(
    found: Callable[[str], Mapping[str, Any]],
) -> None:
    answers = found("token").values()

    assert not [ours for theirs, ours in answers if "Bearer" in ours and "Bearer" not in theirs]


def test_no_token_has_a_scope_that_keycloak_does_not_give(
    found: Callable[[str], Mapping[str, Any]],
) -> None:
    answers = found("scopes").values()

    assert all(set(ours["scope"]) <= set(theirs["scope"]) for theirs, ours in answers)


def test_the_page_of_the_manual_lists_the_known_differences_as_they_are(
    found: Callable[[str], Mapping[str, Any]],
) -> None:
    made = page(KEYCLOAK, {table: found(table) for table in TABLES})

    assert PAGE.read_text() == made, "Run `python -m tests.verdicts --page`."


def test_the_record_is_of_the_keycloak_that_the_tests_get() -> None:
    assert KEYCLOAK["version"] == VERSION


def test_the_tables_are_as_long_as_they_say() -> None:
    assert sum(1 for _ in cases("redirect URIs", KEYCLOAK["redirect URIs"])) > 3000
