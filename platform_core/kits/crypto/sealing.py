"""Small secrets at rest: AES-256-GCM under keys derived from SECRET_KEY, each value bound to the cell it stands in.

A sealed value is one version byte, four bytes that name the key, a nonce of twelve, then the text with its tag. ``place``
(table, column, row) is authenticated: a value moved to another row does not open. Former keys stay readable while they
stand in SECRET_KEY_FALLBACKS; whatever is written next is sealed under the present one.
"""

import functools
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = b"\x01"
ID_LENGTH, NONCE_LENGTH = 4, 12
HEAD = len(VERSION) + ID_LENGTH + NONCE_LENGTH


class SealError(ValueError):
    """The value was changed, stands in another place than it was sealed for, or its key is gone."""


def seal(text: bytes, *, place: str) -> bytes:
    """This will encrypt ``text`` so that it opens at ``place`` alone."""
    key_id, key = _key(settings.SECRET_KEY)
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return VERSION + key_id + nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def unseal(sealed: bytes, *, place: str) -> bytes:
    """This will decrypt a sealed value; raises SealError for any other, or at any other place."""
    head, body = bytes(sealed[:HEAD]), bytes(sealed[HEAD:])
    if len(head) < HEAD or not head.startswith(VERSION):
        raise SealError("no sealed value")
    key_id, nonce = head[1 : 1 + ID_LENGTH], head[1 + ID_LENGTH :]
    known = dict(_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    if key_id not in known:
        raise SealError("sealed under a key that is gone")
    try:
        return AESGCM(known[key_id]).decrypt(nonce, body, place.encode())
    except InvalidTag:
        raise SealError("changed, or moved from another place") from None


@functools.cache
def _key(secret: str) -> tuple[bytes, bytes]:
    """RFC 5869, with what the key is for as its info; its name is a hash of the key itself."""
    key = HKDF(SHA256(), length=32, salt=None, info=b"portfolio.sealing.1").derive(secret.encode())
    return hashlib.sha256(key).digest()[:ID_LENGTH], key
