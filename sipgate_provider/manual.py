"""The pages of the manual that messages refer to, where a sentence cannot say what to do."""

from __future__ import annotations

__all__ = [
    "AUTHENTICATE",
    "DUPLICATE_CLIENTS",
    "OTHER_ACCOUNT",
    "ROTATED_CREDENTIAL",
]

_GUIDES = "the manual (docs/guides"
AUTHENTICATE = f"{_GUIDES}/authenticate.md)"
"""The ways to authenticate."""
DUPLICATE_CLIENTS = f"{_GUIDES}/duplicate_clients.md)"
"""The account holds a client that equals the one to create."""
OTHER_ACCOUNT = f"{_GUIDES}/other_account.md)"
"""The credential may belong to another account than the stack's clients."""
ROTATED_CREDENTIAL = f"{_GUIDES}/rotated_credential.md)"
"""The engine used the credential of the last `pulumi up`."""
