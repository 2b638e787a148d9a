"""Signs tokens with a key pair that is generated on first use."""

from __future__ import annotations

import threading
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

# Keycloak's default, which every OpenID Connect library must support.
ALGORITHM = "RS256"


class Signer:
    """Signs claims and verifies its own signatures."""

    def __init__(self) -> None:
        self._key: RSAKey | None = None
        self._lock = threading.Lock()

    @property
    def public_keys(self) -> dict[str, Any]:
        """The key set that verifies its signatures (RFC 7517)."""
        return {"keys": [self._locked_key().as_dict(private=False)]}

    def sign(self, claims: dict[str, Any]) -> str:
        """Returns the claims as a signed token (RFC 7519)."""
        key = self._locked_key()
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}, claims, key)

    def read(self, token: str) -> dict[str, Any] | None:
        """Returns the claims of a token that was signed here, even if it has expired; None for any other."""
        try:
            return dict(jwt.decode(token, self._locked_key(), algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError):
            return None

    def _locked_key(self) -> RSAKey:
        with self._lock:
            if self._key is None:
                self._key = RSAKey.generate_key(
                    2048, {"use": "sig", "alg": ALGORITHM}, private=True, auto_kid=True
                )
            return self._key
