"""The names of a client's properties, as the API spells them.

This module is plain Python: a run that changes nothing needs these names, but no model.
"""

from __future__ import annotations

__all__ = ["SETS", "WRITABLE"]

WRITABLE = ("name", "description", "redirectUris", "webOrigins", "privacyUrl", "termsUrl")
"""The properties that a program declares, and that a POST or PUT sends."""
SETS = frozenset({"redirectUris", "webOrigins"})
"""The properties that are sets at sipgate, so that their order means nothing."""
