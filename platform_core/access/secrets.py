"""What the secret of an API key looks like: ``pf_live_`` + 43 random characters + ``_`` + 6 of a checksum.

A test key begins with ``pf_test_``: people and programs see at once that it does nothing in earnest.

The prefix lets secret scanners find a leaked key, the checksum lets us refuse a mistyped one without asking the database.
The randomness (256 bits) needs no slow hash: SHA-256 is stored.
"""

import hashlib
import secrets
import zlib

PREFIX, TEST_PREFIX = "pf_live_", "pf_test_"
SHOWN = 16  # how much of a secret stays readable in the list of keys
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH, CHECKSUM_LENGTH = 43, 6
LENGTH = len(PREFIX) + RANDOM_LENGTH + 1 + CHECKSUM_LENGTH


def new_secret(*, is_test: bool = False) -> str:
    """This will make a secret that nobody can guess."""
    body = (TEST_PREFIX if is_test else PREFIX) + _base62(secrets.randbits(256), RANDOM_LENGTH)
    return f"{body}_{checksum(body)}"


def is_well_formed(secret: str) -> bool:
    """This will say whether we could have made this secret: prefix, length and checksum are right."""
    if not (len(secret) == LENGTH and secret.isascii() and secret.startswith((PREFIX, TEST_PREFIX))):
        return False
    body, _, check = secret.rpartition("_")
    return check == checksum(body)


def checksum(body: str) -> str:
    """This will return the CRC-32 of ``body`` in base 62, six characters."""
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def digest(secret: str) -> str:
    """This will return what is stored instead of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _base62(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, place = divmod(number, 62)
        digits = ALPHABET[place] + digits
    return digits
