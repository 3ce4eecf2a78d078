"""What an encrypted cell looks like: AES-256-GCM under a data key of its organization, bound to the place it stands in.

Two, the version of the data key (two bytes), a nonce of twelve, then the text with its tag. Table, column, row,
organization and the head are authenticated: a value that was moved, cut, or marked with another version does not open.
Which key a version is, ``keyring`` knows; here is nothing but bytes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x02"
VERSION_LENGTH, NONCE_LENGTH, TAG_LENGTH = 2, 12, 16
PREFIX_LENGTH = len(FORMAT) + VERSION_LENGTH
SHORTEST = PREFIX_LENGTH + NONCE_LENGTH + TAG_LENGTH


class CryptoError(ValueError):
    """An encrypted cell cannot be read. The subclass and the message say why; no text of the cell is in it."""


class CiphertextError(CryptoError):
    """The bytes were changed or cut, or stand in another row, column, table or organization than they were made for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a value. Its words go into the tag, each with its length before it: no two places read the same."""

    table: str
    column: str
    row: str
    organization_id: UUID

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of row {self.row}"

    def bound_to(self, head: bytes) -> bytes:
        """This will write what is authenticated beside the text."""
        parts = (head, *(text.encode() for text in (self.table, self.column, self.row, str(self.organization_id))))
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def prefix(version: int) -> bytes:
    """This will give the first bytes of every value under a version of the data key."""
    return FORMAT + version.to_bytes(VERSION_LENGTH, "big")


def encrypt(text: str, cell: Cell, *, version: int, key: bytes) -> bytes:
    """This will encrypt ``text`` so that it opens in ``cell`` alone."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return prefix(version) + nonce + AESGCM(key).encrypt(nonce, text.encode(), cell.bound_to(prefix(version)))


def decrypt(value: bytes, cell: Cell, key_of: Callable[[int], bytes]) -> str:
    """This will read ``value``; raises CiphertextError that names the cell, and what ``key_of`` raises for a version."""
    if len(value) < SHORTEST or not value.startswith(FORMAT):
        raise CiphertextError(f"{cell}: no encrypted value, or one that was cut short")
    head, nonce, body = (
        value[:PREFIX_LENGTH],
        value[PREFIX_LENGTH : PREFIX_LENGTH + NONCE_LENGTH],
        value[PREFIX_LENGTH + NONCE_LENGTH :],
    )
    key = key_of(int.from_bytes(head[len(FORMAT) :], "big"))
    try:
        return AESGCM(key).decrypt(nonce, body, cell.bound_to(head)).decode()
    except InvalidTag:
        raise CiphertextError(f"{cell}: changed, or moved here from another place") from None


def blind(text: str, *, table: str, column: str, key: bytes) -> str:
    """This will give the look-up value of ``text``: HMAC-SHA256 under the organization's index key, one column apart from another."""
    own = hmac.digest(key, f"{table}.{column}".encode(), hashlib.sha256)
    return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()
