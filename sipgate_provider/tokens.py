"""The resource's type tokens, one for each host; frozen, since they are in users' states."""

from __future__ import annotations

__all__ = ["DYNAMIC", "NATIVE"]

DYNAMIC = "pulumi-python:dynamic/sipgate:OAuthClient"
NATIVE = "sipgate:index:OAuthClient"
