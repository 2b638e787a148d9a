"""All tables of requests, their recorded responses, and the comparison of two services."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.verdicts import (
    authorization,
    cors,
    discovery,
    known,
    logout,
    origins,
    redirect_uris,
    scopes,
    token,
    token_claims,
    token_information,
)
from tests.verdicts.service import Service

RECORDED = Path(__file__).with_name("recorded.json")

TABLES: Mapping[str, Callable[[Service], Mapping[str, Any]]] = {
    "redirect URIs": redirect_uris.play,
    "origins": origins.play,
    "CORS": cors.play,
    "token": token.play,
    "scopes": scopes.play,
    "claims": token_claims.play,
    "token information": token_information.play,
    "authorization": authorization.play,
    "log-out": logout.play,
    "discovery": discovery.play,
}


def recorded() -> dict[str, Any]:
    """Returns Keycloak's recorded responses by table, and its version."""
    document: dict[str, Any] = json.loads(RECORDED.read_text())
    return document


def cases(table: str, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields the name of each case of the table and its response."""
    for name, answer in answers.items():
        if table in {"redirect URIs", "origins"}:
            yield from ((f"{name} <- {asked}", said) for asked, said in (answer or {}).items())
        else:
            yield name, answer


def differences(
    table: str, keycloak: Mapping[str, Any], simulator: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Returns the cases in which the two differ, with both responses."""
    ours = dict(cases(table, simulator))
    theirs = dict(cases(table, keycloak))
    return {name: (said, ours.get(name)) for name, said in theirs.items() if said != ours.get(name)}


def unexplained(table: str, found: Mapping[str, Any]) -> list[str]:
    """Returns the differences that are not known."""
    patterns = [one.pattern for one in known.DIFFERENCES.get(table, ())]
    return [
        f"{name}: Keycloak {theirs!r}, simulator {ours!r}"
        for name, (theirs, ours) in found.items()
        if not any(pattern.fullmatch(name) for pattern in patterns)
    ]


def stale(table: str, found: Mapping[str, Any]) -> list[str]:
    """Returns the known differences that no longer exist."""
    return [
        one.cases
        for one in known.DIFFERENCES.get(table, ())
        if not any(one.pattern.fullmatch(name) for name in found)
    ]
