"""Sends an HTTP request: connections, deadlines, retries, and errors where no usable response comes."""

# sipgate documents no rate limit. Ten is also Terraform's default.
USUAL_CONNECTIONS = 10
"""The connections per account, unless a setting says otherwise."""
MOST_CONNECTIONS = 64
"""The most connections per account that a setting may ask for."""
