"""The resource's type tokens, one for each host, and the native plugin's functions.

Frozen: they are in users' states and programs.
"""

from __future__ import annotations

__all__ = ["DYNAMIC", "GET_CLIENT", "GET_CLIENTS", "NATIVE"]

DYNAMIC = "pulumi-python:dynamic/sipgate:OAuthClient"
NATIVE = "sipgate:index:OAuthClient"
GET_CLIENT = "sipgate:index:getOAuthClient"
GET_CLIENTS = "sipgate:index:getOAuthClients"
