"""Records what a genuine Keycloak answers, for the tests that run without one: `python -m tests.verdicts`."""

from __future__ import annotations

import json

from tests.keycloak_server import running
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.tables import RECORDED, TABLES
from tools.keycloak import VERSION, locate


def main() -> None:
    """The record is that of the Keycloak of tools/keycloak."""
    with running(locate()) as keycloak:
        service = OnKeycloak(keycloak)
        tables = {name: play(service) for name, play in TABLES.items()}
    document = {"version": VERSION, **tables}
    RECORDED.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
