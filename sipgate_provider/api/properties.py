"""The names of a client's properties, as the API spells them.

Plain Python: a run that changes nothing compares properties by these names, and loads no model for it.
"""

from __future__ import annotations

__all__ = ["SETS", "WRITABLE"]

WRITABLE = ("name", "description", "redirectUris", "webOrigins", "privacyUrl", "termsUrl")
"""The properties that a program declares, and that a POST or PUT sends."""
SETS = frozenset({"redirectUris", "webOrigins"})
"""Those of them whose order means nothing at sipgate."""
