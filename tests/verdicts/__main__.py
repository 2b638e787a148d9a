"""Records the responses of a genuine Keycloak, for tests that run without one: `python -m tests.verdicts`.

With `--page`, it needs no Keycloak: it only updates the manual's page, from the recorded responses and the simulator.
"""

from __future__ import annotations

import json
import sys

from tests.keycloak_server import running
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.on_simulator import differing
from tests.verdicts.page import PAGE, page
from tests.verdicts.tables import RECORDED, TABLES, recorded
from tools.keycloak import VERSION, locate


def main() -> None:
    """Records the responses of the Keycloak of tools/keycloak.py, and generates the page."""
    if "--page" not in sys.argv[1:]:
        with running(locate()) as keycloak:
            service = OnKeycloak(keycloak)
            tables = {name: play(service) for name, play in TABLES.items()}
        document = {"version": VERSION, **tables}
        RECORDED.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")
    known = recorded()
    PAGE.write_text(page(known, {table: differing(table, known[table]) for table in TABLES}))


if __name__ == "__main__":
    main()
