"""Authentication: credentials, the grants that exchange them for access tokens, and log-in with a browser."""
