"""Gets a genuine PostgreSQL onto a machine.

    $ python tools/postgres
    /usr/lib/postgresql/15/bin

From Python, `locate()` answers with the same folder. No server is started: whoever needs one starts it from there.
"""

from tools.postgres.errors import PostgresNotFoundError
from tools.postgres.order import locate

__all__ = ["PostgresNotFoundError", "locate"]
