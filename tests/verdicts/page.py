"""Generates the manual's page about the differences between the simulator and Keycloak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.verdicts.known import BESIDES, DIFFERENCES
from tests.verdicts.tables import TABLES, cases

PAGE = Path(__file__).parents[2] / "docs/reference/keycloak.md"

_GROUPS = {
    "redirect URIs": "Redirect URIs",
    "origins": "Web origins",
    "CORS": "CORS at the log-in",
    "token": "Token requests",
    "scopes": "Scopes and offline tokens",
    "claims": "Token claims",
    "token information": "Userinfo, introspection and revocation",
    "authorization": "Log-in requests",
    "log-out": "Log-out",
    "discovery": "Discovery",
}


def page(keycloak: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the page as Markdown.

    Args:
        keycloak: Recorded responses of Keycloak.
        found: Cases in which the simulator differs, by table.
    """
    return "\n".join(_lines(keycloak, found))


def _lines(keycloak: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield f"""\
# Simulator and Keycloak

sipgate's log-in runs on Keycloak, and the simulator behaves like Keycloak {keycloak["version"]}. The tests send the
same requests to both. This table counts the requests with the same response, and the sections below list all known
differences. A test fails if there is another difference, or if one of these no longer exists.

| Requests about | Same response | Of |
| --- | --- | --- |"""
    for table, title in _GROUPS.items():
        count = sum(1 for _ in cases(table, keycloak[table]))
        yield f"| {title} | {count - len(found[table])} | {count} |"
    yield ""
    for table in TABLES:
        if table not in DIFFERENCES:
            continue
        yield f"## {_GROUPS[table]}\n"
        yield "| Difference | What it means for you |\n| --- | --- |"
        for one in DIFFERENCES[table]:
            yield f"| {one.what} | {one.means} |"
        yield ""
    yield "## Other differences\n\n| Difference | What it means for you |\n| --- | --- |"
    for what, means in BESIDES:
        yield f"| {what} | {means} |"
    yield ""
