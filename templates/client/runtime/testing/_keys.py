"""The API keys that the server in memory knows."""

from __future__ import annotations

from moment_billing.testing._answers import Refusal

__all__ = ["Keys"]

_REVOKED = ""


class Keys:
    """Which merchant each key belongs to."""

    def __init__(self) -> None:
        self._merchants: dict[str, str] = {}

    def add(self, key: str, merchant: str) -> None:
        """Know a key."""
        self._merchants[key] = merchant

    def revoke(self, key: str) -> None:
        """Refuse a key from now on."""
        self._merchants[key] = _REVOKED

    def merchant(self, key: str) -> str:
        """The merchant that a key belongs to. Raises KeyError when it is not known."""
        return self._merchants[key]

    def admit(self, authorization: str) -> str:
        """The merchant of a request, by its `Authorization` header.

        Raises:
            Refusal: 401, there is no key or an unknown one; 403, it was revoked, or it is a public one.
        """
        scheme, _, key = authorization.partition(" ")
        merchant = self._merchants.get(key.strip())
        if scheme.lower() != "bearer" or merchant is None:
            raise Refusal(401, "No valid API key was given.", headers={"WWW-Authenticate": "Bearer"})
        if merchant == _REVOKED:
            raise Refusal(403, "This API key was revoked.")
        # The documentation limits public keys to what exposes no sensitive data; no record is that.
        if key.strip().startswith("pk_"):
            raise Refusal(403, "A public key may not do this. Use a secret key.")
        return merchant
