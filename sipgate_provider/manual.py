"""The pages of the manual that messages refer to, where a sentence cannot say what to do."""

from __future__ import annotations

__all__ = [
    "AUTHENTICATE",
    "UNTRUSTED_CHECKOUT",
]

_GUIDES = "the manual (docs/guides"
AUTHENTICATE = f"{_GUIDES}/authenticate.md)"
"""The ways to authenticate."""
UNTRUSTED_CHECKOUT = f"{_GUIDES}/untrusted_checkout.md)"
"""The stack configuration names an address that the user's own credential is not for."""
