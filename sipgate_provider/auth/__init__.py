"""Authentication: credentials, the grants that turn them into access tokens, and log-in with a browser."""
