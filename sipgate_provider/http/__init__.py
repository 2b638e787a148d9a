"""One HTTP request: connections, deadline, retries, and what a failure without an answer means."""

MOST_CONNECTIONS = 64
"""How many connections an account is ever given."""
