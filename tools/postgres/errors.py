"""What is raised when a machine has no PostgreSQL and cannot have one."""

from __future__ import annotations


class PostgresNotFoundError(Exception):
    """No way led to a PostgreSQL; the message names each way, why it failed and what to do."""
