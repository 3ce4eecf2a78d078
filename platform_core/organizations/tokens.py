"""Invitation tokens. Only the hash of a token is ever stored."""

import hashlib
import secrets


def new_token() -> str:
    """This will make a token of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """This will give what is stored of a token: it is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
