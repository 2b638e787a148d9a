"""The scopes that the client calls ask for, in sipgate's spelling."""

from __future__ import annotations

ALL = "all"
READ = "authorization:oauth2:clients:read"
WRITE = "authorization:oauth2:clients:write"
